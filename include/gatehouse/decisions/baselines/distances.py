"""How alike two samples are, by their empirical distribution functions.

Both samples are laid out as quantiles in the middle of as many equal steps, so that the area between the distribution
functions is the mean distance of the quantiles (the first Wasserstein distance). Divided by the area under the greater
of the two it is a ratio in 0..1 that no change of unit alters (Ruzicka's distance), for values that are not negative:
two constants of which one is 5 % less are 0.95 alike. SuperBench (Xiong et al., USENIX ATC 2024) compares hosts by the
distance of their distribution functions, one-sided where one side is no fault; the normalisation here is our own.
"""

import math
from collections.abc import Sequence
from typing import Any

from gatehouse.decisions.baselines.arrays import numpy
from gatehouse.decisions.baselines.population import Direction

_MOST_STEPS = 512  # finer steps change no similarity that anybody reads


def similarity(sample: Sequence[float], reference: Sequence[float], direction: Direction = Direction.BOTH) -> float:
    """How like the reference a sample is: 1 for the same distribution, and towards better values with a direction.

    Values must not be negative. Exact while the samples' sizes have a common multiple of at most 512.
    """
    return float(to_reference(quantile_rows([sample, reference]), 1, direction)[0])


def quantile_rows(samples: Sequence[Sequence[float]]) -> Any:
    """An array, one row a sample, of its quantiles in the middle of equal steps; the same steps for all."""
    np = numpy()
    steps = min(math.lcm(*(len(sample) for sample in samples)), _MOST_STEPS)
    rows = []
    for sample in samples:
        ordered = np.sort(np.asarray(sample, dtype=float))
        at = ((np.arange(steps) + 0.5) * len(ordered) / steps).astype(int)
        rows.append(ordered[at])
    return np.stack(rows)


def to_reference(rows: Any, reference: int, direction: Direction = Direction.BOTH) -> Any:
    """Similarity of every row to the one of that index, in 0..1."""
    np = numpy()
    worse = rows[reference] - rows
    if direction is Direction.LOWER:
        worse = -worse
    gap = np.abs(worse) if direction is Direction.BOTH else np.maximum(worse, 0.0)
    under = np.maximum(rows, rows[reference]).sum(axis=1)
    return 1.0 - np.divide(gap.sum(axis=1), under, out=np.zeros(len(rows)), where=under > 0)


def summed_similarity(rows: Any) -> Any:
    """For every row the sum of its similarities to all rows, itself included."""
    np = numpy()
    return np.array([float(to_reference(rows, index).sum()) for index in range(len(rows))])
