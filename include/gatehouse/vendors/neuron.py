"""AWS Neuron: neuron-ls (its table of devices) and neuron-monitor (its JSON of counters)."""

import re
from collections.abc import Iterator, Mapping
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
    "instance_type": re.compile(r"^instance-type: (\S{1,60})\s*$", re.MULTILINE),
    "instance_id": re.compile(r"^instance-id: (\S{1,60})\s*$", re.MULTILINE),
    "logical_neuroncore_config": re.compile(r"^logical-neuroncore-config: (\d{1,4})\s*$", re.MULTILINE),
}
# Heading, joined over its rows -> (fact, kind).
_COLUMNS = {
    "NEURON DEVICE": ("index", "number"),
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
}
_FRAGMENT = re.compile(r'\s*"[\w-]{1,60}"\s*:\s*[{\[]')


@reads("neuron-ls-table")
def read_neuron_ls(said: Completed) -> ToolReport:
    """Devices with their cores, memory, neighbours, bus and NUMA node.

    Raises:
        UnreadableError: there is no table of Neuron devices.
    """
    gathered, text = gather("neuron-ls-table", said)
    blocks = list(blocks_of(text.split("\n")))
    start = next((index for index, block in enumerate(blocks) if "NEURON" in block.text), None)
    if start is None:
        raise UnreadableError("no table of Neuron devices")
    for name, pattern in _HEADER.items():
        match = pattern.search(text)
        value = match[1] if match else None
        gathered.fact(name, number_or_unknown(value) if name.startswith("logical") else value)
    headings = _headings(blocks[start])
    body = blocks[start + 1 :]
    devices = [device for block in body for row in block.rows if (device := _device(headings, row)) is not None]
    for device in devices:
        gathered.facts_of(f"dev{device.pop('index')}", device)
    gathered.fact("devices", len(devices))
    if not body or not body[-1].closed or not ends_whole(text):
        gathered.incomplete("the table has no bottom border")
    return gathered.done()


def _headings(block: Block) -> list[str]:
    return [" ".join(word for word in column if word) for column in zip(*block.rows, strict=False)]


def _device(headings: list[str], row: tuple[str, ...]) -> dict[str, Fact] | None:
    """A device's row; None for one that continues the row above (more processes of a device)."""
    facts: dict[str, Fact] = {}
    for heading, cell in zip(headings, row, strict=False):
        name, kind = _COLUMNS.get(heading, ("", ""))
        if kind == "numbers":
            facts[name] = [number for word in cell.split(",") if (number := number_or_unknown(word)) is not None]
        elif name:
            facts[name] = number_or_unknown(cell) if kind == "number" else word_or_unknown(cell)
    return facts if isinstance(facts.get("index"), int) and len(row) == len(headings) else None


@reads("neuron-monitor-json")
def read_neuron_monitor(said: Completed) -> ToolReport:
    """ECC counters by device, utilisation by core and the errors that each group reports ("" means none).

    Raises:
        UnreadableError: there is no report of neuron-monitor.
    """
    gathered, text = gather("neuron-monitor-json", said)
    is_fragment = bool(_FRAGMENT.match(text))
    found = gathered_json(gathered, _braced(text) if is_fragment else text, record_depth=3)
    if is_fragment:
        gathered.incomplete("a fragment without its braces")
    groups = dict(_groups(found.value))
    counters = groups.get("neuron_hw_counters")
    if not groups or (counters is None and "neuron_runtime_data" not in str(found.value)[:2_000_000]):
        raise UnreadableError("no report of neuron-monitor")
    gathered.fact("valid_json", found.valid and not is_fragment)
    if counters is not None:
        _note_counters(gathered, counters)
    _note_hardware(gathered, groups.get("neuron_hardware_info") or {})
    for name, group in groups.items():
        if group.get("error"):
            gathered.error(f"{name}: {str(group['error'])[:200]}")
    return gathered.done()


def _braced(text: str) -> str:
    """A fragment in the braces that it lacks; the closing one only where it came to its end."""
    body = text.strip().rstrip(",")
    return "{" + body + ("}" if body.endswith(("}", "]")) else "")


def _groups(value: Any, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Objects of the document by name, two levels down."""
    for name, group in value.items() if isinstance(value, Mapping) else ():
        if isinstance(group, Mapping):
            yield str(name), group
            if depth < 1:
                yield from _groups(group, depth + 1)


def _note_counters(gathered: Gathered, counters: Mapping[str, Any]) -> None:
    gathered.fact("period_s", number_or_unknown(counters.get("period")))
    gathered.fact("error", word_or_unknown(counters.get("error")))
    devices = counters.get("neuron_devices") or counters.get("hardware_counters") or []
    listed = [device for device in devices if isinstance(device, Mapping)] if isinstance(devices, list) else []
    gathered.fact("devices", len(listed))
    for device in listed:
        index = number_or_unknown(device.get("neuron_device_index", device.get("device_index")))
        facts: dict[str, Fact] = {
            str(name): number_or_unknown(value) for name, value in device.items() if "ecc" in str(name)
        }
        if isinstance(index, int):
            gathered.facts_of(f"dev{index}", facts)


def _note_hardware(gathered: Gathered, hardware: Mapping[str, Any]) -> None:
    for fact, key in {
        "device_count": "neuron_device_count",
        "cores_per_device": "neuroncore_per_device_count",
        "device_type": "neuron_device_type",
        "device_version": "neuron_device_version",
    }.items():
        if key in hardware:
            number = number_or_unknown(hardware[key])
            gathered.fact(fact, number if number is not None else word_or_unknown(hardware[key]))
