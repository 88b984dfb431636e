"""``ipmitool sdr elist``, ``sdr list`` and ``sensor``: the BMC's sensors.

They print ``name | id | status | entity | reading``, ``name | reading | status`` and
``name | value | unit | status | lower limits … | upper limits``.

The reading is a number with its unit, words, both (``110 Watts, Presence detected``) or nothing. ``ns`` is "no
reading". Several sensors may share a name: from the second on it carries ``#2``, ``#3``.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import partial

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-sdr-elist"
_LINE = re.compile(r"([^|]{1,40})\| ?([0-9A-Fa-f]{1,4})h \| ?([a-z]{2,3}) {0,3}\| {0,4}(\d{1,3}\.\d{1,3}) \|(.{0,200})")
_SHORT = re.compile(r"([^|]{1,40})\|(?! ?[0-9A-Fa-f]{1,4}h )([^|]{0,60})\| ?(ok|ns|na|[lu]?n[cr]|[lu]?cr) {0,8}")
_SENSOR = re.compile(
    r"([^|]{1,40})\| ?([^|]{1,14})\| ?([^|]{1,16})\| ?(\w{2,10}) {0,8}"
    r"((?:\| ?[^|]{1,14}){6})"
)
_LIMITS = (
    "lower_nonrecoverable",
    "lower_critical",
    "lower_noncritical",
    "upper_noncritical",
    "upper_critical",
    "upper_nonrecoverable",
)
_READING = re.compile(r"(-?\d{1,12}(?:\.\d{1,9})?) ([A-Za-z][A-Za-z /%]{0,24}|%)(?:, (.{1,160}))?")
_CLOSED = re.compile(
    r"[^|]{1,40}(?:\|[^|]{1,40}){3}\| "
    r"(?:-?[\d.]{1,16} (?:RPM|degrees C|Volts|Watts|Amps|percent)|No Reading|0x[0-9a-f]{2}|"
    r"(?:.{1,60}, )?(?:Fully Redundant|State Deasserted|State Asserted|Connected|Disabled|OK))|"
    r"[^|]{1,40}\|(?! ?[0-9A-Fa-f]{1,4}h )[^|]{1,60}\| (?:ok|ns)"
)
_MAX_LINE = 400
_NO_VALUE = ("no reading", "disabled", "not readable", "not available", "na", "n/a", "")
_NONCRITICAL, _CRITICAL, _FATAL = "ipmi.sensor_noncritical", "ipmi.sensor_critical", "ipmi.sensor_nonrecoverable"
_GRADES = {"nc": _NONCRITICAL, "lnc": _NONCRITICAL, "unc": _NONCRITICAL, "cr": _CRITICAL, "lcr": _CRITICAL}
_GRADES |= {"ucr": _CRITICAL, "nr": _FATAL, "lnr": _FATAL, "unr": _FATAL}
_BAD_STATE = re.compile(
    r"failure detected|ac lost|input lost|uncorrectable|drive fault|predictive failure|ierr|thermal trip", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Sensor:
    """One line: what stands there in any of the three forms."""

    name: str
    status: str
    text: str
    facts: dict[str, Fact]


def _read(tool: str, said: Completed) -> ToolReport:
    """Of each sensor: status, value with unit, words; id and entity, or limits. Those beyond a limit are findings.

    Raises:
        UnreadableError: no sensor in one of the forms.
    """
    lines = lines_of(with_errors(said)).with_tail(_CLOSED)
    found = [sensor for line in lines if (sensor := _sensor(line.rstrip()[:_MAX_LINE]))]
    if not found:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no sensor: not ipmitool sdr: {first[:200]}")
    draft = Draft(tool, said)
    draft.total("sensors", len(found))
    seen: Counter[str] = Counter()
    for sensor in found:
        seen[sensor.name] += 1
        name = sensor.name if seen[sensor.name] == 1 else f"{sensor.name}#{seen[sensor.name]}"
        for key, value in sensor.facts.items():
            draft.fact(f"{name}.{key}", value)
        _judge(draft, name, sensor)
    draft.note_end(lines)
    return draft.done()


for _tool in (_TOOL, "ipmitool-sdr-list", "ipmitool-sensor-list"):
    reads(_tool)(partial(_read, _tool))


def _sensor(line: str) -> _Sensor | None:
    if match := _LINE.fullmatch(line):
        name, number, status, entity, text = (group.strip() for group in match.groups())
        return _Sensor(name, status, text, {"id": f"{number}h", "status": status, "entity": entity, **_reading(text)})
    if match := _SENSOR.fullmatch(line):
        name, value, unit, status, limits = (group.strip() for group in match.groups())
        number = number_or_unknown(value)
        facts: dict[str, Fact] = {"status": status, "value": number, "unit": unit if number is not None else None}
        if unit == "discrete":
            facts |= {"value": None, "unit": None, "text": value if value.startswith("0x") else None}
        cells = [number_or_unknown(cell.strip()) for cell in limits.split("|")[1:]]
        facts |= {limit: cell for limit, cell in zip(_LIMITS, cells, strict=True) if cell is not None}
        return _Sensor(name, status, f"{value} {unit}", facts)
    if match := _SHORT.fullmatch(line):
        name, text, status = (group.strip() for group in match.groups())
        return _Sensor(name, status, text, {"status": status, **_reading(text)})
    return None


def _reading(text: str) -> dict[str, Fact]:
    """The number with its unit, or the words."""
    reading = _READING.fullmatch(text)
    if reading is None:
        return {"value": None, "text": None if text.lower() in _NO_VALUE else text}
    return {
        "value": number_or_unknown(reading.group(1)),
        "unit": reading.group(2).strip(),
        "extra": reading.group(3),
    }


def _judge(draft: Draft, name: str, sensor: _Sensor) -> None:
    if sensor.status in _GRADES:
        draft.hardware(name, _GRADES[sensor.status], f"{name}: {sensor.text}")
    elif _BAD_STATE.search(sensor.text):
        draft.hardware(name, "ipmi.sensor_state", f"{name}: {sensor.text}")
