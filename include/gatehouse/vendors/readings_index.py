"""Which readings each tool's reader gives, as its recordings show: ``READINGS``, generated and checked in.

A limit on a reading that no recording ever gave is a threshold that nothing measures. The recordings are part of the
tests and not of an installation, so this index stands for them. One line holds a tool, a fact's name with ``#`` for its
numbers (``gpu#.temp_c``, ``xid.#.count``), and of what sort its values were. Absent values prove
nothing and are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from gatehouse.model.readings import Fact, ToolReport, split_name
from gatehouse.model.status import Measured

READINGS = Path(__file__).with_name("READINGS")
HEAD = """# Which readings the readers give, by tool: the fact (# is any number of its part) and the sort of its values.
# Generated from the recordings of the tests; to write it anew: python tests/vendors/write_readings.py
"""
Sort = Literal["number", "word", "yes/no"]
_PCI = re.compile(r"^(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
PCI = "pci#"


@dataclass(frozen=True, slots=True, order=True)
class Gives:
    """A fact that a reader gives: its name with ``#`` for the numbers of its part, and the sort of its values."""

    fact: str
    sort: Sort


def part_kind(part: str) -> str:
    """A part address with ``#`` for its numbers: ``gpu3.link11`` is ``gpu#.link#``, a PCI address ``pci#``."""
    bus = _PCI.match(part)
    rest = part[bus.end() :] if bus else part
    return (PCI if bus else "") + re.sub(r"\d+", "#", rest)


def quantity_kind(quantity: str) -> str:
    """A quantity with ``#`` for what is a number in it: ``xid.79.count`` is ``xid.#.count``."""
    return ".".join("#" if piece.isdecimal() else piece for piece in quantity.split("."))


def gives(reports: Iterable[ToolReport]) -> frozenset[Gives]:
    """What the reports of one tool give."""
    found = ((name, _sort(v)) for r in reports if r.status is Measured.COMPLETE for name, v in r.facts.items())
    return frozenset(Gives(_fact_kind(name), sort) for name, sort in found if sort)


def written(index: Mapping[str, Iterable[Gives]]) -> str:
    """The index as its file has it: sorted, a line a fact."""
    lines = [f"{tool}\t{each.fact}\t{each.sort}\n" for tool, given in sorted(index.items()) for each in sorted(given)]
    return HEAD + "".join(lines)


@cache
def readings_index(path: Path = READINGS) -> Mapping[str, frozenset[Gives]]:
    """The index, by tool."""
    found: dict[str, set[Gives]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            tool, fact, sort = line.split("\t")
            found[tool].add(Gives(fact, sort))  # type: ignore[arg-type]
    return {tool: frozenset(given) for tool, given in found.items()}


def _fact_kind(name: str) -> str:
    part, quantity, _ = split_name(name)
    kind = quantity_kind(quantity)
    return kind if part == "host" else f"{part_kind(part)}.{kind}"


def _sort(value: Fact) -> Sort | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes/no"
    return "number" if isinstance(value, int | float) else "word"
