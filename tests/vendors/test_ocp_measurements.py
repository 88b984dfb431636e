"""What OCP output measures: what limits may see of it, and what its own validators say."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocp_runs import diagnosis, measured, run, series, signatures, step

from gatehouse.model.readings import ToolReport
from gatehouse.vendors.ocp_validators import Patience, broken_validators

BELOW_95 = [{"type": "LESS_THAN", "value": 95}]
HOT = measured(99, validators=BELOW_95)


def seen(report: ToolReport) -> list[Any]:
    """The temperatures that limits may see."""
    return [r.value for r in report.readings if (r.name, r.part, r.unit) == ("measurement.temp", "gpu0", "degC")]


def test_a_measurement_is_a_reading_of_its_part() -> None:
    """It should carry the part, with its subcomponent, and the unit that the executable says."""
    report = run(measured(40), measured(50, subcomponent={"name": "hbm1"}))
    assert seen(report) == [40]
    assert [r.value for r in report.readings if r.part == "gpu0.hbm1"] == [50]
    assert report.facts["measurement.temp.gpu0.hbm1"] == 50


@given(st.lists(st.integers(-100, 200) | st.floats(-1e3, 1e3), min_size=1, max_size=60))
def test_the_ends_of_a_series_are_never_lost(values: list[float]) -> None:
    """It should let limits see the least and the greatest, however many values stand between."""
    report = run(*series(values, total=len(values)))
    assert {min(values), max(values)} <= set(seen(report)) <= set(values)
    assert len(seen(report)) <= 3
    assert report.facts["measurements"] == report.facts["series.1.count"] == len(values)


def test_words_are_all_seen() -> None:
    """It should not take one word of a loop for all of them, nor yes for 1."""
    assert seen(run(*[measured(word) for word in ("ok", "bad", "ok", True, 1)])) == ["ok", "bad", True, 1]


def test_a_value_that_is_none_stays_one() -> None:
    """It should be a hole for a limit, beside values that are there."""
    assert seen(run(measured(40), measured(None))) == [40, None]


def test_a_series_that_lost_an_element() -> None:
    """It should hold the declared number against what came."""
    report = run(*series([4], total=2))
    assert not report.complete
    assert report.facts["series.1.count"] == 1
    assert run(*series([4, 5], total=2)).complete


def test_a_series_that_lost_its_start_or_its_end() -> None:
    """It should be a hole, and keep the values."""
    start, element, last = series([4], total=1)
    headless, endless = run(element, last), run(start, element)
    assert headless.errors == ("series 1 did not start",)
    assert endless.errors == ("series 1 did not end",)
    assert headless.facts["series.1.first"] == endless.facts["series.1.first"] == 4


def test_a_value_outside_of_its_own_validator_is_said_once() -> None:
    """It should be the machine's trouble, unless a failed diagnosis of that hardware says it already."""
    assert signatures(run(HOT, HOT)) == ["ocp.outside_validators.temp"]
    assert run(HOT).findings[0].text == "temp is 99 degC, must be below 95; no diagnosis says so"
    told = run(HOT, HOT, diagnosis("FAIL"), result="FAIL")
    assert signatures(told) == ["ocp.v"]
    assert told.facts["outside_validators_events"] == 2
    assert signatures(run(*series([60, 99], total=2, validators=BELOW_95))) == ["ocp.outside_validators.temp"]


def test_a_diagnosis_of_something_else_does_not_say_it() -> None:
    """It should not take the fault of one part, or of another step, for this one, unless it names the measurement."""
    elsewhere = run(HOT, diagnosis("FAIL", "gpu7", message="temp is high"), result="FAIL")
    assert [finding.part for finding in elsewhere.findings] == ["gpu7", "gpu0"]
    for message, count in (("slow", 2), ("temp is high", 1)):
        other = step("diagnosis", of="1", verdict="v", type="FAIL", hardwareInfoId="gpu0", message=message)
        assert len(run(HOT, other, result="FAIL").findings) == count


@pytest.mark.parametrize(
    ("element", "outside"),
    [
        ({"value": 1, "range": {"minimum": 0, "maximum": 0}}, True),
        ({"value": 0, "range": {"minimum": 0, "maximum": 0}}, False),
        ({"value": False, "validValues": {"values": [True]}}, True),
        ({"value": "ok", "validValues": {"values": ["ok"]}}, False),
    ],
)
def test_ranges_of_version_1(element: dict[str, Any], outside: bool) -> None:
    """It should hold a value against its range or its valid values."""
    report = run(step("measurement", info={"name": "t"}, element=element))
    assert signatures(report) == (["ocp.outside_validators.t"] if outside else [])


