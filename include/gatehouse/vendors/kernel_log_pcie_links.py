"""PCIe besides AER in the kernel log: links lost in a hot-plug slot, containment (DPC), links narrower than possible.

Forms: Linux' drivers/pci (pcie/dpc.c, hotplug/pciehp_ctrl.c, pci.c).
"""

import re

from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import KernelLog, Record
from gatehouse.vendors.pci_address import PATTERN, pci_part

_SLOT = re.compile(r"pciehp: Slot\(([^)]{1,20})\): (Link Down|Card not present|Power fault)")
_DPC = re.compile(r"DPC: containment event, status:(0x[0-9a-fA-F]{1,8})\b")
_POWER = re.compile(r"mlx5_core .{0,60}insufficient power on the PCIe slot(?: \((\d{1,4})W\))?")
_LIMITED = re.compile(
    rf"\S{{1,40}} ({PATTERN}): (\d{{1,5}}\.\d{{1,4}}) Gb/s available PCIe bandwidth, limited by (\S{{1,5}}) GT/s "
    rf"PCIe x(\d{{1,2}}) link at ({PATTERN}) \(capable of (\d{{1,5}}\.\d{{1,4}}) Gb/s with \S{{1,5}} GT/s PCIe"
)
_ADDRESS = re.compile(PATTERN)
_SIGNATURES = {"Link Down": "pcie.link_down", "Card not present": "pcie.link_down", "Power fault": "pcie.power_fault"}


def note_pcie_links(log: KernelLog, gathered: Gathered) -> None:
    """Losses by slot (a link that goes down with its card is one), containments, and what each link could carry."""
    down: set[tuple[str, str]] = set()
    for record in log.whole_mentioning("pciehp", "DPC: ", "insufficient power", "available PCIe bandwidth"):
        part = _part(record)
        if (slot := _SLOT.search(record.message)) is not None:
            if slot[2] != "Power fault":
                down.add((slot[1], _second(record)))
            _fault(log, gathered, record, part, _SIGNATURES[slot[2]])
        elif (contained := _DPC.search(record.message)) is not None:
            gathered.facts.setdefault("dpc.status", contained[1])
            gathered.fact("dpc_events", int(str(gathered.facts.get("dpc_events") or 0)) + 1)
            _fault(log, gathered, record, part, "pcie.dpc")
        elif _POWER.search(record.message) is not None:
            _fault(log, gathered, record, part, "nic.power")
        elif (limited := _LIMITED.search(record.message)) is not None:
            _note_limited(gathered, limited)
    gathered.fact("pcie.link_down_events", len(down))


def _note_limited(gathered: Gathered, said: re.Match[str]) -> None:
    """A slot may be narrower by design: what the link carries is a fact, and limits judge it."""
    gathered.facts_of(
        f"{pci_part(said[1])}.pcie",
        {
            "available_gbit_per_s": float(said[2]),
            "capable_gbit_per_s": float(said[6]),
            "limited_at": pci_part(said[5]),
            "limited_gts": float(said[3]) if re.fullmatch(r"\d{1,3}(?:\.\d{1,2})?", said[3]) else None,
            "limited_width": int(said[4]),
            "bandwidth_limited": float(said[2]) < float(said[6]),
        },
    )


def _fault(log: KernelLog, gathered: Gathered, record: Record, part: str, signature: str) -> None:
    log.fault(record)
    gathered.found(FindingClass.HARDWARE, part, signature, record.message)


def _part(record: Record) -> str:
    match = _ADDRESS.search(record.message)
    return pci_part(match[0]) if match else "host"


def _second(record: Record) -> str:
    """The second it was told in; the two lines of one loss are told within it."""
    return str(record.time).split(".", 1)[0]
