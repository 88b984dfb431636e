"""Single values that a criterion should be content with, and such that it should stop."""

from collections.abc import Iterator
from itertools import count

from gatehouse.catalog import criteria as spec
from gatehouse.model.status import Phase

_SMALL = 1e-4  # the spread of a good population, as a share of its room


def population(criterion: spec.Performance, good: bool) -> Iterator[float]:
    """Values of a reading, one a unit: well within the limit and close together, or well beyond it and far apart."""
    low, high = _ends(criterion)
    centre, room = _within(low, high)
    if good:
        yield from (centre + room * _SMALL * (-1) ** n for n in count())
    beyond = (low - room) if low is not None else (high or 0.0) + room
    if criterion.cv_at_most is not None:
        yield from (centre * (1 + min(0.9, 2 * criterion.cv_at_most) * (-1) ** n) for n in count())
    yield from (beyond + room * _SMALL * (-1) ** n for n in count())


def repeats(criterion: spec.Gauge, place: int, places: int, number: int, good: bool) -> float:
    """The value of one part at one repeat: parts differ and repeats do not, or the other way round."""
    centre, room = _within(criterion.lower_limit, criterion.upper_limit)
    wobble, spread = float((-1) ** number) * room, room * (place / max(places - 1, 1) - 0.5)
    return centre + spread / 2 + wobble * _SMALL if good else centre + spread * _SMALL + wobble / 2


def word_of(item: spec.BaselineItem, phase: Phase, good: bool) -> str:
    """A revision that the phase accepts; or one of an earlier phase, or that none lists."""
    demanded = item.demanded(phase)
    if demanded is None:
        return ""
    order = list(Phase)
    earlier = [p for p in item.revisions if order.index(p) < order.index(demanded)]
    if good:
        return _sample(item.revisions[demanded])
    old = [word for p in earlier if item.maturity(word := _sample(item.revisions[p])) in earlier]
    return old[-1] if old else "unlisted"


def _sample(revision: spec.Revision) -> str:
    return revision.at_least or revision.matches[0].replace("*", "0").replace("?", "0")


def _ends(criterion: spec.Performance) -> tuple[float | None, float | None]:
    """Between which values a population is good."""
    if criterion.share_of_peak_at_least is not None and isinstance(criterion.peak, float):
        return criterion.share_of_peak_at_least * criterion.peak, criterion.peak
    if criterion.cpk_at_least is not None:
        return criterion.lower_limit, criterion.upper_limit
    return criterion.at_least, criterion.at_most


def _within(low: float | None, high: float | None) -> tuple[float, float]:
    """The middle of the room between two ends, and its size; where an end is open, as much room as the other is big."""
    if low is None and high is None:
        return 100.0, 10.0
    if low is None or high is None:
        end = low if low is not None else high or 0.0
        room = abs(end) or 1.0
        return (end + room if low is not None else end - room), room
    return (low + high) / 2, high - low
