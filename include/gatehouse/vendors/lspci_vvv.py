"""``lspci -vvv``: did every PCIe link train to its width and speed, and which errors does each device remember?

A device begins at column 0 with its address; registers are ``Name: fields`` at any indent, and go on over deeper lines.
Older versions print no ``(ok)`` or ``(downgraded)``, so LnkSta is compared with LnkCap here. A link below its
capability is a fact and no finding: bridges and idle devices train down by design, and what is expected is the SKU's to
say. AER status bits stay set from boot until somebody clears them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import Lines, lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.pci_names import split_ids, split_name
from gatehouse.vendors.registry import reads

_TOOL = "lspci-vvv"
_DEVICE = re.compile(
    r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ([^:]{1,80}): (.{1,300}?)"
    r"(?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if [^)]{0,80}\))?"
)
_REGISTER = re.compile(r"([ \t]{1,40})([A-Z][A-Za-z0-9 ]{1,30}):(?:[ \t]{1,8}(.*)|$)")
_SPEED = re.compile(r"Speed (\d{1,4}(?:\.\d{1,2})?)GT/s(?: \((\w{1,20})\))?")
_WIDTH = re.compile(r"Width x(\d{1,3})(?: \((\w{1,20})\))?")
_NUMBER = re.compile(r"\d{1,5}")
_BIT = re.compile(r"([A-Za-z0-9]{2,24})([+-])(?![\w])")
_CLASS_ID = re.compile(r"(.{1,70}) \[([0-9a-f]{4})\]")
_HEX_DUMP = re.compile(r"[0-9a-f]{2,3}: (?:[0-9a-f?]{2} ){15}[0-9a-f?]{2}")
# Ends of a device from which no fact is taken, so that nothing is lost where the newline is.
_LAST_LINE = re.compile(
    r"\s{1,16}Kernel modules: .{1,200}|[0-9a-f]{2,3}: (?:[0-9a-f]{2} ){15}[0-9a-f]{2}|\s.{1,200} <\?>"
)
_UNREACHABLE = re.compile(r"!!! Unknown header type")
_PAIRS = (("LnkCap", "LnkSta"), ("UESta", "CESta"))
_BIT_SETS = ("UESta", "UEMsk", "UESvrt", "CESta", "CEMsk")
_WORDS = {"Subsystem": "subsystem", "Physical Slot": "slot", "IOMMU group": "iommu_group"}
_MERGED = _BIT_SETS  # newer versions print these over several lines


@dataclass
class _Device:
    bdf: str
    kind: str
    name: str
    revision: str | None
    registers: dict[str, str] = field(default_factory=dict)
    last: str = ""
    unreachable: bool = False
    denied: bool = False


@reads(_TOOL)
def read_lspci_vvv(said: Completed) -> ToolReport:
    """Of each device: link capability and status (GT/s, lanes), what is below capability, and the error bits set.

    Names are prefixed by the address; the first device's also by ``first``, and an only device's stand bare too.

    Raises:
        UnreadableError: no device in the form of lspci.
    """
    lines = lines_of(said).with_tail(_LAST_LINE)
    devices = list(_devices(lines))
    draft = Draft(_TOOL, said)
    if not any(device.registers for device in devices):
        if not devices or not any(_HEX_DUMP.fullmatch(line.strip()) for line in lines):
            raise UnreadableError("no device with registers: not lspci -vvv")
        draft.incomplete("a hexadecimal dump without registers: lspci ran without -v")
    if lines.tail or _is_unfinished(devices[-1]):
        draft.was_cut(f"{devices[-1].bdf}: the last lines are cut")
    _drop_unfinished(devices[-1])
    devices = list({device.bdf: device for device in reversed(devices)}.values())[::-1]  # each once
    draft.total("devices", len(devices))
    for index, device in enumerate(devices):
        _note_device(draft, device, first=index == 0, only=len(devices) == 1 and not (draft.cut or lines.unended))
    _note_lists(draft, devices)
    draft.note_end(lines)
    if any(device.denied for device in devices):
        draft.incomplete("capabilities: access denied, as lspci did not run as root")
    return draft.done()


def _devices(lines: Lines) -> Iterator[_Device]:
    device: _Device | None = None
    indent = 0
    for line in lines:
        if match := _DEVICE.fullmatch(line.rstrip()):
            if device:
                yield device
            device = _Device(match.group(1), match.group(2), match.group(3), match.group(4))
        elif device and line[:1] in ("\t", " "):
            indent = _add_line(device, line, indent)
    if device:
        yield device


def _add_line(device: _Device, line: str, indent: int) -> int:
    """Add a register or the rest of one; returns the indent of the register that is open."""
    device.unreachable |= bool(_UNREACHABLE.search(line))
    device.denied |= "<access denied>" in line
    depth = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
    match = _REGISTER.fullmatch(line.rstrip())
    if match:
        device.last = match.group(2)
        device.registers.setdefault(match.group(2), match.group(3) or "")
        return depth
    if device.last in _MERGED and depth > indent:
        device.registers[device.last] += " " + line.strip()
    return indent


def _is_unfinished(device: _Device) -> bool:
    """Whether a register is there without the one that always follows it."""
    return any(one in device.registers and other not in device.registers for one, other in _PAIRS)


def _drop_unfinished(device: _Device) -> None:
    """In the last device, a register of several lines may be cut between them."""
    if device.last in _MERGED:
        del device.registers[device.last]


def _note_device(draft: Draft, device: _Device, *, first: bool, only: bool) -> None:
    for name, value in _facts(device).items():
        draft.fact(f"{device.bdf}.{name}", value)
        if first:
            draft.fact(f"first.{name}", value)
        if only:
            draft.fact(name, value)
    if device.unreachable:
        draft.hardware(device.bdf, "pcie.unreachable", f"{device.bdf} {device.name} does not answer: {device.revision}")


def _facts(device: _Device) -> dict[str, Fact]:
    vendor, model = split_name(device.name)
    facts: dict[str, Fact] = {"bdf": device.bdf, "class": device.kind, "vendor": vendor, "device": model}
    facts["rev"] = device.revision
    if numeric := _CLASS_ID.fullmatch(device.kind):
        facts |= {"class": numeric.group(1), "class_id": numeric.group(2), "ids": split_ids(device.name)[1]}
    registers = device.registers
    for register, name in _WORDS.items():
        if register in registers:
            facts[name] = registers[register] or None
    facts["driver"] = registers.get("Kernel driver in use")
    facts["numa_node"] = int(node) if _NUMBER.fullmatch(node := registers.get("NUMA node", "")) else None
    if "LnkCap" in registers or "LnkSta" in registers:
        facts |= _link(registers)
    for register in _BIT_SETS:
        if register in registers:
            facts[f"{register.lower()}.set"] = [bit for bit, sign in _BIT.findall(registers[register]) if sign == "+"]
    for bit, sign in _BIT.findall(registers.get("DevSta", "")):
        facts[f"devsta.{bit}"] = sign == "+"
    if "HeaderLog" in registers:
        facts["header_log"] = registers["HeaderLog"]
    if "LaneErrStat" in registers:
        _, _, lanes = registers["LaneErrStat"].partition("at lane:")  # without errors it prints a plain 0
        facts["lane_errors"] = [int(word) for word in lanes.split() if _NUMBER.fullmatch(word)]
    return facts


def _link(registers: dict[str, str]) -> dict[str, Fact]:
    cap, sta = registers.get("LnkCap", ""), registers.get("LnkSta", "")
    facts: dict[str, Fact] = {}
    for name, text in (("lnkcap", cap), ("lnksta", sta)):
        speed, width = _SPEED.search(text), _WIDTH.search(text)
        facts[f"{name}.speed"] = f"{speed.group(1)}GT/s" if speed else None
        facts[f"{name}.speed_gts"] = float(speed.group(1)) if speed else None
        facts[f"{name}.width"] = int(width.group(1)) if width else None
    facts["speed_downgraded"] = _below(facts["lnksta.speed_gts"], facts["lnkcap.speed_gts"])
    facts["width_downgraded"] = _below(facts["lnksta.width"], facts["lnkcap.width"])
    markers = [match.group(2) for match in (_SPEED.search(sta), _WIDTH.search(sta)) if match]
    facts["marker_present"] = any(markers) if sta else None
    return facts


def _below(status: Fact, capability: Fact) -> bool | None:
    if isinstance(status, (int, float)) and isinstance(capability, (int, float)):
        return status < capability
    return None


def _note_lists(draft: Draft, devices: list[_Device]) -> None:
    """Which devices are below their capability, for the people who read the report."""
    for name in ("speed_downgraded", "width_downgraded"):
        draft.total(f"{name}.devices", [d.bdf for d in devices if draft.facts.get(f"{d.bdf}.{name}") is True])
    draft.total("unreachable.devices", [device.bdf for device in devices if device.unreachable])
