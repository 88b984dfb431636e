"""``lshw -json`` and ``lshw -xml``: the machine as a tree of nodes, from the system down to each bank and port.

Newer versions put the JSON tree into a list, older ones print the bare object; XML may or may not have ``<list>``
around it. Both become the same nodes here. Sizes are bytes, clocks Hz.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import json_of, text_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads
from gatehouse.vendors.xml_document import Node, read_xml

_IDENTITY = ("product", "vendor", "serial", "version")
_NOT_SAID = frozenset(
    {"to be filled by o.e.m.", "default string", "not specified", "none", "0123456789", "no dimm", "[empty]", "empty"}
    | {"not provided", "not available", "system product name", "system serial number", "system manufacturer"}
    | {"system version", "<bad index>", "<out of spec>"}
)
# Class -> (part, facts from the node, facts from its configuration).
_CLASSES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "processor": ("cpu", ("product", "version", "slot", "vendor"), ("cores", "enabledcores", "threads")),
    "network": (
        "network",
        ("product", "logicalname", "serial", "vendor", "businfo"),
        ("driver", "firmware", "link", "speed"),
    ),
    "disk": ("disk", ("product", "logicalname", "serial", "vendor", "businfo"), ()),
    "display": ("display", ("product", "vendor", "businfo"), ("driver",)),
    "storage": ("storage", ("product", "vendor", "businfo"), ("driver",)),
    "power": ("power", ("product", "vendor", "serial"), ()),
}
_PLURALS = {"processor": "cpus", "disk": "disks", "display": "displays"}
_COUNTS = {"cpus", *_CLASSES, *_PLURALS.values()}
_MAX_NODES = 20_000


@reads("lshw-json")
def read_lshw_json(said: Completed) -> ToolReport:
    """Identity, memory in bytes, CPUs, network ports and disks.

    Raises:
        UnreadableError: not a tree of lshw nodes.
    """
    document = _document(said)
    roots = document if isinstance(document, list) else [document]
    draft = Draft("lshw-json", said)
    draft.fact("top_is_list", isinstance(document, list))
    return _read(draft, roots)


def _document(said: Completed) -> Any:
    """The JSON; with ``-class`` older versions print the objects with commas but without the list's brackets."""
    try:
        return json_of(said)
    except UnreadableError:
        text = text_of(said).strip().removesuffix(",")
        if not (text.startswith("{") and text.endswith("}")):
            raise
        return json_of(replace(said, stdout=f"[{text}]".encode()))


@reads("lshw-xml")
def read_lshw_xml(said: Completed) -> ToolReport:
    """The same facts as from JSON. A cut document gives what came whole, without any count.

    Raises:
        UnreadableError: not a tree of lshw nodes.
    """
    root, stopped = read_xml(text_of(said).lstrip())
    if root is None or root.tag not in ("list", "node"):
        raise UnreadableError(f"no lshw document: {stopped or 'another root element'}")
    draft = Draft("lshw-xml", said)
    if stopped:
        draft.was_cut(stopped)
    tops = [root] if root.tag == "node" else [child for child in root.children if child.tag == "node"]
    return _read(draft, [_as_json(top) for top in tops])


def _as_json(top: Node) -> dict[str, Any]:
    """An XML node in the shape of the JSON; an explicit stack, as depth is the tool's to choose."""
    made: dict[str, Any] = {}
    stack = [(top, made)]
    while stack:
        node, target = stack.pop()
        target.update({"id": node.attributes.get("id"), "class": node.attributes.get("class")})
        target["disabled"] = node.attributes.get("disabled") == "true"
        target["children"] = []
        for child in node.children:
            if child.tag == "node":
                target["children"].append({})
                stack.append((child, target["children"][-1]))
            elif child.tag == "configuration":
                settings = (setting.attributes for setting in child.children)
                target["configuration"] = {each.get("id"): each.get("value") for each in settings}
            elif child.whole and not child.children:
                target[child.tag] = child.text.strip()
    return made


