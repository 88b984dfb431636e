"""Which faults are on which host now, and what has cleared them: the lab's memory of what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from gatehouse.lab.faults.registry import fault_kind
from gatehouse.lab.faults.spec import Clearing, Effect, FaultKind, TransportFault, Value
from gatehouse.lab.machine.facts import set_fact
from gatehouse.lab.machine.identity import number
from gatehouse.lab.machine.machine import Boot, Machine
from gatehouse.lab.machine.overrides import ToolOverride
from gatehouse.lab.machine.part_names import PartName, part_named
from gatehouse.lab.plan import PlannedHost
from gatehouse.lab.scenario import FaultSpec, KernelLines, Scenario, ToolSpec
from gatehouse.lab.tools.clock import moment
from gatehouse.model.errors import CatalogError, UsageError

_LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_AFTER_BOOT_S = 25.0  # a fault that outlives a reboot speaks again this long after it


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault on one host. ``since_s`` and ``until_s`` are seconds since 1970."""

    spec: FaultSpec
    kind: FaultKind | None
    part: PartName
    params: Mapping[str, Value]
    since_s: float
    until_s: float | None

    @property
    def cleared_by(self) -> tuple[Clearing, ...]:
        """What ends it."""
        if self.spec.cleared_by is not None:
            return tuple(self.spec.cleared_by)
        return self.kind.cleared_by if self.kind else ("repair",)

    @property
    def transport(self) -> TransportFault | None:
        """What it does to connections."""
        spec = self.spec.transport
        if spec is not None:
            return TransportFault(spec.mode, spec.after_bytes, spec.delay_s)
        return self.kind.connection(self.params) if self.kind and self.kind.connection else None


@dataclass
class FaultBook:
    """Faults by host name. ``cleared`` holds (fault id, host name) of those that were ended there."""

    fleet: Mapping[str, PlannedHost]
    started_s: float
    placed: dict[str, list[PlacedFault]] = field(default_factory=dict)
    cleared: set[tuple[str, str]] = field(default_factory=set)

    def place_all(self, scenario: Scenario, file: str = "scenario") -> None:
        """Place a scenario's faults.

        Raises:
            CatalogError: a fault fits no host of the fleet, or not the part it names.
        """
        problems = []
        for spec in scenario.faults:
            try:
                self.place(spec)
            except UsageError as error:
                problems.append(f"{file}: fault {spec.id!r}: {error}")
        if problems:
            raise CatalogError(problems)

    def place(self, spec: FaultSpec) -> list[str]:
        """Place one fault on every host that it names and fits; the names of those hosts.

        Raises:
            UsageError: there is none, or a part, setting or fact does not exist there.
        """
        kind = fault_kind(spec.fault) if spec.fault else None
        named = [name for name in self.fleet if any(fnmatchcase(name, glob) for glob in spec.hosts)]
        fitting = [name for name in named if _fits(kind, self.fleet[name])]
        if not named:
            raise UsageError(f"the fleet has no host {' or '.join(spec.hosts)}")
        if kind is not None and not fitting:
            raise UsageError(f"{kind.name} is only for {', '.join(kind.vendors)} machines")
        made = [(name, self._placed(spec, kind, self.fleet[name])) for name in fitting]
        for name, one in made:
            self.placed.setdefault(name, []).append(one)
            self.cleared.discard((spec.id, name))
        return fitting

    def _placed(self, spec: FaultSpec, kind: FaultKind | None, host: PlannedHost) -> PlacedFault:
        part = part_named(host.profile, spec.part)
        if kind is not None and part.kind not in kind.on:
            if spec.part:
                raise UsageError(f"{kind.name} is a fault of {' or '.join(kind.on)}, not of {spec.part!r}")
            part = PartName(kind.on[0], 0)
        since_s = self._epoch(spec.from_)
        until_s = None if spec.until is None else self._epoch(spec.until)
        one = PlacedFault(spec, kind, part, self._params(spec, kind), since_s, until_s)
        _apply(one, Machine(host.profile, host.name, host.serial, Boot(0, since_s - 1e6), since_s))  # errors come now
        return one

    def _params(self, spec: FaultSpec, kind: FaultKind | None) -> dict[str, Value]:
        known = dict(kind.params) if kind else {}
        given = dict(spec.with_)
        if spec.as_:
            given["as"] = self.fleet[spec.as_].serial if spec.as_ in self.fleet else spec.as_
        for name, value in given.items():
            if name not in known:
                raise UsageError(
                    f"{spec.fault or spec.id} has no setting {name!r}; it has: {', '.join(known) or 'none'}"
                )
            if isinstance(known[name], str) != isinstance(value, str):
                raise UsageError(f"setting {name!r} of {spec.fault} is {type(known[name]).__name__}, not {value!r}")
            known[name] = value
        return known

    def _epoch(self, when: float | datetime) -> float:
        if isinstance(when, datetime):
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        return self.started_s + when

    def active(self, host: str, now_s: float, boot: Boot, sample: int) -> list[PlacedFault]:
        """The faults that are on a host at a moment."""
        return [
            one
            for one in self.placed.get(host, ())
            if (one.spec.id, host) not in self.cleared
            and one.since_s <= now_s
            and (one.until_s is None or now_s < one.until_s)
            and _drawn(one.spec, host, boot, sample)
        ]

    def clear(self, host: str, how: Clearing, only: str = "", part: PartName | None = None) -> list[str]:
        """End what ``how`` ends on a host: of one fault id, or of one part, or all. The ids that were ended."""
        ended = [
            one.spec.id
            for one in self.placed.get(host, ())
            if (how == "repair" or how in one.cleared_by)
            and (not only or one.spec.id == only or one.spec.fault == only)
            and (part is None or one.part == part)
            and (one.spec.id, host) not in self.cleared
        ]
        self.cleared.update((fault_id, host) for fault_id in ended)
        return ended

    def apply(self, faults: Iterable[PlacedFault], machine: Machine) -> None:
        """Change a machine's model by faults."""
        for one in faults:
            _apply(one, machine)


