"""The few quantiles and tails that the formulae need, typed. The one door to SciPy's special functions.

SciPy is imported at first use: it costs half a second, and most commands of the shell never need it.
"""

import importlib
from functools import cache
from typing import Any


@cache
def _special() -> Any:  # SciPy ships no types
    return importlib.import_module("scipy.special")


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Value below which a Beta(a, b) variable lies with that probability."""
    return float(_special().betaincinv(a, b, probability))


def binomial_tail(failures: int, trials: int, rate: float) -> float:
    """Probability of at most so many failures in so many trials, each failing at ``rate``."""
    if failures >= trials:
        return 1.0
    return float(_special().betainc(trials - failures, failures + 1, 1.0 - rate))


def gamma_quantile(probability: float, shape: float) -> float:
    """Quantile of a Gamma(shape, 1) variable; half a chi-squared quantile with ``2 * shape`` degrees of freedom."""
    return float(_special().gammaincinv(shape, probability))


def gamma_cdf(value: float, shape: float) -> float:
    """Probability that a Gamma(shape, 1) variable lies below ``value``."""
    return float(_special().gammainc(shape, value))


def normal_quantile(probability: float) -> float:
    """Standard normal quantile (z)."""
    return float(_special().ndtri(probability))


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable lies below ``z``."""
    return float(_special().ndtr(z))


def noncentral_t_quantile(probability: float, degrees: float, noncentrality: float) -> float:
    """Quantile of Student's t with that many degrees of freedom and that noncentrality."""
    return float(_special().nctdtrit(degrees, noncentrality, probability))
