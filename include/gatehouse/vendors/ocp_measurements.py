"""The measurements of an OCP output, single ones and series, each with its unit, its part and what it had to be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatehouse.model.readings import Reading, Scalar
from gatehouse.vendors.quantities import number_or_unknown

HOST = "host"
_MAX_VALUES = 500
_MAX_WORDS = 500
_MAX_PART = 100


@dataclass(frozen=True, slots=True)
class OcpMeasurement:
    """One value, under ``key`` among the facts; ``part`` is ``hardware`` with its subcomponent, as they are called."""

    key: str
    name: str
    value: Scalar
    unit: str
    hardware: str
    part: str
    validators: Any

    @property
    def reading(self) -> Reading:
        """The value as a reading ``measurement.NAME`` of its part."""
        return Reading(f"measurement.{self.name}", self.value, self.unit, self.part)


def measurements_of(singles: Sequence[Mapping[str, Any]], series: Sequence[Mapping[str, Any]],
                    elements: Sequence[Mapping[str, Any]]) -> Iterator[OcpMeasurement]:  # fmt: skip
    """Every value, bounded; a second value of the same name and part has ``#2`` behind its key.

    ``singles`` are contents of ``measurement``, ``series`` of ``measurementSeriesStart``, ``elements`` of
    ``measurementSeriesElement``. Version 1 splits a measurement into ``info`` and ``element``.
    """
    seen: dict[str, int] = {}
    for content in _contents(singles, series, elements):
        name = said_text(content.get("name"))
        if name is None or len(seen) >= _MAX_VALUES:
            continue
        hardware = hardware_of(content)[:1]
        place = [*hardware, *_subcomponent(content)]
        key = ".".join(["measurement", name, *place])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > _MAX_VALUES:
            continue
        yield OcpMeasurement(
            key=key if seen[key] == 1 else f"{key}#{seen[key]}",
            name=name,
            value=_value(content.get("value")),
            unit=(said_text(content.get("unit")) or "")[:_MAX_PART],
            hardware="".join(hardware)[:_MAX_PART],
            part=".".join(place)[:_MAX_PART] or HOST,
            validators=content.get("validators"),
        )


def said_text(value: Any) -> str | None:
    """Text, bounded; None where there is none."""
    return value[:_MAX_WORDS] if isinstance(value, str) and value else None


def hardware_of(content: Mapping[str, Any]) -> list[str]:
    """Version 1 gives a list of hardware, version 2 one."""
    said = content.get("hardwareInfoId")
    return [str(item) for item in said] if isinstance(said, list) else [str(said)] if said else []


def _contents(
    singles: Sequence[Mapping[str, Any]], series: Sequence[Mapping[str, Any]], elements: Sequence[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    for content in singles:
        info, element = content.get("info"), content.get("element")
        split = isinstance(info, Mapping) and isinstance(element, Mapping)
        yield {**info, **element} if split else content  # type: ignore[dict-item]
    starts = {str(start.get("measurementSeriesId")): start for start in series}
    for element in elements:
        start = starts.get(str(element.get("measurementSeriesId")))
        if start is not None:
            yield {**start, "value": element.get("value")}


def _subcomponent(content: Mapping[str, Any]) -> list[str]:
    said = content.get("subcomponent")
    name = said_text(said.get("name")) if isinstance(said, Mapping) else None
    return [name] if name else []


def _value(value: Any) -> Scalar:
    if isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else value[:_MAX_WORDS]
    return number_or_unknown(value)
