"""Gathers what a phase report tells beside its gate's decision: a fixed number of queries, whatever the hosts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from gatehouse.catalog.program import Program
from gatehouse.decisions.conditional_exits import Standing
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import GateView
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.review.facts import (
    BrokenLimit,
    FailureCount,
    Measure,
    PhaseDates,
    ReportFacts,
    RoundFacts,
    SignatureCount,
)
from gatehouse.store import conditional_exits, phases, reviews, views
from gatehouse.store.engine import transaction
from gatehouse.store.tables import PhaseRow, StandingRow

SAMPLED = 3  # results of each diagnostic that are asked which of their readings have limits


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and the phase's row; None before it was opened.

    ``standing`` is how an exit on conditions stands, ``noted`` when it was found reopened and standing again.
    """

    facts: ReportFacts
    row: PhaseRow | None
    standing: Standing | None = None
    noted: Sequence[StandingRow] = ()


def gather_report(workspace: Workspace, gate: GateView) -> Gathered:
    """Everything beside the decision. The gate's own evidence says which results are asked for more."""
    program, phase = gate.decision.program, gate.decision.phase
    spec = workspace.catalog.program(program)
    index = EvidenceIndex(gate.evidence)
    issues = [row.result_id for row in index.open_issues]
    failed = {(row.unit, row.diagnostic) for rows in index.failed.values() for row in rows}
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        names = reviews.limited_names(session, _sample(index))
        standing = Standing(gate.exit.stands, gate.exit.why) if gate.exit and gate.exit.conditional else None
        noted = conditional_exits.history(session, program, phase)
        facts = ReportFacts(
            sku=spec.sku,
            owner=spec.owner,
            planned_units=spec.phases[phase].planned_units,
            opened_at=row.opened_at if row else None,
            closed_at=row.closed_at if row else None,
            closed_by=(row.closed_by or "") if row else "",
            on_conditions=standing is not None,
            reopened=standing.why if standing and not standing.stands else "",
            failures=tuple(FailureCount(*found) for found in views.failure_counts(session, program, phase)),
            signatures=tuple(SignatureCount(*found) for found in reviews.finding_counts(session, program, phase)),
            rounds=tuple(_round(line) for line in reviews.round_lines(session, program, phase)),
            sites={host.serial: host.site for host in workspace.catalog.build(program, phase)},
            history=tuple(reviews.history_of(session, program, phase, failed)),
            broken=_broken(reviews.violations_of(session, issues)),
            measures=tuple(_measure(value) for value in reviews.limited_values(session, index.latest_sound, names)),
            phases=_dates(spec, reviews.phase_dates(session, program)),
        )
    return Gathered(facts, row, standing, noted)


def _sample(index: EvidenceIndex) -> list[int]:
    """A few sound results of each diagnostic: the readings of all its results bear the same names."""
    chosen: dict[str, list[EvidenceRow]] = {}
    for _, row in sorted(index.sound.items()):
        of_diagnostic = chosen.setdefault(row.diagnostic, [])
        if len(of_diagnostic) < SAMPLED:
            of_diagnostic.append(row)
    return [row.result_id for rows in chosen.values() for row in rows]


def _round(line: reviews.RoundLine) -> RoundFacts:
    return RoundFacts(
        round_id=line.round_id,
        number=line.number,
        requested_by=line.requested_by,
        reason=line.reason,
        created_at=line.created_at,
        planned=line.planned,
        visited=line.visited,
        unreachable=line.unreachable,
        set_aside=line.set_aside,
    )


def _broken(found: Mapping[int, Sequence[reviews.ViolationLine]]) -> dict[int, tuple[BrokenLimit, ...]]:
    return {
        result_id: tuple(BrokenLimit(line.part, line.check, line.action) for line in lines)
        for result_id, lines in found.items()
    }


def _measure(value: reviews.LimitedValue) -> Measure:
    return Measure(value.result_id, value.part, value.name, value.value, value.unit, value.low, value.high)


def _dates(spec: Program, seen: Mapping[str, tuple[datetime, datetime | None]]) -> tuple[PhaseDates, ...]:
    """The dates of every phase that the program has."""
    none: tuple[datetime | None, datetime | None] = (None, None)
    return tuple(
        PhaseDates(
            phase.value,
            planned_start=_midnight(asked.planned_entry),
            planned_exit=_midnight(asked.planned_exit),
            opened_at=seen.get(phase.value, none)[0],
            closed_at=seen.get(phase.value, none)[1],
        )
        for phase, asked in spec.phases.items()
        if phase is not Phase.EOL or phase.value in seen
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
