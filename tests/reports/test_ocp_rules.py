"""Whatever a round holds, its export keeps the specification, and our own reader finds in it what went in."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocp_rules import broken

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.status import Measured, Verdict
from gatehouse.reports.ocp_export import (
    OcpFile,
    OcpFinding,
    OcpReading,
    OcpResult,
    OcpRound,
    OcpUnit,
    ocp_lines,
)
from gatehouse.vendors.registry import read

AT = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
GOOD = (Measured.COMPLETE, Verdict.PASS)
BAD = (Measured.COMPLETE, Verdict.FAIL)
ENDS = [GOOD, BAD, (Measured.ERROR, Verdict.NOT_APPLICABLE), (Measured.SKIP, Verdict.NOT_APPLICABLE)]
HOSTILE = '"}\n{"testRunArtifact": {}}\x00\x1b[31m\u202e\ud800\udfff \u2028</script>'


def exported(results: list[OcpResult], admissible: bool | None = True, **more: Any) -> list[str]:
    """The lines of a round of two units with these results."""
    units = [OcpUnit(f"SN{i}", f"evt-{i}", "lab", "h100") for i in range(2)]
    ended = {
        "units": units,
        "judged_at": AT + timedelta(minutes=5),
        "parameters": {"title": "EVT"},
        "version": "1",
        **more,
    }
    return list(ocp_lines(OcpRound("1a2b", "p", "EVT", "evt", "pat", AT, admissible=admissible, **ended),
                          results))  # fmt: skip


def result(ends: tuple[Measured, Verdict] = GOOD, reason: str = "because", **more: Any) -> OcpResult:
    """One diagnostic on the first unit."""
    return OcpResult("SN0", "ecc", *ends, reason, AT, **more)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)  # surrogates and controls too
NUMBERS = st.one_of(st.none(), st.floats(), st.integers(-(10**30), 10**30))
READINGS = st.builds(OcpReading, TEXTS, TEXTS, st.one_of(NUMBERS, st.booleans(), TEXTS), TEXTS, NUMBERS, NUMBERS)
FINDINGS = st.builds(OcpFinding, TEXTS, TEXTS, TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS)
RESULTS = st.builds(
    lambda ends, *rest: OcpResult("SN1", "d", *ends, *rest),
    st.sampled_from(ENDS), TEXTS, st.datetimes(timezones=st.just(UTC)), NUMBERS,
    st.lists(READINGS, max_size=4).map(tuple), st.lists(FINDINGS, max_size=4).map(tuple),
    st.lists(st.builds(OcpFile, TEXTS, TEXTS), max_size=2).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("admissible", [True, False, None])
def test_every_ending_keeps_the_specification(ends: tuple[Measured, Verdict], admissible: bool | None) -> None:
    """It should export each verdict, in rounds that count, do not count, or are not judged."""
    findings = (
        OcpFinding("gpu0", "temp_c", "97 degC", "at most 85 degC", "blocker", "SWAP_PART"),
        OcpFinding("host", "xid.13", "graphics exception"),
        OcpFinding("gpu1", "fan", "slow", "fast", "minor", "NONE"),
    )
    readings = (
        OcpReading("gpu0", "temp_c", 97.0, "degC", None, 85.0),
        OcpReading("host", "name", "a word", "", 1.0, 2.0),
        OcpReading("gpu1", "ok", True),
        OcpReading("gpu1", "gone", None),
    )
    rich = result(ends, readings=readings, findings=findings, files=(OcpFile("k", "ab" * 32),), duration_s=2.0)
    assert broken(exported([rich, result(ends, reason="")], admissible, problems=["rows are missing"])) == []


def test_an_empty_round_and_one_without_units_keep_it() -> None:
    """It should be whole whatever is missing."""
    assert broken(exported([])) == []
    assert broken(exported([], None, units=[], judged_at=None)) == []


def test_hostile_text_stays_text() -> None:
    """It should neither break a line, nor forge an artifact, nor be no UTF-8."""
    finding, reading = OcpFinding(*[HOSTILE] * 6), OcpReading(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    lines = exported(
        [result(BAD, HOSTILE, readings=(reading,), findings=(finding,), files=(OcpFile(HOSTILE, HOSTILE),))]
    )
    assert broken(lines) == []
    assert sum("testRunArtifact" in json.loads(line) for line in lines) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(RESULTS, max_size=4), st.sampled_from([True, False, None]), st.lists(TEXTS, max_size=2))
def test_any_round_keeps_the_specification(results: list[OcpResult], admissible: bool | None, said: list[str]) -> None:
    """It should hold for any values, texts, times and durations, however strange."""
    assert broken(exported(results, admissible, problems=said, parameters={t: t for t in said})) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(RESULTS, max_size=4), st.booleans())
def test_our_own_reader_finds_what_went_in(results: list[OcpResult], admissible: bool) -> None:
    """It should count the same steps, measurements, diagnoses and errors."""
    lines = exported(results, admissible, problems=["no"])
    text = "".join(line + "\n" for line in lines).encode()
    report = read("ocp-diag-jsonl", Completed(Command("k", ("x",)), Ended.EXITED, 0, text))
    artifacts = [json.loads(line) for line in lines]
    steps = [a["testStepArtifact"] for a in artifacts if "testStepArtifact" in a]
    facts = report.facts
    assert facts["lines"] == len(lines)
    assert facts["steps"] == len(results)
    assert facts["measurements"] == sum("measurement" in step for step in steps)
    assert facts["diagnoses"] == sum("diagnosis" in step for step in steps)
    assert facts["diagnoses.fail"] == sum(step.get("diagnosis", {}).get("type") == "FAIL" for step in steps)
    assert facts["run.status"] == artifacts[-1]["testRunArtifact"]["testRunEnd"]["status"]


def _line(at: int, change: Callable[[dict[str, Any]], object]) -> list[str]:
    lines = exported([result(readings=(OcpReading("gpu0", "t", 1.0),))])
    artifact = json.loads(lines[at])
    change(artifact)
    lines[at] = json.dumps(artifact)
    return lines


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (_line(0, lambda a: a["schemaVersion"].update(major=1)), "major"),
        (_line(1, lambda a: a["testRunArtifact"]["testRunStart"].pop("version")), "version is absent"),
        (_line(2, lambda a: a.update(sequenceNumber=9)), "sequenceNumber"),
        (_line(2, lambda a: a.update(timestamp="2025-11-20T09:30:00+00:00")), "written with Z"),
        (_line(3, lambda a: a["testStepArtifact"]["measurement"].update(value=None)), "is no str"),
        (_line(3, lambda a: a["testStepArtifact"]["measurement"].update(colour="red")), "not of the specification"),
        (_line(3, lambda a: a["testStepArtifact"]["measurement"].update(hardwareInfoId="other")), "does not list"),
        (_line(3, lambda a: a["testStepArtifact"].update(log={})), "exactly one of"),
        (_line(4, lambda a: a["testStepArtifact"]["diagnosis"].update(type="MAYBE")), "none of PASS"),
        (_line(-1, lambda a: a["testRunArtifact"]["testRunEnd"].update(result="NOT_APPLICABLE")), "the run ends as"),
        (exported([result()])[:-1], "does not start"),
        (exported([result()])[1:], "no schemaVersion"),
    ],
)
def test_the_rules_can_fail(lines: list[str], says: str) -> None:
    """It should find each kind of mistake."""
    assert any(says in rule for rule in broken(lines)), broken(lines)
