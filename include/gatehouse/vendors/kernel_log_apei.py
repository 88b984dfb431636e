"""What the firmware reports through ACPI (APEI: GHES while running, BERT of the last boot): several lines, one event.

Forms: Linux' drivers/firmware/efi/cper.c and drivers/acpi/apei.
"""

import re

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_START = re.compile(r"Hardware error from APEI Generic Hardware Error Source")
_BOOT = re.compile(r"BERT: Error records? from previous boot")
_SEVERITY = re.compile(r"event severity: (\w{4,14})\b")
_SECTION = re.compile(r"section[_ ]type: (.{3,80}?)\s*$")
_DEVICE = re.compile(rf"\bdevice_id: ({PATTERN})\b")
_FRU = re.compile(r"fru_text: (.{1,60}?)\s*$")
_DETAILS = {
    "physical_address": re.compile(rf"physical_address: (0x[0-9a-fA-F]{{1,16}}){END}"),
    "error_type": re.compile(r"error_type: (?:\d{1,3}, )?(.{3,80}?)\s*$"),
    "fru": _FRU,
    "dimm": re.compile(r"DIMM location: (?!not present)(.{1,60}?)(?:\. DMI handle.*|\s*)$"),
}


def note_apei(log: KernelLog, gathered: Gathered) -> None:
    """Reports of the firmware by severity. Those of PCIe that the kernel tells again as AER count there only."""
    twins = {pci_part(m[0]) for r in log.whole_mentioning("AER: aer_", "aer_status: ") if (m := _address(r))}
    reports = _reports(log)
    counted = [report for report in reports if not (_device(report) and _device(report) in twins)]
    gathered.fact("apei.events", len(counted))
    if reports:
        gathered.facts_of("apei", _facts(reports[0]))
    if any(_BOOT.search(record.message) for record in log.whole_mentioning("BERT: ")):
        gathered.fact("bert", True)
    for report in counted:
        severity = _first(report, _SEVERITY) or "unknown"
        text = f"{severity}: {_first(report, _SECTION) or report[0].message}"
        log.fault(report[0])
        gathered.found(FindingClass.HARDWARE, _device(report) or "host", f"apei.{severity}", text)


def _reports(log: KernelLog) -> list[list[Record]]:
    """A report starts with the line of its source, or with its severity where BERT gives it none."""
    reports: list[list[Record]] = []
    from_boot = False
    for record in log.whole_mentioning("[Hardware Error]", "BERT: "):
        from_boot = from_boot or bool(_BOOT.search(record.message))
        if _START.search(record.message) or (
            from_boot and _SEVERITY.search(record.message) and not (reports and _is_open(reports[-1]))
        ):
            reports.append([record])
        elif reports and "mce: " not in record.message:
            reports[-1].append(record)
    return reports


def _is_open(report: list[Record]) -> bool:
    return not any(_SEVERITY.search(record.message) for record in report)


def _first(report: list[Record], pattern: re.Pattern[str]) -> str | None:
    return next((match[1] for record in report if (match := pattern.search(record.message))), None)


def _facts(report: list[Record]) -> dict[str, Fact]:
    details = {name: said for name, pattern in _DETAILS.items() if (said := _first(report, pattern)) is not None}
    return {
        "severity": _first(report, _SEVERITY),
        "section": _first(report, _SECTION),
        "device": _device(report),
        **details,
    }


def _device(report: list[Record]) -> str | None:
    """The PCIe device that a report is about."""
    if not any("PCIe error" in record.message for record in report):
        return None
    said = _first(report, _DEVICE)
    return pci_part(said) if said else None


def _address(record: Record) -> re.Match[str] | None:
    return re.search(PATTERN, record.message) if "[Hardware Error]" not in record.message else None
