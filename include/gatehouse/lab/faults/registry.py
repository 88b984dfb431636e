"""Finds every named fault by walking this folder. Two of one name are refused."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from gatehouse.lab import faults
from gatehouse.lab.faults.spec import Apply, Clearing, FaultKind, TransportFault, Value
from gatehouse.lab.machine.part_names import PartKind
from gatehouse.model.errors import NotFoundError, UsageError

_KINDS: dict[str, FaultKind] = {}


def fault(
    name: str,
    title: str,
    component: str,
    mechanism: str,
    on: PartKind | tuple[PartKind, ...] = "host",
    *,
    vendors: tuple[str, ...] = (),
    params: Mapping[str, Value] | None = None,
    cleared_by: tuple[Clearing, ...] = ("repair",),
    connection: Callable[[Mapping[str, Value]], TransportFault] | None = None,
    noise: bool = False,
) -> Callable[[Apply], Apply]:
    """Register a change of the model as a named fault.

    Raises:
        UsageError: the name is taken.
    """

    def register(apply: Apply) -> Apply:
        if name in _KINDS:
            raise UsageError(f"two lab faults are called {name!r}")
        parts = (on,) if isinstance(on, str) else on
        _KINDS[name] = FaultKind(
            name, title, component, mechanism, parts, apply, vendors, params or {}, cleared_by, connection, noise
        )
        return apply

    return register


@cache
def all_faults() -> dict[str, FaultKind]:
    """Every named fault."""
    for module in pkgutil.iter_modules(faults.__path__):
        importlib.import_module(f"{faults.__name__}.{module.name}")
    return _KINDS


def fault_kind(name: str) -> FaultKind:
    """The fault of that name.

    Raises:
        NotFoundError: there is none; the text lists what there is.
    """
    known = all_faults()
    if name not in known:
        raise NotFoundError(f"no fault {name!r}; there are: {', '.join(sorted(known))}")
    return known[name]
