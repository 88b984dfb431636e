"""Rates of rare events: how high they may be after so much exposure, and whether a sample would show one at all.

Events come independently at a constant rate (Poisson). Exposure is in any unit; rates are per that unit.
"""

import math

from gatehouse.decisions.statistics.arguments import fraction, not_negative, positive
from gatehouse.decisions.statistics.distributions import gamma_quantile
from gatehouse.decisions.statistics.interval import Interval


def event_rate_bound(exposure: float, events: int, confidence: float = 0.95) -> float:
    """One-sided upper bound of the rate: chi2inv(C, 2r+2) / 2 over the exposure; 2.996/n at 95 % without events."""
    return exposure_factor(events, confidence) / positive("exposure", exposure)


def exposure_required(rate: float, events: int, confidence: float = 0.95) -> float:
    """Exposure after which so many events still bound the rate by ``rate``."""
    return exposure_factor(events, confidence) / positive("rate", rate)


def exposure_factor(events: int, confidence: float) -> float:
    """Upper bound of the expected number of events, after so many were seen."""
    return gamma_quantile(fraction("confidence", confidence), int(not_negative("events", events)) + 1)


def poisson_rate_interval(events: int, exposure: float, confidence: float = 0.90) -> Interval:
    """Two-sided exact interval (Garwood, 1936): chi2inv(a/2, 2r)/2 .. chi2inv(1-a/2, 2r+2)/2, over exposure."""
    tail = (1.0 - fraction("confidence", confidence)) / 2.0
    positive("exposure", exposure)
    low = gamma_quantile(tail, events) / exposure if not_negative("events", events) else 0.0
    return Interval(low, gamma_quantile(1.0 - tail, events + 1) / exposure)


def chance_of_any(size: int, share: float) -> float:
    """Probability that a sample of that size holds at least one defective device: 1 - (1 - p)^n."""
    return -math.expm1(int(not_negative("size", size)) * math.log1p(-fraction("share", share)))


def sample_to_hold_one(share: float, confidence: float) -> int:
    """Least sample that holds a defective device with that probability: ceil(ln(1-C) / ln(1-p))."""
    exact = math.log1p(-fraction("confidence", confidence)) / math.log1p(-fraction("share", share))
    return math.ceil(exact - 1e-9)


def chance_to_detect(sensitivity: float, repeats: int) -> float:
    """Probability that independent repeats of a test find the defect: 1 - (1 - s)^k."""
    return chance_of_any(repeats, sensitivity)
