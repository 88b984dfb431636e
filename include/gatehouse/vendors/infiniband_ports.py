"""What ibstat, ibstatus and ibv_devinfo have in common: adapters with ports, and which of those are down."""

from dataclasses import dataclass, field

from gatehouse.model.readings import Fact
from gatehouse.vendors.draft import Draft


@dataclass
class Port:
    """One port; ``active`` and ``down`` are None where its state was not printed."""

    number: int
    facts: dict[str, Fact] = field(default_factory=dict)
    active: bool | None = None
    down: bool | None = None


@dataclass
class Adapter:
    """One adapter (CA, HCA) with the ports that were listed, and how many it declares."""

    name: str
    facts: dict[str, Fact] = field(default_factory=dict)
    ports: list[Port] = field(default_factory=list)
    declared: int | None = None


def note_adapters(draft: Draft, adapters: list[Adapter]) -> None:
    """Facts of each adapter and port. An only port's stand under the adapter's name as well."""
    adapters = _once(draft, adapters)
    draft.total("cas", len(adapters))
    for adapter in adapters:
        for name, value in adapter.facts.items():
            draft.fact(f"{adapter.name}.{name}", value)
        for port in adapter.ports:
            for name, value in port.facts.items():
                draft.fact(f"{adapter.name}.port{port.number}.{name}", value)
                if len(adapter.ports) == 1:
                    draft.fact(f"{adapter.name}.{name}", value)
        if not adapter.ports or (adapter.declared is not None and adapter.declared != len(adapter.ports)):
            declared = "an unknown number of" if adapter.declared is None else adapter.declared
            draft.incomplete(f"{adapter.name}: {declared} ports declared, {len(adapter.ports)} listed")
    _note_states(draft, adapters)


def _once(draft: Draft, adapters: list[Adapter]) -> list[Adapter]:
    """Each adapter and port once, as of several outputs in one the first holds; a contradiction is told."""
    by_name: dict[str, Adapter] = {}
    ports: dict[str, dict[int, Port]] = {}
    for adapter in adapters:
        by_name.setdefault(adapter.name, adapter)
        for port in adapter.ports:
            known = ports.setdefault(adapter.name, {}).setdefault(port.number, port)
            if any(known.facts.get(name, value) != value for name, value in port.facts.items()):
                draft.incomplete(f"{adapter.name} port {port.number} is listed again with other values")
    for name, adapter in by_name.items():
        adapter.ports = list(ports.get(name, {}).values())
    return list(by_name.values())


def _note_states(draft: Draft, adapters: list[Adapter]) -> None:
    """Lists of ports that are down or not active, and how many active ports run at each rate (Gb/s)."""
    ports = [(_label(adapter, port), port) for adapter in adapters for port in adapter.ports]
    draft.total("ports", len(ports))
    draft.total("active", sum(port.active is True for _, port in ports))
    draft.total("down", [label for label, port in ports if port.down])
    draft.total("not_active", [label for label, port in ports if port.active is False])
    rates = [port.facts.get("rate") for _, port in ports if port.active]
    for rate in {rate for rate in rates if isinstance(rate, (int, float))}:
        draft.total(f"ports_{rate:g}", rates.count(rate))


def _label(adapter: Adapter, port: Port) -> str:
    return adapter.name if len(adapter.ports) == 1 else f"{adapter.name}.port{port.number}"
