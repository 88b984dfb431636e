"""The rest of the kernel log: memory exhausted, panics, stuck CPUs and tasks, heat, crashed programs."""

import re

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import KernelLog, Record

_HARDWARE, _CONFIGURATION, _APPLICATION = (
    FindingClass.HARDWARE,
    FindingClass.CONFIGURATION,
    FindingClass.APPLICATION,
)
_FAULTS = (
    r"unable to handle|Unable to handle|kernel NULL pointer|kernel BUG at|KASAN:|Bad page state|scheduling while atomic"
)
# Signature, whose trouble, words that a line must hold (quick to test), pattern; a CPU may be named in the pattern.
_PATTERNS: tuple[tuple[str, FindingClass, str, re.Pattern[str]], ...] = tuple(
    (signature, kind, word, re.compile(pattern))
    for signature, kind, word, pattern in (
        ("cpu.hard_lockup", _HARDWARE, "hard LOCKUP", r"hard LOCKUP on cpu (?P<cpu>\d{1,5})\b"),
        ("cpu.hard_lockup", _HARDWARE, "Hard LOCKUP", r"CPU:? ?(?P<cpu>\d{1,5}) Hard LOCKUP"),
        ("cpu.soft_lockup", _CONFIGURATION, "soft lockup", r"soft lockup - CPU#(?P<cpu>\d{1,5})\b"),
        (
            "cpu.rcu_stall",
            _CONFIGURATION,
            "stall",
            r"rcu\w{0,20}:? (?:INFO: )?.{0,40}(?:self-)?detected (?:expedited )?stalls? on",
        ),
        ("cpu.rcu_stall", _CONFIGURATION, "detected stall", r"INFO: rcu_\w{1,16} (?:self-)?detected stall"),
        ("cpu.throttled", _HARDWARE, "temperature above", r"CPU(?P<cpu>\d{1,5}): .{0,20}temperature above threshold"),
        ("cpu.nmi", _HARDWARE, "NMI", r"NMI: (?:PCI system error \(SERR\)|IOCK error)"),
        ("cpu.nmi", _CONFIGURATION, "NMI", r"NMI received for unknown reason [0-9a-f]{1,2} on CPU (?P<cpu>\d{1,5})\b"),
        ("thermal.critical", _HARDWARE, "critical temperature", r"critical temperature reached"),
        ("iommu.fault", _CONFIGURATION, "DMAR: ", r"DMAR: \[(?:DMA|INTR).{0,80}fault"),
        ("iommu.fault", _CONFIGURATION, "AMD-Vi", r"AMD-Vi: Event logged \[(?:IO_PAGE_FAULT|ILLEGAL)"),
        ("kernel.oops", _CONFIGURATION, "BUG:", rf"BUG: (?:{_FAULTS})"),
        ("kernel.oops", _CONFIGURATION, "Oops", r"(?:^|Internal error: )Oops(?::| - ).{0,60}\[#\d{1,4}\]"),
        ("kernel.oops", _CONFIGURATION, "Unable to handle kernel", r"^Unable to handle kernel"),
        ("kernel.oops", _CONFIGURATION, "kernel BUG at", r"^kernel BUG at"),
        (
            "kernel.oops",
            _CONFIGURATION,
            "[#",
            r"^(?:general protection fault|invalid opcode|stack segment).{0,80}\[#\d{1,4}\]",
        ),
        ("task.hung", _APPLICATION, "blocked for more", r"task \S{1,64} blocked for more than \d{1,6} seconds"),
        ("nccl.crash", _APPLICATION, "segfault", r"segfault at .{1,120} in libnccl"),
        ("program.crash", _APPLICATION, "segfault", r"\[\d{1,10}\]: segfault at (?!.{1,120} in libnccl)"),
        ("program.crash", _APPLICATION, "traps:", r"traps: .{1,64}\[\d{1,10}\] (?:general protection|trap )"),
        ("nfs.no_answer", _APPLICATION, "not responding", r"nfs: server \S{1,255} not responding"),
        ("files.exhausted", _APPLICATION, "file-max", r"VFS: file-max limit \d{1,20} reached"),
    )
)
_PANIC = "Kernel panic - not syncing"
_PANIC_OF_HARDWARE = re.compile(r"machine check|hardware error|NMI|mce", re.IGNORECASE)
_OOPS = re.compile(r"\[#(\d{1,4})\]")
_OOM_LINES = ("oom-kill:", "Out of memory: Kill", "emory cgroup out of memory", "oom_reaper:")
_OOM_KILLS = ("Out of memory: Kill", "emory cgroup out of memory: Kill")
_KILLED = re.compile(r"Kill(?:ed)? process \d{1,10},? .{0,40}?\(([^)]{1,64})\)")
_COUNTED = {
    "hard_lockup_events": "cpu.hard_lockup",
    "soft_lockup_events": "cpu.soft_lockup",
    "rcu_stall_events": "cpu.rcu_stall",
    "hung_task_events": "task.hung",
}


