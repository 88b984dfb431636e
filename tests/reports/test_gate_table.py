"""Tests of a gate's answer as Markdown and as rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.evidence import CriterionOutcome, Forecast, GateDecision, Need
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.reports.gate_table import (
    HEADINGS,
    footnotes,
    forecast_words,
    gate_markdown,
    gate_rows,
    headline,
    markdown_text,
    needs_words,
)

AT = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)


def _decision(status: CriterionStatus = CriterionStatus.NOT_MET, missing: str = "measure SN00003") -> GateDecision:
    outcomes = (
        CriterionOutcome("coverage", "Every unit measured", CriterionStatus.MET, "24 of 24", "24 of 24"),
        CriterionOutcome("issues", "", status, "1 blocker open", "no blocker", missing),
    )
    return GateDecision("atlas", Phase.EVT, status, outcomes, "ab" * 32, AT)


def _cells(line: str) -> int:
    """Cells of a Markdown table row: pipes that are not escaped, less the one at the end."""
    return line.replace("\\\\", "").replace("\\|", "").count("|") - 1


def test_the_table_has_a_row_for_each_criterion() -> None:
    """It should hold headline, headings, a rule, one row a criterion, and the digest."""
    lines = gate_markdown(_decision()).splitlines()
    assert lines[0] == r"**atlas EVT: the phase cannot exit**"
    assert lines[2] == "| Status | Criterion | Observed | Required | Missing | Needs, and when |"
    assert lines[4].startswith("| ✓ met | Every unit measured | 24 of 24 |")
    assert lines[5].startswith("| ✗ not met | issues | 1 blocker open |")
    assert "`abababababababab`" in lines[-1]


def test_a_conditional_exit_is_told_from_a_clean_one() -> None:
    """It should say in the headline that only a waiver lets the phase exit."""
    assert "waiver" in headline(_decision(CriterionStatus.WAIVED))
    assert "waiver" not in headline(_decision(CriterionStatus.MET))


def test_hosts_go_by_name() -> None:
    """It should show the names that people use."""
    assert "evt-03" in gate_markdown(_decision(), {"SN00003": "evt-03"}).replace("\\", "")


@pytest.mark.parametrize(
    "hostile",
    [
        "a | b", "line\nbreak | x", "<img src=x onerror=alert(1)>", "[click](http://evil.example)", "`code`",
        "**bold**", "\\| escape", "![i](http://evil.example/x.png)", "\x1b[31mred", "&lt;b&gt;", "$x^2$", "~~gone~~",
    ],
)  # fmt: skip
def test_hostile_text_stays_in_its_cell(hostile: str) -> None:
    """It should be neither markup nor a new cell nor a new row."""
    table = gate_markdown(_decision(missing=hostile))
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == 4  # headings, rule, two criteria
    assert {_cells(row) for row in rows} == {len(HEADINGS)}
    last = rows[-1].replace("\\\\", "")
    for mark in ("<", "[", "](", "`", "**", "&", "$", "~"):
        assert last.count(mark) == last.count("\\" + mark), mark


@pytest.mark.parametrize("link", ["https://evil.example/x", "www.evil.example", "root@evil.example"])
def test_nothing_makes_itself_a_link(link: str) -> None:
    """It should break what a renderer would turn into a link, and look the same."""
    text = markdown_text(f"see {link}")
    assert link not in text.replace("\\", "")
    assert link in text.replace("\\", "").replace("\u200b", "")


@given(st.text(max_size=300))
def test_any_text_is_one_cell(text: str) -> None:
    """It should keep the table's form whatever a machine said."""
    rows = [line for line in gate_markdown(_decision(missing=text)).splitlines() if line.startswith("| ")]
    assert [_cells(row) for row in rows] == [len(HEADINGS)] * 4


def test_rows_are_plain_text() -> None:
    """It should give the terminal plain words, without Markdown's escapes."""
    assert gate_rows(_decision(missing="a|b"))[1] == (
        "✗ not met", "issues", "1 blocker open", "no blocker", "a|b", "",
    )  # fmt: skip


SOON = Forecast(AT, AT - timedelta(days=2), AT + timedelta(days=9), 0.9, "12 units in 8 days")


@pytest.mark.parametrize(
    ("forecast", "words"),
    [
        (SOON, "2025-11-20 (2025-11-18 to 2025-11-29)"),
        (replace(SOON, latest=None), "2025-11-20 (2025-11-18 or later)"),
        (replace(SOON, earliest=AT, latest=AT), "2025-11-20 09:30 UTC"),
    ],
)
def test_a_forecast_in_words(forecast: Forecast, words: str) -> None:
    """It should give the date with its interval, and to the minute where time alone decides."""
    assert forecast_words(forecast) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(11, "11"), (1234.0, "1,234"), (213.2, "214"), (0.0123456, "0.0124"), (29.957, "30"), (2.5, "2.5")],
)
def test_needs_are_never_rounded_down(amount: float, words: str) -> None:
    """It should not ask for less than is needed."""
    assert needs_words([Need(amount, "device-hours")]) == f"{words} device-hours"


def test_needs_and_forecast_stand_in_the_table() -> None:
    """It should say each way to close the gap, and when that would be, or why nobody can tell."""
    needs = (Need(11, "zero-failure units"), Need(2, "failed units to repair and retest"))
    row = replace(_decision().outcomes[1], needs=needs, forecast=SOON)
    said = "11 zero-failure units, or 2 failed units to repair and retest; 2025-11-20 (2025-11-18 to 2025-11-29)"
    assert gate_rows(replace(_decision(), outcomes=(row,)))[0][-1] == said
    unknown = replace(row, needs=needs[:1], forecast=None, no_forecast="repairs have no rate")
    assert gate_rows(replace(_decision(), outcomes=(unknown,)))[0][-1] == "11 zero-failure units; repairs have no rate"


def test_footnotes_say_when_who_and_what_was_changed() -> None:
    """It should stand below the table, in Markdown as text: the overall forecast, roles, and what a program changed."""
    notes = ("fresh: looser: dropped; <b>no</b> lab",)
    decision = replace(_decision(), forecast=SOON, awaits=("quality engineer",), notes=notes)
    assert footnotes(decision) == [
        "At the current rate: 2025-11-20 (2025-11-18 to 2025-11-29); 12 units in 8 days",
        "To sign: quality engineer",
        "Changed by the program: fresh: looser: dropped; <b>no</b> lab",
    ]
    assert r"\<b\>no" in gate_markdown(decision)
    assert footnotes(replace(_decision(), no_forecast="no forecast of issues"))[0].endswith("no forecast of issues")


def test_a_gate_that_only_waits_for_people_says_so() -> None:
    """It should not read as if evidence were missing."""
    waiting = replace(_decision(CriterionStatus.NOT_ENOUGH_EVIDENCE), signable=True, awaits=("quality engineer",))
    assert headline(waiting) == "atlas EVT: all else is there, waits for the sign-off by quality engineer"


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (Need(1, "units to measure"), "1 unit to measure"),
        (Need(1, "failed units to repair and retest"), "1 failed unit to repair and retest"),
        (Need(1, "new sound rounds"), "1 new sound round"),
        (Need(2, "zero-failure units"), "2 zero-failure units"),
    ],
)
def test_one_is_told_in_the_singular(need: Need, words: str) -> None:
    """It should read as people write."""
    assert needs_words([need]) == words
