"""The measurements of OCP output, single ones and of series, each with its unit and its part.

What is outside of its own validators is the machine's trouble, said once: a failed diagnosis of it says it already.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from gatehouse.model.readings import Reading, Scalar
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.ocp_artifacts import (
    Artifact,
    hardware_of,
    message_of,
    of_kind,
    outcome_of,
    part_of,
    subcomponent_of,
    text,
    value_of,
)
from gatehouse.vendors.ocp_series import ELEMENTS, note_series, series_of
from gatehouse.vendors.ocp_validators import Patience, broken_validators

_MAX_NAME = 200
_MAX_UNIT = 100
_MAX_FAILS = 200  # failed diagnoses that each value outside of its validators is held against


@dataclass(frozen=True, slots=True)
class OcpMeasurement:
    """One value, under ``key`` among the facts; ``hardware`` are identities, ``part`` is what people call them."""

    key: str
    name: str
    value: Scalar
    unit: str
    hardware: tuple[str, ...]
    part: str
    step: str
    content: Mapping[str, Any]

    @property
    def reading(self) -> Reading:
        """The value as a reading ``measurement.NAME`` of its part."""
        return Reading(f"measurement.{self.name}", self.value, self.unit, self.part)


def note_measurements(
    gathered: Gathered, artifacts: Sequence[Artifact], names: Mapping[str, str]
) -> dict[str, Reading]:
    """Facts ``measurement.NAME`` with their hardware and its part, those of series, and what is outside of validators.

    Answers the readings by the facts' names, with the units and parts that the output says.
    """
    gathered.fact("measurements", len(of_kind(artifacts, "measurement", *ELEMENTS)))
    series = series_of(artifacts)
    note_series(gathered, series)
    contents = [(artifact.step, _flat(artifact.content)) for artifact in of_kind(artifacts, "measurement")]
    contents += [(one.step, content) for one in series for content in one.contents()]
    measured = [each for step, content in contents if (each := _measurement(step, content, names)) is not None]
    _note_outside(gathered, artifacts, measured)
    addressed: dict[str, Reading] = {}
    for each in told_apart(measured):
        gathered.fact(each.key, each.value)
        addressed[each.key] = each.reading
    return addressed


def _flat(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 1 keeps what is measured and its value apart."""
    info, element = content.get("info"), content.get("element")
    return {**info, **element} if isinstance(info, Mapping) and isinstance(element, Mapping) else content


def _measurement(step: str, content: Mapping[str, Any], names: Mapping[str, str]) -> OcpMeasurement | None:
    name = (text(content.get("name")) or "")[:_MAX_NAME]
    if not name:
        return None
    hardware = hardware_of(content)
    return OcpMeasurement(
        key=".".join(["measurement", name, *hardware[:1], *subcomponent_of(content)]),
        name=name,
        value=value_of(content.get("value")),
        unit=(text(content.get("unit")) or "")[:_MAX_UNIT],
        hardware=tuple(hardware),
        part=part_of(content, names),
        step=step,
        content=content,
    )


def told_apart(measured: Iterable[OcpMeasurement]) -> Iterator[OcpMeasurement]:
    """What limits must see of values that stand more than once, in a series or a loop, each under a key of its own.

    Of numbers the first, the least and the greatest: what keeps a limit with these keeps it with all between. Of words
    and yes/no each that differs. The second value of a key has ``#2`` behind it.
    """
    by_key: dict[str, dict[object, OcpMeasurement]] = {}
    for each in measured:
        by_key.setdefault(each.key, {}).setdefault((type(each.value) is bool, each.value), each)
    for key, distinct in by_key.items():
        for number, each in enumerate(_ends(list(distinct.values())), start=1):
            yield each if number == 1 else replace(each, key=f"{key}#{number}")


def _ends(values: Sequence[OcpMeasurement]) -> list[OcpMeasurement]:
    numbers = [(v.value, i) for i, v in enumerate(values) if _is_number(v.value)]
    if len(numbers) <= 3:
        return list(values)
    wanted = {numbers[0][1], min(numbers)[1], max(numbers)[1]}
    return [v for i, v in enumerate(values) if i in wanted or not _is_number(v.value)]


def _is_number(value: Scalar) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _note_outside(gathered: Gathered, artifacts: Sequence[Artifact], measured: Sequence[OcpMeasurement]) -> None:
    """The tool measured a value outside of its own limits. Where none of its diagnoses says so, we do."""
    fails = [each for each in of_kind(artifacts, "diagnosis") if outcome_of(each.content) == "FAIL"][:_MAX_FAILS]
    patience = Patience()
    known: set[tuple[object, ...]] = set()
    outside = unknown = 0
    for one in measured:
        # The text as it came, not as it is kept: a validator may ask for more of it than we show.
        value = None if one.value is None else one.content.get("value")
        broken, not_tried = broken_validators(one.content, value, patience)
        unknown += not_tried
        outside += bool(broken)
        alike = (one.name, one.step, one.hardware, one.part)
        if not broken or alike in known:
            continue
        known.add(alike)
        if not any(_mentions(diagnosis, one) for diagnosis in fails):
            seen = f"{one.name} is {str(one.value)[:80]} {one.unit}".rstrip()
            said = f"{seen}, {broken[0]}; no diagnosis says so"
            gathered.found(FindingClass.HARDWARE, one.part, f"ocp.outside_validators.{one.name[:100]}", said)
    gathered.fact("outside_validators_events", outside)
    if unknown:
        gathered.total("validators_not_evaluated", unknown)


def _mentions(diagnosis: Artifact, one: OcpMeasurement) -> bool:
    """Whether a failed diagnosis covers a measurement: of the same hardware, in the same step or by its name."""
    hardware = hardware_of(diagnosis.content)
    if hardware and one.hardware and not set(hardware) & set(one.hardware):
        return False
    return diagnosis.step == one.step or one.name in message_of(diagnosis.content)
