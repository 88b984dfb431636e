"""The measurements of an OCP output, single ones and series, each with its unit, its part and what it had to be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from gatehouse.model.readings import Reading, Scalar
from gatehouse.vendors.quantities import number_or_unknown

HOST = "host"
_MAX_NAME = 200
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
    """Every value that has a name.

    ``singles`` are contents of ``measurement``, ``series`` of ``measurementSeriesStart``, ``elements`` of
    ``measurementSeriesElement``. Version 1 splits a measurement into ``info`` and ``element``.
    """
    for content in _contents(singles, series, elements):
        name = said_text(content.get("name"))
        if name is None:
            continue
        hardware = [each[:_MAX_PART] for each in hardware_of(content)[:1]]
        place = [*hardware, *_subcomponent(content)]
        yield OcpMeasurement(
            key=".".join(["measurement", name[:_MAX_NAME], *place]),
            name=name[:_MAX_NAME],
            value=_value(content.get("value")),
            unit=(said_text(content.get("unit")) or "")[:_MAX_PART],
            hardware="".join(hardware),
            part=".".join(place) or HOST,
            validators=content.get("validators"),
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
    numbers = [(float(v.value), i) for i, v in enumerate(values) if _is_number(v.value)]
    if len(numbers) <= 3:
        return list(values)
    wanted = {numbers[0][1], min(numbers)[1], max(numbers)[1]}
    return [v for i, v in enumerate(values) if i in wanted or not _is_number(v.value)]


def _is_number(value: Scalar) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
    return [name[:_MAX_PART]] if name else []


def _value(value: Any) -> Scalar:
    if isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else value[:_MAX_WORDS]
    return number_or_unknown(value)
