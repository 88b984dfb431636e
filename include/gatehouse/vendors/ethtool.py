"""``ethtool DEVICE``: is the link up, and at which speed?

``Settings for DEVICE:`` and indented ``Key: Value``; lists of modes go on over deeper lines, which are passed over.
The kernel's unknowns are ``Unknown!``, -1 and, from old drivers, 65535 or 4294967295 Mb/s.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, complaint, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ethtool"
_SETTINGS = re.compile(r"Settings for (\S{1,64}):")
_SPEED = re.compile(r"(\d{1,10})Mb/s.{0,40}")
_KEY = re.compile(r"[ \t]{1,16}([A-Z][A-Za-z0-9 /-]{1,48}):\s{0,40}(.*)")
_LAST_LINE = re.compile(r"\s{1,16}Link detected: (?:yes|no(?: \(.{1,40}\))?)|No data available")
_UNKNOWN_SPEEDS = (0, 0xFFFF, 0xFFFFFFFF)
_COMPLAINT = re.compile(r"Cannot get |netlink error|ethtool: |No data available")
_ALWAYS = ("speed_mbps", "duplex", "autoneg", "port", "link", "lanes")
_WORDS = {"Duplex": "duplex", "Port": "port", "Transceiver": "transceiver", "MDI-X": "mdix"}
_COUNTS = {"Lanes": "lanes", "PHYAD": "phyad", "SQI": "sqi", "Link Down Events": "link_down_events"}


@reads(_TOOL)
def read_ethtool(said: Completed) -> ToolReport:
    """Speed in Mb/s, duplex, auto-negotiation and link; None where the driver does not know.

    Where the settings of several devices follow each other, names are prefixed by the device; the first one's stand
    bare too.

    Raises:
        UnreadableError: not the settings that ethtool prints.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE, ends=True)
    devices = list({device: (device, facts) for device, facts in reversed(_devices(lines))}.values())[::-1]  # each once
    complaints = [line.strip() for line in (*lines, lines.tail) if _COMPLAINT.match(line.strip())]
    if not devices:
        raise UnreadableError(f"no 'Settings for DEVICE:'{f': {complaints[0]}' if complaints else complaint(said)}")
    draft = Draft(_TOOL, said)
    draft.note_end(lines)
    _note_devices(draft, devices)
    if not any(facts["usable"] for _, facts in devices):
        for text in complaints[:3]:
            draft.error(text)
        return draft.failed(f"ethtool has no data of {devices[0][0]}")
    if not draft.cut and devices[-1][1]["link"] is None:
        draft.incomplete("no 'Link detected', which ethtool prints last")
    return draft.done()


def _note_devices(draft: Draft, devices: list[tuple[str, dict[str, Fact]]]) -> None:
    if len(devices) > 1:
        draft.total("devices", len(devices))
        if draft.cut and not devices[-1][1]["usable"]:
            devices[-1][1]["usable"] = None  # its data may follow
    for index, (device, facts) in enumerate(devices):
        for name, value in facts.items():
            if len(devices) > 1:
                draft.fact(f"{device}.{name}", value)
            if index == 0:
                draft.fact(name, value)


def _devices(lines: Lines) -> list[tuple[str, dict[str, Fact]]]:
    """Each device that settings are printed of, with its facts."""
    devices: list[tuple[str, dict[str, Fact]]] = []
    for line in lines:
        if match := _SETTINGS.fullmatch(line.strip()):
            devices.append((match.group(1), {"device": match.group(1), **dict.fromkeys(_ALWAYS)}))
        elif devices and (match := _KEY.fullmatch(line.rstrip())):
            _note(devices[-1][1], match.group(1), match.group(2).strip())
    for _, facts in devices:
        facts["usable"] = any(facts[name] is not None for name in _ALWAYS)
    return devices


def _note(facts: dict[str, Fact], key: str, value: str) -> None:
    if key == "Speed":
        facts["speed_mbps"] = _speed(value)
    elif key == "Link detected":
        word, _, reason = value.partition(" ")
        facts["link"] = flag_or_unknown(word)
        if reason:
            facts["link_reason"] = reason.strip("() ")
    elif key == "Auto-negotiation":
        facts["autoneg"] = flag_or_unknown(value)
    elif key in _WORDS:
        facts[_WORDS[key]] = None if value.startswith("Unknown!") else value or None
    elif key in _COUNTS:
        facts[_COUNTS[key]] = number_or_unknown(value.split(" ", maxsplit=1)[0].split("/", maxsplit=1)[0])
    elif key in ("Active FEC encoding", "Supported FEC modes", "Supported ports"):
        facts[key.lower().replace(" ", "_")] = value.strip("[] ") or None


def _speed(value: str) -> int | None:
    match = _SPEED.fullmatch(value)
    if match is None or int(match.group(1)) in _UNKNOWN_SPEEDS:
        return None
    return int(match.group(1))
