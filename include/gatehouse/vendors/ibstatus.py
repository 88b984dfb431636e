"""``ibstatus``: the state of each InfiniBand port as sysfs has it: ``4: ACTIVE``, ``400 Gb/sec (4X NDR)``."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.infiniband_ports import Adapter, Port, note_adapters
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "ibstatus"
_PORT = re.compile(r"Infiniband device '([\w.-]{1,64})' port (\d{1,3}) status:")
_FIELD = re.compile(r"\s{1,16}([a-z_ ]{2,20}):\s{1,16}(\S.{0,120})")
_LID = re.compile(r"0x[0-9a-fA-F]{1,8}")
_STATE = re.compile(r"(\d{1,2}): (\S.{0,40})")
_RATE = re.compile(r"([\d.]{1,8}) Gb/sec(?: \((\d{1,2}X) ?(\w{0,8})\))?")
_ACTIVE, _DOWN = 4, 1  # IBTA port states
_MBPS_PER_GBPS = 1000
_LAST = "link_layer"
_LAST_LINE = re.compile(r"\s{1,16}link_layer:\s{1,16}(?:InfiniBand|Ethernet)")


@reads(_TOOL)
def read_ibstatus(said: Completed) -> ToolReport:
    """State, physical state, rate in Gb/s, width, generation and link layer of each port.

    Raises:
        UnreadableError: no port in the output.
    """
    lines = lines_of(said).with_tail(_LAST_LINE)
    adapters: dict[str, Adapter] = {}
    port: Port | None = None
    for line in lines:
        if match := _PORT.fullmatch(line.rstrip()):
            port = Port(int(match.group(2)))
            adapters.setdefault(match.group(1), Adapter(match.group(1))).ports.append(port)
        elif port and (match := _FIELD.fullmatch(line.rstrip())):
            _note_field(port, match.group(1), match.group(2))
    if port is None:
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no port in the output: not ibstatus: {first[:200]}")
    draft = Draft(_TOOL, said)
    note_adapters(draft, list(adapters.values()))
    if lines.tail or _LAST not in port.facts:
        draft.was_cut("the last port has no link layer, which ibstatus prints last")
    draft.note_end(lines)
    return draft.done()


def _note_field(port: Port, key: str, value: str) -> None:
    state, rate = _STATE.fullmatch(value), _RATE.fullmatch(value)
    if key == "state" and state:
        port.facts["state"] = state.group(2)
        port.active, port.down = int(state.group(1)) == _ACTIVE, int(state.group(1)) == _DOWN
    elif key == "phys state" and state:
        port.facts["phys"] = state.group(2)
    elif key == "rate" and rate:
        number = number_or_unknown(rate.group(1))
        port.facts["rate"] = number
        port.facts["width"], port.facts["generation"] = rate.group(2), rate.group(3) or None
        port.facts["speed_mbps"] = number * _MBPS_PER_GBPS if port.active and number is not None else None
    elif key == "link_layer":
        port.facts["link_layer"] = value
    elif key in ("base lid", "sm lid") and _LID.fullmatch(value):
        port.facts["lid" if key == "base lid" else "sm_lid"] = int(value, 16)
