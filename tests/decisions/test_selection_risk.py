"""What may be hidden on a machine, and how a fleet's own past corrects what others published."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.catalog.failure_mixes import EarlyLife, FailureMix
from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.decisions.selection.attribution import defects, learned_shares
from gatehouse.decisions.selection.hazards import Hidden, Proofs, hidden_defects, settled_days
from gatehouse.decisions.selection.machine import Asked, situation
from gatehouse.decisions.selection.rates import FleetRates, fleet_rates, lemon_factors, published_rates
from gatehouse.model.fleet_history import Care, DefectVisit, FleetHistory, Proof

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STEADY = EarlyLife(shape=1, until_days=90, basis="proposal", source="a test")
YOUNG = EarlyLife(shape=0.5, until_days=90, basis="proposal", source="a test")
RATES = FleetRates(np.array([0.01, 0.002]), np.array([0.05, 0.0]))
FINDS = np.array([[0.5, 0.0], [0.2, 0.9]])
SKU = "h100-8x"


def shipped() -> FailureMix:
    """The mix that ships with Gatehouse."""
    return Catalog((SHIPPED,)).failure_mixes["accelerator-server"]


def pieces(age: float, proven: Sequence[float], early: EarlyLife = STEADY, factor: float = 1.0) -> Hidden:
    """One machine on which the two diagnostics of ``FINDS`` passed so many days ago."""
    proofs = Proofs(np.array([proven], float), np.array([[0, 1]]), FINDS[None])
    return hidden_defects(RATES, early, np.array([factor]), np.array([float(age)]), proofs, 2)


def hidden(age: float, proven: Sequence[float], early: EarlyLife = STEADY, factor: float = 1.0) -> np.ndarray:
    """Expected hidden defects of that machine, [modes]."""
    expected: np.ndarray = pieces(age, proven, early, factor).expected[0].sum(axis=0)
    return expected


def test_it_is_what_two_proofs_and_the_time_between_leave() -> None:
    """It should count each piece of time with the proofs passed after it, and birth with all of them."""
    mu = 0.01 * (3 + 7 * 0.8 + 20 * 0.8 * 0.5)  # 3 days since one, 7 more since the other, 20 before both
    mu += -np.log(1 - 0.05) * 0.8 * 0.5
    assert hidden(30, [10, 3])[0] == pytest.approx(mu)


def test_it_agrees_with_a_simulation() -> None:
    """It should be the number of defects that a machine has and that every later proof overlooked."""
    rng, count = np.random.default_rng(3), 200_000
    events = rng.poisson(0.01 * 30, count)
    at = rng.uniform(0, 30, (count, 6))  # days ago
    there = np.arange(6) < events[:, None]
    for ago, share in ((10, 0.5), (3, 0.2)):
        there &= (at <= ago) | (rng.random((count, 6)) >= share)
    proofs = Proofs(np.array([[10.0, 3.0]]), np.array([[0, 1]]), FINDS[None, :, :1])
    rates = FleetRates(np.array([0.01]), np.array([0.0]))
    expected = hidden_defects(rates, STEADY, np.ones(1), np.array([30.0]), proofs, 2).expected.sum()
    assert there.sum() / count == pytest.approx(expected, abs=0.003)


def test_a_pass_finds_only_what_it_had_no_chance_at() -> None:
    """It should find nothing right after the same diagnostic passed, and of later defects its whole share."""
    found = pieces(30, [10, 3]).finds(FINDS)[0]
    assert found[0, :, 0] == pytest.approx([0.5, 0.5, 0.0])  # it passed 10 days ago: before the last two pieces
    assert found[1, :, 0] == pytest.approx([0.2, 0.0, 0.0])
    deeper = pieces(30, [10, 3]).finds(np.array([[0.8, 0.0], [0.2, 0.9]]))[0]
    assert deeper[0, 2, 0] == pytest.approx((0.8 - 0.5) / (1 - 0.5))


days = st.floats(0, 500)


@given(days, days, days, days)
def test_an_older_proof_never_lowers_the_risk(age: float, one: float, other: float, later: float) -> None:
    """It should grow with the time since a proof, at any age."""
    fresh, stale = sorted((one, other))
    assert (hidden(age, [stale, later], YOUNG) >= hidden(age, [fresh, later], YOUNG) - 1e-12).all()


@given(days, days)
def test_a_proof_never_raises_the_risk(age: float, ago: float) -> None:
    """It should be at most what it is without any proof."""
    assert (hidden(age, [ago, np.inf]) <= hidden(age, [np.inf, np.inf]) + 1e-12).all()


@given(st.floats(0, 400), st.floats(1, 5))
def test_a_lemon_has_more_to_hide(age: float, factor: float) -> None:
    """It should grow with the machine's own factor."""
    assert (hidden(age, [5, 9], factor=factor) >= hidden(age, [5, 9]) - 1e-12).all()


def test_early_life_counts_for_more() -> None:
    """It should count the first days of a machine as more days of a settled one, and later ones as they are."""
    lived = settled_days(YOUNG, np.array([0.0, 10, 90, 100]))
    assert lived[0] == 0
    assert lived[1] > 50
    assert lived[3] - lived[2] == pytest.approx(10)


def visit(new: set[str], serial: str = "A", at: datetime = NOW, first: bool = False, also: frozenset[str] = frozenset(),
          measured: frozenset[str] = frozenset()) -> DefectVisit:  # fmt: skip
    """A visit at which some diagnostics failed anew."""
    failed = frozenset(new) | also
    return DefectVisit(serial, SKU, at, first, frozenset(new), failed, failed | measured)


