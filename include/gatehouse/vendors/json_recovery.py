"""JSON as far as it came whole: banners before it are passed over, a cut document gives its whole records."""

import json
import re
from dataclasses import dataclass
from typing import Any

from gatehouse.model.errors import UnreadableError
from gatehouse.vendors.gathered import Gathered

_START = re.compile(r"^[ \t]*(?=[{\[])", re.MULTILINE)
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],]', re.DOTALL)
_MORE = re.compile(r"^\s*[{\[]")
_MAX_STARTS, _MAX_DEPTH = 20, 100
_CLOSER = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Recovered:
    """A JSON value and how it was found.

    ``valid`` when the whole text is one JSON document; ``cut`` when the value's end is absent and only its whole
    records are here; ``after`` is the text that follows it.
    """

    value: Any
    valid: bool
    cut: bool = False
    after: str = ""


def recover_json(text: str, record_depth: int = 1) -> Recovered:
    """The first JSON object or array of a text.

    Of a cut document the containers down to ``record_depth`` keep their whole members; deeper ones that were open at
    the cut are dropped with their record. NaN and Infinity become None: they are no values.

    Raises:
        UnreadableError: there is none, it is broken, or it was cut before its first whole record.
    """
    for _, match in zip(range(_MAX_STARTS), _START.finditer(text), strict=False):
        end, safe = _scanned(text, match.end(), record_depth)
        if end is not None:
            found = _decoded(text, match.end())
            if found is not None:
                return found
            continue  # brackets of a banner, "[2025-03-04] …": the document may follow
        found = _decoded(text[match.end() : safe[0]] + safe[1], 0) if safe else None
        if found is None:
            raise UnreadableError("JSON is broken, or cut before its first whole record")
        return Recovered(found.value, valid=False, cut=True)
    raise UnreadableError("no JSON object or array in the output")


def gathered_json(gathered: Gathered, text: str, record_depth: int = 1) -> Recovered:
    """The same, with a note in the report when the document was cut, or when another one follows that is not read.

    Raises:
        UnreadableError: as of :func:`recover_json`.
    """
    found = recover_json(text, record_depth)
    if found.cut:
        gathered.was_cut("the JSON document has no end")
    elif _MORE.search(found.after):
        gathered.incomplete("more JSON follows the document; only the first was read")
    return found


def _decoded(text: str, start: int) -> Recovered | None:
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    try:
        value, end = decoder.raw_decode(text, start)
    except ValueError:
        return None
    return Recovered(value, valid=not (text[:start] + text[end:]).strip(), after=text[end:])


def _scanned(text: str, start: int, record_depth: int) -> tuple[int | None, tuple[int, str] | None]:
    """Where the value that starts here ends, by its brackets; None where the text ends before it does.

    The second answer is where its last whole record ends, and what then closes its containers.
    """
    stack: list[str] = []
    safe: tuple[int, str] | None = None
    for token in _TOKEN.finditer(text, start):
        mark = token.group()
        if mark in _CLOSER:
            stack.append(_CLOSER[mark])
            if len(stack) > _MAX_DEPTH:
                raise UnreadableError("JSON is nested too deep")
            continue
        if mark.startswith('"'):
            if len(mark) < 2 or not mark.endswith('"'):
                break  # a string without its end
            continue
        if mark != "," and stack.pop() != mark:
            return token.end(), safe  # no JSON: decoding will say so
        if not stack:
            return token.end(), safe
        if len(stack) <= record_depth:
            safe = (token.start() if mark == "," else token.end(), "".join(reversed(stack)))
    return None, safe
