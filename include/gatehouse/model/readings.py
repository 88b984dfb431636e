"""What a reader found in a tool's output."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gatehouse.model.status import FindingClass, Measured

Scalar = int | float | str | bool | None
Fact = Scalar | list[Any]

# The unit of a fact is the suffix of its name; the words are UCUM-like and what people write.
UNITS: Mapping[str, str] = {
    "c": "degC",
    "w": "W",
    "mhz": "MHz",
    "mib": "MiB",
    "kib": "KiB",
    "gib": "GiB",
    "b": "B",
    "mb": "MB",
    "gb": "GB",
    "pct": "%",
    "rpm": "rpm",
    "v": "V",
    "a": "A",
    "s": "s",
    "ms": "ms",
    "us": "us",
    "ns": "ns",
    "hours": "h",
    "gbps": "GB/s",
    "mbps": "Mb/s",
    "mbytes_per_s": "MB/s",
    "gts": "GT/s",
    "gflops": "GFLOP/s",
    "tflops": "TFLOP/s",
}
# A PCI address, or a word that ends in a number (gpu3, mlx5_0, ens1np0), and what hangs on it (gpu3.link1).
_PART = re.compile(
    r"^(?:(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|[A-Za-z_]\w{0,62}\d)(?:\.[A-Za-z_]+\d+)*(?=\.)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value: which quantity, of which part, in which unit. ``None`` means the tool gave no value."""

    name: str
    value: int | float | str | bool | None
    unit: str = ""
    part: str = "host"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the tool said that a person should know: whose trouble it is, of which part, by which signature."""

    kind: FindingClass
    part: str
    signature: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What one tool's output holds.

    ``facts`` maps dotted names (``gpu3.temp_c``) to values; ``None`` is "the tool gave no value".
    ``complete`` is false when the output was cut or a declared part of it is absent.
    ``status`` ERROR means that nothing here may be taken for a measurement. ``addressed`` holds, by the fact's name,
    the readings whose part and unit the tool said itself; the others follow from the names of the facts.
    """

    tool: str
    status: Measured
    complete: bool
    facts: Mapping[str, Fact] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()
    addressed: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every fact as a reading."""
        return tuple(self.addressed.get(name) or reading_of(name, value) for name, value in self.facts.items())


@lru_cache(maxsize=2**16)
def unit_of(name: str) -> str:
    """Unit of a fact by its name's suffix; empty where it has none (counts, words)."""
    last = name.rsplit(".", 1)[-1]
    for suffix, unit in UNITS.items():
        if last == suffix or last.endswith("_" + suffix):
            return unit
    return ""


@lru_cache(maxsize=2**16)
def split_name(name: str) -> tuple[str, str, str]:
    """(part, quantity, unit) of a dotted fact; the same names come back from every host, so they are kept."""
    match = _PART.match(name)
    part, quantity = (match.group(0), name[match.end() + 1 :]) if match else ("host", name)
    return part, quantity, unit_of(quantity)


def reading_of(name: str, value: Fact) -> Reading:
    """Split a dotted fact into part and quantity: ``gpu3.link1.speed_gbps`` is ``speed_gbps`` of ``gpu3.link1``."""
    part, quantity, unit = split_name(name)
    flat = value if not isinstance(value, list) else ", ".join(str(item) for item in value)
    return Reading(name=quantity, value=flat, unit=unit, part=part)
