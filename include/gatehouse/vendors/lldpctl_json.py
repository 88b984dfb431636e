"""``lldpctl -f json`` and ``-f json0``: which switch port each network port is cabled to.

In ``json`` a list of one is an object and a chassis with a name is keyed by it; in ``json0`` everything is a list and
every text ``[{"value": …}]``. Both come to the same here. Several neighbours on one port are numbered from the second.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.documents import json_of
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at
from gatehouse.vendors.quantities import flag_or_unknown, number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "lldpctl-json"
_CHASSIS_KEYS = frozenset({"id", "name", "descr", "mgmt-ip", "mgmt-iface", "capability"})


@reads(_TOOL)
def read_lldpctl_json(said: Completed) -> ToolReport:
    """Of each local port: the neighbour's name, id, management addresses, port, age, VLAN.

    Raises:
        UnreadableError: not lldpctl's JSON.
    """
    document = json_of(said)
    root = _first(at(document, "lldp"))
    if root is None:
        raise UnreadableError("JSON without 'lldp'")
    draft = Draft(_TOOL, said)
    neighbors = [pair for entry in _list(at(root, "interface")) for pair in _interfaces(entry)]
    draft.fact("neighbors", len(neighbors))
    seen: Counter[str] = Counter()
    for name, neighbor in neighbors:
        seen[name] += 1
        _note(draft, name if seen[name] == 1 else f"{name}#{seen[name]}", neighbor)
    return draft.done()


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(value: Any) -> Any:
    return next(iter(_list(value)), None)


def _text(value: Any) -> str | None:
    """The text of ``"x"``, ``{"value": "x"}`` or a list with either as its first item."""
    first = _first(value)
    if isinstance(first, dict):
        first = first.get("value")
    return str(first).strip() or None if isinstance(first, (str, int, float)) and not isinstance(first, bool) else None


def _interfaces(entry: Any) -> Iterator[tuple[str, Any]]:
    """``{"eth0": {…}}`` or, in json0, ``{"name": "eth0", …}``."""
    if isinstance(entry, dict) and isinstance(entry.get("name"), str):
        yield entry["name"], entry
    elif isinstance(entry, dict):
        for name, neighbors in entry.items():
            for neighbor in _list(neighbors):
                if isinstance(neighbor, dict):
                    yield name, neighbor


def _chassis(neighbor: Any) -> tuple[str | None, Any]:
    chassis = _first(at(neighbor, "chassis"))
    if isinstance(chassis, dict) and len(chassis) == 1 and not _CHASSIS_KEYS & chassis.keys():
        name, inner = next(iter(chassis.items()))
        return name, inner
    return _text(at(chassis, "name")), chassis


def _vlan(neighbor: Any) -> Any:
    """The port's own VLAN (PVID) where it names several."""
    vlans = _list(at(neighbor, "vlan"))
    return next((vlan for vlan in vlans if at(vlan, "pvid") in (True, "yes")), _first(vlans))


def _note(draft: Draft, part: str, neighbor: Any) -> None:
    name, chassis = _chassis(neighbor)
    port, vlan = _first(at(neighbor, "port")), _vlan(neighbor)
    negotiation = _first(at(port, "auto-negotiation"))
    addresses = [text for item in _list(at(chassis, "mgmt-ip")) if (text := _text(item))]
    draft.fact(f"{part}.via", _text(at(neighbor, "via")))
    draft.fact(f"{part}.chassis", name)
    draft.fact(f"{part}.chassis_id", _text(at(chassis, "id")))
    draft.fact(f"{part}.chassis_descr", _text(at(chassis, "descr")))
    draft.fact(f"{part}.mgmt_ips", addresses)
    draft.fact(f"{part}.port", _text(at(port, "id")))
    draft.fact(f"{part}.port_descr", _text(at(port, "descr")))
    ttl = _text(at(port, "ttl")) or _text(at(neighbor, "ttl"))
    draft.fact(f"{part}.ttl", number_or_unknown(ttl))
    draft.fact(f"{part}.mtu", number_or_unknown(_text(at(port, "mfs"))))
    draft.fact(f"{part}.age", _text(at(neighbor, "age")))
    draft.fact(f"{part}.vlan", number_or_unknown(_text(at(vlan, "vlan-id"))))
    enabled = at(negotiation, "enabled")
    draft.fact(f"{part}.autoneg", flag_or_unknown(enabled))
    draft.fact(f"{part}.speed", _text(at(negotiation, "current")))
    capabilities = [text for row in _list(at(chassis, "capability")) if (text := _enabled(row))]
    draft.fact(f"{part}.capabilities", [*capabilities])


def _enabled(capability: Any) -> str | None:
    return _text(at(capability, "type")) if flag_or_unknown(at(capability, "enabled")) else None
