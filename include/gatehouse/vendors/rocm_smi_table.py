"""rocm-smi without options: its concise table, whose columns differ between ROCm 5.0, 6.0 and 6.2.

Columns are known by their headings; a row is read from left to right, each cell by the pattern of its column.
"""

import re
from collections.abc import Callable, Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.rocm_smi_json import card_facts

_NONE = r"(?:N/A|[Uu]nsupported|None)%?"
_Column = tuple[re.Pattern[str], tuple[tuple[str, Callable[[str], Fact]], ...]]


def _column(pattern: str, *facts: tuple[str, Callable[[str], Fact]]) -> _Column:
    return re.compile(rf"(?:{pattern})(?=\s|$)"), facts


def _quantity(unit: str) -> Callable[[str], Fact]:
    return lambda words: quantity(words.replace("Mhz", " MHz"), unit)


def _level(words: str) -> Fact:
    return None if re.fullmatch(_NONE, words) else word_or_unknown(words)


def _hexadecimal(words: str) -> Fact:
    word = word_or_unknown(words)
    return word if word is None or word.startswith("0x") else f"0x{word}"


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
    "Perf": _column(rf"({_NONE}|\S{{1,20}})", ("perf_level", _level)),
    "PwrCap": _column(rf"(\d{{1,5}}(?:\.\d{{1,3}})?W|{_NONE})", ("power.limit_w", _quantity("w"))),
    "NODE": _column(rf"(\d{{1,4}}|{_NONE})", ("node", number_or_unknown)),
    "DID": _column(r"((?:0x)?[0-9a-fA-F]{1,8}|N/A)", ("device_id", _hexadecimal)),
    "DREV": _column(r"((?:0x)?[0-9a-fA-F]{1,8}|N/A)", ("revision", _hexadecimal)),
    "GUID": _column(rf"(\d{{1,8}}|{_NONE})", ("guid", number_or_unknown)),
    "GFX VER": _column(r"(\S{1,20})", ("gfx", word_or_unknown)),
    "GFX RAS": _column(r"(\S{1,20})", ("ras.ecc.GFX", word_or_unknown)),
    "SDMA RAS": _column(r"(\S{1,20})", ("ras.ecc.SDMA", word_or_unknown)),
    "UMC RAS": _column(r"(\S{1,20})", ("ras.ecc.UMC", word_or_unknown)),
    "VBIOS": _column(r"(\S{1,40})", ("vbios", word_or_unknown)),
    "BUS": _column(r"([0-9a-fA-F:.]{7,16}|N/A)", ("pci", word_or_unknown)),
    "PARTITION ID": _column(rf"(\d{{1,4}}|{_NONE})", ("partition.id", number_or_unknown)),
    "VRAM%": _column(rf"(\d{{1,3}} ?%|{_NONE})", ("vram_pct", _quantity("pct"))),
}
_GAP = re.compile(r"\s{2,}")
_SENSOR = re.compile(r"\((?:Die)?(Edge|Junction|Memory|Hbm \d)\)")
_OF_GPU = re.compile(r"GPU\[(\d{1,4})\]\s{1,8}: ([^:]{1,80}):\s{0,8}(.*)")
_COMPLAINT = re.compile(r"(?:ERROR|WARNING)[: ].{1,300}|.{0,80}\bERROR:root:.{1,300}")
_END = "End of ROCm SMI Log"


@reads("rocm-smi-table")
def read_rocm_smi_table(said: Completed) -> ToolReport:
    """GPUs by their device number, from the concise tables or from the pages of ``GPU[0] : key: value``.

    Below a row of the table a line may name the product. The temperature is also under the name of its sensor, where
    a heading tells it.

    Raises:
        UnreadableError: there is neither a table nor a page of a GPU.
    """
    gathered, text = gather("rocm-smi-table", said)
    lines = whole_lines(gathered, text)
    suspects = (line.strip() for line in lines if "ERROR" in line or "WARNING" in line)
    complaints = [line for line in suspects if _COMPLAINT.fullmatch(line)]
    gpus = _note_tables(gathered, lines)
    pages = _note_pages(gathered, lines)
    if gpus is None and not pages:
        complaints += [line.strip() for line in lines if "Not supported" in line or "not supported" in line]
        raise UnreadableError(f"no concise table of rocm-smi{': ' + complaints[0][:200] if complaints else ''}")
    for complaint in complaints:
        gathered.error(complaint)
    gathered.fact("gpus", len((gpus or set()) | pages))
    if not gpus and not pages:
        gathered.incomplete("rocm-smi lists no GPU")
    if any("low-power state" in complaint for complaint in complaints):
        gathered.fact("low_power_state", True)
    if not any(_END in line for line in lines):
        gathered.incomplete("the end of the log is absent")
    return gathered.done()


def _note_tables(gathered: Gathered, lines: Sequence[str]) -> set[str] | None:
    """Note the rows of each table; the parts that have one, or None where there is no table."""
    columns: list[_Column] = []
    parts: set[str] | None = None
    last = sensor = ""
    for line in lines:
        found = _columns(line)
        if found:
            columns, parts, last = found, parts or set(), ""
        if (match := _SENSOR.search(line)) and not last:
            sensor = match[1].lower().replace(" ", "")
        facts = _row(columns, line) if columns and not found else None
        if facts is not None and parts is not None:
            last = f"gpu{facts.pop('index')}"
            parts.add(last)
            gathered.facts_of(
                last, facts | ({f"temp.{sensor}_c": facts["temp_c"]} if sensor and "temp_c" in facts else {})
            )
        elif last and line.startswith("  ") and line.strip():
            gathered.fact(f"{last}.name", word_or_unknown(line))
        elif columns and line[:1].isdigit():
            gathered.incomplete(f"a row was left out: {line[:60]}")
    return parts


def _note_pages(gathered: Gathered, lines: Sequence[str]) -> set[str]:
    """Note what the pages say of each GPU, as of the JSON: the keys are the same there."""
    cards: dict[str, dict[str, str]] = {}
    for line in lines:
        if (match := _OF_GPU.fullmatch(line)) is not None and match[3].strip():
            cards.setdefault(f"gpu{match[1]}", {}).setdefault(_key(match[2]), _said(match[3]))
    for part, card in cards.items():
        gathered.facts_of(part, card_facts(card))
    return set(cards)


def _key(words: str) -> str:
    """``sclk clock level: 1: (500Mhz)`` has the clock where the JSON has it under its speed."""
    return re.sub(r"^(\w{1,8}clk) clock level$", r"\1 clock speed", words.strip().lower())


def _said(words: str) -> str:
    return re.sub(r"^\d{1,3}: (?=\()", "", words.strip())


def _columns(line: str) -> list[_Column]:
    """The columns of a line of headings; empty for any other line."""
    if not line.lstrip().startswith(("Device", "GPU")):
        return []
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
