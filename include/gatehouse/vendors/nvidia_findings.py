"""What of an NVIDIA GPU's own state a person should know, whichever form of nvidia-smi told it.

Counts and temperatures are for limits; here is what the GPU says outright: reset me, I could not repair myself.
"""

import re
from collections.abc import Iterable, Mapping

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered

_FLAGGED = {
    "remapped.failure": ("row_remap.failure", "a memory row could not be remapped: self-repair is exhausted"),
    "remapped.pending": ("row_remap.pending", "a row remapping waits for a reset of the GPU"),
    "retired.pending": ("page_retirement.pending", "a page retirement waits for a reset of the GPU"),
    "reset.required": ("gpu.reset_required", "the GPU requires a reset"),
    "ecc.sram_threshold_exceeded": ("sram.threshold_exceeded", "too many uncorrectable SRAM errors over its life"),
    "repair.unrepairable_memory": ("memory.unrepairable", "the GPU has memory that it cannot repair"),
    "repair.channel_pending": ("channel_repair.pending", "a repair of a memory channel waits for a reset of the GPU"),
    "repair.tpc_pending": ("tpc_repair.pending", "a repair of a TPC waits for a reset of the GPU"),
}
# The fabric manager's registration of a GPU (nvmlGpuFabricState_t), and the summary of its health.
_BAD_FABRIC = re.compile(r"Not Started|In Progress", re.IGNORECASE)
_UNHEALTHY = re.compile(r"Unhealthy|Limited Capacity", re.IGNORECASE)
_BROKEN = {
    "gpu is lost": (FindingClass.HARDWARE, "gpu.lost", "the GPU is lost: it fell off the bus or does not answer"),
    "gpu requires reset": (FindingClass.HARDWARE, "gpu.reset_required", "the GPU requires a reset"),
    "unknown error": (
        FindingClass.TOOL_ERROR, "nvml.unknown_error", "nvidia-smi could not read a field: Unknown Error",
    ),
    "err!": (FindingClass.TOOL_ERROR, "nvml.unknown_error", "nvidia-smi could not read a field: ERR!"),
}  # fmt: skip


def note_gpu_state(gathered: Gathered, part: str, facts: Mapping[str, Fact]) -> None:
    """Record a finding for each thing that the GPU itself says is wrong with it."""
    for name, (signature, text) in _FLAGGED.items():
        if facts.get(name) is True:
            gathered.found(FindingClass.HARDWARE, part, signature, text)
    action = facts.get("recovery_action")
    if isinstance(action, str) and action != "None":
        gathered.found(FindingClass.HARDWARE, part, "gpu.recovery_action", f"the driver asks for recovery: {action}")
    for name, bad in {"fabric.state": _BAD_FABRIC, "fabric.health": _UNHEALTHY}.items():
        if isinstance(said := facts.get(name), str) and bad.fullmatch(said):
            gathered.found(FindingClass.CONFIGURATION, part, name, f"{name.replace('.', ' ')}: {said}")


def note_broken_words(gathered: Gathered, part: str, words: Iterable[str]) -> bool:
    """Record what stands in place of values when a GPU does not answer; whether a value was "Unknown Error"."""
    said = {word.strip().strip("[]").lower() for word in set(words)}
    for word, (kind, signature, text) in _BROKEN.items():
        if word in said:
            gathered.found(kind, part, signature, text)
    return bool(said & {"unknown error", "err!"})
