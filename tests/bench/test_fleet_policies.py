"""The simulated fleet: every policy does what its name says, and a seed says everything."""

import numpy as np
import pytest
from fleet_limits import FIXED, learned_floor
from fleet_policies import POLICIES, Bench, Memory, Outcome, Policy, compare, nothing, play
from fleet_table import table

from gatehouse.decisions.selection.machine import shares

NODES, DAYS, SEEDS = 150, 45, (1, 2, 3)
NOTHING, ALL_FIXED, ALL_LEARNED, CALENDAR, OURS_FIXED, OURS = (policy.title for policy in POLICIES)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Outcome]]:
    """Every policy on the same small fleets."""
    return compare(NODES, DAYS, SEEDS)


def mean(outcomes: dict[str, list[Outcome]], policy: str, name: str) -> float:
    """Of all seeds."""
    return float(np.mean([getattr(each, name) for each in outcomes[policy]]))


def test_who_runs_nothing_finds_nothing(outcomes: dict[str, list[Outcome]]) -> None:
    """It should find nothing, alarm nobody and cost nothing, and leave all of it to the jobs."""
    for each in outcomes[NOTHING]:
        assert (each.found, each.false_alarms, each.validation_hours) == (0, 0, 0)
    assert mean(outcomes, NOTHING, "between_hidden") < min(
        mean(outcomes, title, "between_hidden") for title in outcomes if title != NOTHING
    )


def test_who_runs_everything_finds_most_and_pays_most(outcomes: dict[str, list[Outcome]]) -> None:
    """It should find no less than anybody with the same limits, on every fleet, for more hours."""
    pairs = ((ALL_FIXED, (CALENDAR, OURS_FIXED)), (ALL_LEARNED, (OURS,)))
    for full, others in pairs:
        for other in others:
            for most, less in zip(outcomes[full], outcomes[other], strict=True):
                assert most.found >= less.found - 0.02  # what is found a day later may be met by a job by chance
                assert most.validation_hours > less.validation_hours


def test_ours_finds_most_of_it_for_a_fraction_of_the_hours(outcomes: dict[str, list[Outcome]]) -> None:
    """It should lie between nothing and everything: nearly what everything finds, in under a third of its time."""
    assert mean(outcomes, OURS, "found") > 0.85 * mean(outcomes, ALL_LEARNED, "found")
    assert mean(outcomes, OURS, "validation_hours") < mean(outcomes, ALL_LEARNED, "validation_hours") / 3
    assert mean(outcomes, OURS, "between_incidents") > 1.3 * mean(outcomes, NOTHING, "between_incidents")
    assert mean(outcomes, OURS, "utilisation") > mean(outcomes, ALL_LEARNED, "utilisation")


def test_a_seed_says_everything(bench: Bench, outcomes: dict[str, list[Outcome]]) -> None:
    """It should give the same outcome for the same seed, alone or among others, and another for another."""
    again = {policy.title: play(bench, policy, NODES, DAYS, SEEDS[0]) for policy in POLICIES}
    assert again == {title: each[0] for title, each in outcomes.items()}
    assert outcomes[OURS][0] != outcomes[OURS][1]


def test_every_policy_has_the_same_defects_before_it(bench: Bench) -> None:
    """It should draw what comes about from the seed alone, whatever was measured before."""
    quiet, busy = bench.world(NODES, 5), bench.world(NODES, 5)
    ran = np.ones((NODES, len(bench.diagnostics)), bool)
    for day in range(20):
        quiet.a_day_passes(float(day))
        busy.a_day_passes(float(day))
        busy.measure(ran, np.full(len(bench.diagnostics), FIXED))
    assert quiet.came_about == busy.came_about > 0
    assert (quiet.broken.node == busy.broken.node).all()
    assert (quiet.broken.visible == busy.broken.visible).all()


def test_a_sound_fleet_has_only_false_alarms(bench: Bench) -> None:
    """It should see no defect where none is, and fail about as often as is assumed."""
    world = bench.world(2000, 3)
    world.broken.keep(np.zeros(len(world.broken.node), bool))
    failed, seen = world.measure(np.ones((2000, len(bench.diagnostics)), bool), np.full(len(bench.diagnostics), FIXED))
    assert not len(seen)
    assert 0 < failed.mean() < 4 * world.assumed.false_alarm


def test_what_nobody_runs_is_not_seen(bench: Bench) -> None:
    """It should fail nothing and see nothing when nothing is asked."""
    world = bench.world(500, 3)
    failed, seen = world.measure(np.zeros((500, len(bench.diagnostics)), bool), np.ones(len(bench.diagnostics)))
    assert not failed.any()
    assert not seen.any()


def test_learned_limits_catch_what_fixed_ones_let_pass() -> None:
    """It should draw a floor that sound machines keep, well above the fixed one, although some machines are slow."""
    rng = np.random.default_rng(1)
    values = rng.normal(1, 0.005, (200, 3))
    values[:6] -= 0.05
    floor = learned_floor(values)
    assert FIXED < floor < 0.99
    assert (values[6:] >= floor).mean() > 0.999
    assert (values[:6] < floor).all()


def test_the_selector_starts_from_the_mix_and_learns(bench: Bench) -> None:
    """It should believe more in a mode whose defects it keeps finding."""
    memory = Memory(bench, 100)
    before = memory.rates.a_day.copy()
    ran, failed = np.ones((100, len(bench.diagnostics)), bool), np.zeros((100, len(bench.diagnostics)), bool)
    failed[:30, bench.diagnostics.index("cable_health")] = True
    memory.note(5, ran, failed)
    memory.learn(10)
    network = [mode.id for mode in bench.modes].index("network")
    assert memory.rates.a_day[network] > 1.2 * before[network]
    assert memory.factors[:30].min() > memory.factors[30:].max()


def test_the_plan_s_diagnostics_are_those_that_find_something(bench: Bench) -> None:
    """It should leave out what nobody has said finds anything, and keep the plan's own order and minutes."""
    assert (bench.finds.sum(axis=1) > 0).all()
    assert (bench.minutes > 0).all()
    at = bench.diagnostics.index("accelerator_diag")
    assert bench.finds[at] == pytest.approx(shares(bench.modes, "accelerator_diag", {"level": 2}))


def test_the_table_says_what_it_rests_on() -> None:
    """It should name the seeds, every policy, SuperBench's figure and the assumptions."""
    page = table(60, 10, 2)
    assert "60 simulated servers, 10 days, seeds 1 to 2" in page
    assert all(f"| {policy.title} | " in page for policy in POLICIES)
    assert "22.61" in page
    assert "our proposal for the most part" in page


def test_a_policy_may_be_added(bench: Bench) -> None:
    """It should be one function of what is remembered and the day."""
    lazy = Policy("look on Mondays", lambda memory, day: ~nothing(memory, day) & (day % 7 == 0), learned=False)
    assert (
        0
        < play(bench, lazy, NODES, DAYS, 1).validation_hours
        < play(bench, POLICIES[1], NODES, DAYS, 1).validation_hours
    )
