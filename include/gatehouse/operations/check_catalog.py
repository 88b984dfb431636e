"""Checks the whole catalogue: every file, every reference, and that every limit can fail and can pass."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gatehouse.catalog.limits import beyond_physics
from gatehouse.catalog.loader import KINDS, Catalog, check
from gatehouse.diagnostics.registry import all_diagnostics
from gatehouse.diagnostics.spec import ANY_VENDOR
from gatehouse.model.errors import CatalogError, UsageError
from gatehouse.operations.ask_plan import commands_for
from gatehouse.vendors.registry import all_readers


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What was checked, and every problem, one line each."""

    counts: dict[str, int]
    limits: int
    problems: tuple[str, ...]


def check_catalog(catalog: Catalog, more: tuple[Path, ...] = ()) -> CatalogReport:
    """Check the catalogue of the given folders together."""
    catalog = replace(catalog, folders=(*catalog.folders, *more), _files={}, _loaded={})
    problems = check(catalog, all_diagnostics)
    if not problems:
        problems = [*_meaningless_limits(catalog), *_unasked(catalog), *_unanswered(), *_twin_hosts(catalog)]
    counts = {} if problems and not _loadable(catalog) else {kind: len(catalog.kind(kind)) for kind in KINDS}
    limits = sum(len(sku.limits) for sku in catalog.skus.values()) if counts else 0
    return CatalogReport(counts, limits, tuple(problems))


def _loadable(catalog: Catalog) -> bool:
    try:
        return all(catalog.kind(kind) is not None for kind in KINDS)
    except CatalogError:
        return False


def _meaningless_limits(catalog: Catalog) -> Iterator[str]:
    """Limits beyond physics; limits of a diagnostic that has no cell for the SKU's vendor."""
    for name, sku in catalog.skus.items():
        path = catalog.path("skus", name)
        for problem in beyond_physics(sku.limits, sku.physics):
            yield f"{path}: limits: {problem}"
        for limit in sku.limits:
            if not all_diagnostics()[limit.diagnostic].asks(sku.vendor):
                never = f"{limit.reading} is never compared"
                yield f"{path}: limits: {limit.diagnostic} has no reader for vendor {sku.vendor}: {never}"


def _unasked(catalog: Catalog) -> Iterator[str]:
    """Diagnostics that no plan uses, and plans that cannot be asked of a program's SKU."""
    asked = {planned.diagnostic for plan in catalog.plans.values() for planned in plan.diagnostics}
    for name in sorted(set(all_diagnostics()) - asked):
        yield f"diagnostics/{name}.py: no plan asks it"
    for program in catalog.programs.values():
        for phase in program.phases.values():
            try:
                commands_for(catalog.plans[phase.plan].diagnostics, catalog.skus[program.sku])
            except UsageError as error:
                yield f"{catalog.path('plans', phase.plan)}: {error}"


def _unanswered() -> Iterator[str]:
    """Tools that a diagnostic asks and no reader reads."""
    for name, diagnostic in all_diagnostics().items():
        for vendor in diagnostic.cells or (ANY_VENDOR,):
            for ask in diagnostic.asks(vendor):
                if ask.tool not in all_readers():
                    yield f"diagnostics/{name}.py: no reader for tool {ask.tool!r}"


def _twin_hosts(catalog: Catalog) -> Iterator[str]:
    try:
        catalog.hosts  # noqa: B018 -- loading it is the check
    except CatalogError as error:
        yield from error.problems
