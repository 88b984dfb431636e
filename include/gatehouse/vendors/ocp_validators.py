"""What an OCP measurement is held against by the executable itself.

A validator that we cannot judge says nothing: regular expressions of an output are never run, they may be made to hang.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gatehouse.model.readings import Scalar

_SHOWN = 80
_ORDERED: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "LESS_THAN": (lambda value, end: value < end, "below"),
    "LESS_THAN_OR_EQUAL": (lambda value, end: value <= end, "at most"),
    "GREATER_THAN": (lambda value, end: value > end, "above"),
    "GREATER_THAN_OR_EQUAL": (lambda value, end: value >= end, "at least"),
}


def broken_validators(value: Scalar, validators: Any) -> list[str]:
    """What the value had to be and is not, in words that follow "must be"."""
    if value is None or not isinstance(validators, Sequence) or isinstance(validators, str):
        return []
    judged = (_broken(value, each) for each in validators[:20] if isinstance(each, Mapping))
    return [words for words in judged if words]


def _broken(value: Scalar, validator: Mapping[str, Any]) -> str:
    kind, wanted = str(validator.get("type")), validator.get("value")
    shown = str(wanted)[:_SHOWN]
    if kind in _ORDERED and _number(value) and _number(wanted):
        holds, words = _ORDERED[kind]
        return "" if holds(value, wanted) else f"{words} {shown}"  # type: ignore[arg-type]
    if kind in ("EQUAL", "NOT_EQUAL") and _same_sort(value, wanted):
        return "" if (value == wanted) is (kind == "EQUAL") else f"{'not ' * (kind == 'NOT_EQUAL')}{shown}"
    if kind in ("IN_SET", "NOT_IN_SET") and isinstance(wanted, list) and wanted:
        inside = any(_same_sort(value, one) and value == one for one in wanted)
        return "" if inside is (kind == "IN_SET") else f"{'none' if kind == 'NOT_IN_SET' else 'one'} of {shown}"
    return ""


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_sort(one: object, other: object) -> bool:
    return (_number(one) and _number(other)) or (isinstance(one, (str, bool)) and type(one) is type(other))
