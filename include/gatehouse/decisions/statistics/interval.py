"""A two-sided bound."""

from typing import NamedTuple


class Interval(NamedTuple):
    """A confidence interval; ``high`` may be infinite."""

    low: float
    high: float
