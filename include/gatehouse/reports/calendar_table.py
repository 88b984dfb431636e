"""A calendar in words: for the terminal, the page and the calendar file alike."""

from collections.abc import Iterable

from gatehouse.decisions.slips import in_words
from gatehouse.model.calendar import Known, Milestone, Share, SlipCause

HEADINGS = ("Program", "Phase", "State", "Entry", "Exit", "Slip", "Why", "Conditions")
_SAID = {
    Known.ACTUAL: "",
    Known.FORECAST: " forecast",
    Known.OVERDUE: " at the earliest",
    Known.SHIFTED: " expected",
    Known.PLANNED: " planned",
    Known.UNKNOWN: "",
}


def milestone_words(milestone: Milestone) -> str:
    """``2026-03-02``, ``2026-03-14 forecast, planned 2026-03-02``, ``not planned``"""
    planned = milestone.planned
    if milestone.day is None:
        return f"unknown, planned {planned}" if planned else "not planned"
    words = f"{milestone.day}{_SAID[milestone.known]}"
    words += f", planned {planned}" if planned and planned != milestone.day else ""
    moved = milestone.baseline and planned and milestone.baseline != planned
    return words + (f", at first {milestone.baseline}" if moved else "")


def slip_words(days: int | None, known: Known) -> str:
    """``12 days late``, ``at least 3 days late``, ``on time``, ``2 days early``; a dash where nobody can know."""
    if days is None:
        return "–"
    if days == 0:
        return "on time"
    least = "at least " if known is Known.OVERDUE and days > 0 else ""
    unit = "day" if abs(days) == 1 else "days"
    return f"{least}{abs(days)} {unit} {'late' if days > 0 else 'early'}"


def why_words(cause: SlipCause | None, note: str, shares: tuple[Share, ...], suggested: SlipCause | None) -> str:
    """What a person said of a slip, and what the kept answers say of it."""
    person = f"{cause}: {note}" if cause else ""
    evidence = in_words(shares)
    hint = f" (suggests {suggested})" if suggested not in (None, SlipCause.OTHER) and not cause else ""
    return "; ".join(part for part in (person, f"{evidence}{hint}" if evidence else "") if part)


def conditions_words(conditional_entry: bool | None, lacking: Iterable[str], *, entered: bool) -> str:
    """How a phase was entered: clean, or with what still open; before that, what it lacks.

    Of a phase that was entered before entries were kept, nobody can say how.
    """
    open_now = ", ".join(lacking)
    if conditional_entry is None:
        return f"entry lacks: {open_now}" if open_now and not entered else ""
    if not conditional_entry:
        return "entered clean"
    return f"entered on conditions, open: {open_now}" if open_now else "entered on conditions, all met since"
