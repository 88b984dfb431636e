"""May a measuring system be trusted to tell good from bad? The AIAG MSA rule for gauge repeatability."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gatehouse.decisions.statistics.arguments import not_negative, positive
from gatehouse.model.errors import UsageError

# AIAG, Measurement Systems Analysis, 4th edition: per cent of tolerance or of study variation.
ACCEPT_BELOW_PCT = 10.0
REJECT_ABOVE_PCT = 30.0
# The same manual: at least 5 distinct categories; 1.41 is sqrt(2), rounded as printed there.
CATEGORIES_AT_LEAST = 5
_CATEGORY_FACTOR = 1.41
_SPREAD = 6.0  # the manual's width of a variation, in standard deviations


class GaugeClass(StrEnum):
    """What the share of the gauge in the variation allows."""

    ACCEPT = "accept"
    CONDITIONAL = "conditional"
    REJECT = "reject"


def gauge_class(grr_pct: float) -> GaugeClass:
    """Below 10 % accept, 10 to 30 % conditional, above 30 % reject."""
    not_negative("grr_pct", grr_pct)
    if grr_pct < ACCEPT_BELOW_PCT:
        return GaugeClass.ACCEPT
    return GaugeClass.REJECT if grr_pct > REJECT_ABOVE_PCT else GaugeClass.CONDITIONAL


def distinct_categories(part_std: float, gauge_std: float) -> int:
    """Number of distinct categories that the gauge can tell apart: floor(1.41 * PV / GRR)."""
    return math.floor(_CATEGORY_FACTOR * not_negative("part_std", part_std) / positive("gauge_std", gauge_std))


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """Standard deviations of repeats of one part (``gauge_std``) and between parts (``part_std``), in the unit read."""

    gauge_std: float
    part_std: float
    mean: float

    @property
    def of_study_pct(self) -> float:
        """GRR in per cent of the study's variation: 100 GRR / sqrt(GRR² + PV²)."""
        total = math.hypot(self.gauge_std, self.part_std)
        return 100.0 * self.gauge_std / total if total > 0 else 0.0

    def of_tolerance_pct(self, lower: float | None, upper: float | None) -> float:
        """GRR in per cent of the tolerance: 600 GRR / (USL - LSL); with one limit, 300 GRR / |mean - limit|.

        Infinite where the mean lies beyond its only limit.
        """
        if lower is not None and upper is not None:
            return 100.0 * _SPREAD * self.gauge_std / positive("tolerance", upper - lower)
        if lower is None and upper is None:
            raise UsageError("the tolerance needs a lower limit, an upper limit, or both")
        room = self.mean - lower if lower is not None else (upper or 0.0) - self.mean
        return 100.0 * _SPREAD / 2 * self.gauge_std / room if room > 0 else math.inf

    @property
    def categories(self) -> int | None:
        """Number of distinct categories; None where the repeats do not vary at all."""
        return distinct_categories(self.part_std, self.gauge_std) if self.gauge_std > 0 else None


def gauge_study(repeats: Sequence[Sequence[float]]) -> GaugeStudy:
    """One-way random-effects analysis of variance over repeats of several parts, which need not be equally many.

    GRR² = MS within; PV² = (MS between - MS within) / n0, not below 0, with n0 = (N - sum n_i²/N) / (k - 1).

    Raises:
        UsageError: fewer than two parts, or no part that was repeated.
    """
    sizes = [len(group) for group in repeats]
    total, parts = sum(sizes), len(sizes)
    if parts < 2 or min(sizes) < 1 or total <= parts:
        raise UsageError(f"a gauge study needs two parts and a repeat, there are {parts} parts and {total} values")
    means = [statistics.fmean(group) for group in repeats]
    grand = statistics.fmean([value for group in repeats for value in group])
    within = sum((value - mean) ** 2 for group, mean in zip(repeats, means, strict=True) for value in group)
    between = sum(size * (mean - grand) ** 2 for size, mean in zip(sizes, means, strict=True))
    ms_within = within / (total - parts)
    n0 = (total - sum(size * size for size in sizes) / total) / (parts - 1)
    part_variance = max(0.0, (between / (parts - 1) - ms_within) / n0)
    return GaugeStudy(math.sqrt(ms_within), math.sqrt(part_variance), grand)
