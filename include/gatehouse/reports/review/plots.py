"""What the report's charts show, as numbers. Fractions are in 0..1."""

from datetime import datetime

from pydantic import Field

from gatehouse.model.status import Severity
from gatehouse.reports.review.section import Section


class YieldPoint(Section):
    """Good units of those that can be counted, with the exact (Clopper-Pearson) one-sided bounds of their share."""

    label: str = Field(description="a round's number, or a site")
    round: str | None = Field(default=None, description="the round's id")
    at: datetime | None = None
    units: int
    passed: int
    share: float
    low: float = Field(description="one-sided lower bound at the plot's confidence")
    high: float = Field(description="one-sided upper bound at the plot's confidence")


class YieldPlot(Section):
    """First-pass or final yield: cumulated round by round, by site, and as it stands now."""

    kind: str = Field(description="first-pass, or final")
    confidence: float = Field(description="of each one-sided bound")
    floor: float | None = Field(description="what an exit criterion asks of the lower bound; null where none asks")
    criterion: str | None
    now: YieldPoint | None = Field(description="null while no unit can be counted")
    by_round: list[YieldPoint]
    by_site: list[YieldPoint]


class Bin(Section):
    """A bar of a histogram; ``high`` is excluded."""

    low: float
    high: float
    count: int


class Outlier(Section):
    """A value that lies far from the others, or beyond a limit."""

    serial: str
    host: str
    part: str
    value: float
    beyond_limit: bool


class CapabilityPlot(Section):
    """How a reading lies between its limits. Statistics take the population to be normal.

    ``tolerance_low`` and ``tolerance_high`` bound the share ``coverage`` of the population, each one-sided.
    """

    reading: str
    parts: str
    unit: str
    criterion: str | None = Field(description="the exit criterion that asks for it; null for a limit of the SKU")
    status: str | None = Field(description="how that criterion stands")
    low_limit: float | None
    high_limit: float | None
    values: int
    units: int
    mean: float
    std: float
    minimum: float
    median: float
    maximum: float
    confidence: float
    coverage: float
    tolerance_low: float | None
    tolerance_high: float | None
    cpk: float | None
    cpk_low: float | None = Field(description="one-sided lower bound (Bissell)")
    beyond: int = Field(description="values beyond a limit")
    histogram: list[Bin]
    outliers: list[Outlier]


class FailureBar(Section):
    """A check of a diagnostic that failed. Shares are of all (check, unit) pairs, in %."""

    diagnostic: str
    check: str
    units: int
    times: int
    share_pct: float
    cumulated_pct: float
    of_longest_pct: float


class CoverageLine(Section):
    """A mandatory diagnostic over the build's units, each counted once by its current result.

    ``error`` and ``skipped`` are units without a result that counts, by their last try; ``unsound`` those whose only
    results lie in rounds that may not count, or were set aside; ``untried`` those that were never asked.
    """

    diagnostic: str
    passed: int
    failed: int
    error: int
    skipped: int
    unsound: int
    untried: int


class ProgressBar(Section):
    """A demonstration over time, such as hours under load or days of soak: shown against required."""

    criterion: str
    title: str
    unit: str
    shown: float
    required: float


class PhaseLine(Section):
    """The dates of a phase; null is "not known" or "not yet"."""

    phase: str
    planned_start: datetime | None
    planned_exit: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None


class Signature(Section):
    """Something that tools said in the phase, repaired or not."""

    kind: str
    signature: str
    units: int
    times: int
    example: str


class IssueCount(Section):
    """Open issues of a class."""

    severity: Severity
    issues: int
    units: int
