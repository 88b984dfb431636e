"""Learns a criterion from what a population measures: who agrees, who lies out, and the bound between them.

Pure: the same samples give the same answer in whatever order they come. Nothing here decides anything about a machine:
a person promotes what is proposed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gatehouse.decisions.baselines.bounds import draw_bound, refusal
from gatehouse.decisions.baselines.consensus import Consensus, consensus, repeatability
from gatehouse.decisions.baselines.population import (
    Bound,
    Direction,
    Finding,
    HostScore,
    Learned,
    Physics,
    Rules,
    Why,
)
from gatehouse.decisions.baselines.robust import median, qn, quantiles
from gatehouse.decisions.baselines.split import two_populations
from gatehouse.decisions.wording import counted, decimal, listed

Samples = Mapping[str, Sequence[float]]
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def learn(
    samples: Samples, direction: Direction, physics: Physics | None = None, rules: Rules | None = None
) -> Learned:
    """What the values of each host say together. ``samples`` are those of ONE cohort, by host, in any order.

    Values that are no finite number are passed over, and so are hosts that have none.
    """
    population = _Population(_finite(samples), direction, physics or Physics(), rules or Rules())
    for look in (_enough, _possible, _sound, _one_population, _agree, _draw):
        if told := look(population):
            return population.learned(*told)
    return population.proposal()


@dataclass
class _Population:
    """A population under its looks: each takes hosts out, and may end the learning with a finding and its reason."""

    samples: Samples
    direction: Direction
    physics: Physics
    rules: Rules
    out: dict[str, Why] = field(default_factory=dict)
    agreed: Consensus | None = None
    bound: Bound | None = None
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def inside(self) -> dict[str, Sequence[float]]:
        """The hosts that agree so far."""
        return {host: values for host, values in self.samples.items() if host not in self.out}

    @property
    def pooled(self) -> list[float]:
        """Every value of the hosts that agree so far."""
        return [value for values in self.inside.values() for value in values]

    def leave(self, hosts: Iterable[str], why: Why) -> bool:
        """Take hosts out; whether too few are left to speak for all."""
        self.out.update(dict.fromkeys(hosts, why))
        return len(self.inside) < max(2.0, self.rules.quorum * len(self.samples))

    def worst(self, values: Sequence[float]) -> float:
        """The value of a host that is farthest on the wrong side."""
        centre = median(self.pooled or values)
        return max(values, key=lambda value: (_badness(value, centre, self.direction), value))

    def scores(self) -> tuple[HostScore, ...]:
        """How every host stands, by name."""
        pooled = self.pooled
        centre, scale = (median(pooled), qn(pooled)) if pooled else (0.0, 0.0)
        alike = self.agreed.similarities if self.agreed else {}
        found = []
        for host in sorted(self.samples):
            values = self.samples[host]
            worst = self.worst(values)
            deviation = _badness(worst, centre, self.direction) / scale if scale > 0 else None
            why = self.out.get(host, Why.KEPT)
            found.append(HostScore(host, len(values), median(values), worst, alike.get(host), deviation, why))
        return tuple(found)

    def learned(self, finding: Finding, reason: str) -> Learned:
        """What there is to say, without or with a bound."""
        pooled, inside = self.pooled, self.inside
        ratio = all(value >= 0 for value in pooled)
        return Learned(
            finding=finding,
            reason=reason,
            direction=self.direction,
            scores=self.scores(),
            bound=self.bound if finding is Finding.PROPOSED else None,
            centre=self.agreed.centre if self.agreed else "",
            quantiles=quantiles(pooled, SHARES) if pooled else (),
            scale=qn(pooled) if pooled else None,
            repeatability=repeatability(inside) if ratio else None,
            groups=self.groups,
        )

    def proposal(self) -> Learned:
        """The bound, in words."""
        out = counted(len(self.out), "host") + (" lies out" if len(self.out) == 1 else " lie out")
        return self.learned(Finding.PROPOSED, f"{counted(len(self.inside), 'host')} agree, {out}")


_Told = tuple[Finding, str] | None


def _enough(population: _Population) -> _Told:
    hosts, needed = len(population.samples), population.rules.hosts_at_least
    if hosts >= needed:
        return None
    return (
        Finding.TOO_FEW,
        f"{counted(hosts, 'host')} of at least {needed}: measure {needed - hosts} more of this cohort",
    )


def _possible(population: _Population) -> _Told:
    physics = population.physics
    wrong = [host for host, values in population.samples.items() if not all(map(physics.possible, values))]
    if not population.leave(wrong, Why.IMPOSSIBLE):
        return None
    said = f"{counted(len(wrong), 'host')} of {len(population.samples)} show values that no part can show"
    return (
        Finding.BEYOND_PHYSICS,
        f"{said} ({physics.source or 'physics'}): the measurement is wrong; {listed(sorted(wrong))}",
    )


def _sound(population: _Population) -> _Told:
    physics, inside = population.physics, population.inside
    bad = [host for host, values in inside.items() if not physics.sound(median(values), population.direction)]
    if not population.leave(bad, Why.FLOOR):
        return None
    seen = median([value for host in bad for value in inside[host]])
    end = physics.ceiling if population.direction is Direction.LOWER or physics.floor is None else physics.floor
    said = f"{counted(len(bad), 'host')} of {len(population.samples)} measure {decimal(seen)} at the median"
    of_peak = f", {seen / physics.high:.0%} of the peak" if physics.high else ""
    asked = f"a sound part reaches {decimal(end or 0.0)} ({physics.source or 'physics'})"
    return Finding.POISONED, f"{said}{of_peak}, but {asked}: the population itself is bad; {listed(sorted(bad))}"


def _one_population(population: _Population) -> _Told:
    medians = {host: median(values) for host, values in population.inside.items()}
    split = two_populations(medians, population.rules)
    if split is None:
        return None
    population.groups = split
    ends = [(len(group), median([medians[host] for host in group])) for group in split]
    said = " and ".join(f"{counted(size, 'host')} at {decimal(centre)}" for size, centre in ends)
    return Finding.TWO_POPULATIONS, f"{said}: find what differs between them (firmware, power cap, slot) and learn each"


def _agree(population: _Population) -> _Told:
    inside, alpha = population.inside, population.rules.alpha
    if any(value < 0 for value in population.pooled):
        return None  # such values have no ratio; the bound alone tells who lies out
    population.agreed = consensus(inside, population.direction, alpha)
    strangers = [host for host in inside if host not in population.agreed.agreeing]
    if not population.leave(strangers, Why.DISSIMILAR):
        return None
    said = f"only {len(population.inside)} of {len(population.samples)} hosts are {alpha:g} alike"
    return Finding.NO_CONSENSUS, f"{said}: the reading does not repeat, or its conditions are not alike"


def _draw(population: _Population) -> _Told:
    """Draw the bound, take out who breaks it, and draw again, until nobody breaks it."""
    while True:
        inside = population.inside
        bound = draw_bound(population.pooled, len(inside), population.direction, population.physics, population.rules)
        broken = [host for host, values in inside.items() if not all(map(bound.allows, values))]
        if population.leave(broken, Why.DEVIANT):
            said = f"only {len(population.inside)} of {len(population.samples)} hosts keep a bound that they draw"
            return Finding.NO_CONSENSUS, f"{said}: the values have no common spread"
        if not broken:
            population.bound = bound
            refused = refusal(bound, population.physics)
            return (Finding.NO_BOUND, refused) if refused else None


def _badness(value: float, centre: float, direction: Direction) -> float:
    if direction is Direction.BOTH:
        return abs(value - centre)
    return centre - value if direction is Direction.HIGHER else value - centre


def _finite(samples: Samples) -> Samples:
    clean = {host: [value for value in values if math.isfinite(value)] for host, values in samples.items()}
    return {host: values for host, values in clean.items() if values}