def note_system(log: KernelLog, gathered: Gathered) -> None:
    """Findings of the patterns above, and counts of panics, oopses, stalls and of tasks killed for memory."""
    words = tuple(dict.fromkeys(word for _, _, word, _ in _PATTERNS))
    told: dict[str, list[Record]] = {}
    for record in log.mentioning(*words):
        for signature, kind, word, pattern in _PATTERNS:
            match = pattern.search(record.message) if word in record.message else None
            if match is None:
                continue
            cpu = match.groupdict().get("cpu")
            gathered.found(kind, f"cpu{cpu}" if cpu else "host", signature, record.message)
            told.setdefault(signature, []).append(record)
            if kind is _HARDWARE:
                log.fault(record)
    for name, signature in _COUNTED.items():
        gathered.fact(name, len({id(record) for record in told.get(signature, [])}))
    segfaults = {id(record) for name in ("nccl.crash", "program.crash") for record in told.get(name, [])}
    gathered.fact("program_crash_events", len(segfaults))
    _note_oopses(gathered, told.get("kernel.oops", []))
    _note_panics(log, gathered)
    _note_oom(log, gathered)


def _note_oopses(gathered: Gathered, lines: list[Record]) -> None:
    """An oops is told in two lines or more; the kernel numbers them."""
    numbered = sum(_OOPS.search(record.message) is not None for record in lines)
    gathered.fact("oops_events", numbered or min(len(lines), 1))


def _note_panics(log: KernelLog, gathered: Gathered) -> None:
    panics = [record for record in log.mentioning(_PANIC) if "end Kernel panic" not in record.message]
    gathered.fact("panics", len(panics))
    for record in panics:
        log.fault(record)
        kind = _HARDWARE if _PANIC_OF_HARDWARE.search(record.message) else _CONFIGURATION
        gathered.found(kind, "host", "kernel.panic", record.message)
    if panics and not panics[0].is_cut:
        gathered.facts.setdefault("panic", panics[0].message.partition(f"{_PANIC}: ")[2][:200] or None)


def _note_oom(log: KernelLog, gathered: Gathered) -> None:
    """One kill is told in up to three lines; kills count, or the lines that announce them where those were lost."""
    lines = list(log.mentioning(*_OOM_LINES))
    kills = [line for line in lines if any(word in line.message for word in _OOM_KILLS)]
    announced = sum("oom-kill:" in line.message for line in lines)
    gathered.fact("oom_kill_lines", len(lines))
    gathered.fact("oom_kills", max(len(kills), announced))
    if not lines:
        return
    gathered.found(_APPLICATION, "host", "oom", lines[0].message)
    gathered.total("oom_cgroup_kills", sum("emory cgroup" in line.message for line in kills))
    names = (killed[1] for line in kills if (killed := _KILLED.search(line.message)) is not None)
    gathered.total("oom_processes", list(dict.fromkeys(names)))
