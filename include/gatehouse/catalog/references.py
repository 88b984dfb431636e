"""Checks every file of a catalogue, and that every reference between them leads somewhere."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gatehouse.catalog import yaml_source
from gatehouse.catalog.loader import KINDS, Catalog
from gatehouse.catalog.xid_tables import known_codes
from gatehouse.model.errors import CatalogError


def check(catalog: Catalog, diagnostics: Callable[[], Mapping[str, object]]) -> list[str]:
    """Every problem of the catalogue: files that do not hold, and references that lead nowhere.

    ``diagnostics`` gives the diagnostics that exist, by id.
    """
    problems: list[str] = []
    for kind in KINDS:
        try:
            catalog.kind(kind)
        except CatalogError as error:
            problems += error.problems
    return problems or _unanswered_codes(catalog) or _dangling(catalog, diagnostics())


def _unanswered_codes(catalog: Catalog) -> list[str]:
    """Policies that leave out a code which some table lists, and tables or policies that lead nowhere."""
    try:
        policies = catalog.policies
    except CatalogError as error:
        return error.problems
    known = known_codes(catalog.kind("xids"))
    return [
        f"{catalog.path('policies', name)}:1: xids: {len(left)} codes are left out, such as {', '.join(left[:5])}"
        for name, policy in policies.items()
        if (left := sorted(known - {rule.signature for rule in policy.rules}))
    ]


def _dangling(catalog: Catalog, diagnostics: Mapping[str, object]) -> list[str]:
    """References of plans, SKUs, programs and sites that lead nowhere, one line each."""
    return [
        problem
        for table in _TABLES
        for kind, name, where, what, target, known in table(catalog, diagnostics)
        if target not in known
        for problem in (_nowhere(catalog.path(kind, name), where, what, target, known),)
    ]


# kind, id, where in the file, what it must be, its name, those that exist
Reference = tuple[str, str, tuple[str | int, ...], str, str, Mapping[str, object]]


def _nowhere(path: Path, where: tuple[str | int, ...], what: str, target: str, known: Mapping[str, object]) -> str:
    there = ", ".join(sorted(known)[:20]) or "none"
    line = yaml_source.line_in(path, where)
    return f"{path}:{line}: {'.'.join(map(str, where))}: no {what} {target!r}; there are: {there}"


def _plan_references(catalog: Catalog, diagnostics: Mapping[str, object]) -> Iterator[Reference]:
    for name, plan in catalog.plans.items():
        for i, planned in enumerate(plan.diagnostics):
            where = ("diagnostics", i, "diagnostic")
            yield "plans", name, where, "diagnostic", planned.diagnostic, diagnostics


def _sku_references(catalog: Catalog, diagnostics: Mapping[str, object]) -> Iterator[Reference]:
    for name, sku in catalog.skus.items():
        for i, limit in enumerate(sku.limits):
            yield "skus", name, ("limits", i, "diagnostic"), "diagnostic", limit.diagnostic, diagnostics


def _mix_references(catalog: Catalog, diagnostics: Mapping[str, object]) -> Iterator[Reference]:
    for name, mix in catalog.failure_mixes.items():
        for i, sku in enumerate(mix.skus):
            yield "failure_mixes", name, ("skus", i), "SKU", sku, catalog.skus
        for i, mode in enumerate(mix.modes):
            for j, row in enumerate(mode.found_by):
                where = ("modes", i, "found_by", j, "diagnostic")
                yield "failure_mixes", name, where, "diagnostic", row.diagnostic, diagnostics


def _program_references(catalog: Catalog, _: Mapping[str, object]) -> Iterator[Reference]:
    for name, program in catalog.programs.items():
        yield "programs", name, ("sku",), "SKU", program.sku, catalog.skus
        for phase, asked in program.phases.items():
            where = ("phases", phase.value)
            yield "programs", name, (*where, "plan"), "plan", asked.plan, catalog.plans
            yield "programs", name, (*where, "criteria"), "criteria set", asked.criteria, catalog.criteria
            yield "programs", name, (*where, "policy"), "policy", asked.policy, catalog.policies
            if asked.entry:
                yield "programs", name, (*where, "entry"), "set of entry conditions", asked.entry, catalog.entry
        for i, document in enumerate(program.requirements):
            yield "programs", name, ("requirements", i), "requirements document", document, catalog.requirements


def _requirement_references(catalog: Catalog, diagnostics: Mapping[str, object]) -> Iterator[Reference]:
    for name, document in catalog.requirements.items():
        for i, each in enumerate(document.requirements):
            for j, verifying in enumerate(each.verified_by):
                where = ("requirements", i, "verified_by", j)
                yield "requirements", name, where, "diagnostic", verifying, diagnostics


def _site_references(catalog: Catalog, _: Mapping[str, object]) -> Iterator[Reference]:
    for name, site in catalog.sites.items():
        for i, host in enumerate(site.hosts):
            yield "sites", name, ("hosts", i, "sku"), "SKU", host.sku, catalog.skus
            yield "sites", name, ("hosts", i, "program"), "program", host.program, catalog.programs


_TABLES = (
    _plan_references,
    _sku_references,
    _mix_references,
    _requirement_references,
    _program_references,
    _site_references,
)
