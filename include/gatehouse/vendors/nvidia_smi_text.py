"""nvidia-smi -q: the same facts as of its XML, from the text that people paste."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.indented_tree import Entry, tree_of
from gatehouse.vendors.nvidia_fields import FIELDS, gpu_facts, value_of
from gatehouse.vendors.nvidia_findings import note_broken_words, note_gpu_state
from gatehouse.vendors.nvidia_smi_complaints import complaints_only, note_complaints
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown, quantity, word_or_unknown
from gatehouse.vendors.registry import reads

_GPU = re.compile(r"GPU ([0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7])")
_REASONS = ("Clocks Event Reasons", "Clocks Throttle Reasons")
_LOG = re.compile(r"=+NVSMI LOG=+")
_LISTS = ("MIG Device", "Processes", "Compute Processes")
# The XML's names for reasons whose words differ in the text.
_RENAMED = {"idle": "gpu_idle", "display_clock_setting": "display_clocks_setting"}


@reads("nvidia-smi-q")
def read_nvidia_smi_text(said: Completed) -> ToolReport:
    """GPUs by listing order. A fragment without a GPU's heading is taken for the first GPU, and is not complete.

    Raises:
        UnreadableError: there is nothing that nvidia-smi -q prints.
    """
    gathered, text = gather("nvidia-smi-q", said)
    lines = _first_log(gathered, whole_lines(gathered, text))
    root = tree_of(lines)
    gpus = [entry for entry in root.children if _GPU.fullmatch(entry.key)]
    fragment = next((entry for entry in (root, *root.children) if _has_facts(entry)), None)
    if not gpus and fragment is None:
        report = complaints_only(gathered, text)
        if report is None:
            raise UnreadableError("no GPU of nvidia-smi -q")
        return report
    if not gpus:
        gathered.was_cut("a fragment: no heading of a GPU")
    elif text.rsplit("\n", 1)[-1].isspace() or _ends_early(lines, gpus[-1]):
        gathered.was_cut("the last GPU has no end: neither all of its processes nor an empty line")
    _read_log(gathered, root, gpus)
    for index, gpu in enumerate(gpus or [entry for entry in (fragment,) if entry is not None]):
        _read_gpu(gathered, f"gpu{index}", gpu)
    gathered.fact("gpus_with_unknown_error", sum(_is_broken(gpu) for gpu in gpus))
    note_complaints(gathered, "\n".join(line for line in lines if not line.startswith(" ")))
    return gathered.done()


def _ends_early(lines: list[str], gpu: Entry) -> bool:
    """Whether the text ends within the last GPU: before its processes, or within the last of them."""
    processes = gpu.at("Processes")
    if processes is None:
        return lines[-1].startswith(" ")
    last = processes.children[-1] if processes.children else None
    return last is not None and (last.key != "Process ID" or last.at("Used GPU Memory") is None)


def _first_log(gathered: Gathered, lines: list[str]) -> list[str]:
    """The lines up to a second log (``--loop``): the same GPUs again are no further GPUs."""
    starts = [index for index, line in enumerate(lines) if _LOG.fullmatch(line.strip())]
    if len(starts) < 2:
        return lines
    gathered.incomplete("another log follows; only the first was read")
    return [*lines[: starts[1]], ""]


def _has_facts(root: Entry) -> bool:
    """Whether a section of a GPU stands here. Keys outside of sections, "Product Name", other tools print as well."""
    known = _by_place(root)
    return any(place.casefold() in known for field in FIELDS for place in field.text if "/" in place)


def _by_place(gpu: Entry) -> dict[str, str]:
    """The words of a GPU by the path of their keys, in lower case: drivers differ in capitals ("Ecc Mode")."""
    words: dict[str, str] = {}
    pending = [("", gpu)]
    while pending:
        path, entry = pending.pop()
        children = [child for child in reversed(entry.children) if child.key not in _LISTS]
        pending.extend((f"{path}{child.key.casefold()}/", child) for child in children)
        if entry.value is not None:
            words.setdefault(path.removesuffix("/"), entry.value)
    return words


def _read_log(gathered: Gathered, root: Entry, gpus: list[Entry]) -> None:
    """Facts of the host. Drivers from 610 on print the versions twice, once with a note that this is deprecated."""
    attached = number_or_unknown(root.words("Attached GPUs"))
    driver = root.words("KMD Version") or root.words("Driver Version") or ""
    cuda = root.words("CUDA UMD Version") or root.words("CUDA Version") or ""
    gathered.facts_of(
        "",
        {
            "timestamp": word_or_unknown(root.words("Timestamp")),
            "driver": word_or_unknown(driver.partition(" [")[0]),
            "cuda": word_or_unknown(cuda.partition(" [")[0]),
            "attached_gpus": attached,
            "gpus": len(gpus),
        },
    )
    gathered.counted("GPUs", attached, len(gpus))


def _read_gpu(gathered: Gathered, part: str, gpu: Entry) -> None:
    known = _by_place(gpu)
    facts = gpu_facts(lambda place: known.get(place.casefold()), lambda field: field.text)
    heading = _GPU.fullmatch(gpu.key)
    facts["bus"] = word_or_unknown(known.get("pci/bus id")) or (heading[1] if heading else None)
    if (remapped := gpu.at("Remapped Rows")) is None or not remapped.children:
        facts["remapped_rows"] = None
    facts |= _throttle(gpu) | _mig(gpu) | _processes(gpu)
    gathered.facts_of(part, facts)
    note_gpu_state(gathered, part, facts)
    note_broken_words(gathered, part, known.values())


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
    for position, device in enumerate(devices):
        known = _by_place(device)
        index = number_or_unknown(known.get("index"))
        memory = "shared fb memory usage" if "shared fb memory usage/total" in known else "fb memory usage"
        values = {
            "gpu_instance_id": number_or_unknown(known.get("gpu instance id")),
            "compute_instance_id": number_or_unknown(known.get("compute instance id")),
            "fb.total_mib": quantity(known.get(f"{memory}/total"), "mib"),
            "fb.used_mib": quantity(known.get(f"{memory}/used"), "mib"),
            "fb.free_mib": quantity(known.get(f"{memory}/free"), "mib"),
            "multiprocessors": number_or_unknown(known.get("device attributes/shared/multiprocessor count")),
            "ecc.volatile.sram_uncorrectable": number_or_unknown(known.get("ecc errors/volatile/sram uncorrectable")),
        }
        facts |= {f"mig{position if index is None else index}.{name}": value for name, value in values.items()}
    return facts


def _processes(gpu: Entry) -> dict[str, Fact]:
    section = gpu.at("Processes") or gpu.at("Compute Processes")
    if section is None:
        return {"processes": None}
    if not section.children and section.value not in (None, "None"):
        return {"processes": None}
    processes = list(section.each("Process ID"))
    facts: dict[str, Fact] = {"processes": len(processes)}
    for index, process in enumerate(processes):
        facts |= {
            f"proc{index}.pid": number_or_unknown(process.value),
            f"proc{index}.type": word_or_unknown(process.words("Type")),
            f"proc{index}.name": word_or_unknown(process.words("Name")),
            f"proc{index}.used_mib": value_of("mib", process.words("Used GPU Memory") or ""),
        }
    return facts


def _is_broken(entry: Entry) -> bool:
    return entry.value in ("Unknown Error", "ERR!") or any(_is_broken(child) for child in entry.children)
