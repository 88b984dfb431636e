"""Tests of the OCP export against what the specification asks of each artifact."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.status import Measured, Verdict
from gatehouse.reports.ocp_export import (
    OcpFile,
    OcpFinding,
    OcpReading,
    OcpResult,
    OcpRound,
    OcpUnit,
    ocp_lines,
    run_end,
)

AT = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
LEGAL = {("COMPLETE", "PASS"), ("COMPLETE", "FAIL"), ("ERROR", "NOT_APPLICABLE"), ("SKIP", "NOT_APPLICABLE")}
GOOD = (Measured.COMPLETE, Verdict.PASS)
BAD = (Measured.COMPLETE, Verdict.FAIL)
HOLE = (Measured.ERROR, Verdict.NOT_APPLICABLE)
SKIPPED = (Measured.SKIP, Verdict.NOT_APPLICABLE)


def _round(admissible: bool | None = True, problems: tuple[str, ...] = ()) -> OcpRound:
    unit = OcpUnit("SN00001", "evt-01", "lab", "h100")
    later = AT + timedelta(minutes=5)
    return OcpRound(
        "1a2b", "atlas", "EVT", "evt", "pat", AT, later, admissible, [unit], problems, {"title": "EVT plan"}, "1"
    )


def _result(answers: tuple[Measured, Verdict] = GOOD, **more: Any) -> OcpResult:
    return OcpResult("SN00001", "ecc", *answers, "because", AT + timedelta(seconds=1), 2.0, **more)


def _export(results: Iterable[OcpResult], round_: OcpRound | None = None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ocp_lines(round_ or _round(), results)]


def _steps(artifacts: list[dict[str, Any]], kind: str) -> list[Any]:
    return [a["testStepArtifact"][kind] for a in artifacts if kind in a.get("testStepArtifact", {})]


def test_the_stream_is_numbered_timed_and_framed() -> None:
    """It should begin with the schema version and the run's start, end with its end, and count from 0 without a gap."""
    artifacts = _export([_result(), _result(BAD)])
    assert artifacts[0]["schemaVersion"] == {"major": 2, "minor": 0}
    assert "testRunStart" in artifacts[1]["testRunArtifact"]
    assert "testRunEnd" in artifacts[-1]["testRunArtifact"]
    assert [a["sequenceNumber"] for a in artifacts] == list(range(len(artifacts)))
    times = [datetime.fromisoformat(a["timestamp"]) for a in artifacts]
    assert times[0] == AT
    assert times[-1] == AT + timedelta(minutes=5)
    assert times == sorted(times)


def test_the_run_start_names_the_units() -> None:
    """It should carry name, version, command line, parameters and every unit as hardware."""
    start = _export([])[1]["testRunArtifact"]["testRunStart"]
    assert {"name", "version", "commandLine", "parameters", "dutInfo"} <= set(start)
    assert start["dutInfo"]["dutInfoId"] == "1a2b"
    assert start["dutInfo"]["hardwareInfos"] == [
        {"hardwareInfoId": "SN00001", "name": "evt-01", "serialNumber": "SN00001", "partNumber": "h100",
         "partType": "server", "location": "lab"}
    ]  # fmt: skip


def test_each_unit_and_diagnostic_is_a_step() -> None:
    """It should open and close every step once, with an id of its own and its status."""
    artifacts = _export([_result(), _result(HOLE)])
    steps = [a["testStepArtifact"] for a in artifacts if "testStepArtifact" in a]
    assert [s["testStepId"] for s in steps if "testStepStart" in s] == ["0", "1"]
    assert [s["testStepEnd"]["status"] for s in steps if "testStepEnd" in s] == ["COMPLETE", "ERROR"]


def test_measurements_carry_unit_part_and_limits() -> None:
    """It should turn low and high into validators, and the part into a subcomponent."""
    reading = OcpReading("gpu0", "temp_c", 97.0, "degC", None, 85.0)
    both = OcpReading("host", "fan_rpm", 5000.5, "rpm", 1000.0, 9000.0)
    first, second = _steps(_export([_result(readings=(reading, both))]), "measurement")
    assert first == {
        "name": "temp_c", "value": 97, "unit": "degC", "hardwareInfoId": "SN00001",
        "validators": [{"type": "LESS_THAN_OR_EQUAL", "value": 85.0}],
        "subcomponent": {"name": "gpu0", "type": "UNSPECIFIED"},
    }  # fmt: skip
    assert "subcomponent" not in second
    assert [v["type"] for v in second["validators"]] == ["GREATER_THAN_OR_EQUAL", "LESS_THAN_OR_EQUAL"]
    assert second["value"] == 5000.5


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_has_no_value_is_no_measurement(value: float | None) -> None:
    """It should say that there was none, and never write 0 or NaN."""
    artifacts = _export([_result(readings=(OcpReading("gpu1", "power_w", value),))])
    assert _steps(artifacts, "measurement") == []
    assert "gpu1 power_w" in _steps(artifacts, "log")[0]["message"]


