"""``ibstat``: adapters and ports of InfiniBand or RoCE.

``CA 'name'`` at column 0, its fields indented, ports deeper. The rate has no unit (Gb/s) and falls back to what a dead
link would start from, so it counts only on an active port. ``ibpanic`` in the middle means that a device went away
while it was asked; what came before it holds.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import Lines, lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.infiniband_ports import Adapter, Port, note_adapters
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ibstat"
_CA = re.compile(r"(?:CA|Switch|Router) '([\w.-]{1,64})'")
_PORT = re.compile(r"\s{1,16}Port (\d{1,3}):")
_FIELD = re.compile(r"\s{1,40}([A-Za-z ]{2,40}): {0,4}(.{0,120})")
_PANIC = re.compile(r"ibpanic: \[\d{1,10}\] \w{1,40}: (.{1,300})")
_GONE = re.compile(r"IB device '([\w.-]{1,64})' failed")
_LAST_LINE = re.compile(r"\s{1,40}Link layer: (?:InfiniBand|Ethernet)")
_CA_WORDS = {
    "CA type": "type",
    "Firmware version": "fw",
    "Hardware version": "hw",
    "Node GUID": "node_guid",
    "System image GUID": "system_guid",
}
_PORT_WORDS = {"State": "state", "Physical state": "phys", "Port GUID": "guid", "Link layer": "link_layer"}
_PORT_NUMBERS = {"Rate": "rate", "Base lid": "lid", "SM lid": "sm_lid"}
_MBPS_PER_GBPS = 1000


@reads(_TOOL)
def read_ibstat(said: Completed) -> ToolReport:
    """State, physical state, rate in Gb/s, firmware and link layer of each adapter and port.

    Raises:
        UnreadableError: no adapter in the output.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE)
    adapters = _adapters(lines)
    draft = Draft(_TOOL, said)
    panic = next((match.group(1).strip() for line in lines if (match := _PANIC.search(line))), None)
    if not adapters:
        raise UnreadableError(f"no CA in the output{f': {panic}' if panic else ''}")
    note_adapters(draft, adapters)
    if panic:
        _note_panic(draft, panic)
    draft.note_end(lines)
    if not lines.tail and _is_unfinished(adapters):
        draft.incomplete("the last port has no link layer, which ibstat prints last")
    return draft.done()


def _adapters(lines: Lines) -> list[Adapter]:
    adapters: list[Adapter] = []
    for line in lines:
        if match := _CA.fullmatch(line.rstrip()):
            adapters.append(Adapter(match.group(1)))
        elif not adapters:
            continue
        elif match := _PORT.fullmatch(line.rstrip()):
            adapters[-1].ports.append(Port(int(match.group(1))))
        elif match := _FIELD.fullmatch(line.rstrip()):
            _note_field(adapters[-1], match.group(1), match.group(2).strip())
    return adapters


def _note_field(adapter: Adapter, key: str, value: str) -> None:
    if not adapter.ports:
        if key in _CA_WORDS:
            adapter.facts[_CA_WORDS[key]] = value or None
        elif key == "Number of ports":
            adapter.declared = int(value) if value.isdecimal() else None
        return
    port = adapter.ports[-1]
    if key in _PORT_WORDS:
        port.facts[_PORT_WORDS[key]] = value or None
    elif key in _PORT_NUMBERS:
        port.facts[_PORT_NUMBERS[key]] = number_or_unknown(value.split(" ", maxsplit=1)[0])
    if key == "State":
        port.active, port.down = value == "Active", value == "Down"
    elif key == "Rate" and isinstance(rate := port.facts["rate"], (int, float)):
        port.facts["speed_mbps"] = rate * _MBPS_PER_GBPS if port.active else None


def _note_panic(draft: Draft, panic: str) -> None:
    draft.fact("error", panic)
    draft.incomplete(f"ibstat gave up: {panic}")
    if match := _GONE.search(panic):
        draft.fact("missing_device", match.group(1))
        draft.hardware(match.group(1), "ib.device_missing", panic)


def _is_unfinished(adapters: list[Adapter]) -> bool:
    """Whether the last port lacks a field that another port has."""
    ports = [port for adapter in adapters for port in adapter.ports]
    return any("link_layer" in port.facts for port in ports) and "link_layer" not in ports[-1].facts
