"""``ibv_devinfo``: what the RDMA verbs library sees of each adapter: firmware, board, port state, MTU, link layer."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.infiniband_ports import Adapter, Port, note_adapters
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ibv_devinfo"
_FIELD = re.compile(r"\s{0,40}([a-z_]{2,32}):\s{1,40}(\S.{0,120})")
_VALUE = re.compile(r"(.{1,80}?) \((\d{1,9})\)")
_SPEED = re.compile(r"([\d.]{1,8}) Gbps(?: \(\d{1,6}\))?")
_NO_DEVICE = re.compile(
    r"No IB devices found|Failed to (?:get|open|query).{1,120}|.{0,40}IB device .{1,60} not found.{0,20}"
)
_LAST_LINE = re.compile(r"\s{0,40}link_layer:\s{1,40}(?:InfiniBand|Ethernet|Unspecified)")
_LANES = re.compile(r"(\d{1,2})X", re.IGNORECASE)
_MBPS_PER_GBPS = 1000
_HCA_WORDS = {"sys_image_guid": "system_guid", "vendor_id": "vendor_id", "hw_ver": "hw"}
_HCA_WORDS |= {"fw_ver": "fw", "node_guid": "node_guid", "board_id": "board", "transport": "transport"}
_PORT_WORDS = {"phys_state": "phys", "link_layer": "link_layer", "active_width": "width"}
_PORT_NUMBERS = {"active_mtu": "mtu", "max_mtu": "max_mtu", "port_lid": "lid", "sm_lid": "sm_lid"}


@reads(_TOOL)
def read_ibv_devinfo(said: Completed) -> ToolReport:
    """Firmware and board of each adapter; state, MTU in bytes and link layer of each port.

    Raises:
        UnreadableError: no adapter in the output.
    """
    lines = lines_of(with_errors(said)).with_tail(_LAST_LINE)
    adapters: list[Adapter] = []
    for line in lines:
        if match := _FIELD.fullmatch(line.rstrip()):
            key, value = match.groups()
            if key == "hca_id":
                adapters.append(Adapter(value))
            elif adapters:
                _note_field(adapters[-1], key, value)
    if not adapters:
        problem = next((match.group(0) for line in lines if (match := _NO_DEVICE.search(line[:500]))), None)
        raise UnreadableError(f"no hca_id in the output: {problem or 'not ibv_devinfo, or no adapter'}")
    draft = Draft(_TOOL, said)
    for port in (port for adapter in adapters for port in adapter.ports):
        _note_rate(port)
    note_adapters(draft, adapters)
    draft.note_end(lines)
    return draft.done()


def _note_rate(port: Port) -> None:
    """Gb/s of all lanes of an active port, where the verbose output tells width and speed."""
    lanes, speed = _LANES.fullmatch(str(port.facts.get("width"))), port.facts.get("lane_gigabits_per_s")
    if lanes and isinstance(speed, (int, float)):
        rate = int(lanes.group(1)) * speed
        port.facts["rate"] = int(rate) if float(rate).is_integer() else rate
        port.facts["speed_mbps"] = rate * _MBPS_PER_GBPS if port.active else None


def _note_field(adapter: Adapter, key: str, value: str) -> None:
    printed = _VALUE.fullmatch(value)
    word = printed.group(1) if printed else value
    if key == "phys_port_cnt" and word.isdecimal():
        adapter.declared = int(word)
    elif key == "port" and word.isdecimal():
        adapter.ports.append(Port(int(word)))
    elif not adapter.ports:
        if key in _HCA_WORDS:
            adapter.facts[_HCA_WORDS[key]] = word
        elif key == "vendor_part_id":
            adapter.facts["part_id"] = number_or_unknown(word)
    elif key == "state":
        adapter.ports[-1].facts["state"] = word
        adapter.ports[-1].active, adapter.ports[-1].down = word == "PORT_ACTIVE", word == "PORT_DOWN"
    elif key in _PORT_NUMBERS:
        adapter.ports[-1].facts[_PORT_NUMBERS[key]] = number_or_unknown(word)
    elif key in _PORT_WORDS:
        adapter.ports[-1].facts[_PORT_WORDS[key]] = word
    elif key == "active_speed" and (speed := _SPEED.fullmatch(value)):
        adapter.ports[-1].facts["lane_gigabits_per_s"] = number_or_unknown(speed.group(1))