def test_a_broken_limit_is_a_diagnosis() -> None:
    """It should tell part, seen, required and action, as FAIL; what only notes is UNKNOWN."""
    broken = OcpFinding("gpu0", "temp_c", "97 degC", "at most 85 degC", "blocker", "SWAP_PART")
    noted = OcpFinding("gpu0", "fan", "slow", "fast", "minor", "NONE")
    found = _steps(_export([_result(BAD, findings=(broken, noted))]), "diagnosis")
    assert [(d["verdict"], d["type"]) for d in found] == [("temp_c", "FAIL"), ("fan", "UNKNOWN"), ("ecc-fail", "FAIL")]
    assert "97 degC" in found[0]["message"]
    assert "SWAP_PART" in found[0]["message"]


def test_what_a_tool_said_is_a_log_and_its_output_a_file() -> None:
    """It should keep findings that break no limit as logs, and name raw outputs by their hash."""
    said = OcpFinding("gpu0", "xid.13", "graphics exception")
    artifacts = _export([_result(findings=(said,), files=(OcpFile("ecc-1", "ab" * 32),))])
    assert _steps(artifacts, "log")[0]["severity"] == "WARNING"
    assert _steps(artifacts, "file")[0]["uri"] == "urn:sha256:" + "ab" * 32


@pytest.mark.parametrize(("answers", "symptom"), [(HOLE, "gatehouse-not-measured"), (SKIPPED, "gatehouse-skipped")])
def test_what_was_not_measured_is_an_error_and_no_diagnosis(answers: tuple[Measured, Verdict], symptom: str) -> None:
    """It should never sound like a verdict on the machine."""
    artifacts = _export([_result(answers)])
    assert _steps(artifacts, "diagnosis") == []
    assert _steps(artifacts, "error") == [{"symptom": symptom, "message": "because"}]


@pytest.mark.parametrize(
    ("admissible", "seen", "end"),
    [
        (True, {GOOD}, GOOD),
        (True, {GOOD, BAD, HOLE}, BAD),
        (True, {GOOD, HOLE, SKIPPED}, HOLE),
        (True, {GOOD, SKIPPED}, SKIPPED),
        (True, set(), HOLE),
        (False, {GOOD}, HOLE),
        (False, {BAD}, HOLE),
        (None, {GOOD}, HOLE),
    ],
)
def test_how_a_run_ends(
    admissible: bool | None, seen: set[tuple[Measured, Verdict]], end: tuple[Measured, Verdict]
) -> None:
    """It should let a fault outweigh a hole, a hole a pass, and bad data everything."""
    assert run_end(admissible, seen) == end


def test_an_inadmissible_round_says_why() -> None:
    """It should list every problem of its data as an error of the run."""
    artifacts = _export([_result()], _round(False, ("rows are missing", "clock is off")))
    errors = [a["testRunArtifact"]["error"] for a in artifacts if "error" in a.get("testRunArtifact", {})]
    assert [e["message"] for e in errors] == ["rows are missing", "clock is off"]
    assert artifacts[-1]["testRunArtifact"]["testRunEnd"] == {"status": "ERROR", "result": "NOT_APPLICABLE"}


@given(st.lists(st.sampled_from([GOOD, BAD, HOLE, SKIPPED]), max_size=8), st.sampled_from([True, False, None]))
def test_the_end_is_always_a_legal_pair(answers: list[tuple[Measured, Verdict]], admissible: bool | None) -> None:
    """It should end in one of the four pairs that the specification allows."""
    end = _export([_result(each) for each in answers], _round(admissible))[-1]["testRunArtifact"]["testRunEnd"]
    assert (end["status"], end["result"]) in LEGAL


@given(st.text(max_size=100))
def test_any_text_is_one_line_of_json(text: str) -> None:
    """It should keep one artifact a line, whatever a tool printed."""
    finding, reading = OcpFinding(text, text, text, text, "major", "NONE"), OcpReading("gpu0", "name", text)
    for line in ocp_lines(_round(), [_result(BAD, findings=(finding,), readings=(reading,))]):
        assert "\n" not in line
        json.loads(line)


def test_results_are_read_one_by_one() -> None:
    """It should not hold a large round in memory: the first lines come before the last results are asked for."""
    asked = 0

    def results() -> Iterable[OcpResult]:
        nonlocal asked
        for _ in range(1000):
            asked += 1
            yield _result()

    lines = ocp_lines(_round(), results())
    for _ in range(5):
        next(lines)
    assert asked <= 2
