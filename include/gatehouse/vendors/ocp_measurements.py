"""Measurements and series of OCP output, and those outside of their own validators that no diagnosis mentions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.ocp_artifacts import Artifact, hardware_of, of_kind, text, value_of
from gatehouse.vendors.ocp_validators import broken_validators

_MAX_VALUES, _MAX_SERIES = 500, 200
_ELEMENTS = ("measurementSeriesElement", "measurementElement")


@dataclass(slots=True)
class _Series:
    """One series: what its start said, its values, and how many its end declares."""

    start: Mapping[str, Any]
    values: list[Fact] = field(default_factory=list)
    declared: int | None = None
    ended: bool = False


@dataclass(slots=True)
class _Checked:
    """A measured value with the validators that it breaks."""

    name: str
    value: Fact
    step: str
    hardware: list[str]
    broken: list[str]


def note_measurements(gathered: Gathered, artifacts: Sequence[Artifact], names: Mapping[str, str]) -> None:
    """Values as ``measurement.NAME`` with their hardware; of equal names the first of each hardware counts."""
    measurements, elements = of_kind(artifacts, "measurement"), of_kind(artifacts, *_ELEMENTS)
    gathered.fact("measurements", len(measurements) + len(elements))
    checked: list[_Checked] = []
    unknown = 0
    for place, artifact in enumerate(measurements):
        content = _flat(artifact.content)
        name, hardware = text(content.get("name")), hardware_of(content)
        if name is None:
            continue
        value = value_of(content.get("value"))
        if place < _MAX_VALUES:
            key = ".".join(["measurement", name, *hardware[:1]])
            gathered.facts.setdefault(key, value)
            if (unit := text(content.get("unit"))) is not None:
                gathered.facts.setdefault(f"{key}.unit", unit)
        broken, not_tried = broken_validators(content, content.get("value"))
        unknown += not_tried
        checked.append(_Checked(name, value, artifact.step, hardware, broken))
    in_series, not_tried = _note_series(gathered, artifacts)
    if unknown + not_tried:
        gathered.total("validators_not_evaluated", unknown + not_tried)
    _note_outside(gathered, artifacts, [*checked, *in_series], names)


def _flat(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 1 keeps what is measured and its value apart."""
    info, element = content.get("info"), content.get("element")
    return {**info, **element} if isinstance(info, Mapping) and isinstance(element, Mapping) else content


def _note_series(gathered: Gathered, artifacts: Sequence[Artifact]) -> tuple[list[_Checked], int]:
    """Facts of each series by its identity, and what its elements break; elements need not follow their start."""
    series: dict[tuple[str, str], _Series] = defaultdict(lambda: _Series({}))
    for artifact in of_kind(artifacts, "measurementSeriesStart"):
        series[artifact.step, _identity(artifact)].start = _started(artifact.content)
    checked: list[_Checked] = []
    unknown = 0
    for artifact in of_kind(artifacts, *_ELEMENTS):
        one = series[artifact.step, _identity(artifact)]
        value = artifact.content.get("value")
        one.values.append(value_of(value))
        broken, not_tried = broken_validators({**one.start, **artifact.content}, value)
        unknown += not_tried
        name = text(one.start.get("name")) or _identity(artifact)
        checked.append(_Checked(name, one.values[-1], artifact.step, hardware_of(one.start), broken))
    for artifact in of_kind(artifacts, "measurementSeriesEnd"):
        one = series[artifact.step, _identity(artifact)]
        declared = value_of(artifact.content.get("totalCount", artifact.content.get("totalMeasurementCount")))
        one.ended, one.declared = True, declared if isinstance(declared, int) else None
    _note_each_series(gathered, series)
    return checked, unknown


def _identity(artifact: Artifact) -> str:
    return str(artifact.content.get("measurementSeriesId", ""))[:100]


def _started(content: Mapping[str, Any]) -> Mapping[str, Any]:
    info = content.get("info")
    return {**content, **info} if isinstance(info, Mapping) else content


def _note_each_series(gathered: Gathered, series: Mapping[tuple[str, str], _Series]) -> None:
    if series:
        gathered.total("series", len(series))
    for (_, identity), one in list(series.items())[:_MAX_SERIES]:
        numbers = [value for value in one.values if isinstance(value, (int, float)) and not isinstance(value, bool)]
        facts: dict[str, Fact] = {
            "name": text(one.start.get("name")),
            "unit": text(one.start.get("unit")),
            "count": len(one.values),
            "first": one.values[0] if one.values else None,
            "last_value": one.values[-1] if one.values else None,
            "min_value": min(numbers, default=None),
            "max_value": max(numbers, default=None),
        }
        for name, value in facts.items():
            gathered.facts.setdefault(f"series.{identity}.{name}", value)
        if one.declared is not None:
            gathered.counted(f"elements of series {identity}", one.declared, len(one.values))
        if one.start and not one.ended:
            gathered.incomplete(f"series {identity} did not end")


def _note_outside(
    gathered: Gathered, artifacts: Sequence[Artifact], checked: Sequence[_Checked], names: Mapping[str, str]
) -> None:
    """The tool measured a value outside of its own limits. Where none of its diagnoses says so, we do."""
    outside = [one for one in checked if one.broken]
    gathered.fact("outside_validators_events", len(outside))
    fails = [d for d in of_kind(artifacts, "diagnosis") if str(d.content.get("type")).upper() == "FAIL"]
    alike = {(one.name, one.step, *one.hardware): one for one in reversed(outside)}
    for one in list(reversed(alike.values()))[:_MAX_SERIES]:
        if any(_mentions(diagnosis, one) for diagnosis in fails):
            continue
        part = ", ".join(names.get(identity, identity) for identity in one.hardware) or "host"
        said = f"{one.name} is {one.value}, outside of its own validator {one.broken[0]}; no diagnosis says so"
        gathered.found(FindingClass.HARDWARE, part[:100], f"ocp.outside_validators.{one.name[:100]}", said)


def _mentions(diagnosis: Artifact, one: _Checked) -> bool:
    """Whether a failed diagnosis covers a measurement: of its step and hardware, or by its name."""
    hardware = hardware_of(diagnosis.content)
    if diagnosis.step == one.step and (not hardware or not one.hardware or set(hardware) & set(one.hardware)):
        return True
    return one.name in str(diagnosis.content.get("message", diagnosis.content.get("msg", "")))
