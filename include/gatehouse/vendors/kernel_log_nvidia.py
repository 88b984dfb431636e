"""NVIDIA's driver in the kernel log: Xid of GPUs, SXid of NVSwitches, GPUs off the bus.

A GPU off the bus is told in up to three lines, an SXid in three: each event counts once.
"""

import re
from collections import Counter

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.nvidia_xids import XID_MEANINGS, class_of_xid, sxid_is_fatal
from gatehouse.vendors.pci_address import PATTERN, pci_part

_XID = re.compile(rf"NVRM: (?:GPU\d{{1,3}} )?Xid \((?:PCI:)?({PATTERN})(?: GPU-I:\d+)?\): (\d{{1,4}}){END}(.*)")
_PID = re.compile(rf"pid=(\d{{1,10}}){END}")
_DETAILS = {
    "physaddr": re.compile(rf"physAddr (0x[0-9a-fA-F]{{1,16}}){END}"),
    "partition": re.compile(rf"(?<!sub)partition (\d{{1,4}}){END}"),
    "subpartition": re.compile(rf"subpartition (\d{{1,4}}){END}"),
}
_ROW = re.compile(r"row \((0x[0-9a-fA-F]{1,16})\)")
_RECOVERED = re.compile(r"recovery action changed from .{1,80} to 0x0\b|to \w{0,6} ?\(None\)")
_OFF_THE_BUS = "has fallen off the bus"
_SXID = re.compile(rf"nvidia-nvswitch(\d{{1,3}}): SXid \((?:PCI:)?({PATTERN})\): (\d{{4,6}}){END}, (.*)")
_SXID_STATED = re.compile(rf"(Non-fatal|Fatal), (?:Link (\d{{1,3}}){END} ?)?(.*)")
_OTHER = (
    ("nvlink.training", re.compile(r"NVRM: knvlink\w+: .{0,80}(?:post-?Rx ?det|training).{0,60}fail", re.IGNORECASE)),
    ("gpu.init", re.compile(r"NVRM: .{0,80}RmInitAdapter failed")),
    ("gpu.reset_required", re.compile(r"NVRM: .{0,200}NV_ERR_RESET_REQUIRED")),
    ("gpu.lost", re.compile(r"NVRM: .{0,200}NV_ERR_GPU_IS_LOST")),
)


def note_nvidia(log: KernelLog, gathered: Gathered) -> None:
    """Xids and SXids by number, first and worst; findings by number and device."""
    lines = list(log.mentioning("NVRM:", "nvidia-nvswitch", "nvidia-peermem"))
    _note_xids(log, gathered, lines)
    _note_sxids(log, gathered, lines)
    if lines:
        gathered.fact("nvrm_lines", sum("NVRM:" in line.message for line in lines))
        gathered.fact("nvswitch_open_lines", sum(": open (major=" in line.message for line in lines))
        gathered.fact("peermem_invalid_context_lines", sum("detected invalid context" in r.message for r in lines))
    for line in lines:
        for signature, pattern in _OTHER:
            if pattern.search(line.message):
                log.fault(line)
                gathered.found(FindingClass.HARDWARE, _any_address(line.message), signature, line.message)


def _note_xids(log: KernelLog, gathered: Gathered, lines: list[Record]) -> None:
    events = [(line, match) for line in lines if (match := _XID.search(line.message))]
    codes = [int(match[2]) for _, match in events]
    gathered.fact("xids", len(events))
    if codes:
        gathered.fact("first_xid", codes[0])
    for code in dict.fromkeys(codes):
        _note_xid(log, gathered, code, [event for event in events if int(event[1][2]) == code])
    off = {pci_part(match[1]) for _, match in events if int(match[2]) == 79}
    for line in lines:
        if _OFF_THE_BUS in line.message and not _XID.search(line.message):
            log.fault(line)
            part = _any_address(line.message)
            if part not in off and not (part == "host" and off):
                gathered.found(FindingClass.HARDWARE, part, "xid.79", line.message)


def _note_xid(log: KernelLog, gathered: Gathered, code: int, events: list[tuple[Record, re.Match[str]]]) -> None:
    kind, (first, seen) = class_of_xid(code), events[0]
    pids = dict.fromkeys(int(pid[1]) for _, match in events if (pid := _PID.search(match[3])))
    facts: dict[str, Fact] = {
        "count": len(events),
        "pci": seen[1],
        "time": first.time,
        "class": str(kind),
        "pids": list(pids),
        "devices": list(dict.fromkeys(pci_part(match[1]) for _, match in events)),
    }
    for name, pattern in _DETAILS.items():
        if (detail := pattern.search(seen[3])) is not None:
            facts[f"detail.{name}"] = detail[1] if detail[1].startswith("0x") else int(detail[1])
    if (row := _ROW.search(seen[3])) is not None:
        facts["row"] = row[1]
    gathered.facts_of(f"xid.{code}", facts)
    for part, count in Counter(pci_part(match[1]) for _, match in events).items():
        text = next(match[3] for _, match in events if pci_part(match[1]) == part)
        if code == 154 and _RECOVERED.search(text):
            continue
        times = f" ({count} times)" if count > 1 else ""
        meaning = XID_MEANINGS.get(code, "")
        gathered.found(kind, part, f"xid.{code}", f"Xid {code}{times} {meaning}: {text.lstrip(', ')}")
    if kind is FindingClass.HARDWARE:
        for line, _ in events:
            log.fault(line)


def _note_sxids(log: KernelLog, gathered: Gathered, lines: list[Record]) -> None:
    """An SXid comes as a line that states it, one with its severity and one with data: the most of a kind count."""
    events = [(line, match) for line in lines if (match := _SXID.search(line.message))]
    gathered.fact("sxids", sum(_sxid_count([match for _, match in events], code) for code in _codes(events)))
    for code in _codes(events):
        matches = [match for _, match in events if int(match[3]) == code]
        stated = next((found for match in matches if (found := _SXID_STATED.match(match[4]))), None)
        gathered.facts_of(
            f"sxid.{code}",
            {
                "count": _sxid_count(matches, code),
                "pci": matches[0][2],
                "nvswitch": int(matches[0][1]),
                "fatal": stated[1] == "Fatal" if stated else sxid_is_fatal(code),
                "link": int(stated[2]) if stated and stated[2] else None,
                "time": next(line.time for line, match in events if int(match[3]) == code),
            },
        )
        for match in matches:
            text = stated[0] if stated else match[4]
            gathered.found(FindingClass.HARDWARE, pci_part(match[2]), f"sxid.{code}", f"SXid {code}: {text}")
    for line, _ in events:
        log.fault(line)


def _codes(events: list[tuple[Record, re.Match[str]]]) -> list[int]:
    return list(dict.fromkeys(int(match[3]) for _, match in events))


def _sxid_count(matches: list[re.Match[str]], code: int) -> int:
    kinds = Counter(match[4].split(" ", 1)[0].rstrip(",") for match in matches if int(match[3]) == code)
    stated = kinds.pop("Fatal", 0) + kinds.pop("Non-fatal", 0)
    return max(stated, *kinds.values(), 0) if kinds else stated


def _any_address(message: str) -> str:
    match = re.search(PATTERN, message)
    return pci_part(match[0]) if match else "host"
