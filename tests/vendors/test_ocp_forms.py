"""OCP Test & Validation output: what the tool concluded, and what we see besides."""

import json
from typing import Any

import pytest
from golden_pairs import completed
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured
from gatehouse.vendors.ocp_validators import broken_validators
from gatehouse.vendors.registry import read

START: dict[str, Any] = {
    "testRunArtifact": {"testRunStart": {"name": "t", "version": "1", "dutInfo": {"dutInfoId": "1"}}}
}
END: dict[str, Any] = {"testRunArtifact": {"testRunEnd": {"status": "COMPLETE", "result": "PASS"}}}


def step(kind: str, *, of: Any = "0", **content: Any) -> dict[str, Any]:
    """An artifact of a step."""
    return {"testStepArtifact": {"testStepId": of, kind: content}}


def run_of(*artifacts: dict[str, Any], end: dict[str, Any] = END) -> ToolReport:
    """The report of a run with these artifacts, numbered."""
    lines = [START, *artifacts, end]
    text = "".join(json.dumps({**line, "sequenceNumber": number}) + "\n" for number, line in enumerate(lines))
    return read("ocp-diag-jsonl", completed(text.encode()))


def ended(status: str, result: str) -> dict[str, Any]:
    """The end of a run."""
    return {"testRunArtifact": {"testRunEnd": {"status": status, "result": result}}}


@pytest.mark.parametrize(
    ("kind", "value", "limit", "holds"),
    [
        ("EQUAL", 1, 1.0, True),
        ("EQUAL", True, 1, None),
        ("NOT_EQUAL", "a", "a", False),
        ("LESS_THAN", 5, 5, False),
        ("LESS_THAN_OR_EQUAL", 5, 5, True),
        ("GREATER_THAN", 5.5, 5, True),
        ("GREATER_THAN_OR_EQUAL", "5", 5, None),
        ("REGEX_MATCH", "v1.22", r"^v1\.\d+$", True),
        ("REGEX_NO_MATCH", "v1.22", r"^v1", False),
        ("REGEX_MATCH", "a" * 30, r"(a+)+$", None),
        ("REGEX_MATCH", "a", "(", None),
        ("IN_SET", 3, [1, 2], False),
        ("NOT_IN_SET", 3, [1, 2], True),
        ("IN_SET", True, [True], True),
        ("ROUGHLY", 1, 1, None),
        ("LESS_THAN", None, 5, None),
    ],
)
def test_validators(kind: str, value: Any, limit: Any, holds: bool | None) -> None:
    """It should evaluate what the specification defines, and count what it does not, or what would be unsafe."""
    broken, unknown = broken_validators({"validators": [{"type": kind, "value": limit}]}, value)
    assert (bool(broken), unknown) == (holds is False, int(holds is None))


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, deadline=1000)
def test_no_pattern_of_a_tool_runs_without_end(pattern: str, value: str) -> None:
    """It should survive any pattern, in bounded time."""
    broken_validators({"validators": [{"type": "REGEX_MATCH", "value": pattern}]}, value)


@pytest.mark.parametrize(
    ("content", "outside"),
    [
        ({"name": "t", "value": 95, "validators": [{"type": "LESS_THAN", "value": 90}]}, True),
        ({"name": "t", "value": 85, "validators": [{"type": "LESS_THAN", "value": 90}]}, False),
        ({"info": {"name": "t"}, "element": {"value": 1, "range": {"minimum": 0, "maximum": 0}}}, True),
        ({"info": {"name": "t"}, "element": {"value": 0, "range": {"minimum": 0, "maximum": 0}}}, False),
        ({"info": {"name": "t"}, "element": {"value": False, "validValues": {"values": [True]}}}, True),
    ],
)
def test_a_value_outside_of_its_own_validator_is_said(content: dict[str, Any], outside: bool) -> None:
    """It should find it when no diagnosis mentions it, in both versions."""
    report = run_of(
        step("testStepStart", name="s"), step("measurement", **content), step("testStepEnd", status="COMPLETE")
    )
    assert [finding.signature for finding in report.findings] == (["ocp.outside_validators.t"] if outside else [])