def _walk(roots: list[Any]) -> Iterator[dict[str, Any]]:
    """Every node in the order of the document."""
    stack, count = list(reversed(roots)), 0
    while stack and count < _MAX_NODES:
        node = stack.pop()
        if isinstance(node, dict):
            count += 1
            yield node
            stack.extend(reversed(items_at(node, "children")))


def _read(draft: Draft, roots: list[Any]) -> ToolReport:
    nodes = list(_walk(roots))
    if not any(text_at(node, "class") and text_at(node, "id") for node in nodes):
        raise UnreadableError("no node with an id and a class: not lshw")
    system = next((node for node in nodes if at(node, "class") == "system"), None)
    core = next((node for node in nodes if at(node, "id") == "core"), None)
    for prefix, node in (("system.", system), ("", system), ("core.", core)):
        for name in _IDENTITY if node else ():
            draft.fact(f"{prefix}{name}", _said(node, name))
    _note_memory(draft, nodes)
    firmware = next((node for node in nodes if at(node, "id") == "firmware"), None)
    for name in ("vendor", "version", "date") if firmware else ():
        draft.fact(f"bios.{name}", _said(firmware, name))
    for kind in _CLASSES:
        _note_class(draft, nodes, kind)
    if system is None and core is None:  # lshw -class: what was not asked for is not known to be absent
        for name in _COUNTS & draft.facts.keys():
            draft.fact(name, draft.facts[name] or None)
    return draft.done()


def _said(node: Any, name: str) -> str | None:
    value = word_or_unknown(text_at(node, name))
    return None if value is None or value.lower() in _NOT_SAID else value


def _note_memory(draft: Draft, nodes: list[dict[str, Any]]) -> None:
    """The system's memory: nodes called ``memory`` that hold banks; other RAM belongs to devices."""
    nested = [node for node in nodes if _is(node, "memory") and (_banks(node) or _is_system_memory(node))]
    banks = [node for node in nodes if _is(node, "bank")]
    if draft.cut or not (nested or banks):
        return
    sizes = [number_or_unknown(at(node, "size")) for node in nested or banks]
    known = [size for size in sizes if size is not None]
    draft.fact("memory.bytes", sum(known) if known and (len(known) == len(sizes) or not nested) else None)
    if not banks:
        return
    draft.fact("memory.banks", len(banks))
    draft.fact("memory.installed", sum(_said(bank, "serial") is not None or bool(at(bank, "size")) for bank in banks))
    for index, bank in enumerate(banks):
        draft.fact(f"bank{index}.slot", _said(bank, "slot"))
        draft.fact(f"bank{index}.size_b", number_or_unknown(at(bank, "size")))
        for name in ("serial", "product", "vendor"):
            draft.fact(f"bank{index}.{name}", _said(bank, name))


def _is(node: Any, name: str) -> bool:
    return str(at(node, "id")).split(":")[0] == name


def _is_system_memory(node: Any) -> bool:
    return str(at(node, "description")).lower() == "system memory"


def _banks(node: Any) -> list[Any]:
    return [child for child in items_at(node, "children") if _is(child, "bank")]


def _note_class(draft: Draft, nodes: list[dict[str, Any]], kind: str) -> None:
    """Each node of a class; empty and disabled sockets are not counted, while a port that is down is there."""
    part, names, settings = _CLASSES[kind]
    found = [node for node in nodes if at(node, "class") == kind and (kind != "processor" or _is_present(node))]
    for index, node in enumerate(found):
        for name in names:
            draft.fact(f"{part}{index}.{name}", _said(node, name))
        configuration = at(node, "configuration")
        for name in settings:
            words = _said(configuration, name)
            number = number_or_unknown(words)
            draft.fact(f"{part}{index}.{name}", words if number is None or part == "network" else number)
        if kind == "disk":
            draft.fact(f"{part}{index}.size_b", number_or_unknown(at(node, "size")))
    if not draft.cut:
        for count in {kind if kind != "processor" else "cpus", _PLURALS.get(kind, kind)}:
            draft.fact(count, len(found))


def _is_present(node: dict[str, Any]) -> bool:
    return at(node, "disabled") is not True and "[empty]" not in str(at(node, "description"))
