"""The ends that each numeric reading was held against, for plots and for the export."""

from collections.abc import Iterable, Mapping, Sequence

from gatehouse.catalog.limits import Limit
from gatehouse.decisions.limit_checks import applies, by_name, named
from gatehouse.model.results import Result

Ends = tuple[float | None, float | None]
Bounds = Mapping[tuple[str, str], Ends]


def reading_bounds(results: Iterable[Result], limits: Sequence[Limit]) -> Bounds:
    """(part, name) → (low, high), of the limits of the reading's own diagnostic that hold for its firmware."""
    found: dict[tuple[str, str], Ends] = {}
    for result in results:
        readings = by_name(result.readings)
        for limit in (limit for limit in limits if limit.diagnostic == result.diagnostic):
            for reading in named(readings, limit.reading):
                if limit.matches(reading.part) and applies(limit, reading, readings):
                    key = reading.part, reading.name
                    found[key] = _together(found.get(key, (None, None)), _ends(limit))
    return found


def _together(one: Ends, other: Ends) -> Ends:
    return tuple(new if new is not None else old for old, new in zip(one, other, strict=True))  # type: ignore[return-value]


def _ends(limit: Limit) -> Ends:
    match limit.kind:
        case "at_most":
            return None, limit.value
        case "at_least":
            return limit.value, None
        case "between":
            return limit.low, limit.high
    return None, None
