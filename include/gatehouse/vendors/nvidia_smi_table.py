"""nvidia-smi without options: its table of GPUs, of MIG devices and of processes, over drivers 304 to 610.

The table of ``nvidia-smi vgpu`` is one of them: it lists the virtual GPUs below each GPU.
"""

import re
from dataclasses import replace
from itertools import takewhile

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.box_table import Block, Headings, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_VERSIONS = {
    "driver": re.compile(r"(?:Driver|KMD) Version: (\d[\w.]{1,30})(?=\s)"),
    "cuda": re.compile(r"CUDA (?:UMD )?Version: (\d[\w.]{1,15})(?=\s)"),
    "tool_version": re.compile(r"NVIDIA-SMI (?:version\s*: ?)?(\d[\w.]{1,30})(?=\s)"),
}
_GAP = re.compile(r" {2,}")
_BUS = re.compile(r"[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7]")
_FAN = re.compile(r"^(\d{1,3} ?%|N/A|ERR!|\[?Not Supported\]?)")
_TEMPERATURE = re.compile(r"(?<!\S)(\d{1,3}) ?C(?!\S)")
_PSTATE = re.compile(r"(?<!\S)(P\d{1,2})(?!\S)")
_POWER = re.compile(r"(\S+)\s*/\s*(\S+)$")
_MEMORY = re.compile(r"(\S+)\s*/\s*(\S+)$")
_UTILISATION = re.compile(r"^(\d{1,3} ?%|N/A|ERR!)(?:\s+(\S.*))?$")
_SHARED = re.compile(r"(\d{1,8}MiB)\s*/\s*(\d{1,8}MiB)")
_OLD_MEBIBYTES = re.compile(r"(\d)MB$")  # drivers before 331 wrote MB for what they count in MiB
_HEADER = re.compile(r"^\|\s*NVIDIA-SMI (?:version\s*: ?)?\d", re.MULTILINE)
_PROCESSES = re.compile(r"processes:", re.IGNORECASE)
_INTEGERS = re.compile(r"-?\d{1,9}|N/A")


@reads("nvidia-smi-table")
def read_nvidia_smi_table(said: Completed) -> ToolReport:
    """GPUs by their number, with their MIG devices; "ERR!" in a cell is an unknown value and a finding.

    Raises:
        UnreadableError: it is not nvidia-smi's table.
    """
    gathered, text = gather("nvidia-smi-table", said)
    text = _first_table(gathered, text)
    blocks = list(blocks_of(text.split("\n")))
    headings = next((Headings(block.rows) for block in blocks if "Bus-Id" in block.text), None)
    if headings is None or headings.place("GPU  Name") is None:
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("not the table of nvidia-smi")
        return report
    for name, pattern in _VERSIONS.items():
        match = pattern.search(text)
        gathered.fact(name, match[1] if match else None)
    gpus = [_whole_rows(headings, block) for block in blocks if _BUS.search(headings.cell(block, "Bus-Id") or "")]
    for block in gpus:
        _read_gpu(gathered, headings, block)
        if not block.closed:
            gathered.incomplete("the last GPU of the table has no end")
    gathered.fact("gpus", sum(_is_whole(headings, block) for block in gpus) or None)
    if not gpus:
        gathered.incomplete("the table lists no GPU")
    if not ends_whole(text):
        gathered.incomplete("the last line has no end")
    if headings.place("vGPU ID") is None:
        _read_mig(gathered, blocks)
        _read_processes(gathered, blocks)
    note_complaints(gathered, text)
    return gathered.done()


def _first_table(gathered: Gathered, text: str) -> str:
    """The text up to a second table (``--loop``): the same GPUs again are no further GPUs."""
    headers = [match.start() for _, match in zip(range(2), _HEADER.finditer(text), strict=False)]
    if len(headers) < 2:
        return text
    gathered.incomplete("another table follows; only the first was read")
    first = text[: headers[1]]
    return first[: first.rstrip().rfind("\n") + 1]


