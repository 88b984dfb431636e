"""The form of a diagnostic: one question to a machine, and for each vendor the tools that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gatehouse.model.commands import DEFAULT_LIMIT_S

ANY_VENDOR = "any"
Devices = Literal["disk", "nvme", "nic", "hca", "infiniband", "accelerator"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One tool to run: ``tool`` names the reader of its output, ``argv`` is the command line without a shell.

    ``{name}`` in an argument is filled from the plan's parameters, ``{accelerators}`` with their count, ``{model}``
    with the last word of their model, and ``{disk}``, ``{nic}`` and so on from the SKU's list when ``for_each`` says
    so. ``limit_s`` is wall seconds; ``{seconds}`` of the plan, where used, come on top, and so does the parameter that
    ``patience`` names.

    ``counters`` are globs over facts that only ever grow. Such a tool is asked twice: in its turn, and again when the
    rest of the plan has run; of its facts only the changes of those are kept, as ``<fact>.delta``.
    ``keep`` are globs over the facts that answer the question, for a tool that says much else: the rest stays in the
    raw output. ``findings`` is false where what the tool finds of the machine answers another diagnostic's question.
    """

    tool: str
    argv: tuple[str, ...]
    limit_s: float = DEFAULT_LIMIT_S
    root: bool = False
    for_each: Devices | None = None
    patience: str = ""
    counters: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    findings: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One question to a machine.

    ``cells`` maps a SKU's vendor, or ``any``, to the tools that answer; a vendor without a cell is a SKIP.
    ``enough`` says whether every tool must answer or one of them will do. ``disturbs`` is true when a running
    workload would feel it. ``params`` are the plan's numbers with their defaults. ``expect_minutes`` is the usual cost.
    """

    id: str
    title: str
    question: str
    cells: Mapping[str, tuple[Ask, ...]]
    enough: Literal["all", "one"] = "all"
    disturbs: bool = False
    expect_minutes: float = 0.1
    params: Mapping[str, float] = field(default_factory=dict)

    def asks(self, vendor: str) -> tuple[Ask, ...]:
        """The tools for a vendor's machine; empty where nobody wrote that cell."""
        return self.cells.get(vendor, self.cells.get(ANY_VENDOR, ()))
