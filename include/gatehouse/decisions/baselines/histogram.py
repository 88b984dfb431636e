"""Counts of values in equal steps, for people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Values from ``low`` up to ``high`` (the last step includes its end): how many agree, how many lie out."""

    low: float
    high: float
    agreeing: int
    outlying: int


def histogram(agreeing: Sequence[float], outlying: Sequence[float], steps: int = 12) -> tuple[Step, ...]:
    """Every value in one of so many equal steps between the least and the greatest; one step where all are equal."""
    every = [*agreeing, *outlying]
    if not every:
        return ()
    low, high = min(every), max(every)
    width = (high - low) / steps
    if width == 0 or low + width == low:
        return (Step(low, high, len(agreeing), len(outlying)),)

    def counts(values: Sequence[float]) -> list[int]:
        found = [0] * steps
        for value in values:
            found[min(int((value - low) / width), steps - 1)] += 1
        return found

    pairs = zip(counts(agreeing), counts(outlying), strict=True)
    return tuple(Step(low + i * width, low + (i + 1) * width, good, out) for i, (good, out) in enumerate(pairs))
