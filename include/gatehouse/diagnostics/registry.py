"""Finds every diagnostic by walking this folder. Two files with one id are refused."""

import importlib
import pkgutil
from functools import cache

from gatehouse import diagnostics
from gatehouse.diagnostics.spec import Diagnostic
from gatehouse.model.errors import NotFoundError, UsageError

_NOT_DIAGNOSTICS = {"spec", "registry"}


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


def diagnostic(name: str) -> Diagnostic:
    """The diagnostic of that id.

    Raises:
        NotFoundError: there is none; the text lists what there is.
    """
    known = all_diagnostics()
    if name not in known:
        raise NotFoundError(f"no diagnostic {name!r}; there are: {', '.join(sorted(known))}")
    return known[name]
