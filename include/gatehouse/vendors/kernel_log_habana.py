"""habanalabs in the kernel log: what each Gaudi is, and its ECC errors, resets and lost heartbeats."""

import re

from gatehouse.model.readings import Fact
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_records import KernelLog
from gatehouse.vendors.pci_address import PATTERN

_LINE = re.compile(rf"habanalabs (hl\d{{1,3}}|accel\d{{1,3}}|{PATTERN}): (.*)")
_FACTS: dict[str, re.Pattern[str]] = {
    "model": re.compile(r"Found (\w{1,40}) device with"),
    "dram_gb": re.compile(r"device with (\d{1,6})GB DRAM"),
    "preboot": re.compile(r"Preboot version (\S{1,100}) "),
    "bootfit": re.compile(r"boot-fit version ([\w.-]{1,100})"),
    "pci": re.compile(rf"Successfully added device ({PATTERN}) to habanalabs"),
}
_FAULTS = (
    ("habanalabs.ecc", re.compile(r"\bECC\b.{0,200}(?:uncorrect|double|critical|DERR ?[=:] ?1)", re.IGNORECASE)),
    (
        "habanalabs.ecc",
        re.compile(r"(?:DERR|RD_PAR|WR_PAR|CA_PAR)=1\b|(?:double|uncorrectable).{0,60}\bECC\b", re.IGNORECASE),
    ),
    ("habanalabs.ecc_corrected", re.compile(r"\bECC\b.{0,200}(?:single|correct)|SERR=1\b", re.IGNORECASE)),
    ("habanalabs.heartbeat", re.compile(r"heartbeat (?:failed|fail|is not)|lost heartbeat", re.IGNORECASE)),
    (
        "habanalabs.reset",
        re.compile(r"[Gg]oing to (?:hard-|soft-|inference soft-|compute )?reset device|reset the chip"),
    ),
    (
        "habanalabs.failed",
        re.compile(r"device is (?:disabled|unusable|not operational)|Failed to initialize", re.IGNORECASE),
    ),
    ("habanalabs.interrupt", re.compile(r"Received H/W interrupt|H/W error|critical.{0,40}error", re.IGNORECASE)),
)


def note_habana(log: KernelLog, gathered: Gathered) -> None:
    """Facts by device as the driver names it (``hl0``); ``devices`` counts those that were added."""
    added: dict[str, bool] = {}
    for record in log.whole_mentioning("habanalabs "):
        match = _LINE.search(record.message)
        if match is None:
            continue
        device, said = match.groups()
        added.setdefault(device, False)
        facts: dict[str, Fact] = {
            name: int(found[1]) if name == "dram_gb" else found[1]
            for name, pattern in _FACTS.items()
            if (found := pattern.search(said))
        }
        added[device] = added[device] or "pci" in facts
        gathered.facts_of(device, facts)
        signature = next((name for name, pattern in _FAULTS if pattern.search(said)), None)
        if signature is not None:
            log.fault(record)
            gathered.found(FindingClass.HARDWARE, device, signature, said)
    for device, is_added in added.items():
        gathered.fact(f"{device}.added", is_added or None)
    if added:
        gathered.fact("devices", len(added))
