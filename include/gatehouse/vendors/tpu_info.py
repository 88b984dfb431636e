"""tpu-info: chips, memory and duty cycle, cores; its tables may be drawn with box characters or pipes."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.box_table import Block, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_VERSION = re.compile(r"^Libtpu version: (\S{1,80})\s*$", re.MULTILINE)
_ACCELERATOR = re.compile(r"^Accelerator type: (\S{1,40})\s*$", re.MULTILINE)
_DEVICE = re.compile(r"(?:/dev/(?:vfio/|accel))(\d{1,4})")


@reads("tpu-info")
def read_tpu_info(said: Completed) -> ToolReport:
    """Chips by number with their process, memory and duty cycle; utilisation by core.

    Raises:
        UnreadableError: there is no table of chips.
    """
    gathered, text = gather("tpu-info", said)
    if not ends_whole(text):
        gathered.incomplete("the last line has no end")
    tables = _tables(text)
    if not any("Chip" in headings for headings, _ in tables):
        raise UnreadableError("no table of TPU chips")
    for name, pattern in (("libtpu", _VERSION), ("accelerator", _ACCELERATOR)):
        match = pattern.search(text)
        gathered.fact(name, match[1] if match else None)
    for headings, rows in tables:
        _note_table(gathered, headings, rows)
    chips = {name.split(".")[0] for name in gathered.facts if name.startswith("chip") and "." in name}
    gathered.fact("chips", len(chips))
    if not any("Duty cycle" in headings for headings, _ in tables):
        gathered.incomplete("no table of memory and duty cycle: no process uses the chips, or the output was cut")
    return gathered.done()


def _tables(text: str) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Headings and rows of each table: a block of one row of words, and the rows of the block that follows."""
    blocks: list[Block] = list(blocks_of(text.split("\n")))
    found: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = []
    for block in blocks:
        row = block.rows[0]
        if len(block.rows) == 1 and block.closed and row[0] in ("Chip", "Core ID", "Buffer Size", "P50", "Device"):
            found.append((row, []))
        elif found:
            found[-1][1].extend(cells for cells in block.rows if len(cells) == len(found[-1][0]))
    return found


def _note_table(gathered: Gathered, headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    for cells in rows:
        row = dict(zip(headings, cells, strict=True))
        if "Devices" in row or "PID" in row:
            device = _DEVICE.search(row.get("Chip", ""))
            if device is not None:
                gathered.facts_of(f"chip{device[1]}", _chip(row))
        elif "Duty cycle" in row and (number := number_or_unknown(row.get("Chip", row.get("Device")))) is not None:
            gathered.facts_of(f"chip{number}", _use(row))
        elif "Core ID" in row:
            use = next((cell for heading, cell in row.items() if "Utilization" in heading), "")
            gathered.fact(f"core{row['Core ID']}.util_pct", quantity(use, "pct"))


def _chip(row: dict[str, str]) -> dict[str, Fact]:
    return {
        "path": row["Chip"],
        "type": word_or_unknown(row.get("Type", "")),
        "devices": number_or_unknown(row.get("Devices", "")),
        "pid": number_or_unknown(row.get("PID", "")),
    }


def _use(row: dict[str, str]) -> dict[str, Fact]:
    used, _, total = next((cell for heading, cell in row.items() if "usage" in heading.lower()), "").partition("/")
    return {
        "hbm_used_gib": quantity(used, "gib"),
        "hbm_total_gib": quantity(total, "gib"),
        "duty_pct": quantity(row.get("Duty cycle", ""), "pct"),
    }
