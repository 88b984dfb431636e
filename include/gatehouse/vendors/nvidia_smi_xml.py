"""nvidia-smi -q -x: every GPU as a tree, over all versions of its document type."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.nvidia_fields import gpu_facts, value_of
from gatehouse.vendors.nvidia_findings import note_broken_words, note_gpu_state
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.xml_document import Node, read_xml

_ROOT = "nvidia_smi_log"
_START = re.compile(r"<\?xml\b|<!DOCTYPE nvidia_smi_log\b|<nvidia_smi_log\b")
_END = f"</{_ROOT}>"
_REASONS = {
    "clocks_event_reasons": "clocks_event_reason_",
    "clocks_throttle_reasons": "clocks_throttle_reason_",
}
_BROKEN_WORDS = ("Unknown Error", "ERR!")


@reads("nvidia-smi-xml")
def read_nvidia_smi_xml(said: Completed) -> ToolReport:
    """GPUs by listing order: identity, link, temperatures, power, memory, ECC, row remapping, MIG, processes.

    Raises:
        UnreadableError: there is no ``nvidia_smi_log`` document.
    """
    gathered, text = gather("nvidia-smi-xml", said)
    start = _START.search(text)
    if start is None:
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no nvidia_smi_log document")
        return report
    body, end, rest = text[start.start() :].partition(_END)
    root, stopped = read_xml(body + end)
    if root is None or root.tag != _ROOT:
        raise UnreadableError(f"no nvidia_smi_log document: {stopped or 'another root element'}")
    if stopped:
        gathered.was_cut(stopped)
    if f"<{_ROOT}" in rest:
        gathered.incomplete("another document follows; only the first was read")
    _read_log(gathered, root)
    note_complaints(gathered, text[: start.start()] + rest, _parts(gathered))
    return gathered.done()


def _read_log(gathered: Gathered, root: Node) -> None:
    gpus = list(root.each("gpu"))
    attached = number_or_unknown(_whole_words(root, "attached_gpus"))
    gathered.fact("timestamp", word_or_unknown(_whole_words(root, "timestamp")))
    gathered.fact("driver", word_or_unknown(_version(root, "kmd_version", "driver_version")))
    gathered.fact("cuda", word_or_unknown(_version(root, "cuda_umd_version", "cuda_version")))
    gathered.fact("attached_gpus", attached)
    gathered.fact("gpus", len(gpus))
    for index, gpu in enumerate(gpus):
        _read_gpu(gathered, f"gpu{index}", gpu)
    gathered.fact("gpus_with_unknown_error", sum(_is_broken(gpu) for gpu in gpus))
    gathered.counted("GPUs", attached, len(gpus))


def _version(root: Node, *tags: str) -> str | None:
    """The first of these; drivers from 610 on add a note in brackets to those that will go."""
    said = next((words for tag in tags if (words := _whole_words(root, tag))), "")
    return said.partition(" [")[0]


def _whole_words(root: Node, tag: str) -> str | None:
    return next((node.text.strip() for node in root.each(tag)), None)


def _read_gpu(gathered: Gathered, part: str, gpu: Node) -> None:
    facts = gpu_facts(gpu.words, lambda field: field.xml)
    facts["bus"] = word_or_unknown(gpu.words("pci/pci_bus_id") or gpu.attributes.get("id"))
    remapped = gpu.at("remapped_rows")
    if remapped is None or not remapped.children:
        facts["remapped_rows"] = None
    facts |= _throttle(gpu) | _mig(gpu) | _processes(gpu)
    gathered.facts_of(part, facts)
    note_gpu_state(gathered, part, facts)
    note_broken_words(gathered, part, _words(gpu))


def _throttle(gpu: Node) -> dict[str, Fact]:
    return {
        f"throttle.{reason.tag.removeprefix(prefix)}": flag_or_unknown(reason.text)
        for group, prefix in _REASONS.items()
        for reason in getattr(gpu.at(group), "children", ())
        if reason.tag.startswith(prefix)
    }


def _mig(gpu: Node) -> dict[str, Fact]:
    holder = gpu.at("mig_devices")
    if holder is None:
        return {"mig.devices": None}
    devices = list(holder.each("mig_device"))
    facts: dict[str, Fact] = {"mig.devices": len(devices)}
    for position, device in enumerate(devices):
        said = number_or_unknown(device.words("index"))
        index = position if said is None else said
        facts |= {
            f"mig{index}.gpu_instance_id": number_or_unknown(device.words("gpu_instance_id")),
            f"mig{index}.compute_instance_id": number_or_unknown(device.words("compute_instance_id")),
            f"mig{index}.fb.total_mib": quantity(
                device.words("fb_memory_usage/total", "shared_fb_memory_usage/total"), "mib"
            ),
            f"mig{index}.fb.used_mib": quantity(
                device.words("fb_memory_usage/used", "shared_fb_memory_usage/used"), "mib"
            ),
            f"mig{index}.multiprocessors": number_or_unknown(
                device.words("device_attributes/shared/multiprocessor_count")
            ),
            f"mig{index}.ecc.volatile.sram_uncorrectable": number_or_unknown(
                device.words("ecc_error_count/volatile_count/sram_uncorrectable")
            ),
        }
    return facts


def _processes(gpu: Node) -> dict[str, Fact]:
    holder = gpu.at("processes") or gpu.at("compute_processes")
    if holder is None:
        return {"processes": None}
    facts: dict[str, Fact] = {"processes": len(list(holder.each("process_info")))}
    for index, process in enumerate(holder.each("process_info")):
        facts |= {
            f"proc{index}.pid": number_or_unknown(process.words("pid")),
            f"proc{index}.type": word_or_unknown(process.words("type")),
            f"proc{index}.name": word_or_unknown(process.words("process_name")),
            f"proc{index}.used_mib": value_of("mib", process.words("used_memory") or ""),
        }
    return facts


def _words(node: Node) -> set[str]:
    """The different texts of an element and of all below it."""
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        found.add(one.text)
        waiting += one.children
    return found


def _is_broken(node: Node) -> bool:
    text = "\n".join(_words(node))
    return any(broken in text for broken in _BROKEN_WORDS)


def _parts(gathered: Gathered) -> dict[str, str]:
    """GPUs by bus address, with the eight-digit domain of the XML and with the four-digit one of messages."""
    buses = {
        name.removesuffix(".bus"): str(value).lower() for name, value in gathered.facts.items() if name.endswith(".bus")
    }
    return {form: part for part, bus in buses.items() for form in (bus, bus.removeprefix("0000"))}
