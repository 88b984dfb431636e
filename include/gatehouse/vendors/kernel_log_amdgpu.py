"""amdgpu in the kernel log: RAS errors by block, poison, bad pages, resets of the GPU and how they ended, hangs.

Forms: the messages of Linux' drivers/gpu/drm/amd (amdgpu_ras.c, amdgpu_device.c, amdgpu_job.c, pm/swsmu).
"""

import re
from collections import defaultdict

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_DEVICE = re.compile(rf"amdgpu ({PATTERN}):")
_COUNT = re.compile(
    rf"(\d{{1,12}}){END} (new )?(correctable|uncorrectable|deferred) hardware errors? detected "
    rf"(in total )?in\s{{1,2}}(\w{{1,32}}){END} block"
)
_EVENT = re.compile(r"uncorrectable hardware error ?\((\w{1,64})\) detected")
_RESET_ENDED = re.compile(
    r"GPU reset(?:\(\d+\))? (succeeded|failed)"
    rf"|(?:GPU reset end with ret = |GPU Recovery Failed: |ASIC reset failed with error, )(-?\d{{1,6}}){END}"
)
_RETURNED = re.compile(rf"ret(?:urn)? ?= ?(-?\d{{1,6}}){END}")
_SHORT = {"correctable": "ce", "uncorrectable": "ue", "deferred": "de"}
_HARDWARE, _APPLICATION, _CONFIGURATION = FindingClass.HARDWARE, FindingClass.APPLICATION, FindingClass.CONFIGURATION
_OTHER: tuple[tuple[FindingClass, str, re.Pattern[str]], ...] = tuple(
    (kind, signature, re.compile(pattern, re.IGNORECASE))
    for kind, signature, pattern in (
        (_HARDWARE, "amdgpu.bad_pages", r"(?:bad page|RAS records).{0,60}(?:exceed|reach|threshold)"),
        (_HARDWARE, "amdgpu.poison", r"poison.{0,20} (?:is )?(?:consumed|created|consumption)"),
        (_HARDWARE, "amdgpu.init", r"Fatal error during GPU init|probe of .{4,16} failed with error"),
        (_HARDWARE, "amdgpu.lost", r"device lost from bus|PCIe link .{0,20}lost"),
        (_HARDWARE, "amdgpu.queue_hang", r"Failed to evict process queues|Queue preemption failed"),
        (_HARDWARE, "amdgpu.queue_hang", r"fence wait loop timeout|unsuccessful queues preemption"),
        (_HARDWARE, "amdgpu.queue_hang", r"MES .{0,40}(?:failed to respond|unrecoverable)"),
        (
            _HARDWARE,
            "amdgpu.smu",
            r"SMU: (?:I'm not done|response:0xFFFFFFFF|No response)|SMU.{0,40}(?:hang|not respond)",
        ),
        (_HARDWARE, "amdgpu.xgmi", r"XGMI.{0,80}(?:fail|error|timeout)"),
        (_HARDWARE, "amdgpu.over_temperature", r"over temperature range|GPU over ?heat"),
        (_HARDWARE, "amdgpu.psp", r"PSP (?:load|create|resume|firmware).{0,40}failed|psp gfx command \S{1,40} failed"),
        (_APPLICATION, "amdgpu.page_fault", r"page fault|PROTECTION_FAULT_STATUS"),
        (_APPLICATION, "amdgpu.illegal_access", r"Illegal (?:register access|opcode|instruction)"),
        (_APPLICATION, "amdgpu.ring_timeout", r"ring \S{1,40} timeout|GPU hang"),
        (_CONFIGURATION, "amdgpu.oversubscribed", r"Runlist is getting oversubscribed"),
    )
)
_RING = re.compile(r"ring (\S{1,40}) timeout")
_BAD_PAGES = re.compile(rf"(?:Saved bad pages|RAS records:?) ?(\d{{1,9}}){END}|Saved (\d{{1,9}}){END} (?:bad )?pages")
_METHOD = re.compile(r"\b(BACO|MODE1|MODE2|mode-?1|mode-?2|link) reset\b", re.IGNORECASE)


def note_amdgpu(log: KernelLog, gathered: Gathered) -> None:
    """Errors by RAS block, the event that raised them, resets; the GPU that the driver last named is meant."""
    lines = list(log.whole_mentioning("amdgpu"))
    lines = [line for line in lines if not line.message.startswith("Modules linked in")]
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
        _note_other(log, gathered, line, part)


def _note_other(log: KernelLog, gathered: Gathered, line: Record, part: str | None) -> None:
    for kind, signature, pattern in _OTHER:
        if pattern.search(line.message):
            gathered.found(kind, _part(line, part), signature, line.message)
            if kind is _HARDWARE:
                log.fault(line)
    if (ring := _RING.search(line.message)) is not None:
        gathered.facts.setdefault("amdgpu.ring", ring[1])
    if (pages := _BAD_PAGES.search(line.message)) is not None:
        gathered.fact(f"{_part(line, part)}.max_bad_pages", int(pages[1] or pages[2]))


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
        place = (_part(line, None), match[5].lower(), match[3])
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
    begun = sum("GPU reset begin" in line.message for line in lines)
    gathered.total("amdgpu.reset_events", begun)
    timeouts = [line for line in lines if _RING.search(line.message)]
    gathered.total("amdgpu.ring_timeout_events", len(timeouts))
    for line in lines:
        if (method := _METHOD.search(line.message)) is not None:
            gathered.facts.setdefault("reset_method", method[1].upper().replace("-", ""))
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
