"""``perfquery`` (``-x`` and without): the counters of InfiniBand ports, ``Name:......value``.

Data counters are words of 4 bytes (IBTA). The counters without ``-x`` are narrow and stop at their maximum, so such a
value means "at least"; ``saturated`` lists them. All count since they were last cleared: they are facts, not findings.
"""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "perfquery"
_PORT = re.compile(
    r"# (?P<title>Port[A-Za-z ]{0,40}?) ?[Cc]ounters: (?:Lid (?P<lid>\d{1,6})|DR path .{1,100}?),? ?"
    r"port (?P<port>\d{1,3})\b"
)
_TROUBLE = re.compile(r"(?:ibwarn|ibpanic|ibdebug|perfquery): .{1,300}")
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
# The names of perfquery before infiniband-diags 1.5.
_NARROW |= {
    "SymbolErrors": 0xFFFF,
    "LinkRecovers": 0xFF,
    "LinkDowned": 0xFF,
    "RcvErrors": 0xFFFF,
    "RcvRemotePhysErrors": 0xFFFF,
    "RcvSwRelayErrors": 0xFFFF,
    "XmtDiscards": 0xFFFF,
    "XmtConstraintErrors": 0xFF,
    "RcvConstraintErrors": 0xFF,
    "LinkIntegrityErrors": 0xF,
    "ExcBufOverrunErrors": 0xF,
    "XmtData": 0xFFFFFFFF,
    "RcvData": 0xFFFFFFFF,
    "XmtPkts": 0xFFFFFFFF,
    "RcvPkts": 0xFFFFFFFF,
    "XmtWait": 0xFFFFFFFF,
}


@reads(_TOOL)
def read_perfquery(said: Completed) -> ToolReport:
    """Counters of each port under perfquery's own names, and the data in bytes.

    Raises:
        UnreadableError: no port's counters.
    """
    lines = lines_of(with_errors(said))
    draft = Draft(_TOOL, said)
    counted: dict[str, int] = {}
    kinds: dict[str, str] = {}
    part, extended = "", False
    for line in lines:
        if match := _PORT.match(line):
            lid = match.group("lid")
            draft.facts.setdefault("lid", None if lid is None else int(lid))
            another = "" if lid is None or int(lid) == draft.facts["lid"] else f"lid{int(lid)}."
            part, extended = f"{another}port{int(match.group('port'))}", "extended" in match.group("title")
            counted.setdefault(part, 0)
            kinds[part] = match.group("title")
            draft.facts.setdefault(f"{part}.saturated", [])
        elif part and (match := _COUNTER.fullmatch(line.strip())):
            counted[part] += 1
            _note(draft, part, match.group(1), match.group(2), extended=extended)
    trouble = [line.strip() for line in (*lines, lines.tail) if _TROUBLE.match(line.strip())]
    if not any(counted.values()):
        raise UnreadableError(f"no counters of a port: {trouble[-1][:200] if trouble else 'not perfquery'}")
    draft.total("ports", len(counted))
    for text in trouble[:10]:
        draft.error(text)
    _check_whole(draft, [counted[part] for part in kinds if kinds[part] == kinds[list(kinds)[-1]]], bool(lines.tail))
    return draft.done()


def _note(draft: Draft, part: str, name: str, text: str, *, extended: bool) -> None:
    if text.startswith("0x"):
        draft.fact(f"{part}.{name}", text)
        return
    count = int(text)
    draft.fact(f"{part}.{name}", count)
    saturated = draft.facts[f"{part}.saturated"]
    full = not extended and count == _NARROW.get(name)
    if full and isinstance(saturated, list) and name not in saturated:
        saturated.append(name)
    if name in _BYTES:
        draft.fact(f"{part}.{_BYTES[name]}", None if full else count * _BYTES_PER_WORD)


def _check_whole(draft: Draft, counts: list[int], is_cut: bool) -> None:
    """Every port has the same counters, so a last port with fewer was cut."""
    if is_cut:
        draft.was_cut("the last line is cut")
    elif counts[-1] < max(counts):
        draft.incomplete(f"the last port has {counts[-1]} counters, others {max(counts)}")
