"""Turns a plan and a SKU into the commands that a host is asked, in order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.catalog.sku import Sku
from gatehouse.diagnostics.registry import Declared, known_diagnostics
from gatehouse.diagnostics.spec import PART_OF, Ask, Devices, Diagnostic
from gatehouse.model.commands import Command
from gatehouse.model.errors import NotFoundError, UsageError

_AGAIN = "-again"
_NVME = "/dev/nvme"


@dataclass(frozen=True, slots=True)
class AskedCommand:
    """One command of a plan for one SKU, and which diagnostic and reader wait for its output.

    ``part`` is what the whole output is about (``disk0``, ``nic3``) where a tool is asked once a device. ``via`` is who
    answers: the host by SSH, or its BMC, for which the command's argv are the resources. ``counters`` are globs over
    facts that are judged by their change; ``again`` is true of the second of the two looks at them.
    ``keep`` are globs over the facts that become readings, empty: all; ``findings``, whether the machine's findings do.
    """

    diagnostic: str
    tool: str
    command: Command
    part: str = ""
    via: Literal["ssh", "bmc"] = "ssh"
    counters: tuple[str, ...] = ()
    again: bool = False
    keep: tuple[str, ...] = ()
    findings: bool = True

    @property
    def second_key(self) -> str:
        """The key of the second look at the same counters."""
        return f"{self.command.key}{_AGAIN}"


def commands_for(
    planned: Sequence[PlannedDiagnostic], sku: Sku, declared: Declared | None = None
) -> tuple[AskedCommand, ...]:
    """Every command of a plan for a SKU's hosts: in the plan's order, and then the second looks at counters.

    ``declared`` are the diagnostics of YAML that it may name.

    Raises:
        NotFoundError: the plan names a diagnostic that does not exist.
        UsageError: the plan gives a parameter that the diagnostic does not have.
    """
    known = known_diagnostics(declared or {})
    missing = [item.diagnostic for item in planned if item.diagnostic not in known]
    if missing:
        raise NotFoundError(f"no diagnostic {missing[0]!r}; there are: {', '.join(sorted(known))}")
    first = tuple(asked for item in planned for asked in _commands(known[item.diagnostic], item, sku))
    return first + tuple(_second_look(asked) for asked in first if asked.counters)


def _second_look(asked: AskedCommand) -> AskedCommand:
    return replace(asked, command=replace(asked.command, key=asked.second_key), again=True)


def _commands(spec: Diagnostic, planned: PlannedDiagnostic, sku: Sku) -> Iterator[AskedCommand]:
    unknown = sorted(set(planned.params) - set(spec.params))
    if unknown:
        there = ", ".join(sorted(spec.params)) or "none"
        raise UsageError(f"{spec.id} has no parameter {', '.join(unknown)}; there are: {there}")
    params = {**spec.params, **planned.params}
    words = {name: f"{value:g}" for name, value in params.items()}
    words |= {"accelerators": str(sku.accelerator.count), "model": _model(sku)} if sku.accelerator else {}
    for number, (ask, device, part) in enumerate(_devices(spec.asks(sku.vendor), sku), start=1):
        of_device = {ask.for_each: device} if ask.for_each else {}
        command = Command(
            key=f"{spec.id}-{number}-{ask.tool}",
            argv=_filled(ask, words | of_device, sku),
            limit_s=ask.limit_s + _more_s(ask, params),
            root=ask.root,
        )
        yield AskedCommand(
            spec.id, ask.tool, command, part, ask.via, ask.counters, keep=ask.keep, findings=ask.findings
        )


def _filled(ask: Ask, words: Mapping[str, str], sku: Sku) -> tuple[str, ...]:
    """The command line with its words.

    Raises:
        UsageError: it needs something that the SKU does not say.
    """
    try:
        return tuple(argument.format(**words) for argument in ask.argv)
    except KeyError as missing:
        raise UsageError(f"{ask.argv[0]} needs {missing.args[0]!r}, which {sku.title!r} does not tell") from missing


def _model(sku: Sku) -> str:
    """The last word of the accelerator's model, which names folders of the ROCm Validation Suite: ``MI300X``."""
    return sku.accelerator.model.split()[-1] if sku.accelerator else ""


def _more_s(ask: Ask, params: Mapping[str, float]) -> float:
    """Seconds beyond the tool's own limit: what the plan lets it run, and what it lets us wait."""
    runs = params["seconds"] if any("{seconds}" in argument for argument in ask.argv) else 0.0
    return runs + (params[ask.patience] if ask.patience else 0.0)


def _devices(asks: Sequence[Ask], sku: Sku) -> Iterator[tuple[Ask, str, str]]:
    """Each tool once, or once for each device of the SKU's list: (what to run, device name, part address)."""
    for ask in asks:
        if ask.for_each is None:
            yield ask, "", ""
            continue
        for part, device in _listed(ask.for_each, sku):
            yield ask, device, part


def _listed(kind: Devices, sku: Sku) -> list[tuple[str, str]]:
    """(part address, device name) of each device of a kind. A drive is ``disk3`` and a port ``hca3`` in every list."""
    accelerators = sku.accelerator.count if sku.accelerator else 0
    names: Mapping[str, Sequence[str]] = {
        "disk": sku.disks, "nvme": sku.disks, "nic": sku.nics, "hca": sku.hcas, "infiniband": sku.hcas,
        "accelerator": [str(index) for index in range(accelerators)],
    }  # fmt: skip
    listed = [(f"{PART_OF[kind]}{index}", name) for index, name in enumerate(names[kind])]
    match kind:
        case "nvme":
            return [(part, name) for part, name in listed if name.startswith(_NVME)]
        case "infiniband":
            return [(part, name) for part, name in listed if name in sku.infiniband]
    return listed
