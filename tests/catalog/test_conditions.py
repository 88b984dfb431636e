"""For which firmware a limit holds: an unknown version is never taken for a known one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gatehouse.catalog.conditions import Condition, version

GLOB = Condition(reading="driver_version", matches="535.*", sample="535.161.08")
RANGE = Condition(reading="fw_version", at_least="1.10", below="2", sample="1.10")


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (GLOB, "535.161.08", True),
        (GLOB, " 535.1 ", True),
        (GLOB, "550.54.15", False),
        (GLOB, "", None),
        (GLOB, None, None),
        (GLOB, 535.161, None),
        (RANGE, "1.10", True),
        (RANGE, "v1.10.0", True),
        (RANGE, "1.9", False),
        (RANGE, "1.99-3", True),
        (RANGE, "2", False),
        (RANGE, "2.0.0", False),
        (RANGE, "1.10-beta", None),
        (RANGE, "unknown", None),
        (RANGE, True, None),
    ],
)
def test_holds(condition: Condition, value: object, holds: bool | None) -> None:
    """It should answer yes or no of a version, and nothing where there is none."""
    assert condition.holds(value) is holds


def test_it_reads_well() -> None:
    """It should say for what a limit is meant."""
    assert GLOB.words == "driver_version 535.*"
    assert RANGE.words == "fw_version at least 1.10 and below 2"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "say either"),
        ({"matches": "535.*", "below": "2"}, "say either"),
        ({"below": "latest"}, "no version"),
        ({"below": "2", "sample": "3"}, "does not meet"),
        ({"matches": "550.*"}, "does not meet"),
        ({"matches": "*"}, "matches everything"),
        ({"below": "2", "expression": "x"}, "not permitted"),
    ],
)
def test_a_condition_that_says_nothing_is_refused(changes: dict[str, Any], says: str) -> None:
    """It should refuse what nothing meets, what everything meets, and what is no version."""
    with pytest.raises(ValidationError, match=says):
        Condition.model_validate({"reading": "driver", "sample": "1.0", **changes})


@given(st.lists(st.integers(0, 999), min_size=1, max_size=4), st.lists(st.integers(0, 999), min_size=1, max_size=4))
def test_of_two_disjoint_ranges_exactly_one_holds(split: list[int], seen: list[int]) -> None:
    """It should never leave a version between two ranges that meet, nor put it into both."""
    at, shown = (".".join(map(str, numbers)) for numbers in (split, seen))
    above = Condition(reading="fw", at_least=at, sample=at)
    assert version(shown) == tuple(seen)
    if any(split):
        below = Condition(reading="fw", below=at, sample="0")
        assert [above.holds(shown), below.holds(shown)].count(True) == 1


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    """It should never raise, whatever a tool calls its version."""
    assert RANGE.holds(text) in (True, False, None)
