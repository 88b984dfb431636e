"""The few quantiles and tails that the formulae need, typed."""

import math
from functools import lru_cache
from statistics import NormalDist

from gatehouse.decisions.statistics.special import (
    incomplete_beta,
    incomplete_gamma,
    increasing_root,
    noncentral_t_cdf,
    normal_below,
)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Value below which a Beta(a, b) variable lies with that probability."""
    return increasing_root(lambda x: incomplete_beta(a, b, x) - probability, 0.0, 1.0)


def binomial_tail(failures: int, trials: int, rate: float) -> float:
    """Probability of at most so many failures in so many trials, each failing at ``rate``."""
    if failures >= trials:
        return 1.0
    return incomplete_beta(trials - failures, failures + 1, 1.0 - rate)


@lru_cache(maxsize=4096)  # searches for a size that would do ask for the same few again and again
def gamma_quantile(probability: float, shape: float) -> float:
    """Quantile of a Gamma(shape, 1) variable; half a chi-squared quantile with ``2 * shape`` degrees of freedom."""
    high = shape + 1.0
    while incomplete_gamma(shape, high) < probability:
        high *= 2.0
    return increasing_root(lambda x: incomplete_gamma(shape, x) - probability, 0.0, high)


def gamma_cdf(value: float, shape: float) -> float:
    """Probability that a Gamma(shape, 1) variable lies below ``value``."""
    return incomplete_gamma(shape, value)


def normal_quantile(probability: float) -> float:
    """Standard normal quantile (z)."""
    if probability in (0.0, 1.0):
        return math.inf if probability else -math.inf
    return NormalDist().inv_cdf(probability)


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable lies below ``z``."""
    return normal_below(z)


def noncentral_t_quantile(probability: float, degrees: float, noncentrality: float) -> float:
    """Quantile of Student's t with that many degrees of freedom and that noncentrality."""

    def above(t: float) -> float:
        return noncentral_t_cdf(t, degrees, noncentrality) - probability

    low, high, step = noncentrality, noncentrality, 1.0
    while above(high) < 0.0:
        low, high, step = high, high + step, step * 2.0
    while above(low) > 0.0:
        low, high, step = low - step, low, step * 2.0
    return increasing_root(above, low, high)
