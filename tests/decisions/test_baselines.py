"""What a population teaches: who agrees, who lies out, which bound, and when nothing is learned."""

import random
from collections.abc import Mapping, Sequence

import pytest

from gatehouse.decisions.baselines import Direction, Finding, Learned, Physics, Rules, Why, learn, similarity
from gatehouse.decisions.baselines.robust import qn
from gatehouse.model.errors import UsageError

PCIE = Physics(low=0.01, high=64.0, floor=48.0, source="PCIe 5.0 x16")
Samples = dict[str, list[float]]


def healthy(hosts: int = 12, parts: int = 8, centre: float = 55.0, spread: float = 0.2, seed: int = 1) -> Samples:
    """Hosts ``h00`` … with normal values."""
    drawn = random.Random(seed)
    return {f"h{i:02}": [drawn.gauss(centre, spread) for _ in range(parts)] for i in range(hosts)}


def scaled(samples: Mapping[str, Sequence[float]], hosts: Sequence[str], factor: float) -> Samples:
    """The samples with some hosts slower or faster."""
    return {host: [v * factor if host in hosts else v for v in values] for host, values in samples.items()}


def out(learned: Learned) -> dict[str, Why]:
    """Who lies out, and why."""
    return {score.host: score.why for score in learned.outliers}


def test_a_healthy_population_agrees_and_draws_a_bound_below_all_of_it() -> None:
    """It should propose a floor that every host keeps, and that lies above what physics asks."""
    found = learn(healthy(), Direction.HIGHER, PCIE)
    assert found.finding is Finding.PROPOSED
    assert out(found) == {}
    assert found.bound is not None
    assert found.bound.high is None
    assert found.bound.low is not None
    assert 48.0 < found.bound.low < found.quantiles[0]
    assert found.repeatability is not None
    assert found.repeatability > 0.99


def test_a_slow_host_lies_out_and_the_bound_is_between() -> None:
    """It should name exactly the slow host, by its distribution, and not let it loosen the bound."""
    found = learn(scaled(healthy(), ["h03"], 0.93), Direction.HIGHER, PCIE)
    assert out(found) == {"h03": Why.DISSIMILAR}
    assert found.bound is not None
    assert found.bound.low is not None
    assert 55 * 0.93 * 1.01 < found.bound.low < found.quantiles[0]


def test_one_slow_part_of_eight_lies_out_though_its_host_is_like_the_others() -> None:
    """It should see a part whose slowness the host's other parts hide from any comparison of whole distributions."""
    samples = healthy()
    samples["h07"][2] *= 0.93
    found = learn(samples, Direction.HIGHER, PCIE)
    assert out(found) == {"h07": Why.DEVIANT}
    score = next(score for score in found.scores if score.host == "h07")
    assert score.similarity is not None
    assert score.similarity > 0.98
    assert score.deviation is not None
    assert score.deviation > 10


def test_a_faster_host_is_no_outlier_where_faster_is_better() -> None:
    """It should look at one side only, and at both where neither is better."""
    samples = scaled(healthy(), ["h03"], 1.07)
    assert out(learn(samples, Direction.HIGHER, PCIE)) == {}
    assert set(out(learn(samples, Direction.LOWER))) == {"h03"}
    assert set(out(learn(samples, Direction.BOTH, PCIE))) == {"h03"}


def test_a_population_of_which_most_is_bad_is_caught_by_physics() -> None:
    """It should not learn the slow majority's normal: it is 62 % of the peak, and a sound part reaches 75 %."""
    slow = [f"h{i:02}" for i in range(9)]
    found = learn(scaled(healthy(), slow, 0.72), Direction.HIGHER, PCIE)
    assert found.finding is Finding.POISONED
    assert found.bound is None
    assert {host for host, why in out(found).items() if why is Why.FLOOR} == set(slow)
    assert "9 hosts of 12" in found.reason
    assert "62% of the peak" in found.reason
    assert "PCIe 5.0 x16" in found.reason


def test_a_population_that_is_bad_as_a_whole_is_caught_by_physics() -> None:
    """It should say so even where all agree with each other."""
    found = learn(healthy(centre=30.0), Direction.HIGHER, PCIE)
    assert found.finding is Finding.POISONED
    assert len(out(found)) == 12


def test_a_minority_below_physics_lies_out_and_the_rest_is_learned() -> None:
    """It should take out what physics condemns before anybody votes."""
    found = learn(scaled(healthy(), ["h01", "h02"], 0.5), Direction.HIGHER, PCIE)
    assert found.finding is Finding.PROPOSED
    assert out(found) == {"h01": Why.FLOOR, "h02": Why.FLOOR}


def test_what_no_part_can_show_is_a_wrong_measurement_and_teaches_nothing() -> None:
    """It should leave such hosts out, and refuse where they are many: above the peak is wrong, not excellent."""
    few = learn(scaled(healthy(), ["h00"], 1.3), Direction.HIGHER, PCIE)
    assert out(few) == {"h00": Why.IMPOSSIBLE}
    assert few.finding is Finding.PROPOSED
    many = learn(healthy(centre=80.0), Direction.HIGHER, PCIE)
    assert many.finding is Finding.BEYOND_PHYSICS
    assert many.bound is None


def test_two_populations_are_told_and_not_averaged() -> None:
    """It should name both groups and their centres, and propose nothing between them."""
    capped = [f"h{i:02}" for i in range(5)]
    found = learn(scaled(healthy(), capped, 0.94), Direction.HIGHER, PCIE)
    assert found.finding is Finding.TWO_POPULATIONS
    assert found.bound is None
    assert found.groups[0] == tuple(capped)
    assert "5 hosts at 51" in found.reason
    assert "7 hosts at 55" in found.reason


