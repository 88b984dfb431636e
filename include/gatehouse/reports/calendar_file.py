"""A calendar as an iCalendar file (RFC 5545), for the calendars that people look at anyway."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gatehouse.reports.plain_text import on_one_line

_FOLD = 75  # octets a line, its break not counted (RFC 5545, 3.1)
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})  # (3.3.11)
_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """Whole days from ``first`` to ``last``, both included. ``uid`` stays the same from one export to the next."""

    uid: str
    first: date
    last: date
    title: str
    text: str
    sure: bool


def calendar_file(events: Iterable[CalendarEvent], name: str, stamp: datetime) -> str:
    """The file's text, its lines folded and ended as the standard has it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Gatehouse//NPI calendar//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(event: CalendarEvent, stamp: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.last + timedelta(days=1):%Y%m%d}",  # the first day after it (3.6.1)
        f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.text)}",
        f"STATUS:{'CONFIRMED' if event.sure else 'TENTATIVE'}",
        "TRANSP:TRANSPARENT",  # nobody is busy because a phase runs
        "END:VEVENT",
    ]


def _text(words: str) -> str:
    lines = (on_one_line(line, _LONGEST_TEXT) for line in words.splitlines())
    return "\n".join(lines).translate(_ESCAPES)


def _folded(line: str) -> Iterable[str]:
    """A line in pieces of at most 75 octets, no character torn; each but the first begins with a space."""
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    yield piece
