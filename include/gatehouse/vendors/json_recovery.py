"""JSON as far as it came whole: banners before it are passed over, a cut document gives its whole records."""

import json
import re
from dataclasses import dataclass
from typing import Any

from gatehouse.model.errors import UnreadableError

_START = re.compile(r"^[ \t]*(?=[{\[])", re.MULTILINE)
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],]', re.DOTALL)
_MAX_STARTS, _MAX_DEPTH = 20, 100
_CLOSER = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Recovered:
    """A JSON value and how it was found.

    ``valid`` when the whole text is one JSON document; ``cut`` when the value's end is absent and only its whole
    records are here; ``around`` is the text before and after it.
    """

    value: Any
    valid: bool
    cut: bool = False
    around: str = ""


def recover_json(text: str, record_depth: int = 1) -> Recovered:
    """The first JSON object or array of a text.

    Of a cut document the containers down to ``record_depth`` keep their whole members; deeper ones that were open at
    the cut are dropped with their record. NaN and Infinity become None: they are no values.

    Raises:
        UnreadableError: there is none, it is broken, or it was cut before its first whole record.
    """
    starts = [match.end() for _, match in zip(range(_MAX_STARTS), _START.finditer(text), strict=False)]
    for start in starts:
        if not _too_deep(text, start) and (found := _decoded(text, start)) is not None:
            return found
    for start in starts:
        if (found := _whole_records(text, start, record_depth)) is not None:
            return found
    raise UnreadableError("no JSON object or array in the output, or cut before its first whole record")


def _decoded(text: str, start: int) -> Recovered | None:
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    try:
        value, end = decoder.raw_decode(text, start)
    except ValueError:
        return None
    around = text[:start] + text[end:]
    return Recovered(value, valid=not around.strip(), around=around)


def _whole_records(text: str, start: int, record_depth: int) -> Recovered | None:
    """Close the containers after the last member that surely came whole, and decode that."""
    stack: list[str] = []
    safe: tuple[int, str] | None = None
    for token in _TOKEN.finditer(text, start):
        mark = token.group()
        if mark in _CLOSER:
            stack.append(_CLOSER[mark])
        elif mark in "}]":
            if not stack or stack.pop() != mark:
                return None
        elif mark != ",":
            if len(mark) < 2 or not mark.endswith('"'):
                break
            continue
        if len(stack) > _MAX_DEPTH:
            raise UnreadableError("JSON is nested too deep")
        if 0 < len(stack) <= record_depth and mark not in _CLOSER:
            safe = (token.start() if mark == "," else token.end(), "".join(reversed(stack)))
    if safe is None:
        return None
    found = _decoded(text[start : safe[0]] + safe[1], 0)
    return Recovered(found.value, valid=False, cut=True, around=text[:start]) if found else None


def _too_deep(text: str, start: int) -> bool:
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if depth > _MAX_DEPTH:
            raise UnreadableError("JSON is nested too deep")
        if depth == 0:
            return False
    return False
