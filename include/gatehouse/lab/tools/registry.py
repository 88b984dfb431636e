"""Finds every tool by walking this folder, and starts one on a machine as that machine would."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from functools import cache, partial

from gatehouse.lab import tools
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.tools import misbehaviour
from gatehouse.lab.tools.spec import Call, Steps, Tool, say
from gatehouse.model.errors import UsageError

_TOOLS: dict[str, Tool] = {}
_VENDOR_TOOLS = frozenset(
    {"nvidia-smi", "dcgmi", "nvbandwidth", "gpu_burn", "all_reduce_perf"}
    | {"amd-smi", "rocm-smi", "rvs", "TransferBench", "rocm-bandwidth-test", "hl-smi"}
)
COMMAND_NOT_FOUND = 127


def tool(*names: str) -> Callable[[Tool], Tool]:
    """Register a tool under its names.

    Raises:
        UsageError: another tool has one of them.
    """

    def register(run: Tool) -> Tool:
        for name in names:
            if name in _TOOLS:
                raise UsageError(f"two lab tools are called {name!r}")
            _TOOLS[name] = run
        return run

    return register


@cache
def all_tools() -> dict[str, Tool]:
    """Every tool by name."""
    for module in pkgutil.iter_modules(tools.__path__):
        importlib.import_module(f"{tools.__name__}.{module.name}")
    return _TOOLS


def installed(machine: Machine, name: str) -> bool:
    """Whether the machine has that tool on its PATH."""
    name = name.rsplit("/", 1)[-1]
    override = machine.overrides.get(name)
    if override is not None and override.how == "missing":
        return False
    if name in _VENDOR_TOOLS and name not in machine.profile.tools:
        return False
    return name in all_tools()


def start(machine: Machine, user: str, argv: Sequence[str], root: bool) -> Steps:
    """Start a command line without a shell: the steps it goes through, and its exit code in the end."""
    name = argv[0].rsplit("/", 1)[-1]
    if not installed(machine, name):
        return say(stderr=f"sh: 1: {argv[0]}: not found\n", exit_code=COMMAND_NOT_FOUND)
    call = Call(machine, tuple(argv), user, root, partial(start, machine, user))
    override = machine.overrides.get(name)
    return misbehaviour.instead(override, call, all_tools()[name]) if override else all_tools()[name](call)
