"""``ipmitool sel elist``: the BMC's event log: ``id | date | time | sensor | event | Asserted``, id in hexadecimal.

Newer versions print a 12-hour clock with a zone, and a seventh column with reading and threshold. Some BMCs leave junk
records (an unknown sensor and no event). The highest id is not always the newest record, as the log is a ring. ``-v``
prints a record over several lines, ``-c`` with commas.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-sel-elist"
_ENTRY = re.compile(r"\s{0,8}([0-9a-f]{1,4}) \|(.{1,400})")
_CSV = re.compile(r"([0-9a-f]{1,4}),((?:\d{2}/\d{2}/\d{2,4}|Pre-Init|OEM record).{1,400})")
_FIELD = re.compile(r" {0,4}([A-Z][A-Za-z /]{2,30}?)\s{0,24}: (.{1,200})")
_PRE_INIT = re.compile(r"Pre-Init ?(?:Time-?stamp)?", re.IGNORECASE)
_CLOSED = re.compile(r"\s{0,8}[0-9a-f]{1,4} \|.{1,400}\| (?:Asserted|Deasserted)")
_EMPTY = re.compile(r"SEL has no entries", re.IGNORECASE)
_US_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4}|\d{2})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(?: ([AP]M))?(?: ([A-Z][A-Z0-9+-]{1,6}))?")
_READING = re.compile(r"Reading (-?[\d.]{1,12}) [<>=]{1,2} Threshold (-?[\d.]{1,12})(?: ([A-Za-z][A-Za-z ]{0,20}))?")
_DIMM = re.compile(r"(?<![A-Za-z])(DIMM[_-]?[A-Z0-9]{1,8}|(?<=[@( ])[A-Z]\d{1,2}(?=\)))")
_CPU = re.compile(r"\bCPU ?(\d{1,3})\b")
_GRAVE = tuple(
    (signature, re.compile(words, re.IGNORECASE))
    for signature, words in {
        "sel.memory_uncorrectable": r"uncorrectable (?:ecc|memory|error)|uncorrectable$",
        "sel.pcie_fatal": r"bus fatal|pci serr|pci perr|bus uncorrectable",
        "sel.power_supply": r"ac lost|input lost|power supply fail|failure detected|predictive failure",
        "sel.cpu": r"\bierr\b|thermal trip|machine check",
        "sel.drive": r"drive fault|in failed array",
        "sel.threshold_critical": r"(?<!non-)critical going|non-recoverable|transition to critical",
        "sel.critical": r"(?<!non-)\bfatal\b|(?<!non-)\bcritical\b",
    }.items()
)
_HEX = re.compile(r"[0-9a-fA-F]{1,4}")
_LEAST_COLUMNS = 4  # date, time, sensor, event: the oldest versions print no direction
_DIRECTIONS: dict[str, Fact] = {"asserted": True, "deasserted": False}
_CENTURY = 2000
_NOON = 12


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    sensor: str
    event: str
    asserted: bool
    grave: str | None
    facts: dict[str, Fact]


@reads(_TOOL)
def read_ipmitool_sel_elist(said: Completed) -> ToolReport:
    """Events in the order printed, ``e0`` …; those that are grave and still asserted are findings.

    Raises:
        UnreadableError: no event in that form, and no word that the log is empty.
    """
    lines = lines_of(with_errors(said)).with_tail(_EMPTY, ends=True).with_tail(_CLOSED)
    events = [event for line in lines if (event := _line_event(line.rstrip()))] or list(_verbose_events(lines))
    draft = Draft(_TOOL, said)
    if not events and not any(_EMPTY.search(line) for line in lines):
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no event: not ipmitool sel elist: {first[:200]}")
    draft.total("entries", len(events))
    for index, event in enumerate(events):
        for name, value in event.facts.items():
            draft.fact(f"e{index}.{name}", value)
    draft.note_end(lines)
    if not draft.cut:
        draft.fact("real_entries", sum(event.facts.get("junk") is False for event in events))
        draft.fact("critical", sum(event.grave is not None and event.asserted for event in events))
    _judge(draft, events)
    return draft.done()


def _line_event(line: str) -> _Event | None:
    if match := _ENTRY.fullmatch(line):
        return _event(int(match.group(1), 16), [cell.strip() for cell in match.group(2).split("|")])
    if match := _CSV.fullmatch(line):
        return _event(int(match.group(1), 16), [cell.strip() for cell in match.group(2).split(",")])
    return None


def _verbose_events(lines: Lines) -> Iterator[_Event]:
    """Records of ``-v``, each from its "SEL Record ID" on; a last one without its direction is not whole."""
    record: dict[str, str] = {}
    for line in (*lines, "SEL Record ID : 0"):
        if not (match := _FIELD.fullmatch(line.rstrip())):
            continue
        if match.group(1) == "SEL Record ID":
            if "SEL Record ID" in record and ("Event Direction" in record or "Description" in record):
                yield _verbose_event(record)
            record = {}
        record.setdefault(match.group(1), match.group(2).strip())


def _verbose_event(record: dict[str, str]) -> _Event:
    date, _, time = record.get("Timestamp", "").partition(" ")
    sensor = f"{record.get('Sensor Type', '')} #0x{record.get('Sensor Number', '').removeprefix('0x')}"
    state = {"Assertion Event": "Asserted", "Deassertion Event": "Deasserted"}.get(
        record.get("Event Direction", ""), ""
    )
    number = record["SEL Record ID"]
    return _event(
        int(number, 16) if _HEX.fullmatch(number) else 0,
        [date, time.strip(), sensor.removesuffix(" #0x"), record.get("Description", ""), state],
    )


def _event(number: int, cells: list[str]) -> _Event:
    """An event of its columns after the id; records of makers (OEM) have others and keep their text only."""
    if len(cells) < _LEAST_COLUMNS or any(cell.startswith("OEM record") for cell in cells[:3]):
        text = " | ".join(cells)
        return _Event(number, text, "", False, None, {"id": number, "text": text, "junk": False, "oem": True})
    date, time, sensor = cells[:3]
    event, state, more = _split(cells[3:])
    facts: dict[str, Fact] = {"id": number, "date": _date(date), "sensor": sensor, "event": event or None}
    facts |= _times(time)
    if _PRE_INIT.fullmatch(date) and time.isdecimal():
        facts["uptime_s"] = int(time)  # before the BMC knew the time it counted seconds
    facts["asserted"] = _DIRECTIONS.get(state.lower())
    facts["junk"] = sensor.lower().startswith("unknown") and not event
    facts |= _details(event, more)
    grave = next((signature for signature, pattern in _GRAVE if pattern.search(event)), None)
    return _Event(number, sensor, event, facts["asserted"] is True, grave, facts)


def _split(cells: list[str]) -> tuple[str, str, str]:
    """Event, direction and what follows; Dell's hold a bar themselves: ``(Correctable ECC |  DIMMA1)``."""
    at = next((index for index, cell in enumerate(cells) if cell.lower() in _DIRECTIONS), len(cells))
    return " | ".join(cells[:at]), "".join(cells[at : at + 1]), "".join(cells[at + 1 : at + 2])


