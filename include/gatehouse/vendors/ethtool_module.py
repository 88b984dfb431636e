"""``ethtool -m DEVICE``: the pluggable module: who made it, how much light it sends and sees, and its alarms.

SFP (SFF-8472) has one lane and four thresholds each; QSFP (SFF-8636) and CMIS number their lanes. Values carry several
units: ``0.0001 mW / -40.00 dBm``. A copper cable has no diagnostics: then nothing was measured, which is not zero.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import complaint, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ethtool-m"
_PAIR = re.compile(r"\s{0,8}([A-Z][^:]{1,60}?)\s{0,40}:\s{0,4}(.{0,120})")
_CHANNEL = re.compile(r"(.{1,50}?)\s{0,8}\((?:Chan|Channel|Lane) (\d{1,2})\)")
_PARTS = re.compile(r"(-?[\d.]{1,15}|-inf) (mW|dBm|mA|V|degrees C)\b")
_LAST_LINE = re.compile(r"\s{0,8}[A-Z][^:]{1,60}:.{1,100}(?:dBm| mA| V|degrees F|: On|: Off)")
_COMPLAINT = re.compile(r"Cannot get |netlink error|ethtool: ")
_IDENTIFIER = re.compile(r"(0x[0-9a-fA-F]{2})(?: \((.{1,80})\))?")
_UNITS = {"mW": "mw", "dBm": "dbm", "mA": "ma", "V": "v", "degrees C": "c"}
_MODULE = -1  # where a value of the module stands among those of its lanes, which some count from 0
_WORDS = {"Vendor name": "vendor", "Vendor PN": "part", "Vendor SN": "serial", "Vendor rev": "rev", "Vendor OUI": "oui"}
_WORDS |= {"Date code": "date_code", "Connector": "connector", "Module State": "module_state"}
# What each layout calls a quantity -> our name.
_QUANTITIES = {
    "Laser output power": "tx_power",
    "Transmit avg optical power": "tx_power",
    "Laser tx power": "tx_power",
    "Receiver signal average optical power": "rx_power",
    "Rcvr signal avg optical power": "rx_power",
    "Receiver signal OMA": "rx_power",
    "Laser rx power": "rx_power",
    "Rx power": "rx_power",
    "Tx power": "tx_power",
    "Laser bias current": "bias",
    "Laser tx bias current": "bias",
    "Tx bias": "bias",
    "Module temperature": "temp",
    "Module voltage": "voltage",
}
_LANE_STATES = {"Rx loss of signal": "rx_los", "Tx loss of signal": "tx_los", "Tx fault": "tx_fault"}
_LANE_STATES |= {"Rx loss of lock": "rx_lol", "Tx loss of lock": "tx_lol"}
_LANES = re.compile(r"\[((?: ?(?:Yes|No),?){1,16}) ?\]")
_FLAG = re.compile(r"(.{1,40}?) (high|low) (alarm|warning)( threshold)?")
_ALWAYS = ("rx_power_dbm", "tx_power_dbm", "temp_c", "voltage_v")
_THRESHOLD_NAMES = {"rx_power": "rx", "tx_power": "tx"}
_STATES = {"on": True, "off": False}


@reads(_TOOL)
def read_ethtool_module(said: Completed) -> ToolReport:
    """Identity, light by lane (mW and dBm; a list where there are several lanes), temperature, voltage, alarms.

    Raises:
        UnreadableError: not a module's page.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE)
    pairs = [match.groups() for line in lines if (match := _PAIR.fullmatch(line.rstrip()))]
    identifier = next((_IDENTIFIER.fullmatch(value.strip()) for key, value in pairs if key == "Identifier"), None)
    if identifier is None:
        problem = next((line.strip() for line in (*lines, lines.tail) if _COMPLAINT.match(line.strip())), "")
        raise UnreadableError(f"no Identifier of a module{f': {problem[:200]}' if problem else complaint(said)}")
    draft = Draft(_TOOL, said)
    draft.fact("identifier", identifier.group(1))
    draft.fact("form", identifier.group(2))
    draft.facts.update(dict.fromkeys(_ALWAYS))
    measured: dict[str, dict[int, Fact]] = {}
    flags: dict[str, list[Fact]] = {}
    for key, value in pairs:
        _note(draft, measured, flags, " ".join(key.split()), value.strip())
    draft.note_end(lines)
    for name, states in flags.items():
        draft.total(name, True if True in states else None if None in states else False)
    for name, values in measured.items():
        _note_lanes(draft, name, values)
    support = next((value.strip() for key, value in pairs if key == "Optical diagnostics support"), None)
    draft.fact("ddm_supported", bool(measured) if support is None else support == "Yes")
    if draft.cut and support is None and not measured:
        draft.facts.pop("ddm_supported")  # the measurements may follow
    return draft.done()


