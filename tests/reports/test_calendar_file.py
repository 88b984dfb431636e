"""The iCalendar file, by RFC 5545: lines of 75 octets, CRLF, text escaped, the last day excluded."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from gatehouse.reports.calendar_file import CalendarEvent, calendar_file

STAMP = datetime(2026, 4, 1, 12, 30, tzinfo=UTC)


def event(title: str = "h100 EVT", text: str = "Slip: on time", *, sure: bool = True) -> CalendarEvent:
    """EVT in January."""
    return CalendarEvent("h100-EVT@gatehouse", date(2026, 1, 5), date(2026, 1, 31), title, text, sure)


def unfolded(text: str) -> list[str]:
    """The content lines as a reader puts them together (RFC 5545, 3.1)."""
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_event_of_whole_days() -> None:
    """It should end on the day after the last, as the standard counts, and say whether it is sure."""
    lines = unfolded(calendar_file([event(), event(sure=False)], "NPI", STAMP))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20260105" in lines
    assert "DTEND;VALUE=DATE:20260201" in lines
    assert "DTSTAMP:20260401T123000Z" in lines
    assert [line for line in lines if line.startswith("STATUS")] == ["STATUS:CONFIRMED", "STATUS:TENTATIVE"]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2


def test_text_is_escaped() -> None:
    """It should write what the standard reserves so that it is text, and no line of its own."""
    lines = unfolded(calendar_file([event("a,b;c\\d", "one\ntwo\r\nEND:VEVENT")], "NPI", STAMP))
    assert "SUMMARY:a\\,b\\;c\\\\d" in lines
    assert "DESCRIPTION:one\\ntwo\\nEND:VEVENT" in lines


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_text_breaks_the_file(title: str, text: str) -> None:
    """It should keep lines to 75 octets of whole characters, and to the number that they are."""
    made = calendar_file([event(title, text)], "NPI", STAMP)
    physical = made.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in physical)
    assert "\n" not in made.replace("\r\n", "")
    assert len(unfolded(made)) == len(unfolded(calendar_file([event()], "NPI", STAMP)))
