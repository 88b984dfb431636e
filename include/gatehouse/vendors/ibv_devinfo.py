"""``ibv_devinfo``: what the RDMA verbs library sees of each adapter: firmware, board, port state, MTU, link layer."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.infiniband_ports import Adapter, Port, note_adapters
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ibv_devinfo"
_FIELD = re.compile(r"\s{0,40}([a-z_]{2,32}):\s{1,40}(\S.{0,120})")
_VALUE = re.compile(r"(.{1,80}?) \((\d{1,9})\)")
_SPEED = re.compile(r"([\d.]{1,8}) Gbps(?: \(\d{1,6}\))?")
_HCA_WORDS = {"fw_ver": "fw", "node_guid": "node_guid", "board_id": "board", "transport": "transport"}
_PORT_NUMBERS = {"active_mtu": "mtu", "max_mtu": "max_mtu", "port_lid": "lid", "sm_lid": "sm_lid"}


@reads(_TOOL)
def read_ibv_devinfo(said: Completed) -> ToolReport:
    """Firmware and board of each adapter; state, MTU in bytes and link layer of each port.

    Raises:
        UnreadableError: no adapter in the output.
    """
    lines = lines_of(said)
    adapters: list[Adapter] = []
    for line in lines:
        if match := _FIELD.fullmatch(line.rstrip()):
            key, value = match.groups()
            if key == "hca_id":
                adapters.append(Adapter(value))
            elif adapters:
                _note_field(adapters[-1], key, value)
    if not adapters:
        raise UnreadableError("no hca_id in the output: not ibv_devinfo, or no adapter")
    draft = Draft(_TOOL, said)
    note_adapters(draft, adapters)
    draft.note_end(lines)
    return draft.done()


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
    elif key == "state":
        adapter.ports[-1].facts["state"] = word
        adapter.ports[-1].active, adapter.ports[-1].down = word == "PORT_ACTIVE", word == "PORT_DOWN"
    elif key in _PORT_NUMBERS:
        adapter.ports[-1].facts[_PORT_NUMBERS[key]] = number_or_unknown(word)
    elif key == "link_layer":
        adapter.ports[-1].facts["link_layer"] = word
    elif key == "active_width":
        adapter.ports[-1].facts["width"] = word
    elif key == "active_speed" and (speed := _SPEED.fullmatch(value)):
        adapter.ports[-1].facts["lane_gigabits_per_s"] = number_or_unknown(speed.group(1))