def _note(
    draft: Draft, measured: dict[str, dict[int, Fact]], flags: dict[str, list[Fact]], key: str, value: str
) -> None:
    channel = _CHANNEL.fullmatch(key)
    lane = int(channel.group(2)) if channel else None
    key = channel.group(1) if channel else key
    flag = _FLAG.fullmatch(key)
    if key in _WORDS:
        draft.fact(_WORDS[key], value or None)
    elif key in _QUANTITIES:
        for unit, number in _numbers(value).items():
            measured.setdefault(f"{_QUANTITIES[key]}_{unit}", {})[_MODULE if lane is None else lane] = number
    elif key in _LANE_STATES:
        _note_lane_states(draft, _LANE_STATES[key], key, value)
    elif flag and flag.group(1) in _QUANTITIES:
        _note_flag(draft, flags, flag, value, lane)


def _note_lanes(draft: Draft, name: str, by_lane: dict[int, Fact]) -> None:
    """A value of the module under its name; values by lane under the lanes' names, and as a list where all came."""
    if _MODULE in by_lane:
        draft.fact(name, by_lane[_MODULE])
        return
    for lane, value in sorted(by_lane.items()):
        draft.fact(f"lane{lane}.{name}", value)
    draft.total(name, [by_lane[lane] for lane in sorted(by_lane)])


def _note_lane_states(draft: Draft, name: str, key: str, value: str) -> None:
    """The lanes, from 1, that lost their signal or lock, or failed: ``[ No, Yes, No, No ]``, or ``None`` of them."""
    match = _LANES.fullmatch(value)
    states = match.group(1).replace(",", " ").split() if match else []
    if not states and value not in ("None", "No"):
        draft.fact(name, [1] if value == "Yes" else None)
        return
    lanes = [lane for lane, state in enumerate(states, 1) if state == "Yes"]
    draft.fact(name, [*lanes])
    if name in ("rx_los", "tx_fault"):
        for lane in lanes:
            draft.hardware(f"module.lane{lane}", f"optic.{name}", f"{key} on lane {lane}")


def _numbers(value: str) -> dict[str, int | float | None]:
    """``0.0001 mW / -40.00 dBm`` by unit; ``-inf dBm`` is no light at all, which has no number."""
    return {_UNITS[unit]: number_or_unknown(number) for number, unit in _PARTS.findall(value)}


def _note_flag(draft: Draft, flags: dict[str, list[Fact]], flag: re.Match[str], value: str, lane: int | None) -> None:
    quantity, side, grade, is_threshold = _QUANTITIES[flag.group(1)], flag.group(2), flag.group(3), flag.group(4)
    if is_threshold:
        for unit, number in _numbers(value).items():
            draft.fact(f"{_THRESHOLD_NAMES.get(quantity, quantity)}_{side}_{grade}_threshold_{unit}", number)
        return
    state = _STATES.get(value.lower())
    name = f"{quantity}_{side}_{grade}"
    if lane is not None:
        flags.setdefault(name, []).append(state)  # of the module: whether any lane has it
    draft.fact(name if lane is None else f"lane{lane}.{name}", state)
    if state and grade == "alarm":
        where = "module" if lane is None else f"module.lane{lane}"
        draft.hardware(where, f"optic.{name}", f"{flag.group(0)} is on")
