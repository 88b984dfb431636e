"""Checks the whole catalogue: every file, every reference, and that every limit can fail and can pass."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gatehouse.catalog.criteria import Criterion
from gatehouse.catalog.failure_mixes import mix_for
from gatehouse.catalog.loader import KINDS, Catalog, check
from gatehouse.diagnostics.registry import all_diagnostics, known_diagnostics
from gatehouse.model.errors import CatalogError, UsageError
from gatehouse.operations.ask_plan import commands_for
from gatehouse.operations.measurable import measurable
from gatehouse.operations.prove_limits import limit_problems, unmeasured
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
    problems = _declared(catalog) or check(catalog, lambda: known_diagnostics(catalog.diagnostics))
    if not problems:
        looks = (_limits, _criteria, _failure_mixes, _unasked, _twin_hosts)
        problems = list(dict.fromkeys([*(said for look in looks for said in look(catalog)), *_unanswered()]))
    counts = {} if problems and not _loadable(catalog) else {kind: len(catalog.kind(kind)) for kind in KINDS}
    limits = sum(len(sku.limits) for sku in catalog.skus.values()) if counts else 0
    return CatalogReport(counts, limits, tuple(problems))


def _loadable(catalog: Catalog) -> bool:
    try:
        return all(catalog.kind(kind) is not None for kind in KINDS)
    except CatalogError:
        return False


def _declared(catalog: Catalog) -> list[str]:
    """YAML diagnostics that say what no diagnostic may say, or have the id of one in Python."""
    problems = []
    try:
        for name, spec in catalog.diagnostics.items():
            try:
                known_diagnostics({name: spec})
            except UsageError as error:
                problems.append(catalog.problem("diagnostics", name, (), str(error)))
    except CatalogError:
        return []  # said by the check of the files, together with those of other kinds
    return problems


def _limits(catalog: Catalog) -> Iterator[str]:
    """Limits that nothing meets, breaks or measures; physical bounds that bound nothing."""
    for name, sku in catalog.skus.items():
        for where, said in limit_problems(sku, catalog.diagnostics):
            yield catalog.problem("skus", name, where, said)


def _criteria(catalog: Catalog) -> Iterator[str]:
    """Criteria on readings that nothing in their program's plan measures."""
    known = known_diagnostics(catalog.diagnostics)
    for name, program in catalog.programs.items():
        vendor = catalog.skus[program.sku].vendor
        for asked in program.phases.values():
            planned = [item.diagnostic for item in catalog.plans[asked.plan].diagnostics]
            given = frozenset().union(*(measurable(known[d], vendor, catalog.diagnostics.get(d)) for d in planned))
            for index, criterion in enumerate(catalog.criteria[asked.criteria].criteria):
                for field, reading, parts in _readings_of(criterion):
                    for wrong, said in unmeasured(reading, (parts,), given, f"{name} by plan {asked.plan}"):
                        where = ("criteria", index, field if wrong == "reading" else wrong)
                        yield catalog.problem("criteria", asked.criteria, where, said)


def _readings_of(criterion: Criterion) -> Iterator[tuple[str, str, str]]:
    """(field, reading, parts) of what a criterion looks at in the readings."""
    if criterion.kind == "performance":
        yield "reading", criterion.reading, criterion.parts
    elif criterion.kind == "mtbf" and criterion.hours_reading:
        yield "hours_reading", criterion.hours_reading, "*"


def _failure_mixes(catalog: Catalog) -> Iterator[str]:
    """SKUs of which none or several speak, and parameters that no diagnostic has; a catalogue without any is sound."""
    known = known_diagnostics(catalog.diagnostics)
    for name, sku in catalog.skus.items() if catalog.failure_mixes else ():
        try:
            mix_for(name, sku, catalog.failure_mixes)
        except CatalogError as error:
            yield from error.problems
    for name, mix in catalog.failure_mixes.items():
        for i, mode in enumerate(mix.modes):
            for j, row in enumerate(mode.found_by):
                for missing in sorted(set(row.at_least) - set(known[row.diagnostic].params)):
                    where = ("modes", i, "found_by", j, "at_least")
                    yield catalog.problem("failure_mixes", name, where, f"{row.diagnostic} has no parameter {missing}")


def _unasked(catalog: Catalog) -> Iterator[str]:
    """Diagnostics that no plan uses, and plans that cannot be asked of a program's SKU."""
    asked = {planned.diagnostic for plan in catalog.plans.values() for planned in plan.diagnostics}
    for name in sorted(set(known_diagnostics(catalog.diagnostics)) - asked):
        file = catalog.path("diagnostics", name) if name in catalog.diagnostics else f"diagnostics/{name}.py"
        yield f"{file}:1: no plan asks {name}"
    for program in catalog.programs.values():
        for phase in program.phases.values():
            try:
                commands_for(catalog.plans[phase.plan].diagnostics, catalog.skus[program.sku], catalog.diagnostics)
            except UsageError as error:
                yield f"{catalog.path('plans', phase.plan)}: {error}"


def _unanswered() -> Iterator[str]:
    """Tools that a diagnostic asks and no reader reads."""
    for name, diagnostic in all_diagnostics().items():
        for ask in (ask for asks in diagnostic.cells.values() for ask in asks):
            if ask.tool not in all_readers():
                yield f"diagnostics/{name}.py: no reader for tool {ask.tool!r}"


def _twin_hosts(catalog: Catalog) -> Iterator[str]:
    try:
        catalog.hosts  # noqa: B018 -- loading it is the check
    except CatalogError as error:
        yield from error.problems
