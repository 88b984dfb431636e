"""The validators that a measurement brings: does its value satisfy them?

Types: OCP Test & Validation output specification 2.0; version 1 gives a range or a list of valid values.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ORDER: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "LESS_THAN": (operator.lt, "be below"),
    "LESS_THAN_OR_EQUAL": (operator.le, "be at most"),
    "GREATER_THAN": (operator.gt, "be above"),
    "GREATER_THAN_OR_EQUAL": (operator.ge, "be at least"),
}
_WORDS = {
    **{kind: words for kind, (_, words) in _ORDER.items()},
    "EQUAL": "be",
    "NOT_EQUAL": "not be",
    "IN_SET": "be one of",
    "NOT_IN_SET": "be none of",
    "REGEX_MATCH": "match",
    "REGEX_NO_MATCH": "not match",
}
_MAX_PATTERN, _MAX_VALUE, _MAX_SHOWN = 200, 200, 80
# A pattern comes from the tool's output: one that could run without end is not tried, nor one that later versions of
# Python will read in another way (sets within sets).
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_RISKY = re.compile(r"\\[1-9]|\(\?|\)[*+?{]|[*+}][*+{]|\[\[|--|&&|~~|\|\|")
_OPEN_ENDED = re.compile(r"[*+]|\{\d*,\d*\}")
_CHOICE = re.compile(r"[|?]")
_COMPARED, _COMPILED = 10, 5_000


@dataclass(slots=True)
class Patience:
    """How many steps of work the validators of one output may take; about 1.2 s for 10^8 of a pattern's."""

    steps: int = 200_000_000

    def takes(self, steps: int) -> bool:
        """Whether there is enough left for so many, which are then gone."""
        if steps > self.steps:
            return False
        self.steps -= steps
        return True


def broken_validators(content: Mapping[str, Any], value: Any, patience: Patience) -> tuple[list[str], int]:
    """Which of a measurement's validators its value breaks, in words such as ``must be below 95``, and how many could
    not be evaluated."""
    broken: list[str] = []
    unknown = 0
    for kind, limit in _validators(content):
        holds = _holds(kind, value, limit) if patience.takes(_steps(kind, value, limit)) else None
        if holds is None:
            unknown += 1
        elif not holds:
            broken.append(f"must {_WORDS[kind]} {str(limit)[:_MAX_SHOWN]}")
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
        return _ORDER[kind][0](value, limit) if _is_number(value) and _is_number(limit) else None
    if kind in ("EQUAL", "NOT_EQUAL"):
        return (value == limit) is (kind == "EQUAL") if _comparable(value, limit) else None
    if kind in ("IN_SET", "NOT_IN_SET"):
        if not isinstance(limit, list) or not limit or not _comparable(value, value):
            return None
        return any(_comparable(value, item) and value == item for item in limit) is (kind == "IN_SET")
    if kind in ("REGEX_MATCH", "REGEX_NO_MATCH"):
        found = _matches(value, limit)
        return None if found is None else found is (kind == "REGEX_MATCH")
    return None


def _is_number(value: Any) -> bool:
    """Whether it is one that stands somewhere: neither a yes/no, nor what a float cannot hold."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def _comparable(one: Any, other: Any) -> bool:
    return (_is_number(one) and _is_number(other)) or (type(one) is type(other) and isinstance(one, (str, bool)))


def _matches(value: Any, pattern: Any) -> bool | None:
    if not isinstance(value, str) or len(value) > _MAX_VALUE or not pattern or not all(map(_is_safe, _listed(pattern))):
        return None
    try:
        return any(re.search(one, value) is not None for one in _listed(pattern))
    except (re.error, RecursionError, OverflowError):
        return None


def _listed(limit: Any) -> list[Any]:
    return limit if isinstance(limit, list) else [limit]


def _is_safe(pattern: Any) -> bool:
    return isinstance(pattern, str) and len(pattern) <= _MAX_PATTERN and not _RISKY.search(pattern)


def _steps(kind: str, value: Any, limit: Any) -> int:
    """The most that a validator may take: each item of a set once, and of a pattern every way to match it."""
    if not kind.startswith("REGEX") or not isinstance(value, str):
        return _COMPARED * len(_listed(limit))
    return sum(_ways(one, min(len(value), _MAX_VALUE)) for one in _listed(limit))


def _ways(pattern: Any, length: int) -> int:
    """Each open end may stop at every character, each choice doubles, and a search begins at every character."""
    if not _is_safe(pattern):
        return _COMPILED
    plain = _ESCAPED.sub("x", pattern)
    choices = len(_CHOICE.findall(plain))
    begins = 0 if plain.startswith("^") and not choices else 1
    return int(_COMPILED + (length + 1) ** (begins + len(_OPEN_ENDED.findall(plain))) * 2**choices)
