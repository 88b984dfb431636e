"""Machine checks in the kernel log: one event in several lines, on Intel, on AMD, and as EDAC's drivers repeat it.

Bits of IA32_MCi_STATUS: Intel SDM vol. 3B, 16.3.2.2; AMD's MCA_STATUS has the same for those read here.
"""

import re
from dataclasses import dataclass, field

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record

_START = re.compile(
    rf"(?:\[Hardware Error\]|EDAC \w{{1,20}} MC\d{{1,4}}): CPU ?:? ?(\d{{1,5}}){END}"
    r".{0,60}?(?:Machine Check|MC\d+_STATUS|Bank \d)",
    re.IGNORECASE,
)
_BANK = re.compile(rf"(?:Bank |\bMC)(\d{{1,3}})(?:_STATUS)?{END}.{{0,80}}?: ?(?:0x)?([0-9a-fA-F]{{16}})\b")
_UNCORRECTED, _OVERFLOW, _CONTEXT_CORRUPT = 1 << 61, 1 << 62, 1 << 57
_DETAILS = {
    name: re.compile(pattern)
    for name, pattern in {
        "tsc": rf"\bTSC (?:0x)?([0-9a-f]{{1,16}}){END}",
        "addr": rf"\b(?:ADDR:?|Error Addr:) (?:0x)?([0-9a-f]{{1,16}}){END}",
        "misc": rf"\bMISC:? (?:0x)?([0-9a-f]{{1,16}}){END}",
        "ipid": rf"\bIPID:? (?:0x)?([0-9a-f]{{1,16}}){END}",
        "syndrome": rf"\bSynd(?:rome|):? (?:0x)?([0-9a-f]{{1,16}}){END}",
        "processor": rf"\bPROCESSOR (\d{{1,2}}:(?:0x)?[0-9a-f]{{1,8}}){END}",
        "socket": rf"\bSOCKET (\d{{1,3}}){END}",
        "apic": rf"\bAPIC (?:0x)?([0-9a-f]{{1,8}}){END}",
        "microcode": rf"\bmicrocode (?:0x)?([0-9a-f]{{1,8}}){END}",
    }.items()
}
_NUMBERS = frozenset({"socket"})
_HEX = frozenset({"tsc", "addr", "misc", "ipid", "syndrome", "microcode"})
_WORDED = re.compile(r"\[Hardware Error\]: (.{3,80} (?:Extended Error Code|Ext\. Error Code): \d{1,3}.{0,200})")
_LOGGED = re.compile(r"Machine check events logged")
_THROTTLED = re.compile(r"CPU(\d{1,5}): .{0,20}temperature above threshold")


@dataclass(slots=True)
class _Event:
    """One machine check, gathered from its lines; ``said`` holds its details."""

    cpu: int
    record: Record
    bank: int | None = None
    status: int | None = None
    said: dict[str, Fact] = field(default_factory=dict)

    @property
    def uncorrected(self) -> bool:
        """Whether it was; a machine check that does not give its status counts as one."""
        return self.status is None or bool(self.status & _UNCORRECTED)


def note_machine_checks(log: KernelLog, gathered: Gathered) -> None:
    """Machine checks by CPU: how many, and the details of the first."""
    events = _events(log)
    for event in events:
        signature = "mce" if event.uncorrected else "mce.corrected"
        log.fault(event.record)
        gathered.found(FindingClass.HARDWARE, f"cpu{event.cpu}", signature, event.record.message)
    if events:
        gathered.facts_of("mce", _facts(events[0]))
        uncorrected = sum(event.uncorrected for event in events)
        gathered.facts_of("mce", {"uncorrected_errors": uncorrected, "corrected_errors": len(events) - uncorrected})
    logged = sum(1 for record in log.whole_mentioning("Machine check events logged") if _LOGGED.search(record.message))
    gathered.facts_of("mce", {"events": len(events), "logged": logged})
    if logged and not events:
        text = "Machine check events logged: see mcelog or rasdaemon"
        gathered.found(FindingClass.HARDWARE, "host", "mce.corrected", text)
    hot = [match[1] for r in log.mentioning("temperature above") if (match := _THROTTLED.search(r.message)) is not None]
    if hot:
        gathered.fact("cpu_throttle_lines", len(hot))
        gathered.total("cpus_throttled", len(set(hot)))


def _events(log: KernelLog) -> list[_Event]:
    """An event starts with the line that names its CPU and bank; the details that follow belong to it."""
    events: list[_Event] = []
    for record in log.whole_mentioning("[Hardware Error]", "EDAC "):
        start = _START.search(record.message)
        if start is not None:
            bank = _BANK.search(record.message)
            event = _Event(int(start[1]), record)
            if bank is not None:
                event.bank, event.status = int(bank[1]), int(bank[2], 16)
            if not (events and _told_again(events[-1], event)):
                events.append(event)
        if events and "APEI" not in record.message:
            _add(events[-1], record.message)
    return events


def _told_again(last: _Event, event: _Event) -> bool:
    """EDAC's driver repeats what the machine check said before it, with the same status at the same place."""
    return (
        last.status is not None
        and (last.cpu, last.bank, last.status) == (event.cpu, event.bank, event.status)
        and ("EDAC" in event.record.message) is not ("EDAC" in last.record.message)
    )


def _add(event: _Event, message: str) -> None:
    for name, pattern in _DETAILS.items():
        if name not in event.said and (match := pattern.search(message)) is not None:
            said = match[1]
            event.said[name] = int(said) if name in _NUMBERS else f"0x{said}" if name in _HEX else said
    if "text" not in event.said and (worded := _WORDED.search(message)) is not None:
        event.said["text"] = worded[1]


def _facts(event: _Event) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"cpu": event.cpu, "bank": event.bank, **event.said, "first_time": event.record.time}
    if event.status is not None:
        facts |= {
            "status": f"0x{event.status:016x}",
            "status.uncorrected": event.uncorrected,
            "status.overflow": bool(event.status & _OVERFLOW),
            "status.context_corrupt": bool(event.status & _CONTEXT_CORRUPT),
        }
    return facts
