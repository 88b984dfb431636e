"""A baseline in the shadow is measured before it may gate; cohorts are never mixed in silence."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.catalog.limits import Limit, PhysicalBound
from gatehouse.decisions.baselines import Direction
from gatehouse.decisions.baselines.cohorts import UNTOLD, Cohort, belongs, cohort_of, settle
from gatehouse.decisions.baselines.families import direction_of, family_of, physics_of
from gatehouse.decisions.baselines.histogram import histogram
from gatehouse.decisions.baselines.shadow import ShadowRun, runs_needed, shadow_report
from gatehouse.decisions.statistics import clopper_pearson_upper
from gatehouse.model.errors import UsageError
from gatehouse.operations.learned_limits import limit_of

COHORT = Cohort("h100", "driver 550.1, vbios 96", "gpus 8", "version v0.7")


def runs(count: int, **said: Any) -> list[ShadowRun]:
    """Settled runs of good machines without an alarm, unless told otherwise."""
    return [replace(ShadowRun(f"r{i}", "h0", alarm=False, good=True, settled=True), **said) for i in range(count)]


def limit(**said: Any) -> Limit:
    """A limit of the SKU."""
    form = {"diagnostic": "d", "kind": "at_least", "reading": "rate_gbps", "value": 48, "good": 55, "bad": 20,
            "severity": "major", "action": "NONE", "source": "Azure"}  # fmt: skip
    return limit_of({**form, **said})


def test_sixty_good_runs_without_a_false_alarm_are_enough_and_58_are_not() -> None:
    """It should take the bound, not the share: no alarm in ten runs proves little."""
    assert runs_needed(0) == 59
    assert shadow_report(runs(59)).enough
    few = shadow_report(runs(58))
    assert not few.enough
    assert few.missing == "1 more run of good machines without a false alarm"
    assert shadow_report([]).rate_at_most == 1.0
    assert not shadow_report([]).enough


@pytest.mark.parametrize("false_alarms", [0, 1, 2, 7])
def test_what_is_missing_is_exactly_what_would_be_enough(false_alarms: int) -> None:
    """It should name the least number of runs that bounds the rate."""
    needed = runs_needed(false_alarms)
    assert (
        clopper_pearson_upper(false_alarms, needed, 0.95)
        <= 0.05
        < clopper_pearson_upper(false_alarms, needed - 1, 0.95)
    )


def test_an_alarm_on_a_machine_that_failed_otherwise_is_confirmed_and_not_false() -> None:
    """It should count it for the baseline, and keep it out of the rate."""
    report = shadow_report([*runs(60), ShadowRun("x", "h1", alarm=True, good=False, settled=True)])
    assert (report.alarms, report.confirmed, report.false_alarms, report.good_runs) == (1, 1, 0, 60)
    assert report.hosts == ("h1",)


def test_a_run_that_nobody_followed_up_waits() -> None:
    """It should not call a machine good before it was measured again, alarm or not."""
    report = shadow_report([*runs(60), *(replace(run, round_id=f"w{run.round_id}", settled=False) for run in runs(3))])
    assert (report.runs, report.good_runs, report.waiting) == (63, 60, 3)


def test_false_alarms_count_and_repeat_offenders_are_named() -> None:
    """It should show a host that alarms again and again: the bound is wrong, or nothing else sees its fault."""
    report = shadow_report([*runs(59), *(replace(run, round_id=f"a{run.round_id}", alarm=True) for run in runs(2))])
    assert report.false_alarms == 2
    assert report.again == ("h0",)
    assert not report.enough


def test_a_run_counts_once_and_contradictions_are_refused() -> None:
    """It should not count evidence twice."""
    assert shadow_report([*runs(5), *runs(5)]).runs == 5
    with pytest.raises(UsageError, match="stands twice"):
        shadow_report([*runs(1), *runs(1, alarm=True)])


def test_a_cohort_is_what_the_machine_said_in_the_same_visit() -> None:
    """It should take firmware, topology and tool each from where they are told, in any order."""
    said = [
        ("accelerator_bandwidth", "version", "v0.7"),
        ("firmware_inventory", "vbios", "96"),
        ("firmware_inventory", "vbios", "97"),
        ("firmware_inventory", "driver", "550.1"),
        ("accelerator_topology", "gpus", "8"),
        ("accelerator_health", "driver", "ignored"),
        ("nccl", "version", "ignored"),
    ]
    found = cohort_of("h100", "accelerator_bandwidth", said)
    assert found == Cohort("h100", "driver 550.1, vbios 96+97", "gpus 8", "version v0.7")
    assert cohort_of("h100", "accelerator_bandwidth", reversed(said)) == found
    assert found.known
    assert cohort_of("h100", "accelerator_bandwidth", []).unknown == ("firmware", "topology", "tool")


def test_what_nobody_tells_is_untold_and_what_one_lacks_is_unknown() -> None:
    """It should never lay a machine that is silent together with those that speak."""
    told, silent = replace(COHORT, tool=None), replace(COHORT, tool=None, firmware=None)
    settled = settle({"a": told, "b": silent})
    assert settled["a"].tool == UNTOLD
    assert settled["a"].known
    assert settled["b"].unknown == ("firmware",)
    with pytest.raises(UsageError):
        settle({"a": told, "b": replace(told, sku="mi300x")})


def test_a_new_firmware_is_a_new_cohort_and_an_unknown_one_a_hole() -> None:
    """It should answer yes, no, or that it cannot be told."""
    assert belongs(COHORT, COHORT) is True
    assert belongs(replace(COHORT, firmware="driver 560.2"), COHORT) is False
    assert belongs(replace(COHORT, sku="b200"), COHORT) is False
    assert belongs(replace(COHORT, tool=None), COHORT) is None
    assert belongs(replace(COHORT, tool=None, firmware="driver 560.2"), COHORT) is False
    assert belongs(replace(COHORT, tool=None), replace(COHORT, tool=UNTOLD)) is True
    assert "firmware_inventory" not in replace(COHORT, firmware=UNTOLD).asks


@pytest.mark.parametrize(
    ("part", "name", "family"),
    [
        ("host", "host_to_device.row0.col3_gbps", ("host", "host_to_device.row*.col*_gbps")),
        ("gpu13.link2", "crc_errors", ("gpu*.link*", "crc_errors")),
        ("19:00.0", "lnksta.width", ("*", "lnksta.width")),
        ("host", "row.17179869184.oop.busbw", ("host", "row.17179869184.oop.busbw")),
    ],
)
def test_readings_of_many_parts_are_one_family(part: str, name: str, family: tuple[str, str]) -> None:
    """It should number rows, columns and parts away, and nothing else: a message size is no index."""
    assert family_of(part, name) == family


def test_the_side_that_is_bad_comes_from_the_limits_then_from_the_name() -> None:
    """It should not guess where neither tells."""
    assert direction_of("gpu0", "rate_gbps") is Direction.HIGHER
    assert direction_of("gpu0", "temp_c") is Direction.LOWER
    assert direction_of("gpu0", "power_w") is None
    assert direction_of("gpu0", "watts", [limit(reading="watts", kind="at_most", good=1, bad=99)]) is Direction.LOWER
    both = [limit(reading="watts"), limit(reading="watts", kind="at_most", good=1, bad=99)]
    assert direction_of("gpu0", "watts", both) is Direction.BOTH


def test_physics_is_what_the_sku_says_of_the_reading() -> None:
    """It should take the strictest floor of limits and shares of the peak, and pass over conditions and others."""
    bounds = [PhysicalBound(reading="rate_gbps", low=0.1, high=64, share=0.7, source="PCIe"),
              PhysicalBound(reading="other", high=5, source="x")]  # fmt: skip
    when = {"reading": "driver", "matches": "535.*", "sample": "535.1"}
    found = physics_of("gpu0", "rate_gbps", [limit(), limit(value=60, good=61, when=when)], bounds)
    assert (found.low, found.high, found.floor, found.ceiling) == (0.1, 64.0, 48.0, None)
    assert found.source == "PCIe; Azure"
    assert physics_of("gpu0", "rate_gbps", [], bounds).floor == pytest.approx(44.8)
    learned = physics_of("gpu0", "rate_gbps", [limit(value=54, good=55, baseline=3)], bounds)
    assert learned.floor == pytest.approx(44.8)  # what was learned never holds what is learned next


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_share_of_the_peak_is_a_share(share: float) -> None:
    """It should refuse a floor of nothing and one of everything, and a share of no peak."""
    with pytest.raises(ValueError, match="share"):
        PhysicalBound(reading="x", high=5, share=share, source="x")
    with pytest.raises(ValueError, match="share is of high"):
        PhysicalBound(reading="x", low=5, share=0.5, source="x")


def test_every_value_is_in_one_step_of_the_histogram() -> None:
    """It should lose none, and draw one step where all are equal."""
    steps = histogram([1.0, 2.0, 2.5, 4.0], [0.0, 4.0])
    assert sum(step.agreeing for step in steps) == 4
    assert sum(step.outlying for step in steps) == 2
    assert [(s.agreeing, s.outlying) for s in histogram([7.0] * 3, [])] == [(3, 0)]
    assert histogram([], []) == ()
