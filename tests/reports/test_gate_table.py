"""Tests of a gate's answer as Markdown and as rows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.evidence import CriterionOutcome, GateDecision
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.reports.gate_table import HEADINGS, gate_markdown, gate_rows, headline, markdown_text

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
    assert lines[2] == "| Status | Criterion | Observed | Required | Missing |"
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
    assert gate_rows(_decision(missing="a|b"))[1] == ("✗ not met", "issues", "1 blocker open", "no blocker", "a|b")
