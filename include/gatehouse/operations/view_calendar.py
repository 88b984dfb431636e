"""Every program with the days of its phases: planned, actual or expected, how they slipped, and on what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gatehouse.catalog.criteria import SignOffs
from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.program import Program
from gatehouse.decisions.conditional_exits import Standing
from gatehouse.decisions.milestones import PhaseDays, PhaseTimes, phase_days
from gatehouse.decisions.slips import slip_shares
from gatehouse.model.calendar import ConditionOutcome, Known, Look, Milestone, Share, SlipCause
from gatehouse.model.errors import NotFoundError, UsageError
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.enter_phase import EntryBook, entry_book
from gatehouse.operations.standing_exits import standings
from gatehouse.operations.view_programs import GateState, state_of
from gatehouse.operations.workspace import Workspace
from gatehouse.store import calendar, views
from gatehouse.store.calendar import Entry, RecordedCause
from gatehouse.store.engine import cursor_of, transaction
from gatehouse.store.tables import DecisionRow, PhaseRow

Gate = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase on the calendar.

    ``conditional_entry`` is None while it was not entered; ``conditions`` are those of the entry as they stand now.
    ``shares`` say what the slip so far went on, ``cause`` is what a person said of it, ``suggested`` what the shares
    suggest.
    """

    phase: Phase
    state: GateState
    entry: Milestone
    exit: Milestone
    conditional_entry: bool | None
    conditions: tuple[ConditionOutcome, ...]
    shares: tuple[Share, ...]
    suggested: SlipCause | None
    cause: RecordedCause | None
    replans: int

    @property
    def slip_days(self) -> int | None:
        """Days that the exit is late by, or is expected to be; negative when early; None when nobody can know."""
        return self.exit.slip_days

    @property
    def entered(self) -> bool:
        """Whether it was opened, ever."""
        return self.entry.known is Known.ACTUAL

    @property
    def lacking(self) -> tuple[str, ...]:
        """Titles of the entry conditions that are open now."""
        return tuple(o.title for o in self.conditions if not o.met)


@dataclass(frozen=True, slots=True)
class ProgramCalendar:
    """A program's phases, and the gate that it comes to next; None where it has left them all."""

    program: str
    title: str
    owner: str
    phases: tuple[PhaseLine, ...]
    next_gate: Phase | None


@dataclass(frozen=True, slots=True)
class _Seen:
    now: datetime
    book: EntryBook
    decisions: Mapping[Gate, DecisionRow]
    entries: Mapping[Gate, Entry]
    causes: Mapping[Gate, RecordedCause]
    standings: Mapping[Gate, Standing]
    of_people: frozenset[str]  # criteria that people's signatures meet: they come at no rate


def view_calendar(
    workspace: Workspace, programs: Sequence[str] = (), now: datetime | None = None
) -> tuple[ProgramCalendar, ...]:
    """The calendar of the programs that are named, or of all, by id. A handful of queries, whatever their number.

    Raises:
        NotFoundError: there is no program of such a name.
    """
    catalog = workspace.catalog
    chosen = {name: catalog.program(name) for name in sorted(programs or catalog.programs)}
    with transaction(workspace.engine) as session:
        moment = now or datetime.now(UTC)
        seen = _Seen(
            moment,
            entry_book(workspace, session),
            views.last_decisions(session),
            calendar.entries(session),
            calendar.slip_causes(session),
            standings(cursor_of(session), catalog, moment),
            frozenset(c.id for each in catalog.criteria.values() for c in each.criteria if isinstance(c, SignOffs)),
        )
        days = {name: phase_days(spec, _times(name, spec, seen), _today(seen)) for name, spec in chosen.items()}
        late = [
            (name, phase.value) for name, each in days.items() for phase, found in each.items() if _late(found, seen)
        ]
        looks = calendar.looks(session, late)
    return tuple(_program(catalog, name, spec, days[name], looks, seen) for name, spec in chosen.items())


