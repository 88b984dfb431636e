"""Acceptance with a guard band: what is measured near a limit may lie beyond it (ILAC-G8, decision rules)."""

from gatehouse.decisions.statistics.arguments import not_negative
from gatehouse.model.errors import UsageError


def accepted_with_guard_band(
    measured: float, uncertainty: float, lower: float | None = None, upper: float | None = None, share: float = 1.0
) -> bool:
    """Whether LSL + g U <= measured <= USL - g U, over the limits that are given.

    ``uncertainty`` is the expanded one (k = 2); ``share`` is g, 1 for ILAC-G8's rule. For a floor on performance:
    ``uncertainty`` of k standard deviations of the gauge, so that x - k s >= limit.

    Raises:
        UsageError: no limit, or a negative uncertainty or share.
    """
    if lower is None and upper is None:
        raise UsageError("a guard band needs a lower limit, an upper limit, or both")
    band = not_negative("share", share) * not_negative("uncertainty", uncertainty)
    return (upper is None or measured <= upper - band) and (lower is None or measured >= lower + band)
