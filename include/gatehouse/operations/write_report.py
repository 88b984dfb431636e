"""Writes the report of a phase as it stands now: a page to print, and the same as JSON."""

from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.phase_report import phase_report, phase_report_json
from gatehouse.reports.report_document import FailureCount, ReportFacts
from gatehouse.store import phases
from gatehouse.store.engine import transaction


def report_page(workspace: Workspace, program: str, phase: Phase) -> tuple[str, str]:
    """The report as (HTML, JSON).

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    view = evaluate_gate(workspace, program, phase)
    spec = workspace.catalog.program(program)
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        failures = phases.failures(session, program, phase)
    facts = ReportFacts(
        sku=spec.sku,
        owner=spec.owner,
        planned_units=spec.phases[phase].planned_units,
        opened_at=row.opened_at if row else None,
        closed_at=row.closed_at if row else None,
        closed_by=(row.closed_by or "") if row else "",
        failures=tuple(FailureCount(check, units, times) for check, units, times in failures),
    )
    names = {host.serial: host.name for host in workspace.catalog.build(program, phase)}
    sku_title = workspace.catalog.find("SKU", spec.sku, workspace.catalog.skus).title
    arguments = (view.decision, view.evidence, view.criteria, names, spec.title, sku_title, facts)
    return phase_report(*arguments), phase_report_json(*arguments)


def write_report(workspace: Workspace, program: str, phase: Phase) -> str:
    """Write both forms under ``reports/``; returns where the page lies."""
    page, document = report_page(workspace, program, phase)
    folder = workspace.files / "reports" / program
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{phase}.html"
    path.write_text(page, encoding="utf-8")
    (folder / f"{phase}.json").write_text(document, encoding="utf-8")
    return str(path)
