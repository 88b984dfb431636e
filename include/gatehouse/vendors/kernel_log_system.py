"""The rest of the kernel log: storage errors, memory exhausted, panics, stuck CPUs and tasks, heat."""

import re

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import KernelLog

_HARDWARE, _CONFIGURATION, _APPLICATION = (
    FindingClass.HARDWARE,
    FindingClass.CONFIGURATION,
    FindingClass.APPLICATION,
)
_DISK = r"\b(?P<part>nvme\d{1,4}|sd[a-z]{1,3}|md\d{1,4}|dm-\d{1,4}|vd[a-z]{1,2})"
# Signature, whose trouble, words that a line must hold (quick to test), pattern; a part may be named in the pattern.
_PATTERNS: tuple[tuple[str, FindingClass, str, re.Pattern[str]], ...] = tuple(
    (signature, kind, word, re.compile(pattern))
    for signature, kind, word, pattern in (
        ("nvme.timeout", _HARDWARE, "timeout", rf"nvme {_DISK}: (?:I/O|Abort|Admin).{{0,80}}timeout"),
        (
            "nvme.error",
            _HARDWARE,
            "nvme",
            rf"nvme {_DISK}: (?:controller is down|Disabling device|Removing after probe)",
        ),
        ("nvme.error", _HARDWARE, "nvme", rf"{_DISK}\w{{0,10}}: .{{0,40}}no available path - failing I/O"),
        ("block.medium_error", _HARDWARE, "medium error", rf"critical medium error, dev {_DISK}"),
        ("block.io_error", _HARDWARE, "I/O error", rf"I/O error,? (?:on )?dev(?:ice)? {_DISK}"),
        ("block.io_error", _HARDWARE, "I/O error while writing", r"I/O error while writing superblock"),
        ("md.disk_failure", _HARDWARE, "Disk failure", rf"md/raid\w{{0,6}}:{_DISK}: Disk failure"),
        ("filesystem.read_only", _HARDWARE, "read-only", r"Remounting filesystem read-only"),
        ("cpu.hard_lockup", _HARDWARE, "hard LOCKUP", r"hard LOCKUP on cpu (?P<cpu>\d{1,5})\b"),
        ("cpu.soft_lockup", _CONFIGURATION, "soft lockup", r"soft lockup - CPU#(?P<cpu>\d{1,5})\b"),
        ("cpu.throttled", _HARDWARE, "temperature above", r"CPU(?P<cpu>\d{1,5}): .{0,20}temperature above threshold"),
        ("kernel.oops", _CONFIGURATION, "BUG:", r"BUG: (?:unable to handle|kernel NULL pointer)"),
        ("task.hung", _APPLICATION, "blocked for more", r"task \S{1,64} blocked for more than \d{1,6} seconds"),
        ("nccl.crash", _APPLICATION, "segfault", r"segfault at .{1,120} in libnccl"),
    )
)
_PANIC = "Kernel panic - not syncing"
_PANIC_OF_HARDWARE = re.compile(r"machine check|hardware error|NMI|mce", re.IGNORECASE)
_OOM_LINES = ("oom-kill:", "Out of memory: Kill", "emory cgroup out of memory", "oom_reaper:")
_OOM_KILLS = ("Out of memory: Kill", "emory cgroup out of memory: Kill")


def note_system(log: KernelLog, gathered: Gathered) -> None:
    """Findings of the patterns above, and counts of panics and of tasks killed for memory."""
    words = tuple(dict.fromkeys(word for _, _, word, _ in _PATTERNS))
    for record in log.mentioning(*words):
        for signature, kind, word, pattern in _PATTERNS:
            match = pattern.search(record.message) if word in record.message else None
            if match is None:
                continue
            groups = match.groupdict()
            cpu = groups.get("cpu")
            gathered.found(kind, groups.get("part") or (f"cpu{cpu}" if cpu else "host"), signature, record.message)
            if kind is FindingClass.HARDWARE:
                log.fault(record)
    _note_panics(log, gathered)
    _note_oom(log, gathered)


def _note_panics(log: KernelLog, gathered: Gathered) -> None:
    panics = [record for record in log.mentioning(_PANIC) if "end Kernel panic" not in record.message]
    gathered.fact("panics", len(panics))
    for record in panics:
        log.fault(record)
        kind = _HARDWARE if _PANIC_OF_HARDWARE.search(record.message) else _CONFIGURATION
        gathered.found(kind, "host", "kernel.panic", record.message)


def _note_oom(log: KernelLog, gathered: Gathered) -> None:
    """One kill is told in up to three lines; kills count, or the lines that announce them where those were lost."""
    lines = list(log.mentioning(*_OOM_LINES))
    kills = sum(any(word in line.message for word in _OOM_KILLS) for line in lines)
    announced = sum("oom-kill:" in line.message for line in lines)
    gathered.fact("oom_kill_lines", len(lines))
    gathered.fact("oom_kills", max(kills, announced))
    if lines:
        gathered.found(_APPLICATION, "host", "oom", lines[0].message)
