"""Demonstrating a mean time between failures: exponential life, test ended by time (MIL-HDBK-781A).

``hours`` is the total over all units; chi-squared quantiles with 2k degrees of freedom are twice gamma quantiles of k.
"""

import math

from gatehouse.decisions.statistics.arguments import fraction, not_negative, positive
from gatehouse.decisions.statistics.distributions import gamma_cdf, gamma_quantile
from gatehouse.decisions.statistics.interval import Interval


def mtbf_lower_bound(hours: float, failures: int, confidence: float) -> float:
    """One-sided lower bound in hours: 2T / chi2inv(C, 2r+2)."""
    not_negative("failures", failures)
    return positive("hours", hours) / gamma_quantile(fraction("confidence", confidence), failures + 1)


def mtbf_interval(hours: float, failures: int, confidence: float) -> Interval:
    """Two-sided interval in hours: 2T/chi2inv(1-a/2, 2r+2) .. 2T/chi2inv(a/2, 2r); no upper end without failures."""
    tail = (1.0 - fraction("confidence", confidence)) / 2.0
    low = mtbf_lower_bound(hours, failures, 1.0 - tail)
    return Interval(low, hours / gamma_quantile(tail, failures) if failures else math.inf)


def mtbf_hours_required(mtbf_hours: float, failures: int, confidence: float) -> float:
    """Total hours that show ``mtbf_hours`` when so many failures occur: MTBF * chi2inv(C, 2r+2) / 2."""
    not_negative("failures", failures)
    return positive("mtbf_hours", mtbf_hours) * gamma_quantile(fraction("confidence", confidence), failures + 1)


def mtbf_confidence(mtbf_hours: float, hours: float, failures: int) -> float:
    """Confidence with which the test shows ``mtbf_hours``: chi2cdf(2T / MTBF, 2r+2)."""
    not_negative("failures", failures)
    return gamma_cdf(not_negative("hours", hours) / positive("mtbf_hours", mtbf_hours), failures + 1)
