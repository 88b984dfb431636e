"""Whatever the population: order and names never matter, units never matter, and clear cases stay clear."""

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatehouse.decisions.baselines import Direction, Finding, Learned, Physics, learn, similarity

VALUES = st.floats(min_value=0.5, max_value=200.0, allow_nan=False)
HOST = st.lists(VALUES, min_size=1, max_size=6)
POPULATIONS = st.lists(HOST, min_size=3, max_size=14).map(lambda hosts: {f"h{i:02}": v for i, v in enumerate(hosts)})
NEAR = st.lists(st.floats(min_value=98.0, max_value=102.0, allow_nan=False), min_size=2, max_size=6)
HEALTHY = st.lists(NEAR, min_size=10, max_size=16).map(lambda hosts: {f"h{i:02}": v for i, v in enumerate(hosts)})
DIRECTIONS = st.sampled_from(Direction)


def said(learned: Learned) -> tuple[object, ...]:
    """What must not depend on order."""
    return learned.finding, learned.bound, learned.scores, learned.quantiles, learned.repeatability, learned.groups


@given(POPULATIONS, DIRECTIONS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_never_matters(samples: dict[str, list[float]], direction: Direction, chance: object) -> None:
    """It should give the same answer in whatever order hosts and their values come."""
    names = list(samples)
    chance.shuffle(names)  # type: ignore[attr-defined]
    mixed = {}
    for name in names:
        mixed[name] = list(samples[name])
        chance.shuffle(mixed[name])  # type: ignore[attr-defined]
    assert said(learn(mixed, direction)) == said(learn(samples, direction))


@given(POPULATIONS, DIRECTIONS)
@settings(max_examples=60, deadline=None)
def test_every_host_that_agrees_keeps_the_bound_and_a_bound_needs_agreement(
    samples: dict[str, list[float]], direction: Direction
) -> None:
    """It should never propose a bound that fails a host it calls good, nor one without two thirds of the hosts."""
    found = learn(samples, direction)
    if found.bound is None:
        assert found.finding is not Finding.PROPOSED
        return
    assert len(found.agreeing) >= 2 * len(samples) / 3
    for score in found.agreeing:
        assert all(map(found.bound.allows, samples[score.host]))


@given(POPULATIONS, DIRECTIONS, st.integers(min_value=-8, max_value=8))
@settings(max_examples=60, deadline=None)
def test_a_change_of_unit_changes_nothing_but_the_numbers(
    samples: dict[str, list[float]], direction: Direction, power: int
) -> None:
    """It should find the same hosts in MB/s and in MiB/s; powers of two, so that rounding does not blur it."""
    factor = 2.0**power
    one = learn(samples, direction)
    other = learn({host: [v * factor for v in values] for host, values in samples.items()}, direction)
    assert other.finding == one.finding
    assert [s.host for s in other.outliers] == [s.host for s in one.outliers]
    if one.bound and other.bound:
        for end, scaled in ((one.bound.low, other.bound.low), (one.bound.high, other.bound.high)):
            assert (end is None) == (scaled is None)
            if end is not None and scaled is not None:
                assert math.isclose(scaled, end * factor, rel_tol=1e-9)


@given(HEALTHY, NEAR)
@settings(max_examples=60, deadline=None)
def test_a_good_host_more_leaves_clear_cases_clear(samples: dict[str, list[float]], new: list[float]) -> None:
    """It should keep a host at half the speed out, and one in the middle in, whoever joins."""
    samples = {**samples, "slow": [50.0, 50.0], "middle": [100.0, 100.0]}
    for population in (samples, {**samples, "new": new}):
        found = learn(population, Direction.HIGHER)
        assume(found.finding is Finding.PROPOSED)
        out = {score.host for score in found.outliers}
        assert "slow" in out
        assert "middle" not in out


@given(POPULATIONS, DIRECTIONS)
@settings(max_examples=60, deadline=None)
def test_physics_is_never_loosened(samples: dict[str, list[float]], direction: Direction) -> None:
    """It should never propose a bound that lets pass what no sound part shows, whatever the population."""
    physics = Physics(low=0.1, high=190.0, floor=40.0, ceiling=160.0)
    found = learn(samples, direction, physics)
    if found.bound is not None:
        assert found.bound.low is None or found.bound.low >= 40.0
        assert found.bound.high is None or found.bound.high <= 160.0
    for score in found.agreeing:
        assert all(map(physics.possible, samples[score.host])) or found.bound is None


@given(HOST, HOST)
@settings(max_examples=100, deadline=None)
def test_similarity_is_a_share_symmetric_and_whole_of_itself(one: list[float], other: list[float]) -> None:
    """It should lie in 0..1; one side never sees more than both."""
    both = similarity(one, other)
    assert 0.0 <= both <= 1.0
    assert math.isclose(both, similarity(other, one), abs_tol=1e-12)
    assert similarity(one, one) == 1.0
    assert similarity(one, other, Direction.HIGHER) >= both - 1e-12
    assert similarity(one, other, Direction.LOWER) >= both - 1e-12
