"""``/proc/meminfo``: how much memory the kernel has, and how much of it is broken or set aside.

The kernel writes ``kB`` and means KiB (proc_meminfo(5)). Counts of huge pages have no unit.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "meminfo"
_LINE = re.compile(r"([A-Za-z0-9_()]{2,40}):\s{1,40}(\d{1,18})( kB)?\s*")
_MIB = {
    "MemTotal": "mem.total_mib",
    "MemFree": "mem.free_mib",
    "MemAvailable": "mem.available_mib",
    "Buffers": "mem.buffers_mib",
    "Cached": "mem.cached_mib",
    "SwapTotal": "swap.total_mib",
    "SwapFree": "swap.free_mib",
    "Unevictable": "mem.unevictable_mib",
    "Mlocked": "mem.locked_mib",
    "HardwareCorrupted": "mem.hardware_corrupted_mib",
    "Hugetlb": "hugepages.reserved_mib",
}
_KIB = {"Hugepagesize": "hugepages.size_kib"}
_COUNTS = {
    "HugePages_Total": "hugepages.total",
    "HugePages_Free": "hugepages.free",
    "HugePages_Rsvd": "hugepages.reserved",
    "HugePages_Surp": "hugepages.surplus",
}
_KIB_PER_MIB = 1024


@reads(_TOOL)
def read_meminfo(said: Completed) -> ToolReport:
    """Sizes in MiB, and the number of huge pages.

    Raises:
        UnreadableError: there is no MemTotal.
    """
    lines = lines_of(said)
    draft = Draft(_TOOL, said)
    draft.facts.update(dict.fromkeys(["mem.total_mib", "mem.available_mib", "hugepages.total"]))
    seen: set[str] = set()
    for line in lines:
        if match := _LINE.fullmatch(line):
            seen.add(match.group(1))
            _note(draft, match.group(1), int(match.group(2)), in_kib=bool(match.group(3)))
    if "MemTotal" not in seen:
        raise UnreadableError("no MemTotal: not /proc/meminfo")
    if lines.tail or "MemFree" not in seen:
        draft.was_cut("the end of the output is cut")
    corrupted = draft.facts.get("mem.hardware_corrupted_mib")
    if corrupted:
        draft.hardware("memory", "memory.hardware_corrupted", f"the kernel retired {corrupted} MiB after memory errors")
    return draft.done()


def _note(draft: Draft, key: str, number: int, *, in_kib: bool) -> None:
    if key in _MIB and in_kib:
        whole, rest = divmod(number, _KIB_PER_MIB)
        draft.fact(_MIB[key], whole if not rest else number / _KIB_PER_MIB)
    elif key in _KIB and in_kib:
        draft.fact(_KIB[key], number)
    elif key in _COUNTS and not in_kib:
        draft.fact(_COUNTS[key], number)
