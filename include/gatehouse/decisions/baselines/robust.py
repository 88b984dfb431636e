"""Location and scale that a minority of bad values cannot move."""

import math
import statistics
from collections.abc import Sequence

from gatehouse.decisions.baselines.arrays import numpy

_CONSISTENT = 2.21914  # makes Qn the standard deviation of a normal population: 1 / (sqrt(2) * z(5/8))
# Finite-sample factors of Croux and Rousseeuw (1992) for two to nine values.
_SMALL = (0.399, 0.994, 0.512, 0.844, 0.611, 0.857, 0.669, 0.872)
_MOST = 1_000  # of more values, evenly spaced ones of the ordered sample: their pairs are counted


def qn(values: Sequence[float]) -> float:
    """Qn of Rousseeuw and Croux (JASA 88, 1993): about the first quartile of the distances of all pairs, scaled.

    As robust as the median absolute deviation (half of the values may be bad), 82 % efficient where that is 37 %, and
    without a centre, so skewed values do not bias it. 0 where about half of the values are equal, and for one alone.
    """
    ordered = _thinned(sorted(values))
    size = len(ordered)
    if size < 2:
        return 0.0
    half = size // 2 + 1
    rank = half * (half - 1) // 2
    np = numpy()
    row = np.asarray(ordered, dtype=float)
    apart = (row[None, :] - row[:, None])[np.triu_indices(size, 1)]
    return float(_CONSISTENT * _correction(size) * np.partition(apart, rank - 1)[rank - 1])


def quantiles(values: Sequence[float], at: Sequence[float]) -> tuple[float, ...]:
    """Quantiles by linear interpolation between the ordered values; ``at`` in 0..1."""
    ordered = sorted(values)
    found = []
    for share in at:
        place = share * (len(ordered) - 1)
        below = math.floor(place)
        above = min(below + 1, len(ordered) - 1)
        found.append(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
    return tuple(found)


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return float(statistics.median(values))


def _correction(size: int) -> float:
    if size <= len(_SMALL) + 1:
        return _SMALL[size - 2]
    return size / (size + (1.4 if size % 2 else 3.8))


def _thinned(ordered: Sequence[float]) -> Sequence[float]:
    if len(ordered) <= _MOST:
        return ordered
    step = (len(ordered) - 1) / (_MOST - 1)
    return [ordered[round(index * step)] for index in range(_MOST)]
