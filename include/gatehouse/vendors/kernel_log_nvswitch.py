"""NVSwitches in the kernel log: SXids. One comes as a line that states it, one with its severity and one with data."""

import re
from collections import Counter

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.nvidia_xids import sxid_is_fatal
from gatehouse.vendors.pci_address import PATTERN, pci_part

_SXID = re.compile(rf"nvidia-nvswitch(\d{{1,3}}): SXid \((?:PCI:)?({PATTERN})\): (\d{{4,6}}){END}, (.*)")
_STATED = re.compile(rf"(Non-fatal|Fatal), (?:Link (\d{{1,3}}){END} ?)?(.*)", re.IGNORECASE)
_SEVERITY = re.compile(rf"Severity (\d{{1,3}}){END} Engine instance (\d{{1,4}}){END}")

_Events = list[tuple[Record, re.Match[str]]]


def note_sxids(log: KernelLog, gathered: Gathered, lines: list[Record]) -> None:
    """Of an SXid's three lines those of the most frequent kind count."""
    events: _Events = [(line, match) for line in lines if (match := _SXID.search(line.message))]
    codes = list(dict.fromkeys(int(match[3]) for _, match in events))
    gathered.fact("sxids", sum(_count(_of_code(events, code)) for code in codes))
    if codes:
        gathered.fact("first_sxid", codes[0])
        gathered.fact("last_sxid", int(events[-1][1][3]))
        gathered.fact("sxid_codes", codes)
    for code in codes:
        _note_sxid(gathered, code, _of_code(events, code))
    for line, _ in events:
        log.fault(line)


def _of_code(events: _Events, code: int) -> _Events:
    return [(line, match) for line, match in events if int(match[3]) == code]


def _note_sxid(gathered: Gathered, code: int, events: _Events) -> None:
    matches = [match for _, match in events]
    stated = [found for match in matches if (found := _STATED.match(match[4]))]
    graded = next((found for match in matches if (found := _SEVERITY.match(match[4]))), None)
    links = list(dict.fromkeys(int(found[2]) for found in stated if found[2]))
    facts: dict[str, Fact] = {
        "count": _count(events),
        "pci": matches[0][2],
        "nvswitch": int(matches[0][1]),
        "fatal": any(found[1].lower() == "fatal" for found in stated) if stated else sxid_is_fatal(code),
        "link": links[0] if links else None,
        "links": links,
        "severity": int(graded[1]) if graded else None,
        "engine_instance": int(graded[2]) if graded else None,
        "text": stated[0][3][:200] if stated else None,
        "time": events[0][0].time,
        "last_time": events[-1][0].time,
        "devices": list(dict.fromkeys(pci_part(match[2]) for match in matches)),
    }
    gathered.facts_of(f"sxid.{code}", facts)
    for match in matches:
        text = stated[0][0] if stated else match[4]
        gathered.found(FindingClass.HARDWARE, pci_part(match[2]), f"sxid.{code}", f"SXid {code}: {text}")


def _count(events: _Events) -> int:
    kinds = Counter(match[4].split(" ", 1)[0].rstrip(",") for _, match in events)
    stated = kinds.pop("Fatal", 0) + kinds.pop("Non-fatal", 0)
    return max(stated, *kinds.values(), 0) if kinds else stated
