"""Which diagnostics to run before a day's job: policies on the same simulated fleets, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from fleet_limits import FIXED, LEARNED_FROM, RUNS, learned_floor
from fleet_world import FleetWorld

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.decisions.selection.attribution import defects, learned_shares
from gatehouse.decisions.selection.choice import greedy
from gatehouse.decisions.selection.hazards import Proofs, hidden_defects
from gatehouse.decisions.selection.machine import shares
from gatehouse.decisions.selection.rates import fleet_rates, lemon_factors, published_rates
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.model.fleet_history import Care, DefectVisit

MIX, SKU, PLAN = "accelerator-server", "h100-8x", "in-service"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
QUICK_MINUTES = 0.5  # what runs every day where everything runs each month only
MONTH_DAYS = 30
LEARN_EVERY_DAYS = 10
HOURS_A_DAY = 24.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy did to one fleet. Rates are a node and month of 30 days; times between incidents hours of a node.

    ``found`` is the share of all hidden defects that a diagnostic found before a job met them; those that nobody has
    noticed at the end count as not found.
    """

    found: float
    false_alarms: float
    validation_hours: float
    between_incidents: float
    between_hidden: float
    utilisation: float


class Bench:
    """What every policy knows before it starts: the plan's diagnostics, what they take and are said to find."""

    def __init__(self) -> None:
        catalog = Catalog((SHIPPED,))
        known = known_diagnostics(catalog.diagnostics)
        self.mix = catalog.failure_mixes[MIX]
        self.modes = self.mix.of(catalog.skus[SKU].kind)
        planned = catalog.plans[PLAN].diagnostics
        params = [{**known[item.diagnostic].params, **item.params} for item in planned]
        every = np.array([shares(self.modes, item.diagnostic, p) for item, p in zip(planned, params, strict=True)])
        some = every.any(axis=1)
        self.diagnostics = tuple(item.diagnostic for item, finds in zip(planned, some, strict=True) if finds)
        self.minutes = np.array([known[item.diagnostic].minutes(item.params) for item in planned])[some]
        self.finds = every[some]
        self.job_servers = self.mix.job_servers.value
        self.lost_hours = np.array([mode.hours_lost.value for mode in self.modes]) * self.job_servers

    def world(self, nodes: int, seed: int) -> FleetWorld:
        """A fleet; the same seed gives the same fleet."""
        return FleetWorld(
            self.mix,
            self.modes,
            self.diagnostics,
            self.finds,
            nodes,
            np.random.default_rng(seed),
            np.random.default_rng([seed, 1]),
        )


class Memory:
    """What Gatehouse would have in its store of a simulated fleet, and what it concludes from that."""

    def __init__(self, bench: Bench, nodes: int) -> None:
        self.bench, self.nodes = bench, nodes
        self.passed = np.full((nodes, len(bench.diagnostics)), -np.inf)  # the day of the last pass
        self.visits: list[DefectVisit] = []
        self.rates = published_rates(bench.mix, bench.modes)
        self.finds, self.factors = bench.finds, np.ones(nodes)

    def note(self, day: int, ran: np.ndarray, failed: np.ndarray) -> None:
        """File a day's results."""
        self.passed[ran & ~failed] = day
        at = BEGAN + timedelta(days=day)
        for node in np.flatnonzero(failed.any(axis=1)):
            names = frozenset(np.array(self.bench.diagnostics)[failed[node]].tolist())
            measured = frozenset(np.array(self.bench.diagnostics)[ran[node]].tolist())
            self.visits.append(DefectVisit(str(node), SKU, at, day == 0, names, names, measured))

    def learn(self, day: int) -> None:
        """Correct the published rates and shares by what was seen, as ``gatehouse select`` does."""
        bench, now = self.bench, BEGAN + timedelta(days=day)
        care = {str(node): Care(SKU, BEGAN, now) for node in range(self.nodes)}
        told = dict(zip(bench.diagnostics, bench.finds, strict=True))
        published = published_rates(bench.mix, bench.modes)
        found = list(defects(self.visits, told, published.a_day))
        self.rates = fleet_rates(bench.mix, published, found, care.values())
        learned = learned_shares(found, told, bench.mix.prior_defects.value)
        self.finds = np.array([learned[name] for name in bench.diagnostics])
        lemons = lemon_factors(bench.mix, self.rates, found, care, now)
        self.factors = np.array([lemons[str(node)] for node in range(self.nodes)])


Choose = Callable[[Memory, int], np.ndarray]  # which diagnostics run today, bool [nodes, diagnostics]


def nothing(memory: Memory, day: int) -> np.ndarray:
    """Nobody looks; jobs find what is broken."""
    return np.zeros((memory.nodes, len(memory.bench.diagnostics)), bool)


def everything(memory: Memory, day: int) -> np.ndarray:
    """The whole plan before every job."""
    return ~nothing(memory, day)


def by_calendar(memory: Memory, day: int) -> np.ndarray:
    """What is quick before every job, the whole plan once a month."""
    return everything(memory, day) & ((memory.bench.minutes <= QUICK_MINUTES) | (day % MONTH_DAYS == 0))


