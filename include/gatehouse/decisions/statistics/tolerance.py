"""One-sided tolerance bounds of a normal population."""

import math
from functools import lru_cache

from gatehouse.decisions.statistics.arguments import fraction
from gatehouse.decisions.statistics.distributions import noncentral_t_quantile, normal_quantile
from gatehouse.model.errors import UsageError


@lru_cache(maxsize=4096)  # searches for a size that would do ask for the same few again and again
def normal_tolerance_factor(size: int, coverage: float, confidence: float) -> float:
    """Factor k: with that confidence at least ``coverage`` of the population lies above mean - k * std (or below +k).

    k = t(C; n-1, z_p sqrt(n)) / sqrt(n), t the noncentral Student quantile (NIST/SEMATECH e-Handbook 7.2.6.3).

    Raises:
        UsageError: fewer than two values, or a fraction outside 0..1.
    """
    if size < 2:
        raise UsageError(f"there are {size} values, must be at least 2")
    shift = normal_quantile(fraction("coverage", coverage)) * math.sqrt(size)
    return noncentral_t_quantile(fraction("confidence", confidence), size - 1, shift) / math.sqrt(size)
