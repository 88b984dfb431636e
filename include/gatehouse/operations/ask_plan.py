"""Turns a plan and a SKU into the commands that a host is asked, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.catalog.sku import Sku
from gatehouse.diagnostics.registry import Declared, known_diagnostics
from gatehouse.diagnostics.spec import Ask, Diagnostic
from gatehouse.model.commands import Command
from gatehouse.model.errors import NotFoundError, UsageError


@dataclass(frozen=True, slots=True)
class AskedCommand:
    """One command of a plan for one SKU, and which diagnostic and reader wait for its output.

    ``part`` is what the whole output is about (``disk0``, ``nic3``) where a tool is asked once a device. ``via`` is who
    answers: the host by SSH, or its BMC, for which the command's argv are the resources.
    """

    diagnostic: str
    tool: str
    command: Command
    part: str = ""
    via: Literal["ssh", "bmc"] = "ssh"


def commands_for(
    planned: Sequence[PlannedDiagnostic], sku: Sku, declared: Declared | None = None
) -> tuple[AskedCommand, ...]:
    """Every command of a plan for a SKU's hosts; ``declared`` are the diagnostics of YAML that it may name.

    Raises:
        NotFoundError: the plan names a diagnostic that does not exist.
        UsageError: the plan gives a parameter that the diagnostic does not have.
    """
    known = known_diagnostics(declared or {})
    missing = [item.diagnostic for item in planned if item.diagnostic not in known]
    if missing:
        raise NotFoundError(f"no diagnostic {missing[0]!r}; there are: {', '.join(sorted(known))}")
    return tuple(asked for item in planned for asked in _commands(known[item.diagnostic], item, sku))


def _commands(spec: Diagnostic, planned: PlannedDiagnostic, sku: Sku) -> Iterator[AskedCommand]:
    unknown = sorted(set(planned.params) - set(spec.params))
    if unknown:
        there = ", ".join(sorted(spec.params)) or "none"
        raise UsageError(f"{spec.id} has no parameter {', '.join(unknown)}; there are: {there}")
    params = {**spec.params, **planned.params}
    for number, (ask, device, part) in enumerate(_devices(spec.asks(sku.vendor), sku), start=1):
        words = {name: f"{value:g}" for name, value in params.items()}
        words |= {ask.for_each: device} if ask.for_each else {}
        seconds = params["seconds"] if any("{seconds}" in argument for argument in ask.argv) else 0.0
        command = Command(
            key=f"{spec.id}-{number}-{ask.tool}",
            argv=tuple(argument.format(**words) for argument in ask.argv),
            limit_s=ask.limit_s + seconds,
            root=ask.root,
        )
        yield AskedCommand(spec.id, ask.tool, command, part, ask.via)


def _devices(asks: Sequence[Ask], sku: Sku) -> Iterator[tuple[Ask, str, str]]:
    """Each tool once, or once for each device of the SKU's list: (what to run, device name, part address)."""
    lists = {"disk": sku.disks, "nic": sku.nics}
    for ask in asks:
        if ask.for_each is None:
            yield ask, "", ""
            continue
        for index, device in enumerate(lists[ask.for_each]):
            yield ask, device, f"{ask.for_each}{index}"
