"""``ipmitool sdr elist``: the BMC's sensors: ``name | id | status | entity | reading``.

The reading is a number with its unit, words, both (``110 Watts, Presence detected``) or nothing. ``ns`` is "no
reading". Several sensors may share a name: from the second on it carries ``#2``, ``#3``.
"""

import re
from collections import Counter

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ipmitool-sdr-elist"
_LINE = re.compile(r"([^|]{1,40})\| ?([0-9A-Fa-f]{1,4})h \| ?([a-z]{2,3}) {0,3}\| {0,4}(\d{1,3}\.\d{1,3}) \|(.{0,200})")
_READING = re.compile(r"(-?\d{1,12}(?:\.\d{1,9})?) ([A-Za-z][A-Za-z /%]{0,24}|%)(?:, (.{1,160}))?")
_CLOSED = re.compile(
    r"[^|]{1,40}(?:\|[^|]{1,40}){3}\| "
    r"(?:-?[\d.]{1,16} (?:RPM|degrees C|Volts|Watts|Amps|percent)|No Reading|0x[0-9a-f]{2})"
)
_NO_VALUE = ("no reading", "disabled", "not readable", "not available", "na", "n/a", "")
_GRADES = {"nc": "ipmi.sensor_noncritical", "cr": "ipmi.sensor_critical", "nr": "ipmi.sensor_nonrecoverable"}
_BAD_STATE = re.compile(
    r"failure detected|ac lost|input lost|uncorrectable|drive fault|predictive failure|ierr|thermal trip", re.IGNORECASE
)


@reads(_TOOL)
def read_ipmitool_sdr_elist(said: Completed) -> ToolReport:
    """Of each sensor: id, status, entity, value with unit, words. Sensors beyond a limit of the BMC are findings.

    Raises:
        UnreadableError: no sensor in that form.
    """
    lines = lines_of(said).with_tail(_CLOSED)
    found = [match for line in lines if (match := _LINE.fullmatch(line.rstrip()))]
    if not found:
        raise UnreadableError("no sensor: not ipmitool sdr elist")
    draft = Draft(_TOOL, said)
    draft.total("sensors", len(found))
    seen: Counter[str] = Counter()
    for match in found:
        name = match.group(1).strip()
        seen[name] += 1
        _note(draft, name if seen[name] == 1 else f"{name}#{seen[name]}", match)
    draft.note_end(lines)
    return draft.done()


def _note(draft: Draft, name: str, match: re.Match[str]) -> None:
    _, number, status, entity, said = match.groups()
    text = said.strip()
    reading = _READING.fullmatch(text)
    draft.fact(f"{name}.id", f"{number}h")
    draft.fact(f"{name}.status", status)
    draft.fact(f"{name}.entity", entity)
    draft.fact(f"{name}.value", number_or_unknown(reading.group(1)) if reading else None)
    if reading:
        draft.fact(f"{name}.unit", reading.group(2).strip())
        draft.fact(f"{name}.extra", reading.group(3))
    else:
        draft.fact(f"{name}.text", None if text.lower() in _NO_VALUE else text)
    if status in _GRADES:
        draft.hardware(name, _GRADES[status], f"{name}: {text}")
    elif _BAD_STATE.search(text):
        draft.hardware(name, "ipmi.sensor_state", f"{name}: {text}")
