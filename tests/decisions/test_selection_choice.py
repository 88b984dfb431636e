"""The choice of diagnostics: never more risk for more time, nothing useless, and as good as trying every set."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.decisions.selection.best_choice import best_choice
from gatehouse.decisions.selection.choice import SERVER_HOURS_A_MINUTE, greedy, left_over

MODES = 4
shares = st.one_of(st.just(0.0), st.floats(0.05, 0.95))
minutes = st.one_of(st.just(0.0), st.floats(0.1, 60))


@dataclass(frozen=True)
class Case:
    """Stakes [modes] of one machine, and diagnostics: what they find, take, and whether they are mandatory."""

    stakes: np.ndarray
    finds: np.ndarray
    minutes: np.ndarray
    floor: np.ndarray

    def left(self, chosen: np.ndarray) -> float:
        """What stays at stake."""
        return float(left_over(self.stakes, self.finds, chosen).sum())

    def worth(self, chosen: np.ndarray) -> float:
        """What a set takes off, less the price of its minutes."""
        return float(self.stakes.sum() - self.left(chosen) - SERVER_HOURS_A_MINUTE * self.minutes[chosen].sum())

    def best(self, budget: float) -> np.ndarray:
        """The set that is chosen."""
        return best_choice(self.stakes, self.finds, self.minutes, self.floor, budget).chosen

    def brute(self, budget: float) -> float:
        """The worth of the best of all sets that hold the floor and fit."""
        able = max(budget, self.minutes[self.floor].sum())
        sets = (np.array(each, bool) for each in itertools.product([False, True], repeat=len(self.minutes)))
        return max(self.worth(s) for s in sets if (s >= self.floor).all() and self.minutes[s].sum() <= able + 1e-12)


@st.composite
def cases(draw: st.DrawFn, most: int = 8, mandatory: bool = True) -> Case:
    """Up to ``most`` diagnostics over a few modes."""
    count = draw(st.integers(1, most))
    rows = draw(st.lists(st.lists(shares, min_size=MODES, max_size=MODES), min_size=count, max_size=count))
    return Case(
        np.array(draw(st.lists(st.floats(0, 20), min_size=MODES, max_size=MODES))),
        np.array(rows),
        np.array(draw(st.lists(minutes, min_size=count, max_size=count))),
        np.array(draw(st.lists(st.booleans() if mandatory else st.just(False), min_size=count, max_size=count))),
    )


@given(cases(), st.floats(0, 120))
def test_it_is_as_good_as_trying_every_set(case: Case, budget: float) -> None:
    """It should prove its choice, and the proof should hold."""
    found = best_choice(case.stakes, case.finds, case.minutes, case.floor, budget)
    assert found.proven
    assert found.worth == pytest.approx(case.worth(found.chosen), abs=1e-9)
    assert found.worth == pytest.approx(case.brute(budget), abs=1e-9)


@given(cases(), st.floats(0, 120))
def test_greedy_or_the_best_single_one_has_its_published_bound(case: Case, budget: float) -> None:
    """It should take off at least (1 - 1/e)/2 of the most that any set could, where time is all that limits it."""
    case = Case(case.stakes, case.finds, case.minutes, np.zeros(len(case.minutes), bool))
    chosen = greedy(case.stakes[None], case.finds[None], case.minutes, case.floor, budget, price=0.0)[0]
    total = float(case.stakes.sum())
    fits = [np.eye(len(case.minutes), dtype=bool)[i] for i in np.flatnonzero(case.minutes <= budget)]
    ours = max([total - case.left(chosen), *(total - case.left(single) for single in fits)])
    sets = (np.array(each, bool) for each in itertools.product([False, True], repeat=len(case.minutes)))
    most = max(total - case.left(s) for s in sets if case.minutes[s].sum() <= budget)
    assert ours >= (1 - 1 / math.e) / 2 * most - 1e-9


@given(cases(), st.floats(0, 120), st.floats(0, 120))
def test_more_time_never_raises_the_accepted_risk(case: Case, one: float, other: float) -> None:
    """It should leave no more at stake with more minutes."""
    short, long = sorted((one, other))
    assert case.left(case.best(long)) <= case.left(case.best(short)) + 1e-7


@given(cases(), st.floats(0, 120))
def test_what_finds_nothing_is_never_chosen(case: Case, budget: float) -> None:
    """It should choose nothing but what is mandatory or takes something off, even at no cost."""
    chosen = case.best(budget) & ~case.floor
    reach = case.finds @ case.stakes
    assert (reach[chosen] > 0).all()


@given(cases(), st.floats(0, 120))
def test_the_floor_is_always_run_and_the_time_is_kept_beyond_it(case: Case, budget: float) -> None:
    """It should never leave out what is mandatory, and take no more than the time, or than the floor alone."""
    chosen = case.best(budget)
    assert (chosen >= case.floor).all()
    assert case.minutes[chosen].sum() <= max(budget, case.minutes[case.floor].sum()) + 1e-9


@given(cases(mandatory=False))
def test_what_costs_nothing_and_finds_something_is_always_chosen(case: Case) -> None:
    """It should take every free diagnostic that still takes something off, whatever the budget."""
    chosen = case.best(0.0)
    left = left_over(case.stakes, case.finds, chosen)
    free = ~chosen & (case.minutes == 0)
    assert ((case.finds @ left)[free] <= 1e-9).all()


def test_nothing_worth_running_is_an_answer() -> None:
    """It should choose nothing where a minute of the machine is worth more than what it could save."""
    found = best_choice(np.array([1e-4]), np.array([[0.9]]), np.array([5.0]), np.array([False]), math.inf)
    assert not found.chosen.any()
    assert found.proven
    assert found.worth == 0


def test_it_says_how_far_it_may_be_from_the_best_when_it_may_not_look_on() -> None:
    """It should give a bound that the best does not pass, instead of a claim."""
    finds = np.array([[0.9, 0, 0.2], [0.6, 0.5, 0], [0, 0.7, 0.3], [0.2, 0.3, 0.9]])
    case = Case(np.array([5.0, 4.0, 3.0]), finds, np.array([6.0, 5, 4, 3]), np.zeros(4, bool))
    found = best_choice(case.stakes, case.finds, case.minutes, case.floor, 10, most_looks=0)
    assert not found.proven
    assert found.worth <= case.brute(10) <= found.bound


def test_a_fleet_is_chosen_for_host_by_host() -> None:
    """It should choose for each host as if it were alone, in any order of hosts."""
    rng = np.random.default_rng(7)
    stakes, finds = rng.uniform(0, 5, (50, 6)), rng.uniform(0, 0.9, (50, 12, 6)) * (rng.random((50, 12, 6)) < 0.4)
    takes, floor = rng.uniform(0.1, 20, 12), np.arange(12) == 3
    together = greedy(stakes, finds, takes, floor, 25)
    alone = np.concatenate([greedy(stakes[i : i + 1], finds[i : i + 1], takes, floor, 25) for i in range(50)])
    order = rng.permutation(50)
    assert (together == alone).all()
    assert (greedy(stakes[order], finds[order], takes, floor, 25) == together[order]).all()
