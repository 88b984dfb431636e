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
HOST = "host"


@dataclass
class Checked:
    """What came of some checks: limits broken, holes (what could not be judged), and how many values were compared."""

    violations: list[Violation] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    compared: int = 0


def subject(part: str, name: str) -> str:
    """A quantity as people say it; what belongs to the whole host needs no part."""
    return one_line(name if part == HOST else f"{part} {name}")


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
    for group in _groups(limits):
        limit = group[0]
        of_limit = [r for r in named(readings, limit.reading) if limit.matches(r.part)]
        sound = [r for r in of_limit if r not in wrong]
        if of_limit and not sound:
            continue  # every value is impossible, and said so already
        _check(group, sound, readings, checked)
    return checked


def applies(limit: Limit, reading: Reading, readings: ByName) -> bool | None:
    """Whether a limit holds for the firmware of a reading's part; None where that cannot be told."""
    return limit.when.holds(_nearest(limit.when.reading, reading.part, readings)) if limit.when else True


def _groups(limits: Sequence[Limit]) -> Iterable[list[Limit]]:
    """Each limit by itself; those that depend on firmware together with the others of the same readings."""
    groups: dict[object, list[Limit]] = {}
    for index, limit in enumerate(limits):
        key = (limit.reading, limit.parts, limit.count) if limit.when else index
        groups.setdefault(key, []).append(limit)
    return groups.values()


def _nearest(name: str, part: str, readings: ByName) -> object:
    """A reading's value on the part, on what the part belongs to, or on the host; None where it is not told alike."""
    said = readings.get(name, ())
    while True:
        found = {reading.value for reading in said if reading.part == part}
        if found or part == HOST:
            return next(iter(found)) if len(found) == 1 else None
        part = part.rpartition(".")[0] or HOST


def _check(group: Sequence[Limit], sound: Sequence[Reading], readings: ByName, checked: Checked) -> None:
    valued: set[tuple[str, str]] = set()
    unjudged: list[str] = []
    for reading in sound:
        holding = [limit for limit in group if applies(limit, reading, readings)]
        if not holding and reading.value is not None:
            unjudged.append(_no_limit(group, reading, readings))
        for limit in holding:
            value = reading.value
            if value is not None and limit.comparable(value):
                checked.compared += 1
                valued.add((reading.part, reading.name))
                if not limit.holds(value):
                    checked.violations.append(_violation(limit, reading))
    checked.holes.extend(unjudged or _holes(group[0], sound, valued))


def _no_limit(group: Sequence[Limit], reading: Reading, readings: ByName) -> str:
    conditions = [limit.when for limit in group if limit.when]
    names = dict.fromkeys(condition.reading for condition in conditions)
    seen = ", ".join(f"{name} {_shown(_nearest(name, reading.part, readings))}" for name in names)
    known = ", ".join(condition.words for condition in conditions)
    return f"{subject(reading.part, reading.name)}: no limit for {one_line(seen)}; there are limits for {known}"


def _shown(value: object) -> str:
    return "unknown" if value is None else written(value)


def _violation(limit: Limit, reading: Reading) -> Violation:
    return Violation(
        check=reading.name,
        part=one_line(reading.part),
        seen=written(reading.value, limit.reading_unit or reading.unit),
        required=limit.requirement,
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
