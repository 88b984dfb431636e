"""hl-smi -Q … -f csv: columns by their headings, as the query asked for them."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import gather, whole_lines
from gatehouse.vendors.hl_smi_table import note_errors
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_HEADING = re.compile(r"([a-z][\w.]{1,60})(?:\s*\[([^\]]{1,10})\])?")
# Query field -> (fact, kind): a kind is word, number or a unit suffix. Names as ``hl-smi --help-query`` lists them.
_COLUMNS: dict[str, tuple[str, str]] = {
    "timestamp": ("timestamp", "word"),
    "name": ("name", "word"),
    "bus_id": ("bus", "word"),
    "serial": ("serial", "word"),
    "uuid": ("uuid", "word"),
    "module_id": ("module_id", "number"),
    "driver_version": ("driver", "word"),
    "temperature.aip": ("temp_c", "c"),
    "temperature.hbm": ("temp.hbm_c", "c"),
    "power.draw": ("power_w", "w"),
    "power.max": ("power.limit_w", "w"),
    "memory.total": ("mem.total_mib", "mib"),
    "memory.used": ("mem.used_mib", "mib"),
    "memory.free": ("mem.free_mib", "mib"),
    "utilization.aip": ("util_pct", "pct"),
    "clocks.current.soc": ("clocks.soc_mhz", "mhz"),
    "clocks.max.soc": ("clocks.max.soc_mhz", "mhz"),
    "clocks.limit.soc": ("clocks.limit.soc_mhz", "mhz"),
    "ecc.mode.current": ("ecc.mode", "word"),
    "ecc.mode.pending": ("ecc.mode_pending", "word"),
    "ecc.errors.uncorrected.aggregate.total": ("ecc.uncorrectable", "number"),
    "ecc.errors.uncorrected.volatile.total": ("ecc.volatile.uncorrectable", "number"),
    "ecc.errors.corrected.aggregate.total": ("ecc.correctable", "number"),
    "ecc.errors.corrected.volatile.total": ("ecc.volatile.correctable", "number"),
    "ecc.errors.dram.aggregate.total": ("ecc.dram", "number"),
    "ecc.errors.dram-corrected.aggregate.total": ("ecc.dram_correctable", "number"),
    "pcie.link.gen.max": ("pcie.gen.max", "number"),
    "pcie.link.gen.current": ("pcie.gen.current", "number"),
    "pcie.link.width.max": ("pcie.width.max", "number"),
    "pcie.link.width.current": ("pcie.width.current", "number"),
    "violations.power": ("violations.power", "number"),
    "violations.thermal": ("violations.thermal", "number"),
}
_OWN = frozenset({"temperature.aip", "utilization.aip", "bus_id", "module_id"})  # fields that only hl-smi has


@reads("hl-smi-csv")
def read_hl_smi_csv(said: Completed) -> ToolReport:
    """Devices by their index column, else by row.

    Raises:
        UnreadableError: there is no line of headings of hl-smi.
    """
    gathered, text = gather("hl-smi-csv", said)
    lines = [line for line in whole_lines(gathered, text) if line.strip()]
    start = next((index for index, line in enumerate(lines) if _headings(line)), None)
    if start is None:
        raise UnreadableError("no line of headings that hl-smi prints")
    headings = _headings(lines[start])
    devices = 0
    for line in lines[start + 1 :]:
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != len(headings):
            gathered.incomplete(f"a row of {len(cells)} cells under {len(headings)} headings was left out")
            continue
        row = dict(zip(headings, cells, strict=True))
        index = number_or_unknown(row.get("index", ""))
        part, facts = f"aip{index if isinstance(index, int) else devices}", _facts(row)
        gathered.facts_of(part, facts)
        note_errors(gathered, part, facts)
        devices += 1
    gathered.fact("aips", devices)
    return gathered.done()


def _headings(line: str) -> list[str]:
    """The fields that a line of headings names; empty for any other line."""
    matches = [_HEADING.fullmatch(cell.strip().replace("-", "_").lower()) for cell in line[:4000].split(",")]
    names = [match[1] if match else "" for match in matches]
    return names if all(names) and _OWN.intersection(names) else []


def _facts(row: dict[str, str]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for field, words in row.items():
        fact, kind = _COLUMNS.get(field, (field, "any"))
        if kind == "word":
            facts[fact] = word_or_unknown(words)
        elif kind in ("number", "any"):
            number = number_or_unknown(words)
            facts[fact] = number if number is not None or kind == "number" else word_or_unknown(words)
        else:
            facts[fact] = quantity(words, kind)
    facts.pop("index", None)
    return facts
