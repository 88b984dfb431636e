"""Main memory in the kernel log: EDAC, pages taken offline.

EDAC prints the number of errors in the message, so lines are not errors; OVERFLOW means that more were lost.
Forms: Linux' drivers/edac (edac_mc.c and the drivers of skx, i10nm, sb, amd64, ie31200, ghes), mm/memory-failure.c.
"""

import re

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record

_EDAC = re.compile(rf"EDAC (?:\w{{1,20}} )?MC(\d{{1,4}}): (?:(\d{{1,9}}){END} )?(CE|UE)\b(.*)")
_DEVICE = re.compile(rf"EDAC DEVICE(\d{{1,4}}): (?:(\d{{1,9}}){END} )?(CE|UE)\b(.*)")
_LABEL = re.compile(r" on (\S.{0,100}?)(?: \(|$)|labels? \"([^\"]{1,100})\"")
_NO_LABEL = re.compile(r"(?:unknown|any) (?:memory|label)|^-?$")
_NUMBERS = {
    name: re.compile(rf"\b{name}[: ](\d{{1,6}}){END}")
    for name in ("channel", "slot", "row", "csrow", "socket", "rank", "node", "card", "module")
}
_PAGE = re.compile(rf"\bpage[: ](0x[0-9a-fA-F]{{1,16}}){END}")
_INJECTED = re.compile(rf"Injecting memory failure (?:at|for) pfn (0x[0-9a-fA-F]{{1,16}}){END}")
_FAILURE = re.compile(rf"Memory failure: (0x[0-9a-fA-F]{{1,16}}){END}:")
_RECOVERY = re.compile(r"recovery action for (.{1,80}): (Recovered|Ignored|Failed|Delayed)\b")
_KILLED = re.compile(rf"Killing (.{{1,64}}?):(\d{{1,10}}){END} due to hardware memory corruption")


def note_memory(log: KernelLog, gathered: Gathered) -> None:
    """Corrected and uncorrected errors of memory, memory failures."""
    _note_edac(log, gathered)
    _note_memory_failures(log, gathered)
    killed = [match for r in log.mentioning("memory corruption") if (match := _KILLED.search(r.message)) is not None]
    if killed:
        gathered.total("memory_failure_kills", len(killed))


def _note_edac(log: KernelLog, gathered: Gathered) -> None:
    totals = {"CE": 0, "UE": 0}
    labels: dict[str, dict[str, int]] = {}
    lines = 0
    for record in log.whole_mentioning("EDAC"):
        match = _EDAC.search(record.message) or _DEVICE.search(record.message)
        if match is None:
            continue
        controller, said, kind, rest = match.groups()
        lines += 1
        count = int(said or 1)
        totals[kind] += count
        name = _label(rest) or f"{'mc' if match.re is _EDAC else 'device'}{controller}"
        counts = labels.setdefault(name, {"CE": 0, "UE": 0})
        counts[kind] += count
        if lines == 1:
            gathered.facts_of("edac", _place(controller, name, rest))
        if "OVERFLOW" in rest:
            gathered.fact("edac.overflow", True)
        log.fault(record)
        gathered.found(FindingClass.HARDWARE, name, f"edac.{kind.lower()}", record.message)
    gathered.facts_of("edac", {"ce_total": totals["CE"], "ue_total": totals["UE"], "lines": lines})
    if labels:
        gathered.fact("edac.labels", list(labels))
    for name, counts in labels.items():
        gathered.facts_of(f"edac.{name}", {"ce_total": counts["CE"], "ue_total": counts["UE"]})
    if any("CMCI storm" in record.message for record in log.whole_mentioning("CMCI")):
        gathered.fact("cmci_storm", True)


def _label(rest: str) -> str | None:
    match = _LABEL.search(rest)
    said = (match[1] or match[2] or "").strip() if match else ""
    return None if _NO_LABEL.search(said) else said


def _place(controller: str, label: str, rest: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"mc": int(controller), "label": label}
    for name, pattern in _NUMBERS.items():
        if (number := pattern.search(rest)) is not None:
            facts[name] = int(number[1])
    if (page := _PAGE.search(rest)) is not None:
        facts["first_page"] = page[1]
    return facts


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