def test_too_few_hosts_teach_nothing_and_say_how_many_are_missing() -> None:
    """It should count hosts, not their values."""
    found = learn(healthy(hosts=5, parts=56), Direction.HIGHER, PCIE)
    assert found.finding is Finding.TOO_FEW
    assert "measure 3 more" in found.reason
    assert learn({}, Direction.HIGHER).finding is Finding.TOO_FEW


def test_values_that_do_not_repeat_have_no_consensus() -> None:
    """It should refuse a reading whose hosts differ by more than the threshold asks of them."""
    drawn = random.Random(3)
    found = learn({f"h{i:02}": [drawn.uniform(10, 60)] for i in range(20)}, Direction.BOTH)
    assert found.finding is Finding.NO_CONSENSUS
    assert found.bound is None


def test_values_below_zero_are_compared_by_their_bound_alone() -> None:
    """It should not pretend that decibels have a ratio."""
    samples = healthy(centre=-2.0, spread=0.05)
    samples["h04"] = [-6.0] * 8
    found = learn(samples, Direction.HIGHER)
    assert out(found) == {"h04": Why.DEVIANT}
    assert all(score.similarity is None for score in found.scores)
    assert found.repeatability is None


def test_a_floor_that_can_never_fail_is_not_proposed() -> None:
    """It should refuse a bound at or below 0, where no value ever lies."""
    drawn = random.Random(5)
    samples = {f"h{i:02}": [abs(drawn.gauss(10, 8)) + 0.1 for _ in range(40)] for i in range(10)}
    found = learn(samples, Direction.HIGHER, rules=Rules(alpha=0.5))
    assert found.finding is Finding.NO_BOUND
    assert "can never fail" in found.reason


def test_counts_that_are_all_zero_get_a_ceiling_of_zero() -> None:
    """It should keep what needs no spread."""
    found = learn({f"h{i}": [0.0, 0.0] for i in range(9)} | {"bad": [0.0, 3.0]}, Direction.LOWER)
    assert found.bound is not None
    assert found.bound.high == 0.0
    assert set(out(found)) == {"bad"}


def test_missing_values_are_passed_over_and_never_0() -> None:
    """It should not hold NaN or infinity for a measurement."""
    samples = healthy()
    samples["h00"] = [float("nan"), *samples["h00"][1:]]
    samples["h01"] = [float("inf")]
    found = learn(samples, Direction.HIGHER, PCIE)
    assert out(found) == {}
    assert {score.host for score in found.scores} == set(samples) - {"h01"}


def test_more_is_asked_of_a_population_than_it_draws_where_physics_asks_more() -> None:
    """It should let physics stand where the spread would allow worse."""
    wide = healthy(centre=55.0, spread=1.6, hosts=30)
    free = learn(wide, Direction.HIGHER, Physics(high=64.0), Rules(alpha=0.9))
    bound = learn(wide, Direction.HIGHER, PCIE, Rules(alpha=0.9))
    assert free.bound is not None
    assert bound.bound is not None
    assert (free.bound.low or 0) < 48.0
    assert bound.bound.low == 48.0


def test_few_false_alarms_in_healthy_populations() -> None:
    """It should almost never call a host of a normal population an outlier: fewer than one in a thousand."""
    outliers = hosts = 0
    for seed in range(150):
        found = learn(healthy(hosts=12, spread=0.5, seed=seed), Direction.HIGHER)
        assert found.finding is Finding.PROPOSED
        outliers += len(found.outliers)
        hosts += len(found.scores)
    assert outliers / hosts < 0.001


@pytest.mark.parametrize(
    ("one", "other", "direction", "expected"),
    [
        ([95.0], [100.0], Direction.BOTH, 0.95),
        ([95.0], [100.0], Direction.HIGHER, 0.95),
        ([95.0], [100.0], Direction.LOWER, 1.0),
        ([105.0], [100.0], Direction.HIGHER, 1.0),
        ([1.0, 3.0], [3.0, 1.0], Direction.BOTH, 1.0),
        ([1.0, 3.0], [2.0, 4.0], Direction.BOTH, 1 - 1 / 3),
        ([1.0, 1.0, 4.0], [2.0], Direction.BOTH, 1 - (1 + 1 + 2) / (2 + 2 + 4)),
        ([0.0], [0.0], Direction.BOTH, 1.0),
        ([0.0], [5.0], Direction.HIGHER, 0.0),
    ],
)
def test_similarity_by_hand(one: list[float], other: list[float], direction: Direction, expected: float) -> None:
    """It should be the area between the distribution functions over the area under the greater."""
    assert similarity(one, other, direction) == pytest.approx(expected)


def test_qn_is_the_standard_deviation_of_a_normal_sample_and_robust() -> None:
    """It should not care for a third of wild values; the median absolute deviation is its textbook companion."""
    drawn = random.Random(7)
    values = [drawn.gauss(0, 3) for _ in range(900)]
    assert qn(values) == pytest.approx(3.0, rel=0.08)
    assert qn([*values, *([1e9] * 300)]) < 6
    assert qn([drawn.gauss(0, 3) for _ in range(5000)]) == pytest.approx(3.0, rel=0.05)
    assert (qn([]), qn([4.0]), qn([2.0] * 9)) == (0.0, 0.0, 0.0)
    assert qn([1.0, 2.0]) == pytest.approx(2.21914 * 0.399)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rules(alpha=1.0),
        lambda: Rules(hosts_at_least=2),
        lambda: Rules(guard=-0.1),
        lambda: Physics(low=5, high=1),
        lambda: Physics(floor=70, high=64),
    ],
)
def test_rules_that_make_no_sense_are_refused(make: object) -> None:
    """It should say which number is wrong."""
    with pytest.raises(UsageError):
        make()  # type: ignore[operator]
