"""``perfquery`` (``-x`` and without): the counters of InfiniBand ports, ``Name:......value``.

Data counters are words of 4 bytes (IBTA). The counters without ``-x`` are narrow and stop at their maximum, so such a
value means "at least"; ``saturated`` lists them. All count since they were last cleared: they are facts, not findings.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "perfquery"
_PORT = re.compile(r"# Port (extended )?counters: Lid (\d{1,6}) port (\d{1,3})\b.{0,80}")
_COUNTER = re.compile(r"([A-Za-z][A-Za-z0-9_]{2,48}):\.{0,60}(0x[0-9a-fA-F]{1,16}|\d{1,20})")
_BYTES_PER_WORD = 4
_BYTES = {"PortXmitData": "xmit_bytes", "PortRcvData": "rcv_bytes", "XmtData": "xmit_bytes", "RcvData": "rcv_bytes"}
# Largest value of the counters that are not 64 bits wide (IBTA volume 1, PortCounters), by perfquery's names.
_NARROW = {
    "SymbolErrorCounter": 0xFFFF,
    "LinkErrorRecoveryCounter": 0xFF,
    "LinkDownedCounter": 0xFF,
    "PortRcvErrors": 0xFFFF,
    "PortRcvRemotePhysicalErrors": 0xFFFF,
    "PortRcvSwitchRelayErrors": 0xFFFF,
    "PortXmitDiscards": 0xFFFF,
    "PortXmitConstraintErrors": 0xFF,
    "PortRcvConstraintErrors": 0xFF,
    "LocalLinkIntegrityErrors": 0xF,
    "ExcessiveBufferOverrunErrors": 0xF,
    "VL15Dropped": 0xFFFF,
    "PortXmitData": 0xFFFFFFFF,
    "PortRcvData": 0xFFFFFFFF,
    "PortXmitPkts": 0xFFFFFFFF,
    "PortRcvPkts": 0xFFFFFFFF,
    "PortXmitWait": 0xFFFFFFFF,
}


@reads(_TOOL)
def read_perfquery(said: Completed) -> ToolReport:
    """Counters of each port under perfquery's own names, and the data in bytes.

    Raises:
        UnreadableError: no port's counters.
    """
    lines = lines_of(said)
    draft = Draft(_TOOL, said)
    counted: dict[str, int] = {}
    part, extended = "", False
    for line in lines:
        if match := _PORT.match(line):
            part, extended = f"port{int(match.group(3))}", bool(match.group(1))
            counted[part] = 0
            draft.facts.setdefault("lid", int(match.group(2)))
            draft.fact(f"{part}.saturated", [])
        elif part and (match := _COUNTER.fullmatch(line.strip())):
            counted[part] += 1
            _note(draft, part, match.group(1), match.group(2), extended=extended)
    if not any(counted.values()):
        raise UnreadableError("no counters of a port: not perfquery")
    draft.total("ports", len(counted))
    _check_whole(draft, list(counted.values()), bool(lines.tail))
    return draft.done()


def _note(draft: Draft, part: str, name: str, text: str, *, extended: bool) -> None:
    if text.startswith("0x"):
        draft.fact(f"{part}.{name}", text)
        return
    count = int(text)
    draft.fact(f"{part}.{name}", count)
    saturated = draft.facts[f"{part}.saturated"]
    full = not extended and count == _NARROW.get(name)
    if full and isinstance(saturated, list):
        saturated.append(name)
    if name in _BYTES:
        draft.fact(f"{part}.{_BYTES[name]}", None if full else count * _BYTES_PER_WORD)


def _check_whole(draft: Draft, counts: list[int], is_cut: bool) -> None:
    """Every port has the same counters, so a last port with fewer was cut."""
    if is_cut:
        draft.was_cut("the last line is cut")
    elif counts[-1] < max(counts):
        draft.incomplete(f"the last port has {counts[-1]} counters, others {max(counts)}")
