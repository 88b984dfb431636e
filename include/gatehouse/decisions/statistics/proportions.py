"""Bounds on a failure proportion or a failure rate. ``failures`` in ``trials``; results are fractions in 0..1."""

import math

from gatehouse.decisions.statistics.arguments import failures_in_trials, fraction, positive
from gatehouse.decisions.statistics.distributions import beta_quantile, normal_quantile
from gatehouse.decisions.statistics.interval import Interval


def clopper_pearson_lower(failures: int, trials: int, confidence: float) -> float:
    """One-sided exact lower bound: BetaInv(1-C; x, n-x+1), 0 without failures (Clopper and Pearson, 1934)."""
    failures_in_trials(failures, trials)
    fraction("confidence", confidence)
    if failures == 0:
        return 0.0
    return beta_quantile(1.0 - confidence, failures, trials - failures + 1)


def clopper_pearson_upper(failures: int, trials: int, confidence: float) -> float:
    """One-sided exact upper bound: BetaInv(C; x+1, n-x), 1 when all failed (Clopper and Pearson, 1934)."""
    failures_in_trials(failures, trials)
    fraction("confidence", confidence)
    if failures == trials:
        return 1.0
    return beta_quantile(confidence, failures + 1, trials - failures)


def clopper_pearson(failures: int, trials: int, confidence: float) -> Interval:
    """Two-sided exact interval: each side leaves out half of ``1 - confidence``."""
    one_sided = 1.0 - (1.0 - fraction("confidence", confidence)) / 2.0
    return Interval(
        clopper_pearson_lower(failures, trials, one_sided),
        clopper_pearson_upper(failures, trials, one_sided),
    )


def wilson(failures: int, trials: int, confidence: float) -> Interval:
    """Two-sided score interval (Wilson, 1927): shorter than the exact one, and not guaranteed to cover.

    centre = (p + z²/2n) / (1 + z²/n), half width = z sqrt(p(1-p)/n + z²/4n²) / (1 + z²/n)
    """
    failures_in_trials(failures, trials)
    z = normal_quantile(1.0 - (1.0 - fraction("confidence", confidence)) / 2.0)
    p, shrink = failures / trials, 1.0 + z * z / trials
    centre = (p + z * z / (2 * trials)) / shrink
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / shrink
    # The score bounds at 0 and n are 0 and 1 exactly; rounding must not put them outside.
    low = 0.0 if failures == 0 else max(0.0, centre - half)
    high = 1.0 if failures == trials else min(1.0, centre + half)
    return Interval(low, high)


def zero_event_rate_bound(exposure: float, confidence: float = 0.95) -> float:
    """Upper bound of a Poisson rate after no event in ``exposure``: -ln(1-C) / exposure, per unit of exposure."""
    return -math.log1p(-fraction("confidence", confidence)) / positive("exposure", exposure)


def rule_of_three(trials: int) -> float:
    """Quick 95 % upper bound after no failure: 3/n, never above 1 (the exact Poisson factor is 2.9957)."""
    failures_in_trials(0, trials)
    return min(1.0, 3.0 / trials)