@pytest.mark.parametrize(
    ("kind", "value", "limit", "says"),
    [
        ("EQUAL", 1, 1.0, ""),
        ("EQUAL", "a", "b", "must be b"),
        ("NOT_EQUAL", "a", "a", "must not be a"),
        ("LESS_THAN", 5, 5, "must be below 5"),
        ("LESS_THAN_OR_EQUAL", 5, 5, ""),
        ("GREATER_THAN", 5, 5, "must be above 5"),
        ("GREATER_THAN", 5.5, 5, ""),
        ("GREATER_THAN_OR_EQUAL", 5, 6, "must be at least 6"),
        ("VALIDATOR_TYPE_LESS_THAN", 5, 5, "must be below 5"),
        ("REGEX_MATCH", "v1.22", r"^v1\.\d+$", ""),
        ("REGEX_MATCH", "v2", "^v1", "must match ^v1"),
        ("REGEX_NO_MATCH", "v1.22", "^v1", "must not match ^v1"),
        ("IN_SET", 3, [1, 2], "must be one of [1, 2]"),
        ("IN_SET", True, [True], ""),
        ("NOT_IN_SET", 3, [1, 2], ""),
        ("NOT_IN_SET", "a", ["a"], "must be none of ['a']"),
    ],
)
def test_validators(kind: str, value: Any, limit: Any, says: str) -> None:
    """It should evaluate what the specification defines, and say what the value had to be."""
    assert broken_validators({"validators": [{"type": kind, "value": limit}]}, value, Patience()) == (
        [says] if says else [],
        0,
    )


@pytest.mark.parametrize(
    ("kind", "value", "limit"),
    [
        ("EQUAL", True, 1),
        ("EQUAL", "a", 1),
        ("LESS_THAN", None, 5),
        ("LESS_THAN", 5, "four"),
        ("LESS_THAN", float("inf"), 5),
        ("GREATER_THAN_OR_EQUAL", "5", 5),
        ("IN_SET", 3, []),
        ("IN_SET", None, [None]),
        ("REGEX_MATCH", "a" * 30, r"(a+)+$"),
        ("REGEX_MATCH", "a" * 200, "(a|a|a)" * 28 + "b"),
        ("REGEX_MATCH", "a" * 40, "a?" * 41 + "a" * 41),
        ("REGEX_MATCH", "\\" * 200, r"\\*" * 20 + "b"),
        ("REGEX_MATCH", "a" * 200, "[a-z]*" * 6 + "b"),
        ("REGEX_MATCH", "a", "("),
        ("REGEX_MATCH", "a", "[[a]"),
        ("ROUGHLY", 1, 1),
    ],
)
def test_validators_that_cannot_be_judged(kind: str, value: Any, limit: Any) -> None:
    """It should count what the specification does not define, or what would be unsafe, and blame nobody."""
    assert broken_validators({"validators": [{"type": kind, "value": limit}]}, value, Patience()) == ([], 1)


def test_a_value_that_is_a_sentinel_breaks_no_validator() -> None:
    """It should not make a fault of a value that was not measured."""
    report = run(measured(2**32 - 1, validators=BELOW_95), measured(None, validators=BELOW_95))
    assert report.findings == ()
    assert report.facts["validators_not_evaluated"] == 2


def test_patience_ends() -> None:
    """It should stop running patterns, and go on counting, when an output asks for too much of them."""
    slow = [{"type": "REGEX_MATCH", "value": "[a-z]*[a-z]*[0-9]"}]
    report = run(*[measured("a" * 150, validators=slow) for _ in range(100)])
    facts = report.facts
    assert facts["outside_validators_events"] + facts["validators_not_evaluated"] == 100
    assert 0 < facts["validators_not_evaluated"] < 100


@given(st.text("ab?*+|(){}[]\\,19^$", max_size=60) | st.text(max_size=60), st.text("ab\\", max_size=60))
@settings(max_examples=200, deadline=1000)
def test_no_pattern_of_a_tool_runs_without_end(pattern: str, value: str) -> None:
    """It should survive any pattern, in bounded time."""
    broken_validators({"validators": [{"type": "REGEX_MATCH", "value": pattern}]}, value, Patience())


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                    max_leaves=8))  # fmt: skip
def test_whatever_validators_are_it_answers(hostile: Any) -> None:
    """It should never raise for what an output holds in their place."""
    contents: list[dict[str, Any]] = [
        {"validators": hostile},
        {"validators": [hostile, {"type": hostile, "value": hostile}]},
        {"range": hostile},
        {"range": {"minimum": hostile}},
        {"validValues": {"values": hostile}},
    ]
    for content in contents:
        broken, unknown = broken_validators(content, 1.0, Patience())
        assert len(broken) + unknown <= 3
        assert run(measured(1, **json.loads(json.dumps(content)))).facts["measurements"] == 1
