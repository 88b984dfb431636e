"""What of an NVIDIA GPU's own state a person should know, whichever form of nvidia-smi told it.

Counts and temperatures are for limits; here is what the GPU says outright: reset me, I could not repair myself.
"""

from collections.abc import Mapping

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered

_FLAGGED = {
    "remapped.failure": ("row_remap.failure", "a memory row could not be remapped: self-repair is exhausted"),
    "remapped.pending": ("row_remap.pending", "a row remapping waits for a reset of the GPU"),
    "retired.pending": ("page_retirement.pending", "a page retirement waits for a reset of the GPU"),
    "reset.required": ("gpu.reset_required", "the GPU requires a reset"),
    "ecc.sram_threshold_exceeded": ("sram.threshold_exceeded", "too many uncorrectable SRAM errors over its life"),
    "repair.channel_pending": ("channel_repair.pending", "a repair of a memory channel waits for a reset of the GPU"),
    "repair.tpc_pending": ("tpc_repair.pending", "a repair of a TPC waits for a reset of the GPU"),
}


def note_gpu_state(gathered: Gathered, part: str, facts: Mapping[str, Fact]) -> None:
    """Record a finding for each thing that the GPU itself says is wrong with it."""
    for name, (signature, text) in _FLAGGED.items():
        if facts.get(name) is True:
            gathered.found(FindingClass.HARDWARE, part, signature, text)
    action = facts.get("recovery_action")
    if isinstance(action, str) and action != "None":
        gathered.found(FindingClass.HARDWARE, part, "gpu.recovery_action", f"the driver asks for recovery: {action}")
