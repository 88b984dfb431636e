"""One round: its plan against its hosts, what was measured, what is good, and whether the data may count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.model.errors import UsageError
from gatehouse.model.jobs import JobProgress
from gatehouse.operations.unfinished import progress_of
from gatehouse.operations.view_quality import JudgementLine, judgement_line
from gatehouse.operations.workspace import Workspace
from gatehouse.store import jobs, judgements, rounds, set_asides, views
from gatehouse.store.engine import transaction
from gatehouse.store.set_asides import AsideResult
from gatehouse.store.tables import JobRow, QualityRow, ResultRow, RoundRow
from gatehouse.store.views import DiagnosticTally, RoundTotals, UnitTally

PROBLEM_ROWS = 20  # of each problem
PAGE = 100  # hosts a page: a plan of ten diagnostics makes a thousand cells of them
_NOTHING = DiagnosticTally(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """A diagnostic on a unit: was it measured, is it good, what shall we do."""

    measured: str
    verdict: str
    severity: str | None
    action: str
    reason: str
    set_aside: str = ""  # by whom and why, where a person took it out of the evidence


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the round. ``cells`` follow the round's columns; None where there is no result.

    ``job`` is what runs on its host and keeps its visit from its end.
    """

    host: str
    serial: str
    site: str
    measured_at: datetime | None
    unreachable: str | None
    claimed_serial: str | None
    failed: int
    holes: int
    cells: tuple[Cell | None, ...]
    job: JobProgress | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A diagnostic of the plan, with how it went over all units of the round."""

    diagnostic: str
    title: str
    mandatory: bool
    tally: DiagnosticTally


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the round's data; only a ``blocking`` one makes it inadmissible.

    ``rows`` are the first rows that it names, in words, and ``more`` is how many there are beyond them.
    """

    text: str
    blocking: bool
    rows: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with one page of its units, those with trouble first. ``found`` counts the units of all pages."""

    round_id: str
    program: str
    phase: str
    plan: str
    plan_title: str
    number: int
    requested_by: str
    reason: str
    created_at: datetime
    judged_at: datetime | None
    admissible: bool | None
    problems: tuple[Problem, ...]
    totals: RoundTotals
    columns: tuple[Column, ...]
    units: tuple[UnitLine, ...]
    found: int
    page: int
    pages: int
    judgements: tuple[JudgementLine, ...] = ()
    set_aside: tuple[AsideResult, ...] = ()


def view_round(
    workspace: Workspace,
    round_id: str,
    *,
    page: int = 1,
    search: str = "",
    trouble_only: bool = False,
    size: int = PAGE,
) -> RoundView:
    """The round, with a page of its units. Nine queries at most, whatever the number of hosts.

    Raises:
        NotFoundError: no such round.
        UsageError: pages count from 1.
    """
    if page < 1 or size < 1:
        raise UsageError("pages count from 1")
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        tallies = views.diagnostic_tallies(session, round_id)
        totals = views.round_totals(session, round_id)
        units, found = views.units_page(
            session, round_id, search=search, trouble_only=trouble_only, offset=(page - 1) * size, limit=size
        )
        serials = [unit.unit.serial for unit in units]
        results = views.results_of(session, round_id, serials)
        history = judgements.of_round(session, round_id)
        broken = judgements.broken_rows(session, history[-1].id, first=PROBLEM_ROWS) if history else ()
        aside = set_asides.live(session, round_id)
        running = jobs.jobs_of_round(session, round_id, serials) if row.judged_at is None else ()
    at_work = {job.serial: job for job in running if job.ended_at is None}
    why_aside = {a.result_id: f"{a.who}: {a.reason}" for a in aside}
    columns = _columns(row, tallies)
    return RoundView(
        round_id=row.id,
        program=row.program,
        phase=row.phase,
        plan=row.plan,
        plan_title=str(_plan(row).get("title", row.plan)),
        number=row.number,
        requested_by=row.requested_by,
        reason=row.reason,
        created_at=row.created_at,
        judged_at=row.judged_at,
        admissible=row.admissible,
        problems=tuple(_problem(number, p, broken) for number, p in enumerate(row.problems or (), 1)),
        totals=totals,
        columns=columns,
        units=tuple(_unit(unit, columns, results, why_aside, at_work.get(unit.unit.serial)) for unit in units),
        found=found,
        page=page,
        pages=max(1, -(-found // size)),
        judgements=tuple(map(judgement_line, history)),
        set_aside=aside,
    )


def _problem(number: int, stored: Any, broken: Sequence[QualityRow]) -> Problem:
    if not isinstance(stored, dict):
        return Problem(str(stored), blocking=True)
    rows = [_words(row) for row in broken if row.problem == number]
    more = max(0, int(stored.get("rows", 0)) - len(rows)) if rows else 0
    return Problem(str(stored.get("text", "")), bool(stored.get("blocking", True)), tuple(rows), more)


def _words(row: QualityRow) -> str:
    where = " ".join(filter(None, (row.diagnostic, row.part, row.name)))
    return f"{row.host} ({row.serial})" + (f": {where}" if where else "")


def _plan(row: RoundRow) -> Mapping[str, Any]:
    """The plan as it stood when the round was opened."""
    plan = row.spec.get("plan") if isinstance(row.spec, dict) else None
    return plan if isinstance(plan, dict) else {}


def _declared_titles(row: RoundRow) -> dict[str, str]:
    declared = row.spec.get("declared") if isinstance(row.spec, dict) else None
    return {str(name): str(spec["title"]) for name, spec in (declared or {}).items()}


def _columns(row: RoundRow, tallies: Mapping[str, DiagnosticTally]) -> tuple[Column, ...]:
    planned = {str(d["diagnostic"]): bool(d.get("mandatory", True)) for d in _plan(row).get("diagnostics", ())}
    names = list(planned) + sorted(set(tallies) - set(planned))
    titles = {name: spec.title for name, spec in all_diagnostics().items()} | _declared_titles(row)
    return tuple(
        Column(
            diagnostic=name,
            title=titles.get(name, name),
            mandatory=planned.get(name, False),
            tally=tallies.get(name, _NOTHING),
        )
        for name in names
    )


def _unit(
    tally: UnitTally, columns: Sequence[Column], results: Mapping[tuple[str, str], ResultRow],
    why_aside: Mapping[int, str], job: JobRow | None,
) -> UnitLine:  # fmt: skip
    unit = tally.unit
    return UnitLine(
        host=unit.host,
        serial=unit.serial,
        site=unit.site,
        measured_at=unit.measured_at,
        unreachable=unit.unreachable,
        claimed_serial=unit.claimed_serial,
        failed=tally.failed,
        holes=tally.holes,
        cells=tuple(_cell(results.get((unit.serial, column.diagnostic)), why_aside) for column in columns),
        job=progress_of(job, unit.host) if job and unit.measured_at is None else None,
    )


def _cell(row: ResultRow | None, why_aside: Mapping[int, str]) -> Cell | None:
    if row is None:
        return None
    return Cell(row.measured, row.verdict, row.severity, row.action, row.reason, why_aside.get(row.id, ""))
