"""What amd-smi's own counters say is broken: uncorrectable errors, retired memory, links between GPUs in error."""

from collections.abc import Mapping

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered

_COUNTERS = {
    "ecc.uncorrectable": "amdgpu.ras.ue",
    "bad_pages.retired": "amd.bad_pages.retired",
    "bad_pages.pending": "amd.bad_pages.pending",
}
_LINK_IN_ERROR = ("AMDSMI_XGMI_STATUS_ERROR", "AMDSMI_XGMI_STATUS_MULTIPLE_ERRORS")


def note_trouble(gathered: Gathered, part: str, facts: Mapping[str, Fact]) -> None:
    """Note a finding for each counter of one GPU that is above zero, and for its links' state."""
    for fact, signature in _COUNTERS.items():
        count = facts.get(fact)
        if isinstance(count, int) and count > 0:
            gathered.found(FindingClass.HARDWARE, part, signature, f"{fact} is {count}")
    if facts.get("xgmi_err") in _LINK_IN_ERROR:
        gathered.found(FindingClass.HARDWARE, part, "amd.xgmi_error", f"xgmi_err is {facts['xgmi_err']}")
