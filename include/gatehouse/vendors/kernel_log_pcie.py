"""PCIe errors in the kernel log (AER), as native or as firmware reports them: several lines, one event.

Names of the status bits and their usual severity: PCI Express Base Specification 6.0, section 7.8.4.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_pcie_links import note_pcie_links
from gatehouse.vendors.kernel_log_records import END, KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_DEVICE = re.compile(rf"([\w-]{{1,40}}) ({PATTERN}): (.*)")
# Kernels before 4.20 write the identity of the sender before the agent, or in its place.
_NATIVE = re.compile(
    r"PCIe Bus Error: severity=([^,]{5,40}), type=([^,]{3,40}), (?:id=\w{1,8})?\((?:id=\w{1,8}|([^)]{3,30}))\)"
)
_RECEIVED = re.compile(
    rf"AER: (?:Multiple )?(Correct\w{{2,4}}|Uncorrect\w{{2,4}} \([\w-]{{5,9}}\)) error (?:message )?received"
    rf"(?: from |: )(?:({PATTERN})|id=\w{{1,8}})"
)
_TLP = re.compile(r"TLP Header: ((?:(?:0x)?[0-9a-fA-F]{8} ?){4,14})")
_STATUS = re.compile(rf"aer_(?:cor_|uncor_)?status: ?(0x[0-9a-fA-F]{{1,8}}){END}")
_MASKED = re.compile(r"error status/mask=([0-9a-fA-F]{8})/[0-9a-fA-F]{8}")
_BIT = re.compile(r"\[ ?(\d{1,2})\]\s{1,12}([A-Za-z][\w-]{1,20}(?: [\w-]{1,20}){0,3})\s{0,24}(\(First\))?\s{0,8}$")
_LAYER = re.compile(r"aer_layer=([^,]{3,40}), aer_agent=(.{3,40}?)\s*$")
_RECOVERY = re.compile(r"(?:AER: )?device recovery (failed|successful)")
_QEMU = re.compile(rf"vfio_err_notifier_handler\(({PATTERN})\) Unrecoverable error")
_CORRECTED_BITS = frozenset(
    {"RxErr", "BadTLP", "BadDLLP", "Rollover", "Timeout", "NonFatalErr", "CorrIntErr", "HeaderOF"}
)
_FATAL_BITS = frozenset({"DLP", "SDES", "FCP", "RxOF", "MalfTLP", "UncorrIntErr"})


@dataclass(slots=True)
class _Event:
    """One error of one device, gathered from its lines."""

    device: str
    driver: str | None
    severity: str = ""
    status: str | None = None
    bits: list[str] = field(default_factory=list)
    first: str | None = None
    layer: str | None = None
    agent: str | None = None
    tlp: str | None = None

    @property
    def grade(self) -> str:
        """corrected, nonfatal or fatal: as stated, else by the usual severity of its bits; unknown without either."""
        if self.severity:
            said = self.severity.lower()
            return "corrected" if said.startswith("correct") else "nonfatal" if "non-fatal" in said else "fatal"
        if not self.bits:
            return "unknown"
        if _CORRECTED_BITS.issuperset(self.bits):
            return "corrected"
        return "fatal" if _FATAL_BITS.intersection(self.bits) else "nonfatal"


def note_pcie(log: KernelLog, gathered: Gathered) -> None:
    """AER events by device and grade, what the first of them was, and how the recovery ended."""
    events = _events(log)
    grades = Counter(event.grade for event in events)
    gathered.facts_of("pcie.aer", {grade: grades[grade] for grade in ("corrected", "nonfatal", "fatal")})
    if any("AER handled by firmware" in record.message for record in log.whole_mentioning("AER")):
        gathered.fact("firmware_first", True)
    if events:
        gathered.facts_of("", _first(events))
        gathered.fact("events", len(events))
        gathered.fact("devices", list(dict.fromkeys(event.device for event in events)))
    for (device, grade), count in Counter((event.device, event.grade) for event in events).items():
        gathered.fact(f"{device}.aer.{grade}", count)
        bits = sorted({bit for event in events if event.device == device for bit in event.bits})
        gathered.found(
            FindingClass.HARDWARE, device, f"pcie.aer.{grade}", f"{count} {grade} PCIe errors: {', '.join(bits)}"
        )
    _note_recovery(log, gathered)
    note_pcie_links(log, gathered)


def _events(log: KernelLog) -> list[_Event]:
    """An event starts with the line that states it; bits and status of the same device that follow belong to it.

    What the root port received counts where no such line follows: the details were lost, or rate-limited.
    """
    events: list[_Event] = []
    open_events: dict[str, _Event] = {}
    received: _Event | None = None
    for record in log.whole_mentioning("AER", "PCIe Bus Error", "error status/mask", " [", "TLP Header"):
        match = _DEVICE.search(record.message)
        if match is None or "[Hardware Error]" in record.message:
            continue
        driver, device, said = str(match[1]), pci_part(match[2]), str(match[3])
        if (announced := _RECEIVED.search(said)) is not None:
            events += [received] if received is not None else []
            received = _Event(pci_part(announced[2] or device), None if announced[2] else driver, announced[1])
            log.fault(record)
        native, status = _NATIVE.search(said), _STATUS.search(said)
        if native is not None or (status is not None and _starts_anew(open_events.get(device))):
            open_events[device] = _Event(device, driver)
            events.append(open_events[device])
            received = None
            log.fault(record)
        if device in open_events:
            _add(open_events[device], said, native, status)
    return events + ([received] if received is not None and not log.is_cut else [])


def _starts_anew(event: _Event | None) -> bool:
    return event is None or event.status is not None


def _add(event: _Event, said: str, native: re.Match[str] | None, status: re.Match[str] | None) -> None:
    if native is not None:
        event.severity, event.layer, event.agent = native[1], native[2], native[3]
    if status is not None:
        event.status = status[1]
    if (masked := _MASKED.search(said)) is not None:
        event.status = event.status or f"0x{masked[1]}"
    if (bit := _BIT.search(said)) is not None and bit[2] not in event.bits:
        event.bits.append(bit[2])
        event.first = bit[2] if bit[3] else event.first
    if (tlp := _TLP.search(said)) is not None and event.tlp is None:
        event.tlp = tlp[1].strip()
    if (layer := _LAYER.search(said)) is not None:
        event.layer, event.agent = layer[1], layer[2]


def _first(events: list[_Event]) -> dict[str, Fact]:
    event = events[0]
    return {
        "device": event.device,
        "driver": event.driver,
        "aer.status": event.status,
        "aer.bits": list(event.bits),
        "aer.bit": event.first or (event.bits[0] if event.bits else None),
        "aer.first": event.first,
        "aer.layer": event.layer,
        "aer.agent": event.agent,
        "aer.tlp_header": event.tlp,
        "aer.severity": event.grade if event.grade != "unknown" else None,
    }


def _note_recovery(log: KernelLog, gathered: Gathered) -> None:
    for record in log.whole_mentioning("device recovery", "can't recover"):
        ended, device = _RECOVERY.search(record.message), _DEVICE.search(record.message)
        if ended is not None and device is not None:
            gathered.fact("recovery", ended[1])
            gathered.fact("recovery.port", pci_part(device[2]))
            if ended[1] == "failed":
                log.fault(record)
                gathered.found(FindingClass.HARDWARE, pci_part(device[2]), "pcie.recovery_failed", record.message)
    for record in _qemu_lines(log):
        if (unrecoverable := _QEMU.search(record.message)) is not None:
            gathered.facts.setdefault("qemu_unrecoverable", pci_part(unrecoverable[1]))


def _qemu_lines(log: KernelLog) -> list[Record]:
    """The virtual machine monitor's own lines, which stand beside the kernel's in a journal."""
    return [record for record in log.records if "vfio_err_notifier_handler" in record.message]