def _whole_rows(headings: Headings, block: Block) -> Block:
    """The block; of one without a border below it the rows up to the first that lacks a cell."""
    if block.closed:
        return block
    pairs = zip(block.rows, headings.cells, strict=False)
    return replace(block, rows=tuple(row for row, _ in takewhile(lambda pair: len(pair[0]) == len(pair[1]), pairs)))


def _is_whole(headings: Headings, block: Block) -> bool:
    """Whether all rows of a GPU are there. A table of virtual GPUs has any number of rows below the GPU's."""
    return block.closed or (len(block.rows) == len(headings.cells) and headings.place("vGPU ID") is None)


def _read_gpu(gathered: Gathered, headings: Headings, block: Block) -> None:
    index, name, *rest = *_GAP.split(headings.cell(block, "GPU  Name") or ""), "", ""
    if not isinstance(number_or_unknown(index), int):
        return
    part = f"gpu{index}"
    bus = headings.cell(block, "Bus-Id") or ""
    match = _BUS.search(bus)
    ecc = headings.cell(block, "Uncorr. ECC")
    facts: dict[str, Fact] = {
        "name": word_or_unknown(name),
        _of_name(headings): word_or_unknown(rest[0]),
        "bus": match[0] if match else None,
        # In MIG mode this cell holds the word On: then the errors are counted by MIG device.
        "ecc.volatile.uncorrectable": number_or_unknown(ecc),
        "mig.mode": word_or_unknown(headings.cell(block, "MIG M.")),
    }
    facts |= _state(headings, block)
    if headings.place("vGPU ID") is not None:
        facts |= _vgpus(block)
    if not _is_whole(headings, block):  # what has no value may stand in the rows that are missing
        facts = {key: value for key, value in facts.items() if value is not None and not key.startswith("vgpu")}
    gathered.facts_of(part, facts)
    for cell in (cell for row in block.rows for cell in row if "ERR!" in cell):
        fan = cell.startswith("ERR!") and cell == headings.cell(block, "Temp")
        signature = "gpu.fan_error" if fan else "gpu.sensor_error"
        gathered.found(FindingClass.HARDWARE, part, signature, f"the GPU gives no value here: {cell}")


def _of_name(headings: Headings) -> str:
    """What stands behind the name: on Windows it is the model of the driver."""
    place = headings.place("GPU  Name")
    words = headings.cells[place[0]][place[1]] if place else ""
    return "driver_model" if "WDDM" in words or "Driver-Model" in words else "persistence_mode"


def _vgpus(block: Block) -> dict[str, Fact]:
    """The virtual GPUs of a GPU: number and type, number and name of the virtual machine, utilisation."""
    rows = [[_GAP.split(cell) for cell in row] for row in block.rows[1:] if len(row) == 3]
    facts: dict[str, Fact] = {"vgpus": len(rows)}
    for index, (device, machine, use) in enumerate(rows):
        number, _, kind = device[0].partition(" ")
        facts |= {
            f"vgpu{index}.id": number_or_unknown(number),
            f"vgpu{index}.type": kind.strip() or (device[1] if len(device) > 1 else None),
            f"vgpu{index}.vm": word_or_unknown(machine[0].split(" ")[0]),
            f"vgpu{index}.util_pct": quantity(use[0], "pct"),
        }
    return facts


