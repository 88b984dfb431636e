"""``ibnetdiscover``: the InfiniBand fabric as seen from here: switches, adapters and the links between them.

A node begins with ``Switch 41 "S-guid"`` or ``Ca 1 "H-guid"``; below it a line for each port that has a link:
``[7] "H-guid"[1](portguid) # "name" lid 5 4xNDR``. A node without a link cannot have been discovered: then the dump is
cut or malformed. ``-p`` prints one line a port instead, and ports without a link as well:
``CA 134 1 0xguid 4x EDR - SW 1719 10 0xguid ( 'name' - 'name' )``.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import lines_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.registry import reads

_TOOL = "ibnetdiscover"
_HEADER = re.compile(r"# (?:Topology file: generated on|Initiated from node) (.{1,80})")
_NODE = re.compile(
    r'(Switch|Ca|Rt)\s{1,8}(\d{1,3})\s{1,8}"([SHR]-[0-9a-f]{16})"(?:\s{0,60}# {0,4}"(.{0,128}?)".{0,120})?'
)
_LINK = re.compile(
    r'\[(\d{1,3})\](?:\([0-9a-f]{1,16}\))?\s{1,8}"([SHR]-[0-9a-f]{16})"\[(\d{1,3})\](?:\([0-9a-f]{1,16}\))?\s{0,60}#(.{0,300})'
)
_SPEED = re.compile(r" (\d{1,2}x[A-Z]{2,4}\d{0,3})\b")


_PORT = re.compile(
    r"(CA|SW|RT)\s{1,8}(\d{1,5})\s{1,4}(\d{1,3}) 0x([0-9a-f]{1,16}) (\d{1,2}x) (\S{1,8})"
    r"(?: - (CA|SW|RT)\s{1,8}(\d{1,5})\s{1,4}(\d{1,3}) 0x([0-9a-f]{1,16}) \( '(.{0,128}?)' - '(.{0,128}?)' \)|"
    r"\s{1,80}'?(.{0,128}?)'?)\s{0,4}"
)
_LAST_LINE = re.compile(r"\[.{20,400} \d{1,2}x[SDQEHNX]DR|(?:CA|SW|RT) .{20,400}' \)")
_PORT_KINDS = {"CA": ("Ca", "H"), "SW": ("Switch", "S"), "RT": ("Rt", "R")}


@dataclass
class _Node:
    kind: str
    guid: str
    name: str
    links: list[tuple[int, str, int, str | None]] = field(default_factory=list)


@reads(_TOOL)
def read_ibnetdiscover(said: Completed) -> ToolReport:
    """Counts of switches, adapters and links, the number of links at each speed, and each node's links.

    Raises:
        UnreadableError: no header and no node of such a dump.
    """
    lines = lines_of(said).with_tail(_LAST_LINE)
    nodes: list[_Node] = []
    for line in lines:
        if match := _NODE.fullmatch(line.strip()):
            nodes.append(_Node(match.group(1), match.group(3), match.group(4) or ""))
        elif nodes and (match := _LINK.fullmatch(line.strip())):
            speed = _SPEED.search(match.group(4))
            nodes[-1].links.append((int(match.group(1)), match.group(2), int(match.group(3)), speed and speed.group(1)))
    nodes = _once(nodes)
    ports = [match for line in lines if not nodes and (match := _PORT.fullmatch(line.rstrip()))]
    if ports:
        ports = list({port.group(4, 3): port for port in ports}.values())  # each once
        nodes = _nodes_of_ports(ports)
    if not nodes and not any(_HEADER.match(line) for line in lines):
        first = next((line.strip() for line in lines if line.strip()), "")
        raise UnreadableError(f"no node and no header: not ibnetdiscover: {first[:200]}")
    draft = Draft(_TOOL, said)
    _note_nodes(draft, nodes)
    if ports:
        draft.total("ports", len(ports))
        draft.total("ports_without_link", sum(port.group(7) is None for port in ports))
    _check(draft, nodes, is_cut=bool(lines.tail), ports_only=bool(ports))
    draft.note_end(lines)
    return draft.done()


def _nodes_of_ports(ports: list[re.Match[str]]) -> list[_Node]:
    """The nodes that own the ports of ``-p``, which come in the order of their nodes."""
    nodes: dict[str, _Node] = {}
    for port in ports:
        kind, prefix = _PORT_KINDS[port.group(1)]
        guid = f"{prefix}-{int(port.group(4), 16):016x}"
        node = nodes.setdefault(guid, _Node(kind, guid, (port.group(11) or port.group(13) or "").strip()))
        if port.group(7):
            peer = f"{_PORT_KINDS[port.group(7)][1]}-{int(port.group(10), 16):016x}"
            node.links.append((int(port.group(3)), peer, int(port.group(9)), port.group(5) + port.group(6)))
    return _once(list(nodes.values()))


def _once(nodes: list[_Node]) -> list[_Node]:
    """Each node once with each of its links once, where a dump stands twice in one output."""
    by_guid: dict[str, _Node] = {}
    links: dict[str, dict[tuple[int, str, int, str | None], None]] = {}
    for node in nodes:
        by_guid.setdefault(node.guid, node)
        links.setdefault(node.guid, {}).update(dict.fromkeys(node.links))
    for guid, node in by_guid.items():
        node.links = list(links[guid])
    return list(by_guid.values())


def _note_nodes(draft: Draft, nodes: list[_Node]) -> None:
    switches = [node for node in nodes if node.kind == "Switch"]
    draft.total("switches", len(switches))
    draft.total("cas", sum(node.kind == "Ca" for node in nodes))
    draft.total("usable_switches", sum(bool(node.links) for node in switches))
    ends = {frozenset({(node.guid, own), (peer, port)}) for node in nodes for own, peer, port, _ in node.links}
    draft.total("links", len(ends))
    for speed, count in Counter(speed for node in nodes for *_, speed in node.links if speed).items():
        draft.total(f"ports_{speed}", count)
    for node in nodes:
        draft.fact(f"{node.guid}.name", node.name)
        draft.total(f"{node.guid}.links", len(node.links))


def _check(draft: Draft, nodes: list[_Node], *, is_cut: bool, ports_only: bool) -> None:
    known = {node.guid for node in nodes}
    for node in nodes:
        if not node.links and not ports_only:
            draft.incomplete(f"{node.kind} {node.guid} is listed without any link")
        missing = sorted({peer for _, peer, _, _ in node.links} - known)
        if missing:
            draft.incomplete(f"{node.guid} has a link to {missing[0]}, which is not listed")
    if not nodes:
        draft.incomplete("no node was discovered")
    if is_cut:
        draft.was_cut("the last line is cut")
