"""The log of NVIDIA's fabric manager: records by level, and the NVSwitch errors in it.

A record may run over several lines; those that follow the first have no timestamp. In the journal of its service the
manager writes no level: there its words tell what is an error.
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

_RECORD = re.compile(
    r"(?:\S.{0,100}: )?\[([A-Z][a-z]{2} +\d{1,2} \d{4} \d\d:\d\d:\d\d)\] \[(\w{3,10})\] \[tid (\d{1,10})\] (.*)$"
)
_JOURNAL = re.compile(
    r"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S{0,20}) \S{1,100} "
    r"nv(?:idia)?-fabricmanager[\w.-]{0,20}\[\d{1,10}\]: (.*)$"
)
_BAD_WORDS = re.compile(r"\b(?:failed|failure|error|mismatch)\b|n[o']t match", re.IGNORECASE)
_VERSION = re.compile(r"Fabric Manager version:? (\d[\w.]{1,30})", re.IGNORECASE)
_CONFIGURED = re.compile(r"Successfully configured all the available (?:NVSwitches|GPUs and NVSwitches)")
_DRIVER_SXID = re.compile(rf"SXid \(PCI:({PATTERN})\): (\d{{4,6}}), (Non-fatal|Fatal)(.*)", re.IGNORECASE)
_NVL_ERROR = re.compile(r"detected GPU NVL (non-fatal|fatal) error", re.IGNORECASE)
_NVL_FIELD = re.compile(r"^(\w{3,40}) ?: (0x[0-9A-Fa-f]{1,16}|\d{1,20})\s*$", re.MULTILINE)
_SXID = re.compile(
    rf"detected NVSwitch (non-fatal|fatal) error (\d{{4,6}}) (?:on fid \d{{1,4}} )?"
    rf"on NVSwitch pci bus id ({PATTERN})(.*)"
)
_PLACE = {"physical_id": re.compile(r"physical id (\d{1,6})\b"), "port": re.compile(r"port (\d{1,6})\b")}
_OTHER = (
    (
        FindingClass.HARDWARE,
        "nvswitch.missing",
        re.compile(r"number of NVSwitches? (?:do(?:es)? not|do(?:es)?n't) match", re.IGNORECASE),
    ),
    (
        FindingClass.HARDWARE,
        "nvlink.training",
        re.compile(r"NVLink.{0,80}(?:(?:train|initializ).{0,40}fail|not (?:trained|initialized))", re.IGNORECASE),
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
        "fabric.no_nvswitch",
        re.compile(
            r"NV_WARN_NOTHING_TO_DO|no NVSwitch\w{0,2} (?:devices? )?\w{0,4} ?(?:found|detected)", re.IGNORECASE
        ),
    ),
    (
        FindingClass.CONFIGURATION,
        "fabric.version",
        re.compile(r"version.{0,60}(?:mismatch|not match|n't match|not compatible)", re.IGNORECASE),
    ),
)
_MAX_ERRORS = 1000
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
    errors = [record for record in records if _is_error(record)]
    gathered.facts_of(
        "",
        {
            "records": len(records),
            "first_time": records[0].time,
            "first_level": records[0].level or None,
            "last_time": records[-1].time,
            "last_level": records[-1].level or None,
            "version": next((match[1] for record in records if (match := _VERSION.search(record.text))), None),
            "configured": any(_CONFIGURED.search(record.text) for record in records) or None,
            "errors": len(errors),
            "warnings": sum(record.level.upper().startswith("WARN") for record in records),
        },
    )
    told = [_error(gathered, record) for record in errors]
    for index, facts in enumerate(told[:_MAX_ERRORS]):
        gathered.facts_of(f"error{index}", facts)
    if len(told) > _MAX_ERRORS:
        gathered.error(f"{len(told)} errors; the first {_MAX_ERRORS} are given as facts")
    gathered.total("fatal", sum(facts.get("fatal") is True for facts in told))
    gathered.total("sxids", sorted({int(str(facts["sxid"])) for facts in told if "sxid" in facts}))
    return gathered.done()


def _records(lines: list[str]) -> list[_Record]:
    records: list[_Record] = []
    for line in lines:
        match = _RECORD.match(line[:4000])
        if match is not None:
            records.append(_Record(match[1], match[2], match[4]))
        elif (match := _JOURNAL.match(line[:4000])) is not None:
            records.append(_Record(match[1], "", match[2]))
        elif records and records[-1].level and line.strip() and len(records[-1].text) < 8000:
            last = records.pop()
            records.append(_Record(last.time, last.level, f"{last.text}\n{line[:4000]}"))
    return records


def _is_error(record: _Record) -> bool:
    return record.level.upper() in _BAD_LEVELS or (not record.level and bool(_BAD_WORDS.search(record.text)))


def _error(gathered: Gathered, record: _Record) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"time": record.time, "text": " ".join(record.text.split("\n")[0].split())[:500]}
    if (sxid := _sxid(record.text)) is not None:
        fatal, code, switch, rest = sxid
        facts |= {"sxid": int(code), "fatal": fatal, "nvswitch_pci": switch}
        facts |= {name: int(match[1]) for name, pattern in _PLACE.items() if (match := pattern.search(rest))}
        gathered.found(FindingClass.HARDWARE, pci_part(switch), f"sxid.{code}", record.text)
    elif (nvl := _NVL_ERROR.search(record.text)) is not None:
        fields = dict(_NVL_FIELD.findall(record.text))
        facts["fatal"] = nvl[1].lower() == "fatal"
        facts |= {_snake(name): value if value.startswith("0x") else int(value) for name, value in fields.items()}
        part = f"module{fields['moduleId']}" if fields.get("moduleId", "").isdigit() else "host"
        gathered.found(FindingClass.HARDWARE, part, "nvlink.error", record.text)
    else:
        known = next(((kind, name) for kind, name, pattern in _OTHER if pattern.search(record.text)), None)
        kind, name = known or (FindingClass.TOOL_ERROR, "fabric.error")
        gathered.found(kind, "host", name, record.text)
    return facts


def _sxid(text: str) -> tuple[bool, str, str, str] | None:
    """Fatal or not, number, switch and the rest, in the fabric manager's own words or in the driver's."""
    if (own := _SXID.search(text)) is not None:
        return own[1] == "fatal", own[2], own[3], own[4]
    if (drivers := _DRIVER_SXID.search(text)) is not None:
        return drivers[3].lower() == "fatal", drivers[2], drivers[1], drivers[4]
    return None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
