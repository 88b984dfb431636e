"""The validators that a measurement brings: does its value satisfy them?

Types: OCP Test & Validation output specification 2.0; version 1 gives a range or a list of valid values.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "LESS_THAN": operator.lt,
    "LESS_THAN_OR_EQUAL": operator.le,
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_OR_EQUAL": operator.ge,
}
_MAX_PATTERN, _MAX_VALUE = 200, 200
# A pattern comes from the tool's output: one that could run without end is not tried.
_RISKY = re.compile(r"\\[1-9]|\(\?|\)[*+?{]|[*+}][*+{]")
_OPEN_ENDED = re.compile(r"(?<!\\)[*+]|\{\d*,\d*\}")
_MAX_OPEN_ENDED = 2


def broken_validators(content: Mapping[str, Any], value: Any) -> tuple[list[str], int]:
    """Which of a measurement's validators its value breaks, in words, and how many could not be evaluated."""
    broken: list[str] = []
    unknown = 0
    for kind, limit in _validators(content):
        holds = _holds(kind, value, limit)
        if holds is None:
            unknown += 1
        elif not holds:
            broken.append(f"{kind} {str(limit)[:100]}")
    return broken, unknown


def _validators(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    listed = content.get("validators")
    for validator in listed if isinstance(listed, list) else []:
        if isinstance(validator, Mapping):
            yield str(validator.get("type", "")).upper().removeprefix("VALIDATOR_TYPE_"), validator.get("value")
    bounds, valid = content.get("range"), content.get("validValues")
    if isinstance(bounds, Mapping):
        yield from (
            (kind, bounds[name])
            for name, kind in (("minimum", "GREATER_THAN_OR_EQUAL"), ("maximum", "LESS_THAN_OR_EQUAL"))
            if name in bounds
        )
    if isinstance(valid, Mapping) and "values" in valid:
        yield "IN_SET", valid["values"]


def _holds(kind: str, value: Any, limit: Any) -> bool | None:
    """None where the specification gives no meaning to this type with these values."""
    if kind in _ORDER:
        return _ORDER[kind](value, limit) if _is_number(value) and _is_number(limit) else None
    if kind in ("EQUAL", "NOT_EQUAL"):
        return (value == limit) is (kind == "EQUAL") if _comparable(value, limit) else None
    if kind in ("IN_SET", "NOT_IN_SET"):
        if not isinstance(limit, list) or value is None:
            return None
        return any(_comparable(value, item) and value == item for item in limit) is (kind == "IN_SET")
    if kind in ("REGEX_MATCH", "REGEX_NO_MATCH"):
        found = _matches(value, limit)
        return None if found is None else found is (kind == "REGEX_MATCH")
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _comparable(one: Any, other: Any) -> bool:
    return (_is_number(one) and _is_number(other)) or (type(one) is type(other) and isinstance(one, (str, bool)))


def _matches(value: Any, pattern: Any) -> bool | None:
    patterns = pattern if isinstance(pattern, list) else [pattern]
    if not isinstance(value, str) or len(value) > _MAX_VALUE or not patterns or not all(map(_is_safe, patterns)):
        return None
    try:
        return any(re.search(one, value) is not None for one in patterns)
    except (re.error, RecursionError, OverflowError):
        return None


def _is_safe(pattern: Any) -> bool:
    return (
        isinstance(pattern, str)
        and len(pattern) <= _MAX_PATTERN
        and not _RISKY.search(pattern)
        and len(_OPEN_ENDED.findall(pattern)) <= _MAX_OPEN_ENDED
    )
