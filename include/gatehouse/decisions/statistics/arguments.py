"""Refuses arguments that make no sense, in words that name the argument and what would be accepted."""

import math

from gatehouse.model.errors import UsageError


def fraction(name: str, value: float) -> float:
    """Return ``value`` when it lies strictly between 0 and 1.

    Raises:
        UsageError: it does not.
    """
    if not 0.0 < value < 1.0:
        raise UsageError(f"{name} is {value}, must lie between 0 and 1")
    return value


def positive(name: str, value: float) -> float:
    """Return ``value`` when it is finite and above 0.

    Raises:
        UsageError: it is not.
    """
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{name} is {value}, must be above 0")
    return value


def not_negative(name: str, value: float) -> float:
    """Return ``value`` when it is finite and not below 0.

    Raises:
        UsageError: it is not.
    """
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(f"{name} is {value}, must not be negative")
    return value


def failures_in_trials(failures: int, trials: int) -> None:
    """Check a count of failures against its trials.

    Raises:
        UsageError: no trial, or failures outside 0..trials.
    """
    if trials < 1:
        raise UsageError(f"there were {trials} trials, must be at least 1")
    if not 0 <= failures <= trials:
        raise UsageError(f"{failures} failures in {trials} trials, must be between 0 and {trials}")