def _state(headings: Headings, block: Block) -> dict[str, Fact]:
    state = headings.cell(block, "Temp") or ""
    fan, temperature, pstate = _FAN.search(state), _TEMPERATURE.search(state), _PSTATE.search(state)
    power = _POWER.search(state)
    memory = _MEMORY.search(headings.cell(block, "Memory-Usage") or "")
    use = _UTILISATION.match(headings.cell(block, "GPU-Util") or "")
    return {
        "fan_pct": quantity(fan[1], "pct") if fan else None,
        "fan_error": fan[1] == "ERR!" if fan else None,
        "temp_c": number_or_unknown(temperature[1]) if temperature else None,
        "pstate": pstate[1] if pstate else None,
        "power_w": quantity(power[1], "w") if power else None,
        "power.limit_w": quantity(power[2], "w") if power else None,
        "fb.used_mib": _mebibytes(memory[1]) if memory else None,
        "fb.total_mib": _mebibytes(memory[2]) if memory else None,
        "util.gpu_pct": quantity(use[1], "pct") if use else None,
        "compute_mode": use[2].strip() if use and use[2] else None,
    }


def _mebibytes(words: str) -> int | float | None:
    return quantity(_OLD_MEBIBYTES.sub(r"\1MiB", words), "mib")


def _read_mig(gathered: Gathered, blocks: list[Block]) -> None:
    """MIG devices: GPU, GPU instance, compute instance and device number stand in the first cell of a row."""
    counts: dict[str, int] = {}
    in_mig = False
    for block in blocks:
        in_mig = (in_mig or "MIG devices:" in block.text) and not _PROCESSES.search(block.text)
        cells = block.rows[0]
        numbers = cells[0].split()
        if not in_mig or not block.closed or len(numbers) != 4 or len(cells) < 3:
            continue
        gpu, instance, compute, device = (number_or_unknown(number) for number in numbers)
        memory = _SHARED.search(cells[1])
        counters = _INTEGERS.findall(cells[2])
        part = f"gpu{gpu}.mig{device}"
        counts[f"gpu{gpu}"] = counts.get(f"gpu{gpu}", 0) + 1
        gathered.facts_of(
            part,
            {
                "gpu_instance_id": instance,
                "compute_instance_id": compute,
                "fb.used_mib": quantity(memory[1], "mib") if memory else None,
                "fb.total_mib": quantity(memory[2], "mib") if memory else None,
                "multiprocessors": number_or_unknown(counters[0]) if counters else None,
                "ecc.volatile.uncorrectable": number_or_unknown(counters[1]) if len(counters) > 1 else None,
            },
        )
    for gpu_part, count in counts.items():
        gathered.fact(f"{gpu_part}.mig.devices", count)


def _read_processes(gathered: Gathered, blocks: list[Block]) -> None:
    start = next((index for index, block in enumerate(blocks) if _PROCESSES.search(block.text)), None)
    if start is None:
        gathered.incomplete("the list of processes is absent")
        return
    rows = [row[0] for block in blocks[start + 1 :] if block.closed for row in block.rows if len(row) == 1]
    if not rows:
        gathered.incomplete("the list of processes has no end")
        return
    if any("Not Supported" in row for row in rows):
        gathered.fact("processes", None)
        return
    processes = [process for row in rows if (process := _process(row)) is not None]
    gathered.fact("processes", len(processes))
    for index, process in enumerate(processes):
        gathered.facts_of(f"proc{index}", process)


def _process(row: str) -> dict[str, Fact] | None:
    """GPU, the instances' numbers where there are such columns, PID, type, name, memory: by their kinds."""
    words = row.split()
    types = [index for index, word in enumerate(words) if word in ("C", "G", "C+G", "M+C", "M", "M+G", "M+C+G")]
    if types and types[0] >= 2 and number_or_unknown(words[types[0] - 1]) is not None:
        pid, name, kind = words[types[0] - 1], words[types[0] + 1 : -1], words[types[0]]
    elif len(words) >= 4 and words[0].isdigit() and words[1].isdigit():  # drivers before 331 print no type
        pid, name, kind = words[1], words[2:-1], ""
    else:
        return None
    return {
        "gpu": number_or_unknown(words[0]),
        "pid": number_or_unknown(pid),
        "type": kind or None,
        "name": " ".join(name) or None,
        "used_mib": _mebibytes(words[-1]),
    }
