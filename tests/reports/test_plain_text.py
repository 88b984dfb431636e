"""Tests of how hostile text is made safe to look at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.reports.plain_text import joined, on_one_line, visible, with_names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("all is well", "all is well"),
        ("\x1b[31mred\x1b[0m", "‹ESC›[31mred‹ESC›[0m"),
        ("bell\x07 back\x08space nul\x00", "bell‹BEL› back‹BS›space nul‹NUL›"),
        ("\u202egnp.exe", "‹U+202E›gnp.exe"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
        ("one\r\ntwo\rthree", "one\ntwo‹CR›three"),
        ("del\x7f c1\x9b", "del‹DEL› c1‹U+009B›"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_what_acts_or_hides_is_shown(text: str, shown: str) -> None:
    """It should replace what a terminal or a browser acts on by its name."""
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_acts_is_left(text: str) -> None:
    """It should leave no control and no format character but line ends and tabs, whatever the text."""
    left = {c for c in visible(text) if unicodedata.category(c) == "Cc"}
    assert left <= {"\n", "\t"}
    assert not {"\u202e", "\u2066", "\u200b", "\ufeff"} & set(visible(text))


@given(st.text())
def test_showing_twice_is_showing_once(text: str) -> None:
    """It should have nothing left to do the second time."""
    assert visible(visible(text)) == visible(text)


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_bounded_line(text: str, longest: int) -> None:
    """It should hold the length, and no line end."""
    line = on_one_line(text, longest)
    assert len(line) <= longest
    assert "\n" not in line
    assert "\r" not in line


def test_long_text_is_cut_with_a_sign() -> None:
    """It should say that something is missing."""
    assert on_one_line("abcdefghij", 5) == "abcd…"


def test_a_list_is_cut_with_a_count() -> None:
    """It should say how many are not shown."""
    assert joined(["a", "b", "c"], 2) == "a, b and 1 more"
    assert joined(["a", "b"], 2) == "a, b"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("measure SN00003: ecc", "measure evt-03: ecc"),
        ("measure SN00003.", "measure evt-03."),
        ("measure SN000031", "measure SN000031"),
        ("xSN00003", "xSN00003"),
        ("24 of 24", "24 of 24"),
    ],
)
def test_serials_become_names(text: str, named: str) -> None:
    """It should replace whole serials, and never a number of the sentence or a part of a word."""
    assert with_names(text, {"SN00003": "evt-03", "24": "short-serial"}) == named
