"""amdgpu in the kernel log: RAS errors by block, resets of the GPU and how they ended, hangs."""

import re
from collections import defaultdict

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_DEVICE = re.compile(rf"amdgpu ({PATTERN}):")
_COUNT = re.compile(
    rf"(\d{{1,12}}){END} (new )?(correctable|uncorrectable|deferred) hardware errors? detected "
    rf"(in total )?in (\w{{1,32}}){END} block"
)
_EVENT = re.compile(r"uncorrectable hardware error ?\((\w{1,64})\) detected")
_RESET_ENDED = re.compile(rf"GPU reset(?:\(\d+\))? (succeeded|failed)|GPU reset end with ret = (-?\d{{1,6}}){END}")
_RETURNED = re.compile(rf"ret(?:urn)? ?= ?(-?\d{{1,6}}){END}")
_SHORT = {"correctable": "ce", "uncorrectable": "ue", "deferred": "de"}
_OTHER = (
    (
        FindingClass.HARDWARE,
        "amdgpu.bad_pages",
        re.compile(r"bad page.{0,60}(?:exceed|reach|threshold)", re.IGNORECASE),
    ),
    (FindingClass.HARDWARE, "amdgpu.init", re.compile(r"Fatal error during GPU init")),
    (FindingClass.HARDWARE, "amdgpu.queue_hang", re.compile(r"Failed to evict process queues|Queue preemption failed")),
    (FindingClass.APPLICATION, "amdgpu.page_fault", re.compile(r"page fault|PROTECTION_FAULT_STATUS")),
    (FindingClass.APPLICATION, "amdgpu.ring_timeout", re.compile(r"ring \S{1,40} timeout|GPU hang")),
    (FindingClass.CONFIGURATION, "amdgpu.oversubscribed", re.compile(r"Runlist is getting oversubscribed")),
)


def note_amdgpu(log: KernelLog, gathered: Gathered) -> None:
    """Errors by RAS block, the event that raised them, resets; the GPU that the driver last named is meant."""
    lines = list(log.whole_mentioning("amdgpu"))
    if not lines:
        return
    part = _first_device(lines)
    gathered.fact("gpu", part)
    _note_counts(log, gathered, lines)
    _note_resets(log, gathered, lines, part or "host")
    for line in lines:
        if (event := _EVENT.search(line.message)) is not None:
            log.fault(line)
            gathered.facts.setdefault("ras.event", event[1])
            gathered.found(FindingClass.HARDWARE, _part(line, part), "amdgpu.ras.fatal_event", line.message)
        for kind, signature, pattern in _OTHER:
            if pattern.search(line.message):
                gathered.found(kind, _part(line, part), signature, line.message)


def _first_device(lines: list[Record]) -> str | None:
    return next((pci_part(match[1]) for line in lines if (match := _DEVICE.search(line.message))), None)


def _part(line: Record, default: str | None) -> str:
    match = _DEVICE.search(line.message)
    return pci_part(match[1]) if match else default or "host"


def _note_counts(log: KernelLog, gathered: Gathered, lines: list[Record]) -> None:
    """Newer drivers print new errors and the total, older ones only the total: totals are maxima, new ones add up."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    new: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in lines:
        if (match := _COUNT.search(line.message)) is None:
            continue
        log.fault(line)
        place = (_part(line, None), match[5], match[3])
        if match[2]:
            new[place] += int(match[1])
        else:
            totals[place] = max(totals[place], int(match[1]))
    sums: dict[str, int] = defaultdict(int)
    for place in {**new, **totals}:
        part, block, kind = place
        count = totals.get(place, new.get(place, 0))
        sums[f"ras.{block}.{kind}"] += count
        if part != "host":
            gathered.fact(f"{part}.ras.{block}.{kind}", count)
        if count:
            text = f"{count} {kind} errors in the {block} block"
            gathered.found(FindingClass.HARDWARE, part, f"amdgpu.ras.{_SHORT[kind]}", text)
    gathered.facts_of("", dict(sums))


def _note_resets(log: KernelLog, gathered: Gathered, lines: list[Record], part: str) -> None:
    for line in lines:
        if "GPU reset begin" in line.message:
            gathered.fact("reset_started", True)
            gathered.found(FindingClass.HARDWARE, _part(line, part), "amdgpu.reset", line.message)
        ended = _RESET_ENDED.search(line.message)
        if ended is None:
            continue
        returned = _RETURNED.search(line.message)
        code = int(ended[2] or (returned[1] if returned else 0))
        failed = ended[1] == "failed" or code != 0
        gathered.fact("reset_failed", failed or bool(gathered.facts.get("reset_failed")))
        if returned is not None:
            gathered.fact("reset_ret", code)
        if failed:
            log.fault(line)
            gathered.found(FindingClass.HARDWARE, _part(line, part), "amdgpu.reset_failed", line.message)
