"""Real outputs, where they are at hand: every fact that the manifest beside them expects must be read.

The samples belong to other projects and are not part of this one; without them these tests are skipped.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from golden_pairs import completed

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured
from gatehouse.vendors.registry import all_readers, read

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
MANIFEST = SAMPLES / "MANIFEST.csv"

# Names of the manifest for what a report has under another name, or as an attribute.
ALIASES: dict[str, Callable[[ToolReport], Any]] = {
    "complete": lambda report: report.complete,
    "finding": lambda report: str(report.findings[0].kind) if report.findings else "none",
    "finding.class": lambda report: str(report.findings[0].kind) if report.findings else None,
    "must_not_crash": lambda report: isinstance(report, ToolReport),
    "report_error": lambda report: bool(report.errors),
    "usable": lambda report: report.facts.get("usable", report.status is Measured.COMPLETE),
    "run.end": lambda report: {key: report.facts[f"run.{key}"] for key in ("name", "status", "result")},
}
# What describes how to read, or a note about the sample, rather than something to be read.
NOT_FACTS = {"split_at", "last.slot_note"}
# (file, name) -> why the manifest's value is not what the sample says.
CONTRADICTED: dict[tuple[str, str], str] = {}


def rows() -> list[dict[str, str]]:
    """The manifest's rows of the tools that have a reader."""
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["tool"] in all_readers()]


ROWS = rows()
pytestmark = pytest.mark.skipif(not ROWS, reason=f"the samples of real outputs are not at hand ({MANIFEST})")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"].removeprefix("raw/"))
def test_every_expected_fact_is_read(row: dict[str, str]) -> None:
    """It should read each fact that the manifest expects, with its value."""
    report = read(row["tool"], completed((SAMPLES / row["file"]).read_bytes()))
    wrong = []
    for name, expected in json.loads(row["expect"]).items():
        if name in NOT_FACTS or (row["file"], name) in CONTRADICTED:
            continue
        if not _holds(report, name, expected):
            wrong.append(f"{name}: expected {expected!r}, read {_observed(report, name)!r}")
    assert not wrong, "\n".join(wrong)


def test_most_samples_are_covered() -> None:
    """It should notice readers that lost their name: nearly every tool of the manifest has a reader."""
    with MANIFEST.open(newline="") as lines:
        tools = {row["tool"] for row in csv.DictReader(lines)}
    assert len(tools & set(all_readers())) >= 0.9 * len(tools), sorted(tools - set(all_readers()))


def _observed(report: ToolReport, name: str) -> Any:
    return ALIASES[name](report) if name in ALIASES else report.facts.get(name, "<absent>")


def _holds(report: ToolReport, name: str, expected: Any) -> bool:
    """Whether a fact is as expected; ``_min`` and ``>=`` give a least value, ``_contains`` a part of a text."""
    observed = _observed(report, name)
    if observed == "<absent>" and name.endswith("_min"):
        return bool(report.facts[name.removesuffix("_min")] >= expected)
    if observed == "<absent>" and name.endswith("_contains"):
        return expected in str(report.facts.get(name.removesuffix("_contains")))
    if expected is None and observed == "<absent>":
        return not report.complete  # of an output that was cut, what is absent is not reported as unknown
    if isinstance(expected, str) and expected.startswith(">="):
        return bool(observed >= int(expected[2:]))
    return bool(observed == expected) and isinstance(observed, bool) is isinstance(expected, bool)
