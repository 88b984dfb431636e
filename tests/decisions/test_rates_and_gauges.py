"""Rates of rare events, samples that hold one, guard bands and gauge studies against tabled values."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.decisions import statistics as gate
from gatehouse.model.errors import UsageError

# Sample size against the chance that it holds one device in a thousand; per cent, as printed.
SAMPLING = [(50, 4.88, 0.005), (200, 18.14, 0.005), (693, 50.0, 0.05), (1000, 63.2, 0.05), (2303, 90.0, 0.05),
            (2996, 95.0, 0.05)]  # fmt: skip


@pytest.mark.parametrize(("size", "percent", "within"), SAMPLING)
def test_a_sample_that_holds_one(size: int, percent: float, within: float) -> None:
    """It should give the tabled chance, and the formula to the last digit."""
    chance = gate.chance_of_any(size, 1e-3)
    assert 100 * chance == pytest.approx(percent, abs=within)
    assert chance == pytest.approx(1 - 0.999**size, abs=1e-12)


def test_sample_to_hold_one() -> None:
    """It should name the least sample, which is the zero-failure run of that reliability read the other way."""
    assert [gate.sample_to_hold_one(1e-3, c) for c in (0.5, 0.9, 0.95)] == [693, 2302, 2995]
    assert gate.sample_to_hold_one(1e-3, 0.95) == gate.success_run_size(0.999, 0.95)
    assert gate.sample_to_hold_one(0.1, 1 - 0.9**7) == 7  # exactly so many, whatever the rounding


@given(st.floats(0.001, 0.999), st.integers(0, 50))
def test_repeats_only_help(sensitivity: float, repeats: int) -> None:
    """It should find the defect ever more surely, by 1 - (1 - s)^k."""
    assert gate.chance_to_detect(sensitivity, repeats) == pytest.approx(1 - (1 - sensitivity) ** repeats, abs=1e-9)
    assert gate.chance_to_detect(sensitivity, repeats + 1) >= gate.chance_to_detect(sensitivity, repeats)


def test_chance_to_detect() -> None:
    """It should know three tests that each find half: seven in eight."""
    assert gate.chance_to_detect(0.5, 3) == pytest.approx(0.875, abs=1e-12)
    assert gate.chance_to_detect(0.582, 2) == pytest.approx(0.825276, abs=1e-6)


def test_event_rate_bound() -> None:
    """It should be 2.996 over the exposure without events, and the tabled MTBF factors with them."""
    assert gate.event_rate_bound(1000.0, 0) == pytest.approx(2.995732e-3, abs=1e-9)
    assert gate.event_rate_bound(1000.0, 0) == pytest.approx(gate.zero_event_rate_bound(1000.0), rel=1e-12)
    for events, factor in enumerate((2.996, 4.744, 6.296, 7.754, 9.154, 10.513)):
        assert gate.event_rate_bound(1.0, events, 0.95) == pytest.approx(factor, abs=5.1e-4)
        assert gate.event_rate_bound(gate.exposure_required(0.25, events), events) == pytest.approx(0.25)
        assert 1 / gate.event_rate_bound(500.0, events, 0.9) == pytest.approx(gate.mtbf_lower_bound(500.0, events, 0.9))


def test_garwood() -> None:
    """It should give the tabled exact 90 % interval of a Poisson count, and the low end 0 for none."""
    assert gate.poisson_rate_interval(3, 1.0, 0.90) == pytest.approx((0.817691, 7.753657), abs=1e-6)
    assert gate.poisson_rate_interval(10, 2.0, 0.90) == pytest.approx((5.425406 / 2, 16.962219 / 2), abs=1e-6)
    assert gate.poisson_rate_interval(0, 1.0, 0.90) == pytest.approx((0.0, 2.995732), abs=1e-6)


def test_garwood_covers() -> None:
    """It should hold the true rate at least nine times in ten, whatever the rate: it is exact, so never less."""
    for rate in (0.5, 2.0, 7.3):
        covered = 0.0
        for events in range(60):
            low, high = gate.poisson_rate_interval(events, 1.0, 0.90)
            covered += math.exp(-rate) * rate**events / math.factorial(events) * (low <= rate <= high)
        assert covered >= 0.90


def test_guard_band() -> None:
    """It should accept only what lies within the limits by the expanded uncertainty."""
    assert gate.accepted_with_guard_band(9.5, 0.5, upper=10.0)
    assert not gate.accepted_with_guard_band(9.51, 0.5, upper=10.0)
    assert gate.accepted_with_guard_band(9.7, 0.5, upper=10.0, share=0.6)
    assert not gate.accepted_with_guard_band(5.4, 0.5, lower=5.0)
    assert gate.accepted_with_guard_band(5.5, 0.5, lower=5.0, upper=10.0)
    assert gate.accepted_with_guard_band(10.0, 0.0, lower=5.0, upper=10.0)


@given(st.floats(-10, 30), st.floats(0, 3), st.floats(0, 3))
def test_a_wider_band_never_accepts_more(measured: float, narrow: float, more: float) -> None:
    """It should only refuse more with more uncertainty."""
    wide = gate.accepted_with_guard_band(measured, narrow + more, 5.0, 10.0)
    assert gate.accepted_with_guard_band(measured, narrow, 5.0, 10.0) or not wide


def test_gauge_study_by_hand() -> None:
    """It should be the analysis of variance, done by hand for equal and for unequal numbers of repeats."""
    study = gate.gauge_study([[1.0, 1.1, 0.9], [2.0, 2.1, 1.9], [3.0, 3.1, 2.9]])
    assert study.gauge_std == pytest.approx(0.1)
    assert study.part_std == pytest.approx(math.sqrt((3.0 - 0.01) / 3))
    assert study.of_study_pct == pytest.approx(9.966832, abs=1e-6)  # 10 / sqrt(1.0066667)
    assert study.of_tolerance_pct(0.0, 6.0) == pytest.approx(10.0)
    assert study.of_tolerance_pct(None, 5.0) == pytest.approx(10.0)
    assert study.of_tolerance_pct(2.5, None) == math.inf
    assert study.categories == 14
    uneven = gate.gauge_study([[1.0, 3.0], [5.0, 7.0, 9.0, 7.0]])
    # within 2 + 8 over 4; between 2·(2-16/3)² + 4·(7-16/3)² = 100/3 over 1; n0 = 6 - 20/6 = 8/3
    assert uneven.gauge_std == pytest.approx(math.sqrt(2.5))
    assert uneven.part_std == pytest.approx(math.sqrt((100 / 3 - 2.5) / (8 / 3)))


def test_gauge_study_finds_what_was_put_in() -> None:
    """It should recover the spreads of a large simulated study within what it can tell."""
    generator = random.Random(20260307)
    parts = [generator.gauss(100.0, 4.0) for _ in range(400)]
    study = gate.gauge_study([[generator.gauss(part, 1.0) for _ in range(5)] for part in parts])
    assert study.gauge_std == pytest.approx(1.0, rel=0.06)
    assert study.part_std == pytest.approx(statistics.stdev(parts), rel=0.06)


def test_parts_that_are_all_alike() -> None:
    """It should never make a variance negative: all the variation is the gauge's then."""
    study = gate.gauge_study([[1.0, 3.0], [3.0, 1.0]])
    assert study.part_std == 0.0
    assert study.of_study_pct == 100.0
    assert study.categories == 0
    assert gate.gauge_study([[1.0, 1.0], [2.0, 2.0]]).categories is None


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: gate.chance_of_any(-1, 0.5),
        lambda: gate.chance_to_detect(1.0, 3),
        lambda: gate.sample_to_hold_one(0.0, 0.9),
        lambda: gate.event_rate_bound(0.0, 0),
        lambda: gate.exposure_required(0.1, -1),
        lambda: gate.poisson_rate_interval(1, -1.0),
        lambda: gate.accepted_with_guard_band(1.0, -1.0, upper=2.0),
        lambda: gate.accepted_with_guard_band(1.0, 1.0),
        lambda: gate.gauge_study([[1.0, 2.0]]),
        lambda: gate.gauge_study([[1.0], [2.0]]),
        lambda: gate.gauge_study([[1.0, 2.0], []]),
        lambda: gate.gauge_study([[1.0, 2.0], [3.0]]).of_tolerance_pct(None, None),
    ],
)
def test_nonsense_is_refused(nonsense: object) -> None:
    """It should refuse what makes no sense, and say what would."""
    assert callable(nonsense)
    with pytest.raises(UsageError, match=r"must|needs"):
        nonsense()
