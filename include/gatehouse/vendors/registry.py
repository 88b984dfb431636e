"""Finds every reader by walking this folder, and runs one so that nothing a tool prints can hurt the caller.

A reader is ``read(said: Completed) -> ToolReport``, registered with ``@reads("tool")``. It raises
:class:`UnreadableError` when the output is not in a form that it knows; :func:`read` turns that into an ERROR report.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from gatehouse import vendors
from gatehouse.model.commands import Completed, Ended
from gatehouse.model.errors import NotFoundError, UnreadableError, UsageError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import Measured

Reader = Callable[[Completed], ToolReport]
_READERS: dict[str, Reader] = {}


def reads(tool: str) -> Callable[[Reader], Reader]:
    """Register a reader under the tool's name.

    Raises:
        UsageError: another reader has that name.
    """

    def register(reader: Reader) -> Reader:
        if tool in _READERS:
            raise UsageError(f"two readers for {tool!r}: {_READERS[tool].__module__} and {reader.__module__}")
        _READERS[tool] = reader
        return reader

    return register


@cache
def all_readers() -> dict[str, Reader]:
    """Every reader by tool name."""
    for module in pkgutil.iter_modules(vendors.__path__):
        importlib.import_module(f"{vendors.__name__}.{module.name}")
    return _READERS


def read(tool: str, said: Completed) -> ToolReport:
    """Read what a tool said.

    A missing tool is a SKIP; a tool that was cut short keeps its facts but is not complete; an output that the
    reader does not know is an ERROR with the reason. Never raises because of what the output holds.

    Raises:
        NotFoundError: no reader has that name.
    """
    readers = all_readers()
    if tool not in readers:
        raise NotFoundError(f"no reader for {tool!r}; there are: {', '.join(sorted(readers))}")
    if said.ended is Ended.MISSING:
        return ToolReport(tool, Measured.SKIP, complete=False, errors=(f"{said.command.argv[0]} is not installed",))
    try:
        return readers[tool](said)
    except UnreadableError as error:
        return ToolReport(tool, Measured.ERROR, complete=False, errors=(str(error),))
