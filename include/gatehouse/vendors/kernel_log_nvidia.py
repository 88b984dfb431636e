"""NVIDIA's driver in the kernel log: Xid of GPUs, GPUs off the bus or not initialised, drivers that do not fit.

A GPU off the bus is told in up to three lines, a GPU that does not start in two: each event counts once.
"""

import re
from collections import Counter

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_nvswitch import note_sxids
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.kernel_log_xid_details import channel_of, details_of, process_of, recovery_of
from gatehouse.vendors.nvidia_xids import XID_MEANINGS, class_of_xid
from gatehouse.vendors.pci_address import PATTERN, pci_part

_SHORT = r"[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}(?:\.[0-7])?"  # without its domain, as some collectors write it
_XID = re.compile(
    rf"NVRM: (?:GPU\d{{1,3}} )?Xid \((?:PCI:)?({PATTERN}|{_SHORT})"
    rf"(?: GPU-\w{{1,3}}:\d{{1,3}}){{0,2}}\): (\d{{1,4}}){END}(.*)"
)
_RECOVERED = re.compile(r"recovery action changed from .{1,80} to 0x0\b|to \w{0,6} ?\(None\)")
_OFF_THE_BUS = re.compile(r"NVRM: .{0,60}has fallen off the bus")
_DRIVER = re.compile(
    rf"NVRM: loading NVIDIA UNIX .{{1,60}}Kernel Module (?:for \w{{1,20}} )?\s?(\d{{3}}(?:\.\d{{1,4}}){{1,2}}){END}"
)
_UUID = re.compile(rf"NVRM: GPU at (?:PCI:)?({PATTERN}): (GPU-[0-9a-f-]{{36}}){END}")
_INIT = re.compile(r"RmInitAdapter failed|rm_init_adapter failed")
_HARDWARE, _CONFIGURATION = FindingClass.HARDWARE, FindingClass.CONFIGURATION
_OTHER: tuple[tuple[FindingClass, str, re.Pattern[str]], ...] = tuple(
    (kind, signature, re.compile(pattern, flags))
    for kind, signature, pattern, flags in (
        (_HARDWARE, "nvlink.training", r"knvlink\w+: .{0,80}(?:post-?Rx ?det|training).{0,60}fail", re.IGNORECASE),
        (_HARDWARE, "gpu.init", _INIT.pattern, 0),
        (_HARDWARE, "gpu.reset_required", r"NVRM: .{0,200}NV_ERR_RESET_REQUIRED", 0),
        (_HARDWARE, "gpu.lost", r"NVRM: .{0,200}NV_ERR_GPU_IS_LOST", 0),
        (_CONFIGURATION, "driver.mismatch", r"NVRM: API mismatch", 0),
        (_CONFIGURATION, "driver.unsupported_gpu", r"NVRM: .{0,300}is not supported by the .{0,60}driver", 0),
        (_CONFIGURATION, "driver.conflict", r"NVRM: .{0,120}(?:probe routine was not called|conflicting with)", 0),
        (_CONFIGURATION, "gpu.bar", r"NVRM: .{0,60}PCI I/O region assigned to your NVIDIA device is invalid", 0),
    )
)


def note_nvidia(log: KernelLog, gathered: Gathered) -> None:
    """Xids and SXids by number, first and last; findings by number and device."""
    lines = list(log.mentioning("NVRM:", "nvidia-nvswitch", "nvidia-peermem"))
    _note_xids(log, gathered, lines)
    note_sxids(log, gathered, lines)
    if not lines:
        return
    gathered.fact("nvrm_lines", sum("NVRM:" in line.message for line in lines))
    gathered.fact("nvswitch_open_lines", sum(": open (major=" in line.message for line in lines))
    gathered.fact("peermem_invalid_context_lines", sum("detected invalid context" in r.message for r in lines))
    _note_identity(gathered, lines)
    for line in lines:
        for kind, signature, pattern in _OTHER:
            if pattern.search(line.message):
                log.fault(line)
                gathered.found(kind, _any_address(line.message), signature, line.message)
    failed = {_any_address(line.message) for line in lines if _INIT.search(line.message)}
    gathered.fact("init_failed_events", len(failed))


def _note_identity(gathered: Gathered, lines: list[Record]) -> None:
    for line in lines:
        if (driver := _DRIVER.search(line.message)) is not None:
            gathered.facts.setdefault("nvidia.driver", driver[1])
        if (uuid := _UUID.search(line.message)) is not None:
            gathered.fact(f"{pci_part(uuid[1])}.uuid", uuid[2])


def _note_xids(log: KernelLog, gathered: Gathered, lines: list[Record]) -> None:
    events = [(line, match) for line in lines if (match := _XID.search(line.message))]
    codes = [int(match[2]) for _, match in events]
    gathered.fact("xids", len(events))
    if codes:
        gathered.fact("first_xid", codes[0])
        gathered.fact("last_xid", codes[-1])
        gathered.fact("xid_codes", list(dict.fromkeys(codes)))
    for code in dict.fromkeys(codes):
        _note_xid(log, gathered, code, [event for event in events if int(event[1][2]) == code])
    off = {_part(match[1]) for _, match in events if int(match[2]) == 79}
    for line in lines:
        if _OFF_THE_BUS.search(line.message) and not _XID.search(line.message):
            log.fault(line)
            part = _any_address(line.message)
            if part not in off and not (part == "host" and off):
                off.add(part)
                gathered.found(_HARDWARE, part, "xid.79", line.message)
    gathered.fact("off_the_bus_events", len(off))


def _note_xid(log: KernelLog, gathered: Gathered, code: int, events: list[tuple[Record, re.Match[str]]]) -> None:
    kind, (first, seen) = class_of_xid(code), events[0]
    processes = [process for _, match in events if (process := process_of(match[3])) is not None]
    channels = [channel for _, match in events if (channel := channel_of(match[3])) is not None]
    facts: dict[str, Fact] = {
        "count": len(events),
        "pci": seen[1],
        "time": first.time,
        "last_time": events[-1][0].time,
        "class": str(kind),
        "pids": list(dict.fromkeys(pid for pid, _ in processes)),
        "names": list(dict.fromkeys(name for _, name in processes if name)),
        "channels": list(dict.fromkeys(channels)),
        "devices": list(dict.fromkeys(_part(match[1]) for _, match in events)),
    }
    for _, match in reversed(events):  # the first to tell a detail counts
        facts.update(details_of(match[3]))
    gathered.facts_of(f"xid.{code}", facts)
    if code == 154:
        gathered.fact("last_recovery_action", recovery_of(events[-1][1][3]))
    for part, count in Counter(_part(match[1]) for _, match in events).items():
        texts = [match[3] for _, match in events if _part(match[1]) == part]
        if code == 154 and all(_RECOVERED.search(text) for text in texts):
            continue
        times = f" ({count} times)" if count > 1 else ""
        text = texts[0].lstrip(", ")
        gathered.found(kind, part, f"xid.{code}", f"Xid {code}{times} {XID_MEANINGS.get(code, '')}: {text}")
    if kind is _HARDWARE:
        for line, match in events:
            if code != 154 or not _RECOVERED.search(match[3]):
                log.fault(line)


def _part(address: str) -> str:
    return pci_part(address if address.count(":") == 2 else f"0000:{address}")


def _any_address(message: str) -> str:
    match = re.search(PATTERN, message)
    return pci_part(match[0]) if match else "host"