def finds() -> dict[str, np.ndarray]:
    """Three diagnostics over two modes."""
    return {"a": np.array([0.5, 0.0]), "b": np.array([0.2, 0.9]), "c": np.array([0.0, 0.5])}


def test_failures_that_one_mode_explains_are_one_defect() -> None:
    """It should count two diagnostics that can see the same mode as one defect of it, and the rest as another."""
    both = list(defects([visit({"a", "b"})], finds(), np.array([1.0, 1.0])))
    assert [defect.seen_by for defect in both] == [("a", "b")]
    assert both[0].modes == pytest.approx([1.0, 0.0])
    two = list(defects([visit({"a", "c"})], finds(), np.array([1.0, 1.0])))
    assert [defect.seen_by for defect in two] == [("a",), ("c",)]


def test_a_failure_of_an_unknown_diagnostic_says_nothing_of_modes() -> None:
    """It should not guess."""
    assert list(defects([visit({"unheard_of"})], finds(), np.array([1.0, 1.0]))) == []


def test_what_a_diagnostic_overlooked_lowers_its_share() -> None:
    """It should learn from defects that another one found, and from nothing else."""
    seen = [visit({"a"}, measured=frozenset({"b"})) for _ in range(20)]
    learned = learned_shares(defects(seen, finds(), np.array([1.0, 1.0])), finds(), prior_defects=5)
    assert learned["b"][0] == pytest.approx(0.2 * 5 / 25)
    assert learned["a"] == pytest.approx([0.5, 0.0])  # nobody else saw what it may have missed
    assert learned["c"] == pytest.approx([0.0, 0.5])  # it was not asked


def test_no_diagnostic_learns_to_find_what_nobody_said_it_could() -> None:
    """It should leave a share of 0 at 0."""
    seen = [visit({"b", "c"}, also=frozenset({"a"})) for _ in range(50)]
    learned = learned_shares(defects(seen, finds(), np.array([0.0, 1.0])), finds(), prior_defects=5)
    assert learned["a"][1] == 0.0


def test_a_fleet_corrects_published_rates_as_far_as_it_has_seen() -> None:
    """It should stay with what is published for a young fleet, and go by the fleet's own for an old one."""
    mix = shipped()
    modes = mix.of("GPU")
    published = published_rates(mix, modes)
    assert fleet_rates(mix, published, [], []).a_day == pytest.approx(published.a_day)
    long = [Care(SKU, NOW - timedelta(days=1000), NOW)] * 2000
    quiet = fleet_rates(mix, published, [], long)
    assert (quiet.a_day < published.a_day / 50).all()
    assert (quiet.at_birth <= published.at_birth).all()


def test_a_machine_that_failed_of_late_is_a_lemon_and_is_forgiven_in_time() -> None:
    """It should raise the factor of what failed, more for what is recent, and lower that of what never did."""
    mix = shipped()
    rates = published_rates(mix, mix.of("GPU"))
    since = NOW - timedelta(days=400)
    care = {serial: Care(SKU, since, NOW) for serial in "ABC"}
    weights = np.ones(2)
    found = list(defects([visit({"a"}, "A", NOW - timedelta(days=10)), visit({"a"}, "B", NOW - timedelta(days=300))],
                         finds(), weights))  # fmt: skip
    factors = lemon_factors(mix, rates, found, care, NOW)
    assert factors["A"] > factors["B"] > factors["C"]
    assert factors["A"] > 2
    assert factors["C"] < 1


def test_the_order_of_hosts_never_matters() -> None:
    """It should say the same of each host, whoever stands beside it."""
    mix = shipped()
    serials = [f"S{i}" for i in range(6)]
    names = ["kernel_log", "pcie_link", "accelerator_diag"]
    proofs = {s: tuple(Proof(name, "p", NOW - timedelta(days=i + 3 * j)) for j, name in enumerate(names[: i % 4]))
              for i, s in enumerate(serials)}  # fmt: skip
    care = {s: Care(SKU, NOW - timedelta(days=40 + i), NOW) for i, s in enumerate(serials)}
    history = FleetHistory(care, (visit({"kernel_log"}, "S2", NOW - timedelta(days=5)),), proofs)

    def of(order: list[str]) -> dict[str, list[float]]:
        asked = [Asked(name, 1.0, False, {}) for name in names]
        found = situation(mix, mix.of("GPU"), asked, history, {}, {}, order, NOW)
        return dict(zip(order, found.hidden.expected.sum(axis=1).tolist(), strict=True))

    once, again = of(serials), of(serials[::-1])
    for serial in serials:
        assert once[serial] == pytest.approx(again[serial], rel=1e-12)
        assert once[serial] == pytest.approx(of([serial])[serial], rel=1e-12)


def test_an_older_proof_of_the_same_kind_adds_nothing_to_a_newer_one() -> None:
    """It should not take two runs of one diagnostic for two opinions, and credit a deeper run for what it adds."""
    mix = shipped()
    care = {"A": Care(SKU, NOW - timedelta(days=100), NOW)}
    by_plan = {("short", "accelerator_diag"): {"level": 1.0}, ("deep", "accelerator_diag"): {"level": 4.0}}

    def risk(*proofs: Proof) -> float:
        history = FleetHistory(care, (), {"A": proofs})
        asked = [Asked("accelerator_diag", 3.0, False, {"level": 1.0})]
        found = situation(mix, mix.of("GPU"), asked, history, {}, by_plan, ["A"], NOW)
        return float(found.hidden.expected[0, :, 0].sum())

    new, old, deep = (Proof("accelerator_diag", plan, NOW - timedelta(days=ago))
                      for plan, ago in (("short", 1), ("short", 50), ("deep", 50)))  # fmt: skip
    assert risk(new, old) == pytest.approx(risk(new))
    assert risk(new, deep) < risk(new)
