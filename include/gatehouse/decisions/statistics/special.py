"""The special functions behind the quantiles, in plain Python.

SciPy has them all, and takes longer to import than a gate takes to answer; and a decision that is replayed in some
years must not change with the version of a library. The tests hold every function here against SciPy's.
"""

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

_TINY, _CLOSE = 1e-300, 1e-15
_MOST_TERMS = 200_000  # the fractions need some multiples of the square root of their arguments
_PANELS, _NODES = 16, 16


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x <= (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(a, b, x) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(b, a, 1.0 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    def term(n: int) -> float:
        m = n // 2
        if n % 2:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    return _fraction(term, lambda _: 1.0)


def incomplete_gamma(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(shape, x): its series, or its rest's fraction (DLMF 8.11, 8.9)."""
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        n = shape
        while term > total * _CLOSE:
            n += 1.0
            term *= x / n
            total += term
        return front * total

    rest = _fraction(lambda n: -n * (n - shape), lambda n: x + 2 * n + 1 - shape)
    return 1.0 - front * rest / (x + 1.0 - shape)


def _fraction(above: Callable[[int], float], below: Callable[[int], float]) -> float:
    """b0 / (b0 + a1/(b1 + a2/(b2 + …))) by the modified Lentz algorithm."""
    first = below(0)
    value = c = first
    d = 0.0
    for n in range(1, _MOST_TERMS):
        a, b = above(n), below(n)
        d = b + a * d
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + a / c
        c = c if abs(c) > _TINY else _TINY
        value *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    return first / value


def noncentral_t_cdf(t: float, degrees: float, noncentrality: float) -> float:
    """P(T <= t): the normal tail averaged over the chi distribution of the sample's spread, by Gauss and Legendre.

    T <= t exactly where a standard normal lies below ``t * s - noncentrality``; s², the spread, is chi-squared by its
    degrees of freedom.
    """
    log_norm = math.log(2.0) + degrees / 2 * math.log(degrees / 2) - math.lgamma(degrees / 2)
    reach = 12.0 / math.sqrt(2.0 * degrees)  # beyond 12 standard deviations nothing is left

    def weighed(s: float) -> float:
        density = math.exp(log_norm + (degrees - 1.0) * math.log(s) - degrees * s * s / 2)
        return density * normal_below(t * s - noncentrality)

    low, high = max(0.0, 1.0 - reach), 1.0 + reach
    turn, width = (noncentrality / t, 9.0 / abs(t)) if t else (low, 0.0)  # where the normal tail goes from 0 to 1
    ends = sorted({low, high, *(min(max(end, low), high) for end in (turn - width, turn + width))})
    return sum(_integral(weighed, start, end) for start, end in pairwise(ends))


def normal_below(z: float) -> float:
    """Probability that a standard normal variable lies below ``z``."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _integral(of: Callable[[float], float], low: float, high: float) -> float:
    half = (high - low) / _PANELS / 2
    middles = (low + (2 * panel + 1) * half for panel in range(_PANELS))
    return half * sum(weight * of(middle + half * x) for middle in middles for x, weight in _legendre())


@cache
def _legendre() -> tuple[tuple[float, float], ...]:
    """Nodes and weights of the Gauss-Legendre rule, by Newton's method (DLMF 3.5)."""
    found = []
    for k in range(1, _NODES + 1):
        x = math.cos(math.pi * (k - 0.25) / (_NODES + 0.5))
        for _ in range(8):
            value, before = x, 1.0
            for n in range(2, _NODES + 1):
                value, before = ((2 * n - 1) * x * value - (n - 1) * before) / n, value
            slope = _NODES * (x * value - before) / (x * x - 1.0)
            x -= value / slope
        found.append((x, 2.0 / ((1.0 - x * x) * slope * slope)))
    return tuple(found)


def increasing_root(of: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function is 0, between two points of which it is negative and positive (Illinois method)."""
    below, above = of(low), of(high)
    side = 0
    for _ in range(200):
        if high - low <= 4e-16 * max(abs(low), abs(high)):
            break
        middle = (low * above - high * below) / (above - below) if above > below else (low + high) / 2
        if not low < middle < high:
            middle = (low + high) / 2
        found = of(middle)
        if found == 0.0:
            return middle
        if found > 0.0:
            high, above = middle, found
            below *= 0.5 if side > 0 else 1.0
            side = 1
        else:
            low, below = middle, found
            above *= 0.5 if side < 0 else 1.0
            side = -1
    return (low + high) / 2
