"""``ibswinfo``: health of an unmanaged InfiniBand switch, read in-band: ``key | value`` in blocks between rules.

Lines indented below a power supply belong to it. Fans may run at normal speed while the switch reports ERROR.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ibswinfo"
_LINE = re.compile(r"( {0,8})(\S[^|]{0,40}?)\s{0,24}\| ?(.{0,80})")
_LAST_LINE = re.compile(r"-{49}")
_PSU = re.compile(r"PSU(\d{1,2}) status")
_FAN = re.compile(r"fan#(\d{1,2}) \(rpm\)")
_NO_VALUE = ("", "N/A", "-")  # neither a pass nor trouble of the switch
_WORDS = {
    "part number": "part",
    "serial number": "serial",
    "product name": "product",
    "revision": "revision",
    "PSID": "psid",
    "GUID": "guid",
    "firmware version": "fw",
    "uptime (d-h:m:s)": "uptime",
    "fan status": "fan_status",
}
_NUMBERS = {"ports": "ports", "temperature (C)": "temperature_c", "max temp (C)": "max_temp_c"}
_PSU_WORDS = {"P/N": "part", "S/N": "serial", "DC power": "dc_power", "fan status": "fan_status"}


@reads(_TOOL)
def read_ibswinfo(said: Completed) -> ToolReport:
    """Identity, temperature in °C, power supplies (W) and fans (rpm); what is not OK is a finding.

    Raises:
        UnreadableError: not ibswinfo's output.
    """
    lines = lines_of(said).with_tail(_LAST_LINE, ends=True)
    draft = Draft(_TOOL, said)
    psu = ""
    for line in lines:
        if match := _LINE.fullmatch(line.rstrip()):
            indent, key, value = match.group(1), match.group(2), match.group(3).strip()
            supply = _PSU.fullmatch(key)
            psu = f"psu{int(supply.group(1))}" if supply else psu if indent else ""
            _note(draft, psu, "status" if supply else key, value)
        elif line.strip():
            psu = ""  # a rule or a title ends the block
    if "part" not in draft.facts and "guid" not in draft.facts:
        raise UnreadableError("no part number and no GUID: not ibswinfo")
    draft.note_end(lines)
    return draft.done()


def _note(draft: Draft, psu: str, key: str, value: str) -> None:
    if psu:
        _note_supply(draft, psu, key, value)
    elif fan := _FAN.fullmatch(key):
        draft.fact(f"fan{int(fan.group(1))}_rpm", number_or_unknown(value))
    elif key in _NUMBERS:
        draft.fact(_NUMBERS[key], number_or_unknown(value))
    elif key in _WORDS:
        draft.fact(_WORDS[key], value or None)
        if key == "fan status":
            _judge(draft, "switch", "switch.fan", f"fan status {value}", value)


def _note_supply(draft: Draft, psu: str, key: str, value: str) -> None:
    if key == "power (W)":
        draft.fact(f"{psu}.power_w", number_or_unknown(value))
        return
    name = "status" if key == "status" else _PSU_WORDS.get(key)
    if name is None:
        return
    draft.fact(f"{psu}.{name}", value or None)
    if name in ("status", "dc_power", "fan_status"):
        _judge(draft, psu, f"switch.psu_{name}", f"{psu} {key}: {value}", value)


def _judge(draft: Draft, part: str, signature: str, text: str, status: str) -> None:
    if status in _NO_VALUE:
        draft.incomplete(f"{text.strip()} has no value")
    elif status != "OK":
        draft.hardware(part, signature, text)
