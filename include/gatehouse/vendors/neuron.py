"""AWS Neuron: neuron-ls, its table of devices or the same as JSON (``-j``)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.box_table import Block, blocks_of, ends_whole
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_HEADER = {
    "instance_type": re.compile(r"^\s{0,8}instance-type: (\S{1,60})\s*$", re.MULTILINE),
    "instance_id": re.compile(r"^\s{0,8}instance-id: (\S{1,60})\s*$", re.MULTILINE),
    "logical_neuroncore_config": re.compile(r"^\s{0,8}logical-neuroncore-config: (\d{1,4})\s*$", re.MULTILINE),
}
# Heading, joined over its rows -> (fact, kind).
_COLUMNS = {
    "NEURON DEVICE": ("index", "number"),
    "LOGICAL ID": ("index", "number"),  # so of Inferentia in versions 1
    "NEURON CORES": ("cores", "number"),
    "NEURON CORE IDS": ("core_ids", "word"),
    "NEURON MEMORY": ("memory", "word"),
    "CONNECTED DEVICES": ("connected", "numbers"),
    "PCI BDF": ("bdf", "word"),
    "CPU AFFINITY": ("cpu_affinity", "word"),
    "NUMA NODE": ("numa", "number"),
    "PID": ("pid", "number"),
    "COMMAND": ("command", "word"),
    "RUNTIME VERSION": ("runtime", "word"),
    "RUNTIME ADDRESS": ("runtime_address", "word"),
    "MEMORY CHANNEL 0": ("memory.channel0", "word"),
    "MEMORY CHANNEL 1": ("memory.channel1", "word"),
    "EAST": ("east", "number"),
    "WEST": ("west", "number"),
}
_OF_PROCESS = ("pid", "command", "runtime")
_KEYS = {
    "cores": "nc_count",
    "bdf": "bdf",
    "cpu_affinity": "cpu_affinity",
    "numa": "numa_node",
    "memory_b": "memory_size",
}
_ELISION = re.compile(r"^\s{0,40}\.\.\.,?\s{0,8}$", re.MULTILINE)
_BYTES_PER_GB = 2**30  # neuron-ls prints 103079215104 bytes as 96 GB


@reads("neuron-ls-table")
def read_neuron_ls(said: Completed) -> ToolReport:
    """Devices with their cores, memory, neighbours, bus and NUMA node, and the processes that use them.

    Raises:
        UnreadableError: there is no table of Neuron devices.
    """
    gathered, text = gather("neuron-ls-table", said)
    if '"neuron_device"' in text:
        _read_json(gathered, text)
        return gathered.done()
    blocks = list(blocks_of(text.split("\n")))
    start = next((index for index, block in enumerate(blocks) if "NEURON" in block.text), None)
    if start is None:
        first = next((line.strip() for line in text.split("\n") if line.strip()), "")
        raise UnreadableError(f"no table of Neuron devices: {first[:200]}")
    for name, pattern in _HEADER.items():
        match = pattern.search(text)
        value = match[1] if match else None
        gathered.fact(name, number_or_unknown(value) if name.startswith("logical") else value)
    headings = _headings(blocks[start])
    body = [block for block in blocks[start + 1 :] if all(len(row) == len(headings) for row in block.rows)]
    _note_rows(gathered, headings, body)
    if not body or not body[-1].closed or not (ends_whole(text) or "Topology" in text):
        gathered.incomplete("the table has no bottom border")
    return gathered.done()


def _headings(block: Block) -> list[str]:
    return [" ".join(word for word in column if word) for column in zip(*block.rows, strict=False)]


def _note_rows(gathered: Gathered, headings: Sequence[str], body: Sequence[Block]) -> None:
    """Each device's row; rows below it without a device's number are further processes of the same device."""
    devices = 0
    seen: dict[str, int] = {}
    part = ""
    for row in (row for block in body for row in block.rows if len(row) == len(headings)):
        facts = _row(headings, row)
        index = facts.pop("index", None)
        if isinstance(index, int):
            part, devices = f"dev{index}", devices + 1
            gathered.facts_of(part, facts)
        if part and isinstance(facts.get("pid"), int):
            number = seen.setdefault(part, 0)
            seen[part] += 1
            for name in (name for name in _OF_PROCESS if name in facts):
                gathered.fact(f"{part}.proc{number}.{name}", facts[name])
    gathered.fact("devices", devices or None)
    if not devices:
        gathered.incomplete("no row with the number of a device")
    if "PID" in headings:
        gathered.total("processes", sum(seen.values()))


def _row(headings: Sequence[str], row: tuple[str, ...]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for heading, cell in zip(headings, row, strict=True):
        name, kind = _COLUMNS.get(heading, ("", ""))
        if kind == "numbers":
            facts[name] = [number for word in cell.split(",") if (number := number_or_unknown(word)) is not None]
        elif name:
            facts[name] = number_or_unknown(cell) if kind == "number" else word_or_unknown(cell)
    return facts


def _read_json(gathered: Gathered, text: str) -> None:
    whole = _ELISION.sub("", text)
    if whole != text:
        gathered.incomplete("devices are elided with ...")
    found = gathered_json(gathered, whole, record_depth=1)
    listed = found.value if isinstance(found.value, list) else _devices_of(found.value)
    devices = [each for each in listed if isinstance(each, Mapping) and "neuron_device" in each]
    if not devices:
        raise UnreadableError("no Neuron device in the JSON")
    for device in devices:
        index = number_or_unknown(device["neuron_device"])
        if isinstance(index, int):
            gathered.facts_of(f"dev{index}", _device(device))
    gathered.fact("devices", len(devices))
    if "logical_neuroncore_config" in devices[0]:
        gathered.fact("logical_neuroncore_config", number_or_unknown(devices[0]["logical_neuroncore_config"]))
    lists = [device.get("neuron_processes") for device in devices]
    gathered.total("processes", sum(len(each) for each in lists if isinstance(each, list)))


def _devices_of(document: Any) -> list[Any]:
    """The list of devices of newer versions, which put it under a key."""
    lists = [each for each in document.values() if isinstance(each, list)] if isinstance(document, Mapping) else []
    return next((each for each in lists if each and isinstance(each[0], Mapping) and "neuron_device" in each[0]), [])


def _device(device: Mapping[str, Any]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for fact, key in _KEYS.items():
        if key in device:
            number = number_or_unknown(device[key])
            facts[fact] = number if number is not None else word_or_unknown(device[key])
    connected, cores = device.get("connected_to"), device.get("neuroncore_ids")
    facts["connected"] = [each for each in connected if isinstance(each, int)] if isinstance(connected, list) else None
    if isinstance(cores, list) and cores and all(isinstance(each, int) for each in cores):
        whole = cores == list(range(cores[0], cores[-1] + 1))
        facts["core_ids"] = f"{cores[0]}-{cores[-1]}" if whole and len(cores) > 1 else ",".join(map(str, cores))
    if isinstance(size := facts.get("memory_b"), int) and size % _BYTES_PER_GB == 0:
        facts["memory"] = f"{size // _BYTES_PER_GB} GB"
    processes = device.get("neuron_processes")
    for index, each in enumerate(processes if isinstance(processes, list) else ()):
        if isinstance(each, Mapping):
            facts[f"proc{index}.pid"] = number_or_unknown(each.get("pid"))
            facts[f"proc{index}.command"] = word_or_unknown(each.get("command"))
            facts[f"proc{index}.runtime"] = word_or_unknown(each.get("neuron_runtime_version"))
    return facts
