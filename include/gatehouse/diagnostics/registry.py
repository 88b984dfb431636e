"""Finds every diagnostic by walking this folder. Two files with one id are refused."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from gatehouse import diagnostics
from gatehouse.catalog.declared import DeclaredDiagnostic
from gatehouse.diagnostics.declared import as_diagnostic
from gatehouse.diagnostics.spec import Diagnostic
from gatehouse.model.errors import NotFoundError, UsageError

_NOT_DIAGNOSTICS = {"declared", "registry", "spec"}
Declared = Mapping[str, DeclaredDiagnostic]


@cache
def all_diagnostics() -> dict[str, Diagnostic]:
    """Every diagnostic by id.

    Raises:
        UsageError: two files claim one id, or a file of this folder holds no ``DIAGNOSTIC``.
    """
    found: dict[str, Diagnostic] = {}
    for module_info in pkgutil.iter_modules(diagnostics.__path__):
        if module_info.name in _NOT_DIAGNOSTICS:
            continue
        module = importlib.import_module(f"{diagnostics.__name__}.{module_info.name}")
        diagnostic = getattr(module, "DIAGNOSTIC", None)
        if not isinstance(diagnostic, Diagnostic):
            raise UsageError(f"diagnostics/{module_info.name}.py holds no DIAGNOSTIC")
        if diagnostic.id in found:
            raise UsageError(f"two diagnostics are called {diagnostic.id!r}")
        found[diagnostic.id] = diagnostic
    return found


def known_diagnostics(declared: Declared) -> dict[str, Diagnostic]:
    """Every diagnostic by id: those of this folder, and those that a catalogue or a round declares.

    Raises:
        UsageError: a declared one has the id of one of this folder, or says what cannot be.
    """
    ours = all_diagnostics()
    twins = sorted(set(ours) & set(declared))
    if twins:
        raise UsageError(f"diagnostics/{twins[0]}.yaml: diagnostic {twins[0]!r} is there already; call it otherwise")
    return ours | {name: as_diagnostic(name, spec) for name, spec in declared.items()}


def diagnostic(name: str, declared: Declared | None = None) -> Diagnostic:
    """The diagnostic of that id.

    Raises:
        NotFoundError: there is none; the text lists what there is.
        UsageError: as of :func:`known_diagnostics`.
    """
    known = known_diagnostics(declared or {})
    if name not in known:
        raise NotFoundError(f"no diagnostic {name!r}; there are: {', '.join(sorted(known))}")
    return known[name]
