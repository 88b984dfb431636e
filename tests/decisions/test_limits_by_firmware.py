"""Limits that hold for some firmware: the right one is compared, and an unknown version is a hole."""

from typing import Any

import pytest

from gatehouse.catalog.limits import AtMost
from gatehouse.decisions.verdicts import judge
from gatehouse.model.readings import ToolReport
from gatehouse.model.results import Result
from gatehouse.model.status import Measured, Verdict


def limit(value: float, driver: str | None, **more: Any) -> AtMost:
    """At most so many errors, for a driver or for all."""
    when = {"when": {"reading": "driver", "matches": f"{driver}.*", "sample": f"{driver}.1"}} if driver else {}
    common = {"diagnostic": "d", "kind": "at_most", "reading": "errors", "severity": "major", "action": "NONE"}
    return AtMost.model_validate(
        {**common, "source": "test", "value": value, "good": value, "bad": value + 1, **when, **more}
    )


OLD, NEW = limit(10, "535"), limit(3, "550")


def judged(limits: list[AtMost], **facts: Any) -> Result:
    """What comes of these facts."""
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return judge("d", [("k", ToolReport("t", Measured.COMPLETE, True, named))], limits, asks_expected=1)


@pytest.mark.parametrize(
    ("driver", "errors", "verdict"),
    [("535.1", 7, Verdict.PASS), ("550.1", 7, Verdict.FAIL), ("550.1", 3, Verdict.PASS), ("535.9", 11, Verdict.FAIL)],
)
def test_the_limit_of_the_driver_is_compared(driver: str, errors: int, verdict: Verdict) -> None:
    """It should take the limit of the version that the host shows, and no other."""
    result = judged([OLD, NEW], driver=driver, gpu0__errors=errors)
    assert (result.measured, result.verdict) == (Measured.COMPLETE, verdict)


@pytest.mark.parametrize("driver", ["560.1", None, "", 535.1, "absent"])
def test_an_unknown_driver_is_a_hole_and_never_a_pass(driver: Any) -> None:
    """It should be an ERROR that says which version it was and for which there are limits."""
    facts = {"gpu0__errors": 0} | ({} if driver == "absent" else {"driver": driver})
    result = judged([OLD, NEW], **facts)
    assert (result.measured, result.verdict) == (Measured.ERROR, Verdict.NOT_APPLICABLE)
    assert "no limit for driver" in result.reason
    assert "535.*" in result.reason


def test_the_firmware_of_the_part_comes_before_that_of_the_host() -> None:
    """It should look on the part, on what it belongs to, then on the host."""
    per_part = judged([OLD, NEW], driver="535.1", gpu0__driver="550.1", gpu0__errors=7, gpu1__errors=7)
    assert [v.part for v in per_part.violations] == ["gpu0"]
    nested = judged([OLD, NEW], gpu0__driver="550.1", gpu0__link3__errors=7)
    assert [v.part for v in nested.violations] == ["gpu0.link3"]


def test_one_part_of_an_unknown_version_spoils_a_pass() -> None:
    """It should not let seven known parts speak for the eighth, counted or not."""
    for more in ({}, {"count": 1}):
        limits = [limit(10, "535", **more), limit(3, "550", **more)]
        result = judged(limits, gpu0__driver="535.1", gpu0__errors=0, gpu1__driver="999.1", gpu1__errors=0)
        assert result.measured is Measured.ERROR
        assert "gpu1" in result.reason


def test_the_result_says_for_which_firmware_the_limit_is() -> None:
    """It should tell people that another version has another limit."""
    result = judged([OLD, NEW], driver="550.1", gpu0__errors=7)
    assert result.violations[0].required == "at most 3 (for driver 550.*)"
    assert "for driver 550.*" in result.reason


def test_a_limit_for_every_firmware_stands_beside_them() -> None:
    """It should be compared whatever the version, and not hide that the version is unknown."""
    always = limit(100, None)
    assert judged([always, OLD, NEW], driver="550.1", gpu0__errors=2).verdict is Verdict.PASS
    assert judged([always, OLD, NEW], driver="560.1", gpu0__errors=2).measured is Measured.ERROR
    assert judged([always, OLD, NEW], driver="560.1", gpu0__errors=200).verdict is Verdict.FAIL


def test_two_tools_that_disagree_on_the_version_make_it_unknown() -> None:
    """It should not pick one of them."""
    reports = [
        (tool, ToolReport(tool, Measured.COMPLETE, True, {"driver": driver, "gpu0.errors": 0}))
        for tool, driver in (("a", "535.1"), ("b", "550.1"))
    ]
    assert judge("d", reports, [OLD, NEW], asks_expected=2).measured is Measured.ERROR
