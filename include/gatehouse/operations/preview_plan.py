"""Says what a plan would do to a host of a SKU, before anything is done: every command, as whom, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.plan import PlannedDiagnostic
from gatehouse.catalog.sku import Sku
from gatehouse.diagnostics.registry import known_diagnostics
from gatehouse.diagnostics.spec import Diagnostic
from gatehouse.operations.ask_plan import AskedCommand, commands_for

READER_MISSING = "no reader for this vendor"


@dataclass(frozen=True, slots=True)
class AskedDiagnostic:
    """One diagnostic of a plan for a SKU: what it needs and costs, and its commands; without any it is a SKIP."""

    diagnostic: str
    title: str
    mandatory: bool
    root: bool
    idle: bool
    disturbs: bool
    expect_minutes: float
    skip: str
    commands: tuple[AskedCommand, ...]


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What a host of a SKU will be asked, in order, over one connection.

    ``expect_minutes`` is the usual time on the host; ``limit_minutes`` the longest: each command at its own limit.
    """

    plan: str
    title: str
    sku: str
    vendor: str
    diagnostics: tuple[AskedDiagnostic, ...]

    @property
    def commands(self) -> tuple[AskedCommand, ...]:
        """Every command, in order."""
        return tuple(command for each in self.diagnostics for command in each.commands)

    @property
    def expect_minutes(self) -> float:
        """The usual time on the host."""
        return round(sum(each.expect_minutes for each in self.diagnostics), 2)

    @property
    def limit_minutes(self) -> float:
        """The longest time on the host."""
        return round(sum(asked.command.limit_s for asked in self.commands) / 60, 2)

    @property
    def disturbs(self) -> bool:
        """Whether a running workload would feel it."""
        return any(each.disturbs for each in self.diagnostics)


def preview_plan(catalog: Catalog, plan: str, sku: str) -> PlanPreview:
    """What a host of that SKU would be asked.

    Raises:
        NotFoundError: no such plan or SKU; the text lists what there is.
        UsageError: the plan cannot be asked.
    """
    spec, machine = catalog.find("plan", plan, catalog.plans), catalog.find("SKU", sku, catalog.skus)
    known = known_diagnostics(catalog.diagnostics)
    commands = commands_for(spec.diagnostics, machine, catalog.diagnostics)
    asked = tuple(_asked(known[item.diagnostic], item, machine, commands) for item in spec.diagnostics)
    return PlanPreview(plan, spec.title, sku, machine.vendor, asked)


def _asked(spec: Diagnostic, planned: PlannedDiagnostic, sku: Sku, commands: Sequence[AskedCommand]) -> AskedDiagnostic:
    mine = tuple(each for each in commands if each.diagnostic == spec.id)
    return AskedDiagnostic(
        diagnostic=spec.id,
        title=spec.title,
        mandatory=planned.mandatory,
        root=any(each.command.root for each in mine),
        idle=spec.needs_idle,
        disturbs=bool(mine) and spec.disturbs,
        expect_minutes=round(spec.minutes(planned.params), 2) if mine else 0.0,
        skip=_why_skipped(spec, sku) if not mine else "",
        commands=mine,
    )


def _why_skipped(spec: Diagnostic, sku: Sku) -> str:
    return "the SKU lists no such device" if spec.asks(sku.vendor) else READER_MISSING
