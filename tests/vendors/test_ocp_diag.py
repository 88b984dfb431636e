"""OCP output in every ending: what the run says of itself, what its validators say, what limits may see."""

import json
import math
from typing import Any

import pytest
from golden_pairs import completed
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured
from gatehouse.vendors.ocp_validators import broken_validators
from gatehouse.vendors.registry import read

START = {"testRunArtifact": {"testRunStart": {"name": "t", "version": "1", "parameters": {}, "dutInfo": {}}}}
OPEN = {"testStepArtifact": {"testStepId": "0", "testStepStart": {"name": "s"}}}
CLOSE = {"testStepArtifact": {"testStepId": "0", "testStepEnd": {"status": "COMPLETE"}}}


def step(**content: Any) -> dict[str, Any]:
    """An artifact of the one step."""
    return {"testStepArtifact": {"testStepId": "0", **content}}


def measured(value: Any, **more: Any) -> dict[str, Any]:
    """A temperature of gpu0."""
    return step(measurement={"name": "temp", "value": value, "unit": "degC", "hardwareInfoId": "gpu0", **more})


def diagnosis(kind: str, hardware: str = "gpu0") -> dict[str, Any]:
    """A diagnosis."""
    return step(diagnosis={"verdict": "v", "type": kind, "hardwareInfoId": hardware})


def run(*steps: dict[str, Any], status: str = "COMPLETE", result: str = "PASS", code: int = 0) -> ToolReport:
    """What our reader finds in a whole run."""
    end = {"testRunArtifact": {"testRunEnd": {"status": status, "result": result}}}
    lines = "".join(json.dumps(each) + "\n" for each in (START, OPEN, *steps, CLOSE, end))
    return read("ocp-diag-jsonl", completed(lines.encode(), code))


def seen(report: ToolReport) -> list[Any]:
    """The temperatures that limits may see."""
    return [r.value for r in report.readings if (r.name, r.part, r.unit) == ("measurement.temp", "gpu0", "degC")]


def test_a_measurement_is_a_reading_of_its_part() -> None:
    """It should carry the part, with its subcomponent, and the unit that the executable says."""
    report = run(measured(40), measured(50, subcomponent={"name": "hbm1"}))
    assert seen(report) == [40]
    assert [r.value for r in report.readings if r.part == "gpu0.hbm1"] == [50]
    assert report.facts["measurement.temp.gpu0.hbm1"] == 50


@given(st.lists(st.integers(-100, 200), min_size=1, max_size=60))
def test_the_ends_of_a_series_are_never_lost(values: list[int]) -> None:
    """It should let limits see the least and the greatest, however many values stand between."""
    series = {"name": "temp", "unit": "degC", "hardwareInfoId": "gpu0", "measurementSeriesId": "1"}
    elements = [step(measurementSeriesElement={"measurementSeriesId": "1", "index": i, "value": v})
                for i, v in enumerate(values)]  # fmt: skip
    report = run(step(measurementSeriesStart=series), *elements)
    assert {min(values), max(values)} <= set(seen(report)) <= set(values)
    assert len(seen(report)) <= 3
    assert report.facts["measurements"] == len(values)


def test_words_are_all_seen() -> None:
    """It should not take one word of a loop for all of them, nor yes for 1."""
    assert seen(run(*[measured(word) for word in ("ok", "bad", "ok", True, 1)])) == ["ok", "bad", True, 1]


def test_a_value_that_is_none_stays_one() -> None:
    """It should be a hole for a limit, beside values that are there."""
    assert seen(run(measured(40), measured(None))) == [40, None]


