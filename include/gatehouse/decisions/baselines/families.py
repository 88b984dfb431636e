"""Readings that measure the same thing on many parts, and which of their values are better."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from gatehouse.catalog.limits import Limit, PhysicalBound
from gatehouse.decisions.baselines.population import Direction, Physics

_CELL = re.compile(r"(?<=row)\d+|(?<=col)\d+")  # tables number their rows and columns
_NUMBER = re.compile(r"\d+")
# By the end of a reading's name: rates are better high; times, temperatures and errors low.
_HIGHER = ("gbps", "busbw", "algbw", "_gflops", "_tflops", "_mbytes_per_s", "bw_avg", "bw_peak", "iops", "bogo_ops_s")
_LOWER = ("_us", "_ms", "temp_c", "latency", ".delta", "_ber")


def family_of(part: str, name: str) -> tuple[str, str]:
    """(glob over parts, glob over names) of the readings that belong together: ``gpu3`` is one of ``gpu*``."""
    return "*" if ":" in part else _NUMBER.sub("*", part), _CELL.sub("*", name)


def direction_of(part: str, name: str, limits: Iterable[Limit] = ()) -> Direction | None:
    """Which values are better, by the SKU's limits on the reading, else by its name; None where neither tells."""
    sides = {limit.kind for limit in limits if _meets(limit.reading, name) and limit.matches(part)}
    if sides and sides <= {"at_least", "at_most", "between"}:
        return (
            Direction.HIGHER if sides == {"at_least"} else Direction.LOWER if sides == {"at_most"} else Direction.BOTH
        )
    if name.endswith(_HIGHER):
        return Direction.HIGHER
    return Direction.LOWER if name.endswith(_LOWER) else None


def physics_of(part: str, name: str, limits: Iterable[Limit], bounds: Iterable[PhysicalBound]) -> Physics:
    """What the SKU says of one reading: what is possible by its physical bounds, what a sound part reaches.

    The floor and the ceiling are the strictest of the bounds' own shares of the peak and of the limits that people set
    without a condition. What was learned is no physics, whoever moved it into the SKU's file: it would teach itself.
    """
    known = [bound for bound in bounds if _meets(bound.reading, name) and bound.matches(part)]
    fixed = [
        limit
        for limit in limits
        if _meets(limit.reading, name) and limit.matches(part) and limit.when is None and limit.baseline is None
    ]
    floors = [limit.value for limit in fixed if limit.kind == "at_least"] + [
        bound.floor for bound in known if bound.floor
    ]
    ceilings = [limit.value for limit in fixed if limit.kind == "at_most"]
    floors += [limit.low for limit in fixed if limit.kind == "between"]
    ceilings += [limit.high for limit in fixed if limit.kind == "between"]
    sources = [item.source for item in (*known, *fixed)]
    return Physics(
        low=max((bound.low for bound in known if bound.low is not None), default=None),
        high=min((bound.high for bound in known if bound.high is not None), default=None),
        floor=max(floors, default=None),
        ceiling=min(ceilings, default=None),
        source="; ".join(dict.fromkeys(sources)),
    )


def _meets(asked: str, name: str) -> bool:
    return asked == name or ("*" in asked and fnmatchcase(name, asked))