def selected(memory: Memory, day: int) -> np.ndarray:
    """What is worth its time on each node, as ``gatehouse select`` chooses for a fleet."""
    bench = memory.bench
    if day % LEARN_EVERY_DAYS == 0 and day:
        memory.learn(day)
    count = len(bench.diagnostics)
    of = np.broadcast_to(np.arange(count), memory.passed.shape)
    single = memory.finds.astype(np.float32)  # half the memory to walk through; a choice does not hang on more
    told = np.broadcast_to(single, (memory.nodes, *single.shape))
    chosen = []
    for part in np.array_split(np.arange(memory.nodes), max(1, memory.nodes // 100)):
        proofs = Proofs(day - memory.passed[part], of[part], told[part])
        ages = np.full(len(part), float(day))
        hidden = hidden_defects(memory.rates, bench.mix.early, memory.factors[part], ages, proofs, count)
        stakes = (hidden.expected * bench.lost_hours).reshape(len(part), -1).astype(np.float32)
        finds = hidden.finds(single).reshape(len(part), count, -1)
        chosen.append(greedy(stakes, finds, bench.minutes, np.zeros(count, bool), np.inf))
    return np.concatenate(chosen)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is run when, and against which limits."""

    title: str
    choose: Choose
    learned: bool


POLICIES = (
    Policy("run nothing", nothing, learned=False),
    Policy("run everything daily, fixed limits", everything, learned=False),
    Policy("run everything daily, learned limits", everything, learned=True),
    Policy("quick ones daily, everything monthly, fixed limits", by_calendar, learned=False),
    Policy("selector, fixed limits", selected, learned=False),
    Policy("selector, learned limits (ours)", selected, learned=True),
)


def play(bench: Bench, policy: Policy, nodes: int, days: int, seed: int) -> Outcome:
    """One policy on one fleet, from its first day on."""
    world = bench.world(nodes, seed)
    floors = _floors(world) if policy.learned else np.full(len(bench.diagnostics), FIXED)
    memory, tally, back = Memory(bench, nodes), _Tally(), np.zeros(nodes)
    for day in range(days):
        sudden = world.a_day_passes(float(day))
        up = back <= day
        ran = policy.choose(memory, day) & up[:, None]
        failed, seen = world.measure(ran, floors)
        memory.note(day, ran, failed)
        bad = np.zeros(nodes, bool)
        bad[world.broken.node[seen]] = True
        alarmed = failed.any(axis=1) & ~bad
        tally.looked(ran, bench.minutes, int(seen.sum()), int(alarmed.sum()))
        world.broken.keep(~seen)
        back[bad], back[alarmed] = day + world.assumed.repair_days, day + world.assumed.look_into_days
        working = up & ~bad
        met = world.met_by_jobs(working)
        tally.worked(working, sudden, world.broken.mode[met], bench.lost_hours)
        hurt = sudden & working
        hurt[world.broken.node[met]] = True
        world.broken.keep(~met)
        back[hurt] = day + world.assumed.repair_days
        tally.away(alarmed, world.assumed.look_into_days)
        memory.passed[hurt] = day  # a repaired machine is proven before it serves again, in the time of its repair
    return tally.outcome(nodes, days, world.came_about)


def _floors(world: FleetWorld) -> np.ndarray:
    """Limits learned from the first runs of some machines, slow ones among them; 0 on what measures no performance."""
    lost = np.zeros_like(world.unit)
    slow = world.broken.visible & world.broken.slow[:, None]
    np.maximum.at(lost, world.broken.node, np.where(slow, world.broken.drop[:, None], 0.0))
    runs = np.stack([world.performance() - lost for _ in range(RUNS)], axis=-1)[:LEARNED_FROM]
    return np.array([learned_floor(runs[:, i]) if world.measuring[i] else 0.0 for i in range(runs.shape[1])])


class _Tally:
    """Counts over all days."""

    def __init__(self) -> None:
        self.found = self.met = self.false = self.sudden = 0
        self.minutes = self.lost_hours = self.worked_days = self.looked_days = 0.0

    def looked(self, ran: np.ndarray, minutes: np.ndarray, found: int, false: int) -> None:
        """A day's diagnostics."""
        self.minutes += float((ran * minutes).sum())
        self.found, self.false = self.found + found, self.false + false

    def worked(self, working: np.ndarray, sudden: np.ndarray, met: np.ndarray, lost_hours: np.ndarray) -> None:
        """A day's jobs: what failed at once costs a restart, the least that any mode costs."""
        crashes = int((sudden & working).sum())
        self.sudden, self.met = self.sudden + crashes, self.met + len(met)
        self.lost_hours += float(lost_hours[met].sum()) + crashes * float(lost_hours.min())
        self.worked_days += float(working.sum())

    def away(self, alarmed: np.ndarray, look_into_days: float) -> None:
        """Machines that a false alarm took from their day."""
        self.looked_days += float(alarmed.sum()) * look_into_days

    def outcome(self, nodes: int, days: int, came_about: int) -> Outcome:
        """The sums as rates."""
        months, hours = nodes * days / MONTH_DAYS, self.worked_days * HOURS_A_DAY
        away = self.minutes / 60 + self.looked_days * HOURS_A_DAY + self.lost_hours
        return Outcome(
            found=self.found / max(1, came_about),
            false_alarms=self.false / months,
            validation_hours=self.minutes / 60 / months,
            between_incidents=hours / max(1, self.met + self.sudden),
            between_hidden=hours / max(1, self.met),
            utilisation=(hours - away) / (nodes * days * HOURS_A_DAY),
        )


def compare(nodes: int, days: int, seeds: Sequence[int]) -> dict[str, list[Outcome]]:
    """Every policy on the same fleets: an outcome for each seed."""
    bench = Bench()
    return {policy.title: [play(bench, policy, nodes, days, seed) for seed in seeds] for policy in POLICIES}
