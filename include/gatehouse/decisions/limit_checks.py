"""Holds readings against limits and against physics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from gatehouse.catalog.limits import Limit, PhysicalBound
from gatehouse.catalog.values import is_number, one_line, written
from gatehouse.model.readings import Reading
from gatehouse.model.results import Violation

ByName = Mapping[str, Sequence[Reading]]


@dataclass
class Checked:
    """What came of some checks: limits broken, holes (what could not be judged), and how many values were compared."""

    violations: list[Violation] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    compared: int = 0


def subject(part: str, name: str) -> str:
    """A quantity as people say it; what belongs to the whole host needs no part."""
    return one_line(name if part == "host" else f"{part} {name}")


def sentence(violation: Violation) -> str:
    """``gpu3 temp_c is 97 degC, must be at most 85 degC``"""
    return f"{subject(violation.part, violation.check)} is {violation.seen}, must be {violation.required}"


def by_name(readings: Iterable[Reading]) -> ByName:
    """Readings by the name of their quantity."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.name].append(reading)
    return found


def named(readings: ByName, name: str) -> Sequence[Reading]:
    """Readings of that name, or of every name that fits, where it is a glob (``*``)."""
    if "*" not in name:
        return readings.get(name, ())
    return [reading for each, found in readings.items() if fnmatchcase(each, name) for reading in found]


def impossible(readings: ByName, bounds: Sequence[PhysicalBound]) -> dict[Reading, str]:
    """Readings that no real part can show, each with the sentence that says why."""
    found: dict[Reading, str] = {}
    for bound in bounds:
        for reading in named(readings, bound.reading):
            value = reading.value
            if not (isinstance(value, (int, float)) and is_number(value) and bound.matches(reading.part)):
                continue
            if not bound.allows(value):
                name, seen = subject(reading.part, reading.name), written(value, reading.unit)
                found[reading] = f"{name} is {seen}, impossible: physics allows {bound.required}"
    return found


def check_limits(limits: Sequence[Limit], readings: ByName, wrong: Mapping[Reading, str]) -> Checked:
    """Compare every limit with the readings it speaks of; those in ``wrong`` are never compared with anything."""
    checked = Checked()
    for limit in limits:
        of_limit = [r for r in named(readings, limit.reading) if limit.matches(r.part)]
        sound = [r for r in of_limit if r not in wrong]
        if of_limit and not sound:
            continue  # every value is impossible, and said so already
        _check(limit, sound, checked)
    return checked


def _check(limit: Limit, readings: Sequence[Reading], checked: Checked) -> None:
    valued: set[tuple[str, str]] = set()
    for reading in readings:
        value = reading.value
        if value is not None and limit.comparable(value):
            checked.compared += 1
            valued.add((reading.part, reading.name))
            if not limit.holds(value):
                checked.violations.append(_violation(limit, reading))
    checked.holes.extend(_holes(limit, readings, valued))


def _violation(limit: Limit, reading: Reading) -> Violation:
    return Violation(
        check=reading.name,
        part=one_line(reading.part),
        seen=written(reading.value, limit.reading_unit or reading.unit),
        required=limit.required,
        severity=limit.severity,
        action=limit.action,
    )


def _holes(limit: Limit, readings: Sequence[Reading], valued: set[tuple[str, str]]) -> list[str]:
    """What keeps the limit from having been judged; nothing when enough parts gave a value."""
    if limit.count is not None:
        if len(valued) >= limit.count:
            return []
        return [f"limit {limit.reading} found {len(valued)} of {limit.count} readings"]
    if not readings:
        return [f"limit {limit.reading} found no reading"]
    return [_why_not(limit, reading) for reading in readings if (reading.part, reading.name) not in valued]


def _why_not(limit: Limit, reading: Reading) -> str:
    name = subject(reading.part, reading.name)
    if reading.value is None:
        return f"{name} has no value"
    return f"{name} is {written(reading.value)}, which cannot be compared with {limit.required}"
