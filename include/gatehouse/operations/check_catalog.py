"""Checks the whole catalogue: every file, every reference, and that every limit and criterion can fail and can pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.failure_mixes import mix_for
from gatehouse.catalog.loader import KINDS, Catalog
from gatehouse.catalog.references import check
from gatehouse.diagnostics.registry import all_diagnostics, known_diagnostics
from gatehouse.model.errors import CatalogError, UsageError
from gatehouse.model.status import Phase
from gatehouse.operations.ask_plan import commands_for
from gatehouse.operations.measurable import Measurable, measurable
from gatehouse.operations.prove_criteria import asked_sets, criteria_problems
from gatehouse.operations.prove_limits import limit_problems, unmeasured
from gatehouse.vendors.registry import all_readers

Place = tuple[str, str, tuple[str | int, ...]]  # kind of file, its id, where in it


@dataclass(frozen=True, slots=True)
class CatalogReport:
    """What was checked, and every problem, one line each."""

    counts: dict[str, int]
    limits: int
    criteria: int
    problems: tuple[str, ...]


def check_catalog(catalog: Catalog, more: tuple[Path, ...] = ()) -> CatalogReport:
    """Check the catalogue of the given folders together."""
    catalog = replace(catalog, folders=(*catalog.folders, *more), _files={}, _loaded={})
    problems = _declared(catalog) or check(catalog, lambda: known_diagnostics(catalog.diagnostics))
    if not problems:
        looks = (_limits, _criteria, _requirements, _failure_mixes, criteria_problems, _unasked, _twin_hosts)
        problems = list(dict.fromkeys([*(said for look in looks for said in look(catalog)), *_unanswered()]))
    counts = {} if problems and not _loadable(catalog) else {kind: len(catalog.kind(kind)) for kind in KINDS}
    limits = sum(len(sku.limits) for sku in catalog.skus.values()) if counts else 0
    criteria = 0 if problems else sum(len(asked.criteria.criteria) for asked in asked_sets(catalog))
    return CatalogReport(counts, limits, criteria, tuple(problems))


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
        for phase, asked in program.phases.items():
            planned = [item.diagnostic for item in catalog.plans[asked.plan].diagnostics]
            given = frozenset().union(*(measurable(known[d], vendor, catalog.diagnostics.get(d)) for d in planned))
            for (kind, file, where), criterion in _asked(catalog, name, phase):
                for field, reading, parts in _readings_of(criterion):
                    for wrong, said in unmeasured(reading, (parts,), given, f"{name} by plan {asked.plan}"):
                        yield catalog.problem(kind, file, (*where, field if wrong == "reading" else wrong), said)
                for diagnostic in _unplanned(criterion, planned):
                    yield catalog.problem(kind, file, where, f"plan {asked.plan} of {name} does not ask {diagnostic}")
            if any(isinstance(criterion, spec.Maturity) for _, criterion in _asked(catalog, name, phase)):
                yield from _baseline(catalog, name, given, asked.plan)


def _asked(catalog: Catalog, name: str, phase: Phase) -> Iterator[tuple[Place, spec.Criterion]]:
    """Every criterion of a program's phase, with the file and place in which it stands."""
    asked = catalog.programs[name].phases[phase]
    for index, criterion in enumerate(catalog.criteria[asked.criteria].criteria):
        if criterion.id not in asked.drop:
            yield ("criteria", asked.criteria, ("criteria", index)), criterion
    for index, criterion in enumerate(asked.add):
        yield ("programs", name, ("phases", phase.value, "add", index)), criterion


def _readings_of(criterion: spec.Criterion) -> Iterator[tuple[str, str, str]]:
    """(field, reading, parts) of what a criterion looks at in the readings."""
    match criterion:
        case spec.Performance() | spec.Gauge():
            yield "reading", criterion.reading, criterion.parts
        case spec.Mtbf(hours_reading=str(reading)):
            yield "hours_reading", reading, "*"
        case spec.SdcRate(reading=str(reading)):
            yield "reading", reading, "*"


def _unplanned(criterion: spec.Criterion, planned: Sequence[str]) -> list[str]:
    """Diagnostics whose time under test a criterion counts, and that the plan does not ask."""
    return sorted(set(criterion.diagnostics) - set(planned)) if isinstance(criterion, spec.SdcRate) else []


def _baseline(catalog: Catalog, name: str, given: frozenset[Measurable], plan: str) -> Iterator[str]:
    """Revisions that nothing in the plan tells."""
    for index, item in enumerate(catalog.programs[name].baseline):
        for field, said in unmeasured(item.reading, (item.parts,), given, f"{name} by plan {plan}", item.count):
            yield catalog.problem("programs", name, ("baseline", index, field), said)


def _requirements(catalog: Catalog) -> Iterator[str]:
    """Requirements whose readings the SKU holds to no limit: nothing could fail them."""
    for name, program in catalog.programs.items():
        limits = {(limit.diagnostic, limit.reading) for limit in catalog.skus[program.sku].limits}
        for document in program.requirements:
            for index, each in enumerate(catalog.requirements[document].requirements):
                for place, reading in enumerate(each.readings):
                    if not any((diagnostic, reading) in limits for diagnostic in each.verified_by):
                        said = f"{program.sku} of {name} has no limit on {reading}: nothing could fail it"
                        where = ("requirements", index, "readings", place)
                        yield catalog.problem("requirements", document, where, said)


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