def test_a_value_that_a_diagnosis_mentions_is_said_once() -> None:
    """It should leave the word to the tool where the tool says it."""
    measured = {"name": "t", "value": 95, "hardwareInfoId": "a", "validators": [{"type": "LESS_THAN", "value": 90}]}
    report = run_of(
        step("testStepStart", name="s"),
        step("measurement", **measured),
        step("diagnosis", verdict="hot", type="FAIL", hardwareInfoId="a"),
        step("testStepEnd", status="COMPLETE"),
        end=ended("COMPLETE", "FAIL"),
    )
    assert [finding.signature for finding in report.findings] == ["ocp.hot"]
    assert report.facts["outside_validators_events"] == 1


def test_a_diagnosis_of_other_hardware_does_not_mention_it() -> None:
    """It should not take the fault of one part for that of another."""
    measured = {"name": "t", "value": 95, "hardwareInfoId": "a", "validators": [{"type": "LESS_THAN", "value": 90}]}
    report = run_of(
        step("measurement", **measured),
        step("diagnosis", verdict="hot", type="FAIL", hardwareInfoId="b"),
        end=ended("COMPLETE", "FAIL"),
    )
    assert {finding.part for finding in report.findings} == {"a", "b"}


def test_absent_sequence_numbers_are_a_hole() -> None:
    """It should not call a run complete of which an artifact was lost."""
    lines = [{**START, "sequenceNumber": 0}, {**END, "sequenceNumber": "2"}]
    report = read("ocp-diag-jsonl", completed("".join(json.dumps(line) + "\n" for line in lines).encode()))
    assert report.facts["sequence_gaps"] == 1
    assert not report.complete
    assert "1 artifacts are absent" in report.errors[0]


@pytest.mark.parametrize(
    ("status", "result", "measured", "complete"),
    [
        ("COMPLETE", "PASS", Measured.COMPLETE, True),
        ("ERROR", "NOT_APPLICABLE", Measured.COMPLETE, False),
        ("SKIP", "NOT_APPLICABLE", Measured.SKIP, False),
        ("SKIP", "PASS", Measured.SKIP, False),
        ("ERROR", "FAIL", Measured.COMPLETE, False),
    ],
)
def test_how_a_run_ended(status: str, result: str, measured: Measured, complete: bool) -> None:
    """It should not take a skipped or broken run for a measured one."""
    report = run_of(end=ended(status, result))
    assert (report.status, report.complete) == (measured, complete)


def test_a_failed_run_without_a_reason_is_a_finding() -> None:
    """It should not lose the result where no diagnosis explains it."""
    report = run_of(end=ended("COMPLETE", "FAIL"))
    assert [(str(f.kind), f.part, f.signature) for f in report.findings] == [("hardware", "host", "ocp.run_failed")]


def test_an_undecided_diagnosis_is_no_pass() -> None:
    """It should say that something could not be told."""
    report = run_of(step("diagnosis", verdict="v", type="UNKNOWN"))
    assert not report.complete
    assert report.facts["diagnoses.unknown"] == 1


def test_steps_in_parallel() -> None:
    """It should tell steps apart by identity, numbers or words, however they interleave."""
    report = run_of(
        step("testStepStart", of=1, name="a"),
        step("testStepStart", of="b", name="b"),
        step("testStepEnd", of=1, status="COMPLETE"),
        step("testStepEnd", of="b", status="SKIP"),
    )
    assert (report.facts["step1.status"], report.facts["stepb.status"]) == ("COMPLETE", "SKIP")
    assert (report.facts["steps.complete"], report.facts["steps.skip"]) == (1, 1)


def test_a_series_that_lost_an_element() -> None:
    """It should hold the declared number against what came."""
    report = run_of(
        step("measurementSeriesStart", measurementSeriesId="1", name="t"),
        step("measurementSeriesElement", measurementSeriesId="1", index=0, value=4),
        step("measurementSeriesEnd", measurementSeriesId="1", totalCount=2),
    )
    assert not report.complete
    assert report.facts["series.1.count"] == 1


def test_noise_between_the_lines_is_no_hole() -> None:
    """It should pass over what other programs print, but not over a broken artifact."""
    text = "".join(json.dumps({**line, "sequenceNumber": n}) + "\nnoise\n" for n, line in enumerate([START, END]))
    report = read("ocp-diag-jsonl", completed(text.encode()))
    assert (report.complete, report.facts["noise_lines"]) == (True, 2)
    assert not read("ocp-diag-jsonl", completed((text + '{"testStepArt\n').encode())).complete
