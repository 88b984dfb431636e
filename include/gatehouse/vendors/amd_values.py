"""Values as amd-smi writes them: scalars, texts with their unit, or ``{"value", "unit"}``."""

from collections.abc import Mapping
from typing import Any

from gatehouse.model.readings import Fact
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown

COUNT, WORD = "count", "word"
# 16-bit all-ones is how the metrics table of the firmware says "not measured"; amd-smi prints it as a number.
_UNMEASURED_16_BIT = 65535

_PRINTED_UNITS = {"%": "pct", "°c": "c", "c": "c", "w": "w", "mhz": "mhz", "mv": "v", "v": "v", "gt/s": "gts"}
_PRINTED_UNITS |= {"mb": "mb", "kb": "kb", "gb": "gb", "b": "b", "j": "j", "rpm": "rpm", "ns": "ns"}
_PRINTED_UNITS |= {"mb/s": "mbps"}


def lowered(tree: Any) -> Any:
    """The same tree with lower-case keys, spaces as underscores."""
    if isinstance(tree, Mapping):
        return {str(key).strip().lower().replace(" ", "_"): lowered(value) for key, value in tree.items()}
    return [lowered(item) for item in tree] if isinstance(tree, list) else tree


def value_of(kind: str, said: Any) -> Fact:
    """A scalar, a text with its unit, or ``{"value", "unit"}``, as its kind of value."""
    if isinstance(said, Mapping):
        value = number_or_unknown(said.get("value"))
        said = None if value is None else f"{value} {said.get('unit') or ''}"
    if isinstance(said, (list, Mapping)):
        return None
    if kind == WORD:
        return word_or_unknown(said)
    number = number_or_unknown(said) if kind == COUNT else quantity(said, kind)
    return None if number == _UNMEASURED_16_BIT else number


def with_unit(name: str, said: Any) -> dict[str, Fact]:
    """The fact with the unit that is printed beside its value as suffix: ``energy`` of 3 J is ``energy_j``."""
    text = f"{said.get('value')} {said.get('unit')}" if isinstance(said, Mapping) else str(said)
    number, _, printed = text.partition(" ")
    unit = _PRINTED_UNITS.get(printed.strip().lower())
    if unit is not None and number_or_unknown(number) is not None:
        return {f"{name}_{unit}": value_of(unit, text)}
    plain = value_of(COUNT, said)
    return {name: plain if plain is not None else word_or_unknown(text) if number_or_unknown(text) is None else None}
