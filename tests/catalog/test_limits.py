"""A limit that cannot fail, or a sample that lies, must never load."""

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gatehouse.catalog.addresses import matches_part
from gatehouse.catalog.limits import AtLeast, AtMost, Limit, PhysicalBound, beyond_physics
from gatehouse.catalog.values import is_number, one_line, same_sort, written
from gatehouse.model.status import Action, Severity

LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit)
FORMS: dict[str, dict[str, Any]] = {
    "at_most": {"value": 85, "good": 85, "bad": 85.1},
    "at_least": {"value": 400.5, "good": 400.5, "bad": 400},
    "between": {"low": 10, "high": 35, "good": 35, "bad": 9.9},
    "equals": {"value": 16, "good": 16, "bad": 8},
    "one_of": {"values": ["P0", "P2"], "good": "P2", "bad": "P8"},
}


def limit(kind: str, **changes: Any) -> Limit:
    """A limit of that kind on a temperature."""
    plain = {
        "kind": kind,
        "diagnostic": "accelerator_health",
        "reading": "temp_c",
        "severity": "major",
        "action": "FIELD_DIAG",
        "source": "board specification",
    }
    return LIMIT.validate_python({**plain, **FORMS[kind], **changes})


@pytest.mark.parametrize("kind", FORMS)
def test_every_kind_loads_and_can_fail(kind: str) -> None:
    """It should load each kind, pass its good sample and fail its bad one."""
    loaded = limit(kind)
    assert loaded.kind == kind
    assert loaded.holds(loaded.good)
    assert not loaded.holds(loaded.bad)
    assert loaded.severity is Severity.MAJOR
    assert loaded.action is Action.FIELD_DIAG


@pytest.mark.parametrize("kind", FORMS)
def test_swapped_samples_are_refused(kind: str) -> None:
    """It should refuse a good sample that fails and a bad one that passes, and say which."""
    form = FORMS[kind]
    with pytest.raises(ValidationError, match=r"good is .*, which fails: must be"):
        limit(kind, good=form["bad"])
    with pytest.raises(ValidationError, match=r"bad is .*, which passes: must be"):
        limit(kind, bad=form["good"])


@pytest.mark.parametrize("kind", ["at_most", "at_least", "between"])
@pytest.mark.parametrize("sample", ["90", True, math.nan, math.inf])
def test_a_sample_must_be_a_number(kind: str, sample: object) -> None:
    """It should refuse samples that a numeric limit cannot judge: they would never fail."""
    with pytest.raises(ValidationError, match="cannot judge"):
        limit(kind, bad=sample)


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("at_least", {"value": 0, "good": 1, "bad": -1}, "can never fail"),
        ("at_least", {"value": -5.0, "good": 1, "bad": -6}, "can never fail"),
        ("at_most", {"value": math.inf}, "finite"),
        ("at_most", {"value": math.nan}, "finite"),
        ("at_most", {"value": "85"}, "valid number"),
        ("at_most", {"value": True}, "valid number"),
        ("between", {"low": 35, "high": 10}, "not below"),
        ("between", {"low": 10, "high": 10}, "not below"),
        ("one_of", {"values": []}, "at least 1 item"),
        ("one_of", {"values": ["P0", "P2", "P0"]}, "stands twice"),
        ("one_of", {"bad": 3}, "cannot judge"),
        ("equals", {"bad": "8"}, "cannot judge"),
        ("equals", {"value": True, "good": True, "bad": 0}, "cannot judge"),
        ("at_most", {"source": " "}, "at least 1 character"),
        ("at_most", {"count": 0}, "greater than or equal to 1"),
        ("at_most", {"unit": "W"}, "is in 'degC'"),
        ("at_most", {"severity": "fatal"}, "blocker"),
        ("at_most", {"action": "PRAY"}, "RMA"),
        ("at_most", {"valeu": 3}, "not permitted"),
        ("at_most", {"good": None}, "good"),
    ],
)
def test_nonsense_is_refused(kind: str, changes: dict[str, Any], says: str) -> None:
    """It should refuse what can never fail, never pass, or was misspelt."""
    with pytest.raises(ValidationError, match=says):
        limit(kind, **changes)


@pytest.mark.parametrize("missing", ["source", "good", "bad", "severity", "action", "reading", "diagnostic"])
def test_nothing_may_be_left_out(missing: str) -> None:
    """It should demand a source, both samples and the rest."""
    document = limit("at_most").model_dump(mode="json")
    del document[missing]
    with pytest.raises(ValidationError, match=missing):
        LIMIT.validate_python(document)


def test_an_unknown_kind_names_the_known_ones() -> None:
    """It should list the kinds when somebody invents one."""
    with pytest.raises(ValidationError, match=r"at_most.*at_least.*between.*equals.*one_of"):
        LIMIT.validate_python({"kind": "below", "value": 3})


def test_yaml_as_people_write_it() -> None:
    """It should read plain YAML: bare numbers, words, yes and no."""
    text = """
    - {kind: at_most, diagnostic: accelerator_health, reading: ecc.volatile.dram_uncorrectable, parts: "gpu*", value: 0,
       count: 8, good: 0, bad: 1, severity: blocker, action: RMA, source: vendor's RMA rule}
    - {kind: equals, diagnostic: nic_link, reading: link_up, value: true, good: true, bad: false, severity: major,
       action: RESEAT_CABLE, source: wiring plan, title: Link is up}
    """
    ecc, link = (LIMIT.validate_python(document) for document in yaml.safe_load(text))
    assert isinstance(ecc, AtMost)
    assert (ecc.required, ecc.count) == ("at most 0", 8)
    assert link.holds(True)
    assert link.required == "yes"