@pytest.mark.parametrize(
    ("status", "result", "measured_as", "complete"),
    [
        ("COMPLETE", "PASS", Measured.COMPLETE, True),
        ("COMPLETE", "FAIL", Measured.COMPLETE, True),
        ("COMPLETE", "NOT_APPLICABLE", Measured.COMPLETE, False),
        ("ERROR", "NOT_APPLICABLE", Measured.COMPLETE, False),
        ("SKIP", "NOT_APPLICABLE", Measured.SKIP, False),
    ],
)
def test_what_the_run_says_of_itself(status: str, result: str, measured_as: Measured, complete: bool) -> None:
    """It should be a whole answer only where the run completed with a result."""
    report = run(measured(40), status=status, result=result)
    assert (report.status, report.complete) == (measured_as, complete)
    assert bool(report.errors) is not complete


def test_a_fault_outlives_a_run_that_broke() -> None:
    """It should keep the finding of a failed diagnosis when the run then ended as ERROR or SKIP."""
    for status in ("ERROR", "SKIP"):
        report = run(diagnosis("FAIL"), status=status, result="NOT_APPLICABLE")
        assert report.status is Measured.COMPLETE
        assert [f.signature for f in report.findings if f.kind == "hardware"] == ["ocp.v"]


def test_a_pass_that_contradicts_its_diagnosis_is_no_pass() -> None:
    """It should not believe a run that passes with a failed diagnosis, nor one that looked at nothing."""
    assert not run(diagnosis("FAIL")).complete
    assert [f.signature for f in run().findings] == ["ocp.empty"]


def test_the_exit_code_of_a_fail_is_an_answer_and_that_of_a_pass_is_not() -> None:
    """It should take exit code 1 with FAIL for what it is, and with PASS for trouble of the tool."""
    assert run(diagnosis("FAIL"), result="FAIL", code=1).complete
    assert not run(diagnosis("PASS"), code=1).complete


def test_a_broken_validator_is_said_once() -> None:
    """It should be the machine's trouble, unless a failed diagnosis of that hardware says it already."""
    hot = measured(99, validators=[{"type": "LESS_THAN", "value": 95}])
    assert [f.signature for f in run(hot).findings] == ["ocp.measurement.temp"]
    assert [f.signature for f in run(hot, hot, diagnosis("FAIL"), result="FAIL").findings] == ["ocp.v"]
    elsewhere = run(hot, diagnosis("FAIL", "gpu7"), result="FAIL")
    assert [f.part for f in elsewhere.findings] == ["gpu7", "gpu0"]


@pytest.mark.parametrize(
    ("value", "kind", "wanted", "says"),
    [
        (5, "LESS_THAN", 5, "below 5"),
        (5, "LESS_THAN_OR_EQUAL", 5, ""),
        (5, "GREATER_THAN", 5, "above 5"),
        (5, "GREATER_THAN_OR_EQUAL", 6, "at least 6"),
        ("a", "EQUAL", "b", "b"),
        ("a", "EQUAL", 1, ""),
        (True, "EQUAL", 1, ""),
        ("a", "NOT_EQUAL", "a", "not a"),
        ("a", "IN_SET", ["b", "c"], "one of ['b', 'c']"),
        ("a", "NOT_IN_SET", ["a"], "none of ['a']"),
        ("a" * 40, "REGEX_MATCH", "(a+)+$b", ""),
        (None, "EQUAL", 1, ""),
        (5, "LESS_THAN", "four", ""),
        (5, "UNHEARD_OF", 1, ""),
    ],
)
def test_validators(value: Any, kind: str, wanted: Any, says: str) -> None:
    """It should judge what can be judged, and say nothing of the rest."""
    assert broken_validators(value, [{"type": kind, "value": wanted}]) == ([says] if says else [])


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                    max_leaves=8))  # fmt: skip
def test_whatever_validators_are_it_answers(hostile: Any) -> None:
    """It should never raise for what an output holds in their place."""
    assert isinstance(broken_validators(1.0, hostile), list)
    assert isinstance(broken_validators(1.0, [hostile, {"type": hostile, "value": hostile}]), list)
    assert not math.isnan(len(run(measured(1, validators=json.loads(json.dumps(hostile)))).facts))
