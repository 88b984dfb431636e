"""hl-smi without options: the table of Gaudi devices (AIPs) and their processes."""

import re
from collections.abc import Mapping, Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import Block, Headings, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = re.compile(r"HL-SMI Version:\s+(?:hl-)?(\S{1,80})(?=\s)")
_DRIVER = re.compile(r"(?<!Nic )Driver Version:\s+(\S{1,80})(?=\s)")
_NIC_DRIVER = re.compile(r"Nic Driver Version:\s+(\S{1,80})(?=\s)", re.IGNORECASE)
_GAP = re.compile(r" {2,}")
_BUS = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", re.IGNORECASE)
_TEMPERATURE = re.compile(r"(?<!\S)(\d{1,3} ?C)(?!\S)")
_PERFORMANCE = re.compile(r"(?<!\S)(P\d{1,2})(?!\S)")
_FAN = re.compile(r"(\d{1,3} ?%)")
_OF = re.compile(r"(\S+)\s*/\s*(\S+)$")
_UNCORRECTABLE = ("Uncorr. ECC", "Uncor-Events")  # the title changed with release 1.10
_PROCESS = ("aip", "pid", "type", "name", "usage")
_UTILISATION = re.compile(r"(\d{1,3} ?%)")


@reads("hl-smi-table")
def read_hl_smi_table(said: Completed) -> ToolReport:
    """Devices by their AIP number: name, bus, temperature, power, memory, utilisation, ECC, and processes.

    Raises:
        UnreadableError: it is not the table of hl-smi.
    """
    gathered, text = gather("hl-smi-table", said)
    if "HL-SMI" not in text and "AIP" not in text:
        first = next((line.strip() for line in text.split("\n") if line.strip()), "")
        raise UnreadableError(f"not the table of hl-smi: {first[:200]}")
    blocks = list(blocks_of(text.split("\n")))
    headings = next((Headings(block.rows) for block in blocks if "Bus-Id" in block.text), None)
    if headings is None and _TOOL.search(text) is None:
        raise UnreadableError("no table of devices with its headings")
    for name, pattern in (("tool_version", _TOOL), ("driver", _DRIVER)):
        match = pattern.search(text)
        gathered.fact(name, match[1] if match else None)
    if (match := _NIC_DRIVER.search(text)) is not None:
        gathered.fact("nic_driver", match[1])
    if headings is None:
        gathered.was_cut("no table of devices below the versions")
        return gathered.done()
    devices = [block for block in blocks if block.closed and _is_device(headings, block)]
    for block in devices:
        part, facts = f"aip{_index(headings, block)}", _device(headings, block)
        gathered.facts_of(part, facts)
        note_errors(gathered, part, facts)
    gathered.fact("aips", len(devices))
    if not ends_whole(text):
        gathered.incomplete("the last line has no end")
    _note_processes(gathered, blocks)
    return gathered.done()


def note_errors(gathered: Gathered, part: str, facts: Mapping[str, Fact]) -> None:
    """Note uncorrectable errors that a device counts."""
    for name in ("ecc.uncorrectable", "ecc.volatile.uncorrectable"):
        count = facts.get(name)
        if isinstance(count, int) and count > 0:
            gathered.found(FindingClass.HARDWARE, part, "habanalabs.ecc", f"{name} is {count}")


def _is_device(headings: Headings, block: Block) -> bool:
    """Whether a block is a device's, though the tool may not even know the bus of one that it lost."""
    shaped = [len(row) for row in block.rows] == [len(row) for row in headings.cells]
    has_bus = bool(_BUS.search(headings.cell(block, "Bus-Id") or ""))
    return (has_bus or shaped) and _index(headings, block) is not None


def _index(headings: Headings, block: Block) -> int | None:
    index = number_or_unknown(_GAP.split(headings.cell(block, "AIP  Name") or "")[0])
    return index if isinstance(index, int) else None


def _device(headings: Headings, block: Block) -> dict[str, Fact]:
    _, name, *_ = *_GAP.split(headings.cell(block, "AIP  Name") or ""), ""
    state = headings.cell(block, "Temp") or ""
    power = _OF.search(state)
    memory = _OF.search(headings.cell(block, "Memory-Usage") or "")
    return {
        "name": word_or_unknown(name),
        "bus": _found(_BUS, headings.cell(block, "Bus-Id")),
        "temp_c": quantity(_found(_TEMPERATURE, state), "c"),
        "fan_pct": quantity(_found(_FAN, state), "pct"),
        "pstate": _found(_PERFORMANCE, state),
        "power_w": quantity(power[1], "w") if power else None,
        "power.limit_w": quantity(power[2], "w") if power else None,
        "mem.used_mib": quantity(memory[1], "mib") if memory else None,
        "mem.total_mib": quantity(memory[2], "mib") if memory else None,
        "util_pct": quantity(_found(_UTILISATION, headings.cell(block, "AIP-Util")), "pct"),
        "ecc.uncorrectable": number_or_unknown(_first_cell(headings, block, _UNCORRECTABLE)),
    }


def _first_cell(headings: Headings, block: Block, titles: Sequence[str]) -> str | None:
    """The cell under the first of these titles that the table has."""
    return next((cell for title in titles if (cell := headings.cell(block, title)) is not None), None)


def _found(pattern: re.Pattern[str], cell: str | None) -> str | None:
    match = pattern.search(cell or "")
    return match[0] if match else None


def _note_processes(gathered: Gathered, blocks: Sequence[Block]) -> None:
    """Rows that name a process; the list is whole only when a border closes it."""
    start = next((index for index, block in enumerate(blocks) if "Process name" in block.text), None)
    if start is None:
        gathered.incomplete("the list of processes is absent")
        return
    after = blocks[start + 1 :]
    if not after or not after[-1].closed:
        gathered.incomplete("the list of processes has no end")
        return
    rows = [_GAP.split(row[0]) for block in after for row in block.rows]
    running = [row for row in rows if len(row) == len(_PROCESS) and number_or_unknown(row[1]) is not None]
    gathered.fact("processes", len(running))
    for index, row in enumerate(running):
        words = dict(zip(_PROCESS, row, strict=True))
        gathered.facts_of(
            f"proc{index}",
            {
                "aip": number_or_unknown(words["aip"]),
                "pid": number_or_unknown(words["pid"]),
                "name": words["name"],
                "used_mib": quantity(words["usage"], "mib"),
            },
        )
