"""A simulated fleet whose machines break as published: what is broken, what a diagnostic sees of it, what a job meets.

Pure numpy, a day a step, everything from one seed. What is assumed beyond the failure mix stands in ``Assumed``.
"""

from dataclasses import dataclass, field

import numpy as np

from gatehouse.catalog.failure_mixes import FailureMix, FailureMode
from gatehouse.decisions.selection.hazards import settled_days
from gatehouse.decisions.selection.rates import published_rates

# Performance of a sound machine as its own diagnostics repeat it, 1 - repeatability (SuperBench, USENIX ATC'24):
# copies between host and device 99.68 %, all-reduce over NVLink 99.89 %, matrix products 99.44 %, CPU 99.6 %.
SPREAD = {
    "accelerator_bandwidth": 0.0032,
    "collective_bandwidth": 0.0011,
    "accelerator_burn": 0.0056,
    "cpu_stress": 0.004,
}
SLOW_MODES = frozenset({"accelerator_compute", "accelerator_link", "pcie", "network", "cpu"})
SILENT_MODE = "silent_corruption"


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody has published, or what the published numbers leave open. Shares are of 1, times in days."""

    rate_error: float = 0.5  # a fleet's rates differ from the published ones by a log-normal factor of this spread
    share_weight: float = 10.0  # true shares that diagnostics find: Beta around the mix's, worth so many defects
    slow_share: float = 0.5  # of the defects of a mode that can be slow, those that are: the others fail at once
    first_drop: float = 0.01  # performance that a slow defect takes at first
    drop_a_day: float = 0.004  # and more a day, exponential with this mean
    noticed_drop: float = 0.05  # what a job notices (SuperBench calls more than 5 % defective)
    met_days: float = 7.0  # until a job meets a hidden defect that is not slow, or notices one that is slow enough
    silent_days: float = 30.0  # until somebody notices wrong answers
    repair_days: float = 2.0  # SuperBench: 38.1 % of incidents take more than a day, 10.3 % more than two weeks
    false_alarm: float = 1e-4  # of the runs of any diagnostic on a sound machine
    disturbed: float = 1e-3  # of the runs that measure performance: something else ran, up to 8 % less
    look_into_days: float = 0.25  # a false alarm takes a machine away for so long
    unit_spread: float = 0.004  # performance between sound machines, standard deviation


@dataclass
class Broken:
    """Every hidden defect that is there now, as columns: node, mode, what sees it [defects, diagnostics], how slow."""

    node: np.ndarray
    mode: np.ndarray
    visible: np.ndarray
    drop: np.ndarray
    worse: np.ndarray  # performance lost a day; 0 for a defect that is not slow
    slow: np.ndarray

    def keep(self, these: np.ndarray) -> None:
        """Only these stay."""
        for name in ("node", "mode", "visible", "drop", "worse", "slow"):
            setattr(self, name, getattr(self, name)[these])

    def add(self, other: "Broken") -> None:
        """These come, too."""
        for name in ("node", "mode", "visible", "drop", "worse", "slow"):
            setattr(self, name, np.concatenate([getattr(self, name), getattr(other, name)]))


@dataclass
class FleetWorld:
    """One fleet from its first day. ``finds`` [diagnostics, modes] are the mix's shares; the truth departs from them.

    What comes about is drawn from ``rng``, what is measured and met from ``noise``: on the same seeds every policy has
    the same defects before it.
    """

    mix: FailureMix
    modes: tuple[FailureMode, ...]
    diagnostics: tuple[str, ...]
    finds: np.ndarray
    nodes: int
    rng: np.random.Generator
    noise: np.random.Generator
    assumed: Assumed = field(default_factory=Assumed)

    def __post_init__(self) -> None:
        """Draw what is true of this fleet."""
        rng, a, count = self.rng, self.assumed, len(self.modes)
        published = published_rates(self.mix, self.modes)
        error = rng.lognormal(-(a.rate_error**2) / 2, a.rate_error, count)
        self.rates, self.at_birth = published.a_day * error, np.minimum(published.at_birth * error, 0.5)
        hidden = np.array([mode.hidden.value for mode in self.modes])
        self.sudden = self.rates / hidden * (1 - hidden)
        with np.errstate(invalid="ignore"):
            drawn = rng.beta(np.maximum(self.finds, 1e-9) * a.share_weight, (1 - self.finds) * a.share_weight)
        self.true_finds = np.where(self.finds > 0, drawn, 0.0)
        spread = self.mix.spread.value
        self.lemon = rng.gamma(spread, 1 / spread, self.nodes)
        self.measuring = np.array([name in SPREAD for name in self.diagnostics])
        self.repeats = np.array([SPREAD.get(name, 0.0) for name in self.diagnostics])
        self.unit = rng.normal(0, a.unit_spread, (self.nodes, len(self.diagnostics))) * self.measuring
        self.can_be_slow = np.array([mode.id in SLOW_MODES for mode in self.modes])
        self.silent = np.array([mode.id == SILENT_MODE for mode in self.modes])
        born = rng.random((self.nodes, count)) < self.at_birth
        self.broken = self._defects(*np.nonzero(born))
        self.came_about = len(self.broken.node)

    def _defects(self, node: np.ndarray, mode: np.ndarray) -> Broken:
        rng, a = self.rng, self.assumed
        slow = self.can_be_slow[mode] & (rng.random(len(node)) < a.slow_share)
        visible = rng.random((len(node), len(self.diagnostics))) < self.true_finds[:, mode].T
        worse = np.where(slow, rng.exponential(a.drop_a_day, len(node)), 0.0)
        return Broken(node, mode, visible, np.where(slow, a.first_drop, 0.0), worse, slow)

    def a_day_passes(self, age_days: float) -> np.ndarray:
        """Defects come about and get worse; returns which nodes failed at once [nodes]: nothing foresees that."""
        lived = settled_days(self.mix.early, np.array([age_days, age_days + 1]))
        factor = self.lemon[:, None] * (lived[1] - lived[0])
        self.broken.drop += self.broken.worse
        new = self._defects(*np.nonzero(self.rng.random((self.nodes, len(self.modes))) < self.rates * factor))
        self.came_about += len(new.node)
        self.broken.add(new)
        return (self.rng.random((self.nodes, len(self.modes))) < self.sudden * factor).any(axis=1)

    def measure(self, ran: np.ndarray, floors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which diagnostics failed [nodes, diagnostics] of those that ``ran``; which defects were seen [defects].

        ``floors`` [diagnostics] are the limits on performance relative to what is nominal.
        """
        rng, a, broken = self.noise, self.assumed, self.broken
        looked = broken.visible & ran[broken.node]
        values = self.performance()
        hit = looked & broken.slow[:, None] & self.measuring
        lost = np.zeros_like(values)
        np.maximum.at(lost, broken.node, np.where(hit, broken.drop[:, None], 0.0))
        low = ran & self.measuring & (values - lost < floors)
        counted = looked & ~(broken.slow[:, None] & self.measuring)
        failed = low | (ran & (rng.random(ran.shape) < a.false_alarm))
        np.logical_or.at(failed, broken.node, counted)
        seen = (counted | (hit & low[broken.node])).any(axis=1)
        return failed, seen

    def performance(self) -> np.ndarray:
        """One run of each measuring diagnostic on sound machines, [nodes, diagnostics], 1 is nominal."""
        rng, a, shape = self.noise, self.assumed, self.unit.shape
        disturbed = (rng.random(shape) < a.disturbed) * rng.uniform(0, 0.08, shape)
        return 1 + self.unit + rng.normal(0, 1, shape) * self.repeats - disturbed * self.measuring

    def met_by_jobs(self, in_service: np.ndarray) -> np.ndarray:
        """Which hidden defects a job meets today, bool [defects]; only on machines that are in service."""
        a, broken = self.assumed, self.broken
        days = np.where(self.silent[broken.mode], a.silent_days, a.met_days)
        ripe = ~broken.slow | (broken.drop >= a.noticed_drop)
        met: np.ndarray = in_service[broken.node] & ripe & (self.noise.random(len(days)) < 1 / days)
        return met
