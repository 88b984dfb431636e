"""The log of NVIDIA's fabric manager: records by level, and the NVSwitch errors in it.

A record may run over several lines; those that follow the first have no timestamp.
"""

import re
from dataclasses import dataclass

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.pci_address import PATTERN, pci_part
from gatehouse.vendors.registry import reads

_RECORD = re.compile(r"\[([A-Z][a-z]{2} +\d{1,2} \d{4} \d\d:\d\d:\d\d)\] \[(\w{3,10})\] \[tid (\d{1,10})\] (.*)$")
_SXID = re.compile(
    rf"detected NVSwitch (non-fatal|fatal) error (\d{{4,6}}) (?:on fid \d{{1,4}} )?"
    rf"on NVSwitch pci bus id ({PATTERN})(.*)"
)
_PLACE = {"physical_id": re.compile(r"physical id (\d{1,6})\b"), "port": re.compile(r"port (\d{1,6})\b")}
_OTHER = (
    (
        FindingClass.HARDWARE,
        "nvswitch.missing",
        re.compile(r"number of NVSwitches? (?:does not|doesn't) match", re.IGNORECASE),
    ),
    (
        FindingClass.HARDWARE,
        "nvlink.training",
        re.compile(r"NVLink.{0,80}(?:train|initializ).{0,40}fail", re.IGNORECASE),
    ),
    (
        FindingClass.HARDWARE,
        "nvlink.failure",
        re.compile(r"(?:access|trunk) (?:NV)?link failure|port .{0,40}contain.{0,20}error", re.IGNORECASE),
    ),
    (
        FindingClass.HARDWARE,
        "fabric.multicast",
        re.compile(r"failed to find the GPU handle \d{1,20} in the multicast team"),
    ),
    (
        FindingClass.CONFIGURATION,
        "fabric.version",
        re.compile(r"version.{0,60}(?:mismatch|not match|not compatible)", re.IGNORECASE),
    ),
)
_BAD_LEVELS = ("ERROR", "CRITICAL", "FATAL")


@dataclass(frozen=True, slots=True)
class _Record:
    """One record with the lines that follow it."""

    time: str
    level: str
    text: str


@reads("fabricmanager-log")
def read_fabricmanager_log(said: Completed) -> ToolReport:
    """Records by level; each error with its SXid, switch and port where it names them.

    Raises:
        UnreadableError: no line is a record of the fabric manager.
    """
    gathered, text = gather("fabricmanager-log", said)
    records = _records(whole_lines(gathered, text))
    if not records:
        raise UnreadableError("no record of the fabric manager")
    errors = [record for record in records if record.level.upper() in _BAD_LEVELS]
    gathered.facts_of(
        "",
        {
            "records": len(records),
            "first_time": records[0].time,
            "first_level": records[0].level,
            "errors": len(errors),
            "warnings": sum(record.level.upper().startswith("WARN") for record in records),
        },
    )
    for index, record in enumerate(errors):
        gathered.facts_of(f"error{index}", _error(gathered, record))
    return gathered.done()


def _records(lines: list[str]) -> list[_Record]:
    records: list[_Record] = []
    for line in lines:
        match = _RECORD.match(line[:4000])
        if match is not None:
            records.append(_Record(match[1], match[2], match[4]))
        elif records and line.strip() and len(records[-1].text) < 8000:
            last = records.pop()
            records.append(_Record(last.time, last.level, f"{last.text}\n{line[:4000]}"))
    return records


def _error(gathered: Gathered, record: _Record) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"time": record.time, "text": " ".join(record.text.split())[:500]}
    sxid = _SXID.search(record.text)
    if sxid is None:
        known = next(((kind, name) for kind, name, pattern in _OTHER if pattern.search(record.text)), None)
        kind, name = known or (FindingClass.TOOL_ERROR, "fabric.error")
        gathered.found(kind, "host", name, record.text)
        return facts
    fatal, code, switch, rest = sxid.groups()
    facts |= {"sxid": int(code), "fatal": fatal == "fatal", "nvswitch_pci": switch}
    facts |= {name: int(match[1]) for name, pattern in _PLACE.items() if (match := pattern.search(rest))}
    gathered.found(FindingClass.HARDWARE, pci_part(switch), f"sxid.{code}", record.text)
    return facts
