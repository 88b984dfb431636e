"""nvidia-smi -q: the same facts as of its XML, from the text that people paste."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.indented_tree import Entry, tree_of
from gatehouse.vendors.nvidia_fields import FIELDS, gpu_facts
from gatehouse.vendors.nvidia_findings import note_gpu_state
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_GPU = re.compile(r"GPU ([0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7])")
_REASONS = ("Clocks Event Reasons", "Clocks Throttle Reasons")
# The XML's names for reasons whose words differ in the text.
_RENAMED = {"idle": "gpu_idle", "display_clock_setting": "display_clocks_setting"}


@reads("nvidia-smi-q")
def read_nvidia_smi_text(said: Completed) -> ToolReport:
    """GPUs by listing order. A fragment without a GPU's heading is taken for the first GPU, and is not complete.

    Raises:
        UnreadableError: there is nothing that nvidia-smi -q prints.
    """
    gathered, text = gather("nvidia-smi-q", said)
    lines = whole_lines(gathered, text)
    root = tree_of(lines)
    gpus = [entry for entry in root.children if _GPU.fullmatch(entry.key)]
    if not gpus and not _has_facts(root):
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no GPU of nvidia-smi -q")
        return report
    if not gpus:
        gathered.was_cut("a fragment: no heading of a GPU")
    elif lines[-1].strip() and gpus[-1].at("Processes") is None:
        gathered.was_cut("the last GPU has no end: neither its processes nor an empty line")
    _read_log(gathered, root, gpus)
    note_complaints(gathered, text)
    return gathered.done()


def _has_facts(root: Entry) -> bool:
    """Whether a section of a GPU stands here. Keys outside of sections, "Product Name", other tools print as well."""
    places = (place for field in FIELDS for place in field.text if "/" in place)
    return any(root.words(place) is not None for place in places)


def _read_log(gathered: Gathered, root: Entry, gpus: list[Entry]) -> None:
    attached = number_or_unknown(root.words("Attached GPUs"))
    gathered.facts_of(
        "",
        {
            "timestamp": word_or_unknown(root.words("Timestamp")),
            "driver": word_or_unknown(root.words("Driver Version")),
            "cuda": word_or_unknown(root.words("CUDA Version")),
            "attached_gpus": attached,
            "gpus": len(gpus),
        },
    )
    for index, gpu in enumerate(gpus or [root]):
        _read_gpu(gathered, f"gpu{index}", gpu)
    gathered.fact("gpus_with_unknown_error", sum(_is_broken(gpu) for gpu in gpus))
    gathered.counted("GPUs", attached, len(gpus))


def _read_gpu(gathered: Gathered, part: str, gpu: Entry) -> None:
    facts = gpu_facts(gpu.words, lambda field: field.text)
    heading = _GPU.fullmatch(gpu.key)
    facts["bus"] = word_or_unknown(gpu.words("PCI/Bus Id")) or (heading[1] if heading else None)
    facts |= _throttle(gpu) | _mig(gpu) | _processes(gpu)
    gathered.facts_of(part, facts)
    note_gpu_state(gathered, part, facts)
    if _is_broken(gpu):
        gathered.found(
            FindingClass.TOOL_ERROR, part, "nvml.unknown_error", "nvidia-smi could not read a field: Unknown Error"
        )


def _throttle(gpu: Entry) -> dict[str, Fact]:
    section = next((entry for name in _REASONS if (entry := gpu.at(name)) is not None), None)
    reasons = [*section.children, *(below for child in section.children for below in child.children)] if section else []
    facts: dict[str, Fact] = {}
    for reason in reasons:
        name = reason.key.lower().replace(" ", "_")
        facts[f"throttle.{_RENAMED.get(name, name)}"] = flag_or_unknown(reason.value)
    return facts


def _mig(gpu: Entry) -> dict[str, Fact]:
    devices = list(gpu.each("MIG Device"))
    facts: dict[str, Fact] = {"mig.devices": len(devices)} if devices else {}
    for index, device in enumerate(devices):
        facts |= {
            f"mig{index}.gpu_instance_id": number_or_unknown(device.words("GPU Instance ID")),
            f"mig{index}.compute_instance_id": number_or_unknown(device.words("Compute Instance ID")),
            f"mig{index}.fb.total_mib": quantity(device.words("FB Memory Usage/Total"), "mib"),
            f"mig{index}.fb.used_mib": quantity(device.words("FB Memory Usage/Used"), "mib"),
            f"mig{index}.multiprocessors": number_or_unknown(
                device.words("Device Attributes/Shared/Multiprocessor count")
            ),
        }
    return facts


def _processes(gpu: Entry) -> dict[str, Fact]:
    section = gpu.at("Processes")
    if section is None:
        return {}
    processes = list(section.each("Process ID"))
    facts: dict[str, Fact] = {"processes": len(processes)}
    for index, process in enumerate(processes):
        facts |= {
            f"proc{index}.pid": number_or_unknown(process.value),
            f"proc{index}.type": word_or_unknown(process.words("Type")),
            f"proc{index}.name": word_or_unknown(process.words("Name")),
            f"proc{index}.used_mib": quantity(process.words("Used GPU Memory"), "mib"),
        }
    return facts


def _is_broken(entry: Entry) -> bool:
    return entry.value in ("Unknown Error", "ERR!") or any(_is_broken(child) for child in entry.children)