def record_slip(workspace: Workspace, program: str, phase: Phase, cause: SlipCause, note: str, who: str) -> None:
    """Keep why a phase slipped, as a person says.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        UsageError: nobody is named, or nothing is said.
    """
    found = workspace.catalog.program(program).phases
    if phase not in found:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(found)}")
    if not who.strip() or not note.strip():
        raise UsageError("say who says so (--who) and what happened (--note)")
    with transaction(workspace.engine) as session:
        calendar.file_slip_cause(session, program, phase, cause, note.strip(), who.strip())


def _today(seen: _Seen) -> date:
    return seen.now.astimezone(UTC).date()


def _times(name: str, spec: Program, seen: _Seen) -> dict[Phase, PhaseTimes]:
    return {phase: _phase_times((name, phase.value), seen) for phase in spec.phases}


def _phase_times(gate: Gate, seen: _Seen) -> PhaseTimes:
    row = seen.book.phases.get(gate)
    if row is None:
        return PhaseTimes()
    return PhaseTimes(row.opened_at, row.closed_at, _forecast(seen.decisions.get(gate), seen))


def _forecast(decision: DecisionRow | None, seen: _Seen) -> datetime | None:
    """When the last of the open criteria would be met; None where one of them cannot say. An open gate may exit now."""
    if decision is None:
        return None
    passing = (CriterionStatus.MET, CriterionStatus.WAIVED)
    open_yet = [outcome for outcome in decision.outcomes if outcome["status"] not in passing]
    waits = [outcome.get("forecast") for outcome in open_yet if outcome["criterion"] not in seen.of_people]
    if not all(waits):
        return None
    return max((datetime.fromisoformat(each["at"]) for each in waits if each), default=seen.now)


def _late(days: PhaseDays, seen: _Seen) -> bool:
    """Whether the exit is behind its plan already, not only by forecast."""
    planned, known = days.exit.planned, days.exit.known
    if planned is None or days.entry.known is not Known.ACTUAL:
        return False
    return (days.exit.slip_days or 0) > 0 if known is Known.ACTUAL else planned < _today(seen)


def _program(
    catalog: Catalog, name: str, spec: Program, days: Mapping[Phase, PhaseDays],
    looks: Mapping[Gate, tuple[Look, ...]], seen: _Seen,
) -> ProgramCalendar:  # fmt: skip
    lines = []
    for phase, found in days.items():
        kinds = {each.id: each.kind for each in catalog.criteria_of(name, phase).criteria}
        lines.append(
            _line(name, phase, found, looks.get((name, phase.value), ()), kinds, len(spec.phases[phase].replans), seen)
        )
    going = (line.phase for line in lines if line.state in (GateState.OPEN, GateState.NOT_OPENED, GateState.REOPENED))
    return ProgramCalendar(name, spec.title, spec.owner, tuple(lines), next(going, None))


def _line(
    name: str, phase: Phase, days: PhaseDays, looks: Sequence[Look], kinds: Mapping[str, str], replans: int, seen: _Seen
) -> PhaseLine:
    gate = (name, phase.value)
    row: PhaseRow | None = seen.book.phases.get(gate)
    entered = seen.entries.get(gate)
    shares: tuple[Share, ...] = ()
    if days.exit.planned and _late(days, seen):
        end = row.closed_at if row and row.closed_at else seen.now
        shares = slip_shares(looks, days.exit.planned, end, days.entry.slip_days or 0, lambda c: kinds.get(c, c))
    return PhaseLine(
        phase=phase,
        state=state_of(row, seen.standings.get(gate)),
        entry=days.entry,
        exit=days.exit,
        conditional_entry=entered.conditional if entered else None,
        conditions=seen.book.conditions(name, phase),
        shares=shares,
        suggested=shares[0].suggests if shares else None,
        cause=seen.causes.get(gate),
        replans=replans,
    )
