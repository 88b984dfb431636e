"""The words of learning a criterion from a population: what goes in, what comes out."""

from dataclasses import dataclass
from enum import StrEnum

from gatehouse.decisions.statistics.arguments import fraction, not_negative
from gatehouse.model.errors import UsageError


class Direction(StrEnum):
    """Which values of a reading are better."""

    HIGHER = "higher"
    LOWER = "lower"
    BOTH = "both"  # neither: far from the others is worse, on either side


class Finding(StrEnum):
    """What came of learning."""

    PROPOSED = "proposed"
    TOO_FEW = "too few hosts"
    BEYOND_PHYSICS = "beyond physics"
    POISONED = "population below physics"
    TWO_POPULATIONS = "two populations"
    NO_CONSENSUS = "no consensus"
    NO_BOUND = "no bound"


class Why(StrEnum):
    """Why a host lies out; ``KEPT`` is one that does not."""

    KEPT = ""
    IMPOSSIBLE = "shows values that no part can show"
    FLOOR = "is worse than the SKU's physics lets a sound part be"
    DISSIMILAR = "has another distribution than the consensus"
    DEVIANT = "has values beyond the bound that the others draw"


@dataclass(frozen=True, slots=True)
class Physics:
    """What the SKU says of a reading, in the reading's unit; None where it says nothing.

    ``low`` .. ``high`` is what any part can show: a value outside is a wrong measurement. ``floor`` and ``ceiling`` are
    what a sound part reaches whatever its population says, such as a share of the peak. ``source`` says whence.
    """

    low: float | None = None
    high: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        ends = [end for end in (self.low, self.floor, self.ceiling, self.high) if end is not None]
        if ends != sorted(ends):
            raise UsageError(f"physics must keep low <= floor <= ceiling <= high, but it is {ends}")

    def possible(self, value: float) -> bool:
        """Whether a part can show that value."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def sound(self, value: float, direction: Direction) -> bool:
        """Whether a sound part may show it."""
        too_low = direction is not Direction.LOWER and self.floor is not None and value < self.floor
        too_high = direction is not Direction.HIGHER and self.ceiling is not None and value > self.ceiling
        return not (too_low or too_high)


@dataclass(frozen=True, slots=True)
class Rules:
    """How strictly a population is read. Defaults are Gatehouse's own unless a source is named.

    ``alpha`` is the similarity below which a host is not like the consensus (0.95: SuperBench, USENIX ATC 2024).
    ``hosts_at_least`` have to answer, and a share of ``quorum`` of them has to agree. The bound lets pass ``coverage``
    of the values of good hosts with ``confidence``, and leaves at least ``guard`` of the median, a share, beside it.
    A minority of ``minority`` of the hosts (and three) that stands apart is a population of its own.
    """

    alpha: float = 0.95
    hosts_at_least: int = 8
    quorum: float = 2 / 3
    coverage: float = 0.9999
    confidence: float = 0.95
    guard: float = 0.01
    minority: float = 0.2

    def __post_init__(self) -> None:
        for name in ("alpha", "quorum", "coverage", "confidence", "minority"):
            fraction(name, getattr(self, name))
        not_negative("guard", self.guard)
        if self.hosts_at_least < 3:
            raise UsageError(f"hosts_at_least is {self.hosts_at_least}: fewer than three have no majority")


@dataclass(frozen=True, slots=True)
class Bound:
    """What every value has to keep, ends included; one end is None where only one side is bad."""

    low: float | None
    high: float | None

    def allows(self, value: float) -> bool:
        """Whether a value keeps it."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class HostScore:
    """How one host stands in its population.

    ``similarity`` is to the consensus, one-sided, in 0..1; None where values below 0 have no ratio. ``deviation`` is
    that of its worst value in robust standard deviations, above 0 is worse; None where the others show no spread.
    """

    host: str
    values: int
    median: float
    worst: float
    similarity: float | None
    deviation: float | None
    why: Why

    @property
    def out(self) -> bool:
        """Whether it lies out."""
        return self.why is not Why.KEPT


@dataclass(frozen=True, slots=True)
class Learned:
    """What a population says of a reading.

    ``reason`` is for people. ``quantiles`` are the least, 5, 25, 50, 75, 95 % and greatest of the values that agree,
    ``scale`` their robust standard deviation (Qn). ``repeatability`` is the mean similarity of two hosts that agree.
    ``groups`` holds the hosts of each of two populations, better known first as the lower one.
    """

    finding: Finding
    reason: str
    direction: Direction
    scores: tuple[HostScore, ...] = ()
    bound: Bound | None = None
    centre: str = ""
    quantiles: tuple[float, ...] = ()
    scale: float | None = None
    repeatability: float | None = None
    groups: tuple[tuple[str, ...], ...] = ()

    @property
    def outliers(self) -> tuple[HostScore, ...]:
        """Hosts that lie out, by name."""
        return tuple(score for score in self.scores if score.out)

    @property
    def agreeing(self) -> tuple[HostScore, ...]:
        """Hosts that agree, by name."""
        return tuple(score for score in self.scores if not score.out)
