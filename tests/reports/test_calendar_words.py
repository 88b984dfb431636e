"""A calendar in words: what is known, what is expected, and nothing that nobody knows."""

from datetime import date

import pytest

from gatehouse.model.calendar import Known, Milestone, Share, SlipCause
from gatehouse.reports.calendar_table import conditions_words, milestone_words, slip_words, why_words

DAY, PLANNED, FIRST = date(2026, 3, 14), date(2026, 3, 2), date(2026, 2, 20)
HELD = Share(9, "Final yield", "final_yield", SlipCause.FAILURES_FOUND)


@pytest.mark.parametrize(
    ("milestone", "words"),
    [
        (Milestone(None, None, None, Known.UNKNOWN), "not planned"),
        (Milestone(PLANNED, PLANNED, None, Known.UNKNOWN), "unknown, planned 2026-03-02"),
        (Milestone(PLANNED, PLANNED, PLANNED, Known.PLANNED), "2026-03-02 planned"),
        (Milestone(PLANNED, PLANNED, PLANNED, Known.ACTUAL), "2026-03-02"),
        (Milestone(PLANNED, PLANNED, DAY, Known.FORECAST), "2026-03-14 forecast, planned 2026-03-02"),
        (Milestone(FIRST, PLANNED, DAY, Known.ACTUAL), "2026-03-14, planned 2026-03-02, at first 2026-02-20"),
        (Milestone(None, None, DAY, Known.SHIFTED), "2026-03-14 expected"),
    ],
)
def test_days(milestone: Milestone, words: str) -> None:
    """It should say what a day rests on, and each other day once."""
    assert milestone_words(milestone) == words


@pytest.mark.parametrize(
    ("days", "known", "words"),
    [
        (None, Known.UNKNOWN, "–"), (0, Known.ACTUAL, "on time"), (1, Known.ACTUAL, "1 day late"),
        (-2, Known.FORECAST, "2 days early"), (5, Known.OVERDUE, "at least 5 days late"),
    ],
)  # fmt: skip
def test_slips(days: int | None, known: Known, words: str) -> None:
    """It should tell late, early and in time, and not promise what nobody knows."""
    assert slip_words(days, known) == words


def test_a_person_s_word_comes_first() -> None:
    """It should suggest a cause only while nobody has named one, and never suggest that it is some other."""
    assert why_words(None, "", (), None) == ""
    assert why_words(None, "", (HELD,), SlipCause.FAILURES_FOUND) == "9 on Final yield (suggests failures-found)"
    assert why_words(None, "", (HELD,), SlipCause.OTHER) == "9 on Final yield"
    said = why_words(SlipCause.FIRMWARE, "late BMC", (HELD,), SlipCause.FAILURES_FOUND)
    assert said == "firmware: late BMC; 9 on Final yield"


def test_entries() -> None:
    """It should tell clean from conditional, and say nothing of entries that nobody kept."""
    assert conditions_words(None, ["Plan"], entered=False) == "entry lacks: Plan"
    assert conditions_words(None, ["Plan"], entered=True) == ""
    assert conditions_words(False, ["Plan"], entered=True) == "entered clean"
    assert conditions_words(True, ["Plan"], entered=True) == "entered on conditions, open: Plan"
    assert conditions_words(True, [], entered=True) == "entered on conditions, all met since"