def _date(text: str) -> str | None:
    """ISO date of 01/18/2023, 01/18/23 or an ISO date; None before the BMC knew the time."""
    if match := _US_DATE.fullmatch(text):
        month, day, year = match.groups()
        return f"{int(year) if len(year) > 2 else _CENTURY + int(year):04d}-{month}-{day}"
    return text if _ISO_DATE.fullmatch(text) else None


def _times(text: str) -> dict[str, Fact]:
    match = _TIME.fullmatch(text)
    if match is None:
        return {"time": None}
    hour, minute, second, half, zone = match.groups()
    hours = int(hour) if half is None else int(hour) % _NOON + (_NOON if half == "PM" else 0)
    day_time = f"{hours:02d}:{minute}:{second}"
    return {"time": f"{hour}:{minute}:{second}", "time24": day_time, "zone": zone}


def _details(event: str, reading: str) -> dict[str, Fact]:
    """Reading against threshold, and the DIMM and CPU that the text names."""
    facts: dict[str, Fact] = {}
    if match := _READING.fullmatch(reading):
        facts["reading"], facts["threshold"] = number_or_unknown(match.group(1)), number_or_unknown(match.group(2))
        facts["unit"] = match.group(3)
    elif reading:
        facts["extra"] = reading
    if match := _DIMM.search(f"{event} {reading}"):
        facts["dimm"] = match.group(1)
    if match := _CPU.search(f"{event} {reading}"):
        facts["cpu"] = int(match.group(1))
    return facts


def _judge(draft: Draft, events: list[_Event]) -> None:
    """A grave event is a finding unless a later record took it back."""
    last = {(event.sensor, event.event): event.asserted for event in events}
    told = set()
    for event in events:
        key = (event.sensor, event.event)
        if event.grave and last[key] and key not in told:
            told.add(key)
            part = str(event.facts.get("dimm") or event.sensor)
            draft.hardware(part, event.grave, f"{event.facts['date']} {event.sensor}: {event.event}")
