"""Every program with its gates, at a glance: the four of its introduction, and its phase-out once that is due."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from gatehouse.catalog.program import Program
from gatehouse.decisions.conditional_exits import Standing
from gatehouse.model.status import INTRODUCTION, CriterionStatus, Phase
from gatehouse.operations.standing_exits import Gate, standings
from gatehouse.operations.workspace import Workspace
from gatehouse.store import views
from gatehouse.store.engine import cursor_of, transaction
from gatehouse.store.tables import DecisionRow, PhaseRow
from gatehouse.store.views import RoundTally


class GateState(StrEnum):
    """Where a phase of a program stands."""

    NOT_PLANNED = "not planned"
    NOT_OPENED = "not opened"
    OPEN = "open"
    EXITED = "exited"
    EXITED_CONDITIONALLY = "exited on conditions"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class GateCell:
    """One gate of a program. ``status`` and what follows are of the last decision that was kept, None before the first.

    ``lacking`` are the titles of the criteria that it found neither met nor waived; ``conditions`` tells on what an
    exit on conditions stands, or why it is reopened.
    """

    phase: Phase
    state: GateState
    status: CriterionStatus | None = None
    decided_at: datetime | None = None
    met: int = 0
    criteria: int = 0
    lacking: tuple[str, ...] = ()
    planned_units: int = 0
    build_units: int = 0
    measured_units: int = 0
    rounds: int = 0
    last_round: str = ""
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class ProgramLine:
    """A program with its gates, in the order of the phases."""

    program: str
    title: str
    sku: str
    sku_title: str
    owner: str
    sites: tuple[str, ...]
    gates: tuple[GateCell, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    phases: Mapping[Gate, PhaseRow]
    decisions: Mapping[Gate, DecisionRow]
    rounds: Mapping[Gate, RoundTally]
    builds: Mapping[Gate, int]  # EOL is about every build
    standings: Mapping[Gate, Standing]


def view_programs(workspace: Workspace, now: datetime | None = None) -> tuple[ProgramLine, ...]:
    """Every program of the catalogue, those under way first. Three queries, whatever the number of hosts.

    One more, and one gate for each exit on conditions: whether it stands is derived, as of ``now``.
    """
    with transaction(workspace.engine) as session:
        seen = _Seen(
            views.phase_rows(session),
            views.last_decisions(session),
            views.round_tallies(session),
            Counter(
                gate
                for host in workspace.catalog.hosts.values()
                for gate in ((host.program, host.build), (host.program, Phase.EOL.value))
            ),
            {},
        )
        if any(row.conditional for row in seen.phases.values()):
            seen = replace(seen, standings=standings(cursor_of(session), workspace.catalog, now or datetime.now(UTC)))
    under_way = {program for program, _ in seen.phases}
    programs = sorted(workspace.catalog.programs.items(), key=lambda item: (item[0] not in under_way, item[0]))
    return tuple(_line(workspace, name, program, seen) for name, program in programs)


def _line(workspace: Workspace, name: str, program: Program, seen: _Seen) -> ProgramLine:
    sku = workspace.catalog.skus.get(program.sku)
    return ProgramLine(
        program=name,
        title=program.title,
        sku=program.sku,
        sku_title=sku.title if sku else program.sku,
        owner=program.owner,
        sites=program.sites,
        gates=tuple(_cell(name, program, phase, seen) for phase in _shown(name, program, seen)),
    )


def _shown(name: str, program: Program, seen: _Seen) -> tuple[Phase, ...]:
    """The gates of the introduction, planned or not; that of the phase-out when the ramp is over."""
    ramp = seen.phases.get((name, Phase.RAMP.value))
    due = Phase.EOL in program.phases and ramp is not None and ramp.closed_at is not None
    return (*INTRODUCTION, Phase.EOL) if due else INTRODUCTION


def _cell(name: str, program: Program, phase: Phase, seen: _Seen) -> GateCell:
    asked = program.phases.get(phase)
    if asked is None:
        return GateCell(phase, GateState.NOT_PLANNED)
    gate = (name, phase.value)
    decision, rounds, standing = seen.decisions.get(gate), seen.rounds.get(gate), seen.standings.get(gate)
    outcomes = list(decision.outcomes) if decision else []
    lacking = [o for o in outcomes if o["status"] not in (CriterionStatus.MET, CriterionStatus.WAIVED)]
    return GateCell(
        phase=phase,
        state=state_of(seen.phases.get(gate), standing),
        status=CriterionStatus(decision.status) if decision else None,
        decided_at=decision.decided_at if decision else None,
        met=len(outcomes) - len(lacking),
        criteria=len(outcomes),
        lacking=tuple(str(o["title"] or o["criterion"]) for o in lacking),
        planned_units=asked.planned_units or 0,
        build_units=seen.builds.get(gate, 0),
        measured_units=rounds.units if rounds else 0,
        rounds=rounds.rounds if rounds else 0,
        last_round=rounds.last_round if rounds else "",
        conditions=standing.why if standing else "",
    )


def state_of(row: PhaseRow | None, standing: Standing | None) -> GateState:
    """Where a phase stands, by its row, and by what became of an exit on conditions."""
    if row is None:
        return GateState.NOT_OPENED
    if row.closed_at is None:
        return GateState.OPEN
    if standing and not standing.stands:
        return GateState.REOPENED
    return GateState.EXITED_CONDITIONALLY if row.conditional else GateState.EXITED
