"""JSON lines: one object a line; lines that are not JSON are counted, not guessed at."""

import json
from dataclasses import dataclass
from typing import Any

from gatehouse.vendors.gathered import Gathered

_MAX_LINE = 2**20


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The objects of the lines that hold one, in order, and how many lines did not."""

    objects: tuple[dict[str, Any], ...]
    broken: int


def json_lines(gathered: Gathered, text: str, *, noise: bool = False) -> JsonLines:
    """Read each line as a JSON object. A last line that is no whole object was cut.

    With ``noise`` a line that does not begin as an object is another program's word, and no hole in the output.
    NaN and Infinity become None: they are no values.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    objects = [_object(line) for line in lines]
    if objects and objects[-1] is None and not text.endswith("\n"):
        gathered.was_cut("the last line has no end")
        objects.pop()
    broken = sum(item is None for item in objects)
    holes = sum(item is None and not (noise and _is_noise(line)) for line, item in zip(lines, objects, strict=False))
    if holes:
        gathered.incomplete(f"{holes} of {len(objects)} lines are not JSON objects")
    return JsonLines(tuple(item for item in objects if item is not None), broken)


def _is_noise(line: str) -> bool:
    return not line.lstrip().startswith(("{", '"', "}"))


def _object(line: str) -> dict[str, Any] | None:
    if len(line) > _MAX_LINE or not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
