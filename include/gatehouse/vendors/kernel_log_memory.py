"""Main memory and CPUs in the kernel log: EDAC, machine checks, APEI hardware errors, pages taken offline.

EDAC prints the number of errors in the message, so lines are not errors; OVERFLOW means that more were lost.
"""

import re

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record

_EDAC = re.compile(rf"EDAC (?:\w{{1,20}} )?MC(\d{{1,4}}): (?:(\d{{1,9}}){END} )?(CE|UE)\b(.*)")
_LABEL = re.compile(r" on (\S{1,100})(?: \(|$)|label \"([^\"]{1,100})\"")
_EDAC_NUMBERS = {
    "channel": re.compile(rf"\bchannel[: ](\d{{1,4}}){END}"),
    "slot": re.compile(rf"\bslot[: ](\d{{1,4}}){END}"),
    "row": re.compile(rf"\brow[: ](\d{{1,6}}){END}"),
}
_PAGE = re.compile(rf"\bpage[: ](0x[0-9a-fA-F]{{1,16}}){END}")
_MCE = re.compile(
    rf"\[Hardware Error\]: CPU ?:? ?(\d{{1,5}}){END}.{{0,60}}?(?:Machine Check|MC\d+_STATUS|Bank \d)", re.IGNORECASE
)
_MCE_BANK = re.compile(rf"(?:Bank |\bMC)(\d{{1,3}})(?:_STATUS)?{END}.{{0,60}}?: ?(?:0x)?([0-9a-fA-F]{{16}})\b")
# Bits of IA32_MCi_STATUS (Intel SDM vol. 3B, 16.3.2.2; AMD's MCA_STATUS has the same): an error not corrected.
_UNCORRECTED = 1 << 61
_APEI = re.compile(r"Hardware error from APEI Generic Hardware Error Source")
_APEI_SEVERITY = re.compile(r"event severity: (\w{4,14})\b")
_INJECTED = re.compile(rf"Injecting memory failure (?:at|for) pfn (0x[0-9a-fA-F]{{1,16}}){END}")
_FAILURE = re.compile(rf"Memory failure: (0x[0-9a-fA-F]{{1,16}}){END}:")
_RECOVERY = re.compile(r"recovery action for (.{1,80}): (Recovered|Ignored|Failed|Delayed)\b")


def note_memory(log: KernelLog, gathered: Gathered) -> None:
    """Corrected and uncorrected errors of memory, machine checks and memory failures."""
    _note_edac(log, gathered)
    _note_machine_checks(log, gathered)
    _note_apei(log, gathered)
    _note_memory_failures(log, gathered)


def _note_edac(log: KernelLog, gathered: Gathered) -> None:
    totals = {"CE": 0, "UE": 0}
    lines = 0
    for record in log.whole_mentioning("EDAC"):
        match = _EDAC.search(record.message)
        if match is None:
            continue
        controller, count, kind, rest = match.groups()
        lines += 1
        totals[kind] += int(count or 1)
        label = _LABEL.search(rest)
        name = (label[1] or label[2]) if label else f"mc{controller}"
        for fact, value in _edac_place(controller, name, rest).items():
            gathered.facts.setdefault(f"edac.{fact}", value)
        if "OVERFLOW" in rest:
            gathered.fact("edac.overflow", True)
        log.fault(record)
        gathered.found(FindingClass.HARDWARE, name, f"edac.{kind.lower()}", record.message)
    gathered.facts_of("edac", {"ce_total": totals["CE"], "ue_total": totals["UE"], "lines": lines})
    if any("CMCI storm" in record.message for record in log.whole_mentioning("CMCI")):
        gathered.fact("cmci_storm", True)


def _edac_place(controller: str, label: str, rest: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"mc": int(controller), "label": label}
    for name, pattern in _EDAC_NUMBERS.items():
        if (number := pattern.search(rest)) is not None:
            facts[name] = int(number[1])
    if (page := _PAGE.search(rest)) is not None:
        facts["first_page"] = page[1]
    return facts


def _note_machine_checks(log: KernelLog, gathered: Gathered) -> None:
    events = 0
    for record in log.whole_mentioning("[Hardware Error]"):
        match = _MCE.search(record.message)
        if match is None:
            continue
        events += 1
        log.fault(record)
        bank = _MCE_BANK.search(record.message)
        status = int(bank[2], 16) if bank else _UNCORRECTED
        if bank is not None:
            gathered.facts.setdefault("mce.bank", int(bank[1]))
            gathered.facts.setdefault("mce.status", f"0x{bank[2].lower()}")
        gathered.facts.setdefault("mce.cpu", int(match[1]))
        signature = "mce" if status & _UNCORRECTED else "mce.corrected"
        gathered.found(FindingClass.HARDWARE, f"cpu{match[1]}", signature, record.message)
    logged = sum(1 for _ in log.whole_mentioning("Machine check events logged"))
    gathered.facts_of("mce", {"events": events, "logged": logged})
    if logged and not events:
        text = "Machine check events logged: see mcelog or rasdaemon"
        gathered.found(FindingClass.HARDWARE, "host", "mce.corrected", text)


def _note_apei(log: KernelLog, gathered: Gathered) -> None:
    """Reports of the firmware. Those of a PCIe section are told again as AER, and count there."""
    reports: list[list[Record]] = []
    for record in log.whole_mentioning("[Hardware Error]"):
        if _APEI.search(record.message):
            reports.append([])
        if reports:
            reports[-1].append(record)
    counted = [report for report in reports if not any("section_type: PCIe" in record.message for record in report)]
    gathered.fact("apei.events", len(counted))
    for report in counted:
        severity = next((match[1] for r in report if (match := _APEI_SEVERITY.search(r.message))), "unknown")
        section = next((r.message for r in report if "section_type:" in r.message), report[0].message)
        log.fault(report[0])
        gathered.found(FindingClass.HARDWARE, "host", f"apei.{severity}", f"{severity}: {section}")


def _note_memory_failures(log: KernelLog, gathered: Gathered) -> None:
    injected: set[str] = set()
    pages: dict[str, Record] = {}
    for record in log.whole_mentioning("emory failure"):
        if (match := _INJECTED.search(record.message)) is not None:
            injected.add(match[1])
            pages.setdefault(match[1], record)
        elif (match := _FAILURE.search(record.message)) is not None:
            pages.setdefault(match[1], record)
            if (recovery := _RECOVERY.search(record.message)) is not None:
                gathered.facts.setdefault("action", recovery[1])
                gathered.facts.setdefault("outcome", recovery[2])
    gathered.fact("memory_failures", len(pages))
    for page, record in pages.items():
        gathered.facts.setdefault("pfn", page)
        gathered.facts.setdefault("time", record.time)
        gathered.facts.setdefault("injected", page in injected)
        kind = FindingClass.APPLICATION if page in injected else FindingClass.HARDWARE
        gathered.found(kind, "host", "memory_failure", record.message)
        if page not in injected:
            log.fault(record)
