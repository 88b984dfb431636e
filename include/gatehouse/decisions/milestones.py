"""The days of a program's phases: planned, actual, and expected where they are still to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gatehouse.catalog.program import Program, ProgramPhase
from gatehouse.model.calendar import Known, Milestone
from gatehouse.model.status import Phase


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """What happened to a phase so far. ``forecast`` is when its open criteria would all be met; None is unknown."""

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    forecast: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhaseDays:
    """Entry and exit of a phase."""

    entry: Milestone
    exit: Milestone


def phase_days(program: Program, times: Mapping[Phase, PhaseTimes], today: date) -> dict[Phase, PhaseDays]:
    """Every phase of a program, in order. A delay moves what comes after it, by as much as it pushes it."""
    found: dict[Phase, PhaseDays] = {}
    before: Milestone | None = None
    for phase, asked in program.phases.items():
        seen = times.get(phase, PhaseTimes())
        entry = _entry(asked, seen, None if phase is Phase.EOL else before, today)  # EOL begins when people say so
        found[phase] = PhaseDays(entry, _exit(asked, seen, entry, today))
        before = found[phase].exit
    return found


def _entry(asked: ProgramPhase, seen: PhaseTimes, before: Milestone | None, today: date) -> Milestone:
    day, known = _entry_day(asked, seen, before, today)
    return Milestone(asked.baseline_entry, asked.planned_entry, day, known)


def _entry_day(
    asked: ProgramPhase, seen: PhaseTimes, before: Milestone | None, today: date
) -> tuple[date | None, Known]:
    if seen.opened_at:
        return _day(seen.opened_at), Known.ACTUAL
    pushed = before.day if before and before.day and before.known is not Known.PLANNED else None
    if asked.planned_entry is None:
        return (pushed, Known.SHIFTED) if pushed else (None, Known.UNKNOWN)
    if pushed and pushed > asked.planned_entry:
        return max(pushed, today), Known.SHIFTED
    return (today, Known.OVERDUE) if asked.planned_entry < today else (asked.planned_entry, Known.PLANNED)


def _exit(asked: ProgramPhase, seen: PhaseTimes, entry: Milestone, today: date) -> Milestone:
    day, known = _exit_day(asked, seen, entry, today)
    return Milestone(asked.baseline_exit, asked.planned_exit, day, known)


def _exit_day(asked: ProgramPhase, seen: PhaseTimes, entry: Milestone, today: date) -> tuple[date | None, Known]:
    if seen.closed_at:
        return _day(seen.closed_at), Known.ACTUAL
    if seen.opened_at and seen.forecast:
        return max(_day(seen.forecast), today), Known.FORECAST
    shifted = _shifted(asked, entry)
    if shifted is None:
        return None, Known.UNKNOWN
    if shifted < today:
        return today, Known.OVERDUE
    return shifted, Known.PLANNED if shifted == asked.planned_exit else Known.SHIFTED


def _shifted(asked: ProgramPhase, entry: Milestone) -> date | None:
    """The planned exit, later by what the entry is late; an early entry promises nothing."""
    if asked.planned_exit is None:
        return None
    return asked.planned_exit + timedelta(days=max(entry.slip_days or 0, 0))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
