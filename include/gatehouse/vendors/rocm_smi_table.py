"""rocm-smi without options: its concise table, whose columns differ between ROCm 5.0, 6.0 and 6.2.

Columns are known by their headings; a row is read from left to right, each cell by the pattern of its column.
"""

import re
from collections.abc import Callable, Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_NONE = r"N/A|unsupported|Unsupported|None"
_Column = tuple[re.Pattern[str], tuple[tuple[str, Callable[[str], Fact]], ...]]


def _column(pattern: str, *facts: tuple[str, Callable[[str], Fact]]) -> _Column:
    return re.compile(rf"(?:{pattern})(?=\s|$)"), facts


def _quantity(unit: str) -> Callable[[str], Fact]:
    return lambda words: quantity(words.replace("Mhz", " MHz"), unit)


# What a heading starts with -> pattern of its cells, with a group for each fact.
_COLUMNS: dict[str, _Column] = {
    "Device": _column(r"(\d{1,4})", ("index", number_or_unknown)),
    "GPU%": _column(rf"(\d{{1,3}} ?%|{_NONE})", ("util_pct", _quantity("pct"))),
    "GPU": _column(r"(\d{1,4})", ("index", number_or_unknown)),
    "Node": _column(rf"(\d{{1,4}}|{_NONE})", ("node", number_or_unknown)),
    "IDs": _column(
        r"(0x[0-9a-fA-F]{1,8}),\s{0,8}(\d{1,8})", ("device_id", word_or_unknown), ("guid", number_or_unknown)
    ),
    "[Model": _column(
        r"\[(0x[0-9a-fA-F]{1,8}|N/A) : (0x[0-9a-fA-F]{1,8}|N/A)\]",
        ("device_id", word_or_unknown),
        ("revision", word_or_unknown),
    ),
    "Temp": _column(rf"(\d{{1,3}}(?:\.\d{{1,3}})?°?[cC]|{_NONE})", ("temp_c", _quantity("c"))),
    "Power": _column(rf"(\d{{1,5}}(?:\.\d{{1,3}})?W|{_NONE})", ("power_w", _quantity("w"))),
    "AvgPwr": _column(rf"(\d{{1,5}}(?:\.\d{{1,3}})?W|{_NONE})", ("power_w", _quantity("w"))),
    "Partitions": _column(
        r"(NPS\d|N/A), (\w{2,4}|N/A)(?:, (\d{1,2}|N/A))?",
        ("partition.memory", word_or_unknown),
        ("partition.compute", word_or_unknown),
    ),
    "SCLK": _column(rf"(\d{{1,6}}M[hH]z|{_NONE})", ("clocks.sclk_mhz", _quantity("mhz"))),
    "MCLK": _column(rf"(\d{{1,6}}M[hH]z|{_NONE})", ("clocks.mem_mhz", _quantity("mhz"))),
    "Fan": _column(rf"(\d{{1,3}}(?:\.\d{{1,2}})?%|{_NONE})", ("fan_pct", _quantity("pct"))),
    "Perf": _column(r"(\S{1,20})", ("perf_level", word_or_unknown)),
    "PwrCap": _column(rf"(\d{{1,5}}(?:\.\d{{1,3}})?W|{_NONE})", ("power.limit_w", _quantity("w"))),
    "VRAM%": _column(rf"(\d{{1,3}} ?%|{_NONE})", ("vram_pct", _quantity("pct"))),
}
_GAP = re.compile(r"\s{2,}")


@reads("rocm-smi-table")
def read_rocm_smi_table(said: Completed) -> ToolReport:
    """GPUs by their device number; the line below a row may name the product.

    Raises:
        UnreadableError: there is no concise table.
    """
    gathered, text = gather("rocm-smi-table", said)
    lines = whole_lines(gathered, text)
    start = next((index for index, line in enumerate(lines) if _columns(line)), None)
    if start is None:
        raise UnreadableError("no concise table of rocm-smi")
    columns = _columns(lines[start])
    last: str | None = None
    gpus = 0
    for line in lines[start + 1 :]:
        facts = _row(columns, line)
        if facts is not None:
            last = f"gpu{facts.pop('index')}"
            gathered.facts_of(last, facts)
            gpus += 1
        elif last is not None and line.startswith("  ") and line.strip():
            gathered.fact(f"{last}.name", word_or_unknown(line))
        elif line[:1].isdigit():
            gathered.incomplete(f"a row was left out: {line[:60]}")
    gathered.fact("gpus", gpus)
    if not any("End of ROCm SMI Log" in line for line in lines):
        gathered.incomplete("the end of the log is absent")
    return gathered.done()


def _columns(line: str) -> list[_Column]:
    """The columns of a line of headings; empty for any other line."""
    words = _GAP.split(line.strip()[:400])
    known = [next((name for name in _COLUMNS if word.startswith(name)), None) for word in words]
    if len(known) < 5 or words[0] not in ("Device", "GPU"):
        return []
    return [_COLUMNS[name] for name in known if name is not None] if all(known) else []


def _row(columns: Sequence[_Column], line: str) -> dict[str, Fact] | None:
    facts: dict[str, Fact] = {}
    rest = line.strip()[:400] if line[:1].isdigit() else ""
    for pattern, names in columns:
        match = pattern.match(rest)
        if match is None:
            return None
        facts |= {name: read(match[group + 1]) for group, (name, read) in enumerate(names)}
        rest = rest[match.end() :].lstrip()
    return facts if not rest else None
