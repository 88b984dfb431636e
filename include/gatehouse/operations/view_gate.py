"""One gate as it stands now: the decision, what it rests on, and what a report tells beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.evidence import GateDecision, PhaseEvidence
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import GateView, evaluate_gate
from gatehouse.operations.standing_exits import standings
from gatehouse.operations.view_programs import GateState, state_of
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.phase_report import phase_report, phase_report_json
from gatehouse.reports.report_document import FailureCount, ReportFacts
from gatehouse.store import conditional_exits, phases, views
from gatehouse.store.engine import cursor_of, transaction
from gatehouse.store.tables import StandingRow


@dataclass(frozen=True, slots=True)
class GatePage:
    """A gate's view, with the facts of its report.

    ``standings`` are the times at which an exit on conditions was found reopened, and standing again.
    """

    gate: GateView
    state: GateState
    program_title: str
    sku_title: str
    facts: ReportFacts
    standings: Sequence[StandingRow] = ()

    @property
    def decision(self) -> GateDecision:
        """The gate's answer."""
        return self.gate.decision

    @property
    def names(self) -> Mapping[str, str]:
        """The hosts' names by serial."""
        return self.gate.names

    @property
    def evidence(self) -> PhaseEvidence:
        """What the answer rests on."""
        return self.gate.evidence

    def html(self) -> str:
        """The phase report as a page."""
        return phase_report(
            self.decision, self.evidence, self.gate.criteria, self.names, self.program_title, self.sku_title, self.facts
        )

    def json(self) -> str:
        """The phase report as JSON."""
        return phase_report_json(
            self.decision, self.evidence, self.gate.criteria, self.names, self.program_title, self.sku_title, self.facts
        )


def view_gate(workspace: Workspace, program: str, phase: Phase, now: datetime | None = None) -> GatePage:
    """The gate of a program's phase, evaluated now (or as of ``now``) and not kept.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    gate = evaluate_gate(workspace, program, phase, now=now)
    spec = workspace.catalog.program(program)
    sku = workspace.catalog.skus.get(spec.sku)
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        failures = views.failure_counts(session, program, phase)
        found = standings(cursor_of(session), workspace.catalog, gate.decision.decided_at, program, [phase]).get(
            (program, phase.value)
        )
        noted = conditional_exits.history(session, program, phase)
    return GatePage(
        gate=gate,
        state=state_of(row, found),
        standings=noted,
        program_title=spec.title,
        sku_title=sku.title if sku else spec.sku,
        facts=ReportFacts(
            sku=spec.sku,
            owner=spec.owner,
            planned_units=spec.phases[phase].planned_units,
            opened_at=row.opened_at if row else None,
            closed_at=row.closed_at if row else None,
            closed_by=(row.closed_by or "") if row else "",
            failures=tuple(FailureCount(*failure) for failure in failures),
            on_conditions=found is not None,
            reopened=found.why if found and not found.stands else "",
        ),
    )
