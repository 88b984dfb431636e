"""Process capability and spread of a sample that is taken to be normal."""

import math
import statistics
from collections.abc import Sequence

from gatehouse.decisions.statistics.arguments import fraction, positive
from gatehouse.decisions.statistics.distributions import gamma_quantile, normal_cdf, normal_quantile
from gatehouse.model.errors import UsageError


def cp(std: float, lower: float, upper: float) -> float:
    """Cp = (USL - LSL) / 6s: what the process could do if it were centred."""
    if lower >= upper:
        raise UsageError(f"the lower limit {lower} is not below the upper limit {upper}")
    return (upper - lower) / (6.0 * positive("std", std))


def cpk(mean: float, std: float, lower: float | None = None, upper: float | None = None) -> float:
    """Cpk = min((USL - m) / 3s, (m - LSL) / 3s), over the limits that are given.

    Raises:
        UsageError: no limit, crossed limits, or a standard deviation that is not positive.
    """
    if lower is None and upper is None:
        raise UsageError("Cpk needs a lower limit, an upper limit, or both")
    if lower is not None and upper is not None and lower >= upper:
        raise UsageError(f"the lower limit {lower} is not below the upper limit {upper}")
    positive("std", std)
    sides = [] if upper is None else [(upper - mean) / (3.0 * std)]
    if lower is not None:
        sides.append((mean - lower) / (3.0 * std))
    return min(sides)


def cpk_lower_bound(index: float, size: int, confidence: float = 0.95) -> float:
    """One-sided lower bound of Cpk by Bissell's approximation: Cpk - z sqrt(1/9n + Cpk²/(2(n-1)))."""
    _at_least_two(size)
    z = normal_quantile(fraction("confidence", confidence))
    return index - z * math.sqrt(1.0 / (9.0 * size) + index * index / (2.0 * (size - 1)))


def one_tail_ppm(index: float) -> float:
    """Parts per million beyond the nearer limit at that Cpk, if the process is normal."""
    return 1e6 * normal_cdf(-3.0 * index)


def coefficient_of_variation(values: Sequence[float]) -> float:
    """Sample standard deviation over the size of the mean; a fraction.

    Raises:
        UsageError: fewer than two values, or a mean of zero.
    """
    _at_least_two(len(values))
    mean = statistics.fmean(values)
    if mean == 0:
        raise UsageError("the mean is 0, so the coefficient of variation means nothing")
    return statistics.stdev(values, mean) / abs(mean)


def cv_upper_bound(variation: float, size: int, confidence: float = 0.95) -> float:
    """One-sided upper bound of a coefficient of variation by the modified McKay method (Vangel, 1996).

    CV / sqrt(((u + 2)/n - 1) CV² + u/(n-1)) with u = chi2inv(1-C, n-1). Meant for CV below about a third; infinite
    where the sample is too small or too wide to give a bound.
    """
    _at_least_two(size)
    u = 2.0 * gamma_quantile(1.0 - fraction("confidence", confidence), (size - 1) / 2.0)
    inner = ((u + 2.0) / size - 1.0) * variation * variation + u / (size - 1)
    return variation / math.sqrt(inner) if inner > 0 else math.inf


def _at_least_two(size: int) -> None:
    if size < 2:
        raise UsageError(f"there are {size} values, must be at least 2")