def _fits(kind: FaultKind | None, host: PlannedHost) -> bool:
    return kind is None or not kind.vendors or host.profile.vendor in kind.vendors


def _drawn(spec: FaultSpec, host: str, boot: Boot, sample: int) -> bool:
    chance = spec.intermittent
    if chance is None:
        return True
    draw = boot.count if chance.per == "boot" else sample
    return number(chance.seed, spec.group or host, spec.id, draw) / 2**64 < chance.probability


def _apply(one: PlacedFault, machine: Machine) -> None:
    at_s = min(max(one.since_s, machine.boot.at_s + _AFTER_BOOT_S), machine.now_s)
    if one.kind is not None:
        one.kind.apply(Effect(machine, one.part, at_s, one.params))
    for path, value in one.spec.facts.items():
        set_fact(machine, path, value)
    for lines in one.spec.kernel:
        _speak(lines, one, machine, at_s)
    for name, how in one.spec.tool.items():
        machine.overrides[name] = _override(how)


def _speak(lines: KernelLines | str, one: PlacedFault, machine: Machine, at_s: float) -> None:
    spec = KernelLines(line=lines) if isinstance(lines, str) else lines
    pci = machine.accelerators[one.part.index].pci if one.part.kind == "accelerator" else ""
    fills = {"{time}": f"{moment(at_s):%Y-%m-%dT%H:%M:%S}", "{pci}": pci, "{host}": machine.name}
    text = spec.line
    for name, value in fills.items():
        text = text.replace(name, value)
    machine.kernel.say_each(at_s, spec.spacing_s, [text] * spec.count, _LEVELS.index(spec.level))


def _override(how: str | ToolSpec) -> ToolOverride:
    if isinstance(how, ToolSpec):
        if how.slow is not None:
            return ToolOverride("slow", delay_s=how.slow)
        return ToolOverride("fixed", how.stdout, how.stderr, how.exit_code)
    return {
        "missing": ToolOverride("missing"),
        "hang": ToolOverride("hang"),
        "flood": ToolOverride("flood"),
        "garbage": ToolOverride("garbage"),
    }[how]
