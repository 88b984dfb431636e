"""The calendar as a file for other calendars."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from gatehouse.model.calendar import Known
from gatehouse.operations.view_calendar import PhaseLine, ProgramCalendar
from gatehouse.reports.calendar_file import CalendarEvent, calendar_file
from gatehouse.reports.calendar_table import milestone_words, slip_words, why_words


def calendar_text(programs: Iterable[ProgramCalendar], now: datetime | None = None) -> str:
    """One event a phase of which both days are known or planned."""
    found = list(programs)
    name = f"NPI: {found[0].program}" if len(found) == 1 else "NPI programs"
    events = [event for program in found for event in _events(program)]
    return calendar_file(events, name, now or datetime.now(UTC))


def _events(program: ProgramCalendar) -> Iterator[CalendarEvent]:
    for line in program.phases:
        if line.entry.day and line.exit.day:
            yield CalendarEvent(
                uid=f"{program.program}-{line.phase}@gatehouse",
                first=line.entry.day,
                last=max(line.entry.day, line.exit.day),
                title=f"{program.program} {line.phase}",
                text=_text(program, line),
                sure=line.exit.known is Known.ACTUAL,
            )


def _text(program: ProgramCalendar, line: PhaseLine) -> str:
    cause = line.cause
    why = why_words(cause.cause if cause else None, cause.note if cause else "", line.shares, line.suggested)
    lines = [
        f"{program.title}, owner {program.owner}",
        f"Entry {milestone_words(line.entry)}",
        f"Exit {milestone_words(line.exit)}",
        f"Slip: {slip_words(line.slip_days, line.exit.known)}" + (f" ({why})" if why else ""),
    ]
    return "\n".join(lines)
