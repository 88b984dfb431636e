"""tpu-info: chips, memory and duty cycle, cores, latencies; its tables may be drawn with box characters or pipes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.box_table import cells_of, ends_whole, is_border
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_HEADER = {
    "tpu_info": re.compile(r"^-? ?tpu-info version: (\S{1,40})", re.MULTILINE | re.IGNORECASE),
    "libtpu": re.compile(r"^-? ?libtpu version: (\S{1,80})", re.MULTILINE | re.IGNORECASE),
    "accelerator": re.compile(r"^-? ?accelerator type: (\S{1,40})", re.MULTILINE | re.IGNORECASE),
}
_DEVICE = re.compile(r"(?:/dev/(?:vfio/|accel))(\d{1,4})")
_COMPLAINT = re.compile(r"[│|]?\s{0,8}((?:WARNING|ERROR|Error): ?.{1,300}?)\s*[│|]?")
_PERCENTILE = re.compile(r"P\d{2,3}|Mean|Min|Max")
_FIRST = frozenset({"Chip", "Chip ID", "Core ID", "Device"})
_TITLE_WORDS = ("TPU ", "TPUz ")


@dataclass(slots=True)
class _Table:
    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def has(self, words: str) -> bool:
        return any(words in heading for heading in self.headings)


_NO_CHIPS = re.compile(r"^No TPU chips found\.\s*?\n", re.MULTILINE)


@reads("tpu-info")
def read_tpu_info(said: Completed) -> ToolReport:
    """Chips by number with their process, memory and duty cycle; utilisation by core; latencies by their table's title.

    Raises:
        UnreadableError: there is no table of TPU chips or cores, and no version.
    """
    gathered, text = gather("tpu-info", said)
    tables = list(_tables(text))
    if _NO_CHIPS.search(text):
        gathered.fact("chips", 0)
        return gathered.done()
    known = [table for table in tables if _FIRST.intersection(table.headings)]
    whole = text[: text.rfind("\n") + 1]
    versions = {name: pattern.search(whole) for name, pattern in _HEADER.items()}
    if not known and not versions["tpu_info"]:
        raise UnreadableError("no table of TPU chips")
    for name, match in versions.items():
        if match or name != "tpu_info":
            gathered.fact(name, word_or_unknown(match[1]) if match else None)
    for table in tables:
        for row in table.rows:
            _note_row(gathered, table, dict(zip(table.headings, row, strict=True)))
    _note_complaints(gathered, text)
    if known:
        _note_chips(gathered, tables)
    if not ends_whole(text):
        gathered.incomplete("the last line has no end")
    return gathered.done()


def _note_complaints(gathered: Gathered, text: str) -> None:
    for line in text.split("\n"):
        if (complaint := _COMPLAINT.fullmatch(line.strip())) is not None:
            gathered.error(complaint[1])


def _tables(text: str) -> Iterator[_Table]:
    """Each table with the line above it. Its headings are its first row, below and above a border."""
    table: _Table | None = None
    title = ""
    for line in text.split("\n"):
        if is_border(line):
            continue
        cells = cells_of(line)
        if cells is None or len(cells) < 2:
            if table is not None:
                yield table
            table, title = None, line.strip() or title
        elif table is None:
            table = _Table(title, cells)
        elif len(cells) == len(table.headings):
            table.rows.append(cells)
    if table is not None:
        yield table


def _note_row(gathered: Gathered, table: _Table, row: dict[str, str]) -> None:
    number = number_or_unknown(next((row[name] for name in ("Chip", "Device", "Chip ID") if name in row), ""))
    device = _DEVICE.search(row.get("Chip", ""))
    if device is not None:
        gathered.facts_of(f"chip{device[1]}", _chip(row))
    elif isinstance(number, int):
        gathered.facts_of(f"chip{number}", _use(row))
    elif "Core ID" in row:
        core = number_or_unknown(row["Core ID"])
        for heading, cell in row.items() if isinstance(core, int) else ():
            if "utilization" in heading.lower():
                gathered.fact(f"core{core}.util_pct", quantity(cell, "pct"))
            elif "duty cycle" in heading.lower():
                gathered.fact(f"core{core}.duty_pct", quantity(cell, "pct"))
    elif table.headings[-1].startswith("P") and _PERCENTILE.fullmatch(table.headings[-1]):
        _note_percentiles(gathered, table, row)


def _chip(row: dict[str, str]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"path": row["Chip"], "pid": number_or_unknown(row.get("PID", ""))}
    if "Type" in row:
        facts |= {"type": word_or_unknown(row["Type"]), "devices": number_or_unknown(row.get("Devices", ""))}
    if "Process Name" in row:
        facts["process"] = word_or_unknown(row["Process Name"])
    return facts


def _use(row: dict[str, str]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for heading, cell in row.items():
        used, _, total = cell.partition("/")
        if "usage" in heading.lower():
            facts |= {"hbm_used_gib": quantity(used, "gib"), "hbm_total_gib": quantity(total, "gib")}
        elif "duty cycle" in heading.lower():
            facts["duty_pct"] = quantity(cell, "pct")
        elif "utilization" in heading.lower():
            facts["util_pct"] = quantity(cell, "pct")
    return facts


def _note_percentiles(gathered: Gathered, table: _Table, row: dict[str, str]) -> None:
    """``TPU Buffer Transfer Latency`` with a row for each buffer size: ``buffer_transfer_latency.8MB+.p50_us``."""
    title = table.title
    for words in _TITLE_WORDS:
        title = title.removeprefix(words)
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    first = table.headings[0]
    if not _PERCENTILE.fullmatch(first):
        name = f"{name}.{row[first]}"
    for heading, cell in row.items():
        unit = cell.rpartition(" ")[2].lower()
        if _PERCENTILE.fullmatch(heading) and unit in ("us", "ms", "s", "mbps"):
            gathered.fact(f"{name}.{heading.lower()}_{unit}", number_or_unknown(cell.rpartition(" ")[0]))


def _note_chips(gathered: Gathered, tables: Sequence[_Table]) -> None:
    """Count the chips by the table of chips; the numbers of the runtime's tables may be other ones."""
    listed = next((table.rows for table in tables if table.has("PID")), None)
    if listed is None:
        used = next((table.rows for table in tables if table.headings[0] in ("Chip", "Device")), None)
        listed = used if used is not None else []
    if listed:
        gathered.total("chips", len(listed))
    if not any(table.has("uty") or table.has("Process Name") for table in tables):
        gathered.incomplete("no table of memory and duty cycle: no process uses the chips, or the output was cut")
