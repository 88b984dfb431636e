"""Words for people: short, whole and harmless."""

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.quality.wording import counted, each, hosts_of, listed, number, shown, span


@given(st.text())
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    """It should print, fit into 60 characters, and change nothing that is harmless."""
    said = shown(text)
    assert len(said) <= 60
    assert said.isprintable()
    if text.isprintable() and len(text) <= 60:
        assert said == text


def test_what_is_cut_says_so() -> None:
    """It should end in an ellipsis where something is missing."""
    assert shown("x" * 61) == "x" * 59 + "…"
    assert shown("x" * 60) == "x" * 60


@pytest.mark.parametrize(
    ("items", "total", "text"),
    [
        ([], 0, ""),
        (["a"], 0, "a"),
        (["a", "b", "c"], 0, "a, b, c"),
        (["a", "b", "c", "d"], 0, "a, b, c and 1 more"),
        (["a", "b", "c"], 1503, "a, b, c and 1,500 more"),
    ],
)
def test_lists_are_bounded(items: list[str], total: int, text: str) -> None:
    """It should name three and count the rest."""
    assert listed(items, 3, total) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "no units"), (1, "one unit"), (2, "two units"), (9, "nine units"), (10, "10 units"), (1200, "1,200 units")],
)
def test_small_numbers_are_words(count: int, text: str) -> None:
    """It should write small numbers as words and large ones with commas."""
    assert counted(count, "unit") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (90, "90 s"),
        (300, "5 min"),
        (-3600, "60 min"),
        (7200, "2 h"),
        (172_800, "2 days"),
        (0.25, "0.25 s"),
        (119, "119 s"),
    ],
)
def test_spans_have_a_fitting_unit(seconds: float, text: str) -> None:
    """It should use the largest unit that gives at least two, and no sign."""
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567.0, "1.23457e+06"), (12000.0, "12,000"), (0.25, "0.25"), (float("inf"), "inf"), (float("nan"), "nan")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    """It should keep six digits."""
    assert number(value) == text


def test_rows_are_told_by_host_in_order() -> None:
    """It should sort hosts, and a host's rows by diagnostic, and bound both."""
    rows = pd.DataFrame({"host": ["b", "a", "b", "b", "b"], "diagnostic": ["z", "q", "x", "w", "y"]})
    assert each(rows, lambda row: str(row["diagnostic"])) == "a: q; b: w, x, y and 1 more"
    many = pd.DataFrame({"host": [f"h{n}" for n in range(9)], "diagnostic": "d"})
    assert each(many, lambda row: str(row["diagnostic"])).endswith("h5: d; and three more hosts")
    assert hosts_of(many) == "h0, h1, h2, h3, h4, h5 and 3 more"
