"""The calendar of all programs: bars from entry to exit, planned beside what happened."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from gatehouse.console.page import WorkspaceDep, page
from gatehouse.model.calendar import Known
from gatehouse.operations.export_calendar import calendar_text
from gatehouse.operations.view_calendar import PhaseLine, ProgramCalendar, view_calendar
from gatehouse.reports.calendar_table import conditions_words, milestone_words, slip_words, why_words

router = APIRouter()
_WIDTH = 1000.0  # of the drawing, in its own units
_MARGIN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of days in the drawing's units."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that the drawing shows, from ``first`` to ``last``."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day begins."""
        return round(_WIDTH * (day - self.first).days / max(1, (self.last - self.first).days), 2)

    def bar(self, first: date | None, last: date | None) -> Bar | None:
        """From the beginning of one day to the end of another; None where one of them is not known."""
        if first is None or last is None:
            return None
        end = self.at(max(first, last) + timedelta(days=1))
        return Bar(self.at(first), round(end - self.at(first), 2))

    @property
    def months(self) -> list[float]:
        """Where months begin."""
        days = (self.first + timedelta(days=n) for n in range((self.last - self.first).days))
        return [self.at(day) for day in days if day.day == 1]


@dataclass(frozen=True, slots=True)
class Row:
    """A phase as the page shows it: bars of what was planned, what is or is expected, and what of that is late."""

    line: PhaseLine
    planned: Bar | None
    real: Bar | None
    late: Bar | None
    tone: str
    entry: str
    exit: str
    slip: str
    why: str
    conditions: str


@router.get("/calendar")
def calendar(request: Request, workspace: WorkspaceDep) -> Response:
    """All programs, phase by phase."""
    found = view_calendar(workspace)
    today = datetime.now(UTC).date()
    axis = axis_of(found, today)
    rows = [(program, [_row(line, axis) for line in program.phases]) for program in found]
    return page(request, "calendar.html", programs=rows, axis=axis, today=today, shown=_anything(found))


@router.get("/calendar.ics")
def calendar_ics(workspace: WorkspaceDep) -> Response:
    """The same as an iCalendar file."""
    answer = Response(calendar_text(view_calendar(workspace)), media_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="npi.ics"'
    return answer


def axis_of(programs: Iterable[ProgramCalendar], today: date) -> Axis:
    """An axis on which every known day of every program has its place, today among them."""
    days = [today, *_days(programs)]
    margin = timedelta(days=_MARGIN_DAYS)
    return Axis(min(days) - margin, max(days) + margin)


def _days(programs: Iterable[ProgramCalendar]) -> Iterator[date]:
    for program in programs:
        for line in program.phases:
            for milestone in (line.entry, line.exit):
                yield from (day for day in (milestone.planned, milestone.day) if day)


def _anything(programs: Sequence[ProgramCalendar]) -> bool:
    return any(True for _ in _days(programs))


def _row(line: PhaseLine, axis: Axis) -> Row:
    said = line.cause
    began = line.entry.known is Known.ACTUAL
    end = line.exit.day or (datetime.now(UTC).date() if began else None)
    return Row(
        line=line,
        planned=axis.bar(line.entry.planned, line.exit.planned),
        real=axis.bar(line.entry.day, end) if began or line.exit.known is not Known.PLANNED else None,
        late=_late(line, axis),
        tone="good" if began else "to-come",
        entry=milestone_words(line.entry),
        exit=milestone_words(line.exit),
        slip=slip_words(line.slip_days, line.exit.known),
        why=why_words(said.cause if said else None, said.note if said else "", line.shares, line.suggested),
        conditions=conditions_words(line.conditional_entry, line.lacking, entered=line.entered),
    )


def _late(line: PhaseLine, axis: Axis) -> Bar | None:
    """The days after the planned exit, as far as the phase was or would be open in them."""
    planned, day, entry = line.exit.planned, line.exit.day, line.entry.day
    if planned is None or day is None or entry is None or day <= planned:
        return None
    return axis.bar(max(planned + timedelta(days=1), entry), day)