def test_requirements_read_well() -> None:
    """It should say what is required in words that follow "must be", with the reading's unit."""
    assert [limit(kind).required for kind in FORMS] == [
        "at most 85 degC",
        "at least 400.5 degC",
        "between 10 and 35 degC",
        "16 degC",
        "one of 'P0' degC, 'P2' degC",
    ]
    assert limit("one_of", reading="pstate").required == "one of 'P0', 'P2'"
    assert limit("at_most", reading="errors", unit="per day").required == "at most 85 per day"


@settings(deadline=None)
@given(st.floats(0.001, 1e6), st.floats(0.001, 1e6), st.floats(-1e6, 1e6))
def test_loosening_never_fails_a_passing_value(one: float, other: float, value: float) -> None:
    """It should pass at the looser limit whatever passes at the tighter one."""
    tight, loose = sorted((one, other))
    if limit("at_most", value=tight, good=tight, bad=tight + 1).holds(value):
        assert limit("at_most", value=loose, good=loose, bad=loose + 1).holds(value)
    if limit("at_least", value=loose, good=loose, bad=0).holds(value):
        assert limit("at_least", value=tight, good=tight, bad=0).holds(value)


@settings(deadline=None)
@given(st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)))
def test_a_value_of_another_sort_is_never_judged(value: object) -> None:
    """It should hold numbers against numbers and words against words, whatever a tool prints."""
    number, word = limit("equals"), limit("one_of")
    assert number.comparable(value) == is_number(value)
    assert word.comparable(value) == isinstance(value, str)
    assert not (number.comparable(value) and word.comparable(value))


def test_bounds() -> None:
    """It should allow what physics allows, ends included, and say it in words."""
    bound = PhysicalBound(reading="temp_c", low=-40.0, high=150.0, source="silicon")
    assert bound.allows(-40)
    assert bound.allows(150.0)
    assert not bound.allows(150.1)
    assert not bound.allows(-41)
    assert bound.required == "at least -40 degC and at most 150 degC"
    assert PhysicalBound(reading="busbw_gbps", high=450, source="link peak").required == "at most 450 GB/s"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ({}, "needs low"),
        ({"low": 3, "high": 3}, "not below"),
        ({"high": math.inf}, "finite"),
        ({"top": 3}, "permitted"),
    ],
)
def test_bounds_that_bound_nothing(ends: dict[str, Any], says: str) -> None:
    """It should refuse a bound without an end, or with crossed ends."""
    with pytest.raises(ValidationError, match=says):
        PhysicalBound.model_validate({"reading": "temp_c", "source": "silicon", **ends})


def test_limits_beyond_physics() -> None:
    """It should name a limit whose sample no part can ever show, and leave sane ones alone."""
    peak = PhysicalBound(reading="mem_gbps", high=3350.0, source="datasheet")
    common = {"diagnostic": "mem", "reading": "mem_gbps", "severity": "major", "action": "NONE", "source": "a test"}
    sane = AtLeast.model_validate({**common, "kind": "at_least", "value": 3000, "good": 3100, "bad": 2900})
    wild = AtLeast.model_validate({**common, "kind": "at_least", "value": 4000, "good": 4100, "bad": 3900})
    assert beyond_physics([sane], [peak]) == []
    assert [(index, field) for index, field, _ in beyond_physics([sane, wild], [peak])] == [(1, "good"), (1, "bad")]
    assert "beyond physics" in beyond_physics([wild], [peak])[0][2]
    elsewhere = PhysicalBound(reading="mem_gbps", parts="nic*", high=100.0, source="datasheet")
    assert beyond_physics([sane], [elsewhere]) == []


@pytest.mark.parametrize(
    ("pattern", "part", "fits"),
    [
        ("*", "gpu3.link1", True),
        ("*", "host", True),
        ("gpu*", "gpu3", True),
        ("gpu*", "gpu3.mig0", False),
        ("gpu*.link*", "gpu3.link1", True),
        ("gpu*.link*", "gpu3", False),
        ("gpu[0-3]", "gpu3", True),
        ("gpu[0-3]", "gpu4", False),
        ("*:*.0", "0000:3b:00.0", True),
        ("GPU*", "gpu3", False),
    ],
)
def test_parts(pattern: str, part: str, fits: bool) -> None:
    """It should let a star alone fit everything, and any other star stop at a dot."""
    assert matches_part(pattern, part) is fits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (85.0, "85"),
        (0.1, "0.1"),
        (2e7, "20000000"),
        (0.899999999, "0.899999999"),
        (True, "yes"),
        ("P0", "'P0'"),
        ("a\x1b[31m\nb", "'a [31m b'"),
        (10**100, "an integer of 333 bits"),
    ],
)
def test_values_in_words(value: object, text: str) -> None:
    """It should write a value shortly, never so rounded that it looks like another, and never as a tool's raw bytes."""
    assert written(value) == text


def test_one_line_is_bounded() -> None:
    """It should cut what a tool says to one short printable line."""
    assert one_line("x" * 10_000) == "x" * 159 + "…"
    assert one_line("two\r\n\tlines\x00") == "two lines"


@settings(deadline=None)
@given(st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.none()))
def test_sorts_of_values(value: object) -> None:
    """It should compare a value with its like, and never NaN, infinity or nothing."""
    comparable = value is not None and not (isinstance(value, float) and not math.isfinite(value))
    assert same_sort(value, value) is comparable
    assert not (same_sort(value, 1) and same_sort(value, "word"))
