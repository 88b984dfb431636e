"""The form of a diagnostic: one question to a machine, and for each vendor the tools that answer it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Literal

from gatehouse.model.commands import DEFAULT_LIMIT_S
from gatehouse.model.errors import UsageError

ANY_VENDOR = "any"
USUAL_MINUTES = 0.1
OF_THE_SKU = ("accelerators", "model")  # what every command line may name, where the SKU has accelerators
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
Devices = Literal["disk", "nvme", "nic", "hca", "infiniband", "accelerator"]
PART_OF = {"disk": "disk", "nvme": "disk", "nic": "nic", "hca": "hca", "infiniband": "hca", "accelerator": "gpu"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One tool to run: ``tool`` names the reader of its output, ``argv`` is the command line without a shell.

    ``{name}`` in an argument is filled from the plan's parameters, ``{accelerators}`` with their count, ``{model}``
    with the last word of their model, and ``{disk}``, ``{nic}`` and so on from the SKU's list when ``for_each`` says
    so. ``limit_s`` is wall seconds; ``{seconds}`` of the plan, where used, come on top, and so does the parameter that
    ``patience`` names.

    ``via="bmc"`` asks the host's BMC by Redfish: ``argv`` is then the resources, all that the BMC has of them. ``*``
    stands for every member of a collection; none of all paths there is as a tool that is missing.

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
    via: Literal["ssh", "bmc"] = "ssh"
    patience: str = ""
    counters: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    findings: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One question to a machine.

    ``cells`` maps a SKU's vendor, or ``any``, to the tools that answer; a vendor without a cell is a SKIP.
    ``enough`` says whether every tool must answer or one of them will do. ``params`` are the plan's numbers with their
    defaults. ``disturbs`` is true when a running workload would feel it; ``idle`` when only an idle machine gives a
    true answer (what disturbs needs one anyway). ``expect_minutes`` is the usual cost with the default numbers.

    Raises:
        UsageError: it says something that cannot be: no answer, no cost, a parameter that nothing uses.
    """

    id: str
    title: str
    question: str
    cells: Mapping[str, tuple[Ask, ...]]
    enough: Literal["all", "one"] = "all"
    disturbs: bool = False
    expect_minutes: float = USUAL_MINUTES
    params: Mapping[str, float] = field(default_factory=dict)
    idle: bool = False

    def __post_init__(self) -> None:
        """Refuse nonsense, all of it at once."""
        problems = [*_of_the_words(self), *_of_the_cost(self), *_of_the_asks(self)]
        if problems:
            raise UsageError(f"diagnostic {self.id!r}: {'; '.join(problems)}")

    def asks(self, vendor: str) -> tuple[Ask, ...]:
        """The tools for a vendor's machine; empty where nobody wrote that cell."""
        return self.cells.get(vendor, self.cells.get(ANY_VENDOR, ()))

    def needs_root(self, vendor: str) -> bool:
        """Whether one of the vendor's tools runs as root."""
        return any(ask.root for ask in self.asks(vendor))

    @property
    def needs_idle(self) -> bool:
        """Whether it is for machines without a workload only."""
        return self.idle or self.disturbs

    def minutes(self, params: Mapping[str, float]) -> float:
        """The expected cost with a plan's numbers: ``seconds`` more or fewer than the default count as they are."""
        seconds = {**self.params, **params}.get("seconds", 0.0)
        return max(0.0, self.expect_minutes + (seconds - self.params.get("seconds", 0.0)) / 60)


def _of_the_words(diagnostic: Diagnostic) -> list[str]:
    problems = []
    if not _ID.fullmatch(diagnostic.id):
        problems.append("an id is small letters, digits and _")
    if not diagnostic.title.strip():
        problems.append("it has no title")
    if not diagnostic.question.strip().endswith("?"):
        problems.append("its question ends without a question mark")
    return problems


def _of_the_cost(diagnostic: Diagnostic) -> list[str]:
    seconds = diagnostic.params.get("seconds", 0.0)
    if diagnostic.expect_minutes <= 0:
        return ["expect_minutes must be above 0: every question costs something"]
    if diagnostic.expect_minutes < seconds / 60:
        return [f"expect_minutes is {diagnostic.expect_minutes:g}, less than its own {seconds:g} seconds"]
    if diagnostic.disturbs and diagnostic.expect_minutes <= USUAL_MINUTES:
        return [f"it disturbs a workload: say in expect_minutes for how long (more than {USUAL_MINUTES:g})"]
    return []


def _of_the_asks(diagnostic: Diagnostic) -> list[str]:
    problems = [f"the cell of {vendor} is empty: leave it out" for vendor, asks in diagnostic.cells.items() if not asks]
    if not diagnostic.cells:
        problems.append("it has no cell: nothing would answer")
    used: set[str] = set()
    for ask in (ask for asks in diagnostic.cells.values() for ask in asks):
        if ask.limit_s <= 0:
            problems.append(f"{ask.tool}: limit_s must be above 0")
        names = placeholders(ask.argv)
        used |= names | {ask.patience}
        if ask.for_each and ask.for_each not in names:
            problems.append(f"{ask.tool}: asks for each {ask.for_each}, and names {{{ask.for_each}}} nowhere")
        unknown = sorted(names - set(diagnostic.params) - {ask.for_each or "", *OF_THE_SKU})
        if unknown:
            problems.append(f"{ask.tool}: nothing fills {', '.join(unknown)}")
        if ask.patience and ask.patience not in diagnostic.params:
            problems.append(f"{ask.tool}: patience names the parameter {ask.patience}, which there is not")
    unused = sorted(set(diagnostic.params) - used)
    if diagnostic.cells and unused:
        problems.append(f"no command uses the parameter {', '.join(unused)}")
    return problems


def placeholders(argv: tuple[str, ...]) -> set[str]:
    """The names that an argument vector waits for: ``{seconds}`` of ``("-t", "{seconds}s")``."""
    return {name for argument in argv for _, name, _, _ in Formatter().parse(argument) if name is not None}
