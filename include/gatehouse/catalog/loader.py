"""Loads the catalogue: file stem = id; a dangling reference, an unknown key or a duplicate is an error with its line.

A catalogue is read from several folders, later ones adding to earlier ones (never replacing), so that a lab or a
deployment keeps its sites and SKUs beside those that ship with Gatehouse.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gatehouse.catalog import yaml_source
from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.catalog.declared import DeclaredDiagnostic
from gatehouse.catalog.entry import EntrySet
from gatehouse.catalog.plan import Plan
from gatehouse.catalog.policies import FindingPolicy, written_out
from gatehouse.catalog.program import Program
from gatehouse.catalog.site import Site
from gatehouse.catalog.sku import Sku
from gatehouse.catalog.xid_tables import XidTable, known_codes, rules_of
from gatehouse.model.errors import CatalogError, NotFoundError
from gatehouse.model.hosts import Host
from gatehouse.model.status import Phase

T = TypeVar("T")
SHIPPED = Path(__file__).resolve().parents[2] / "catalog"
KINDS: Mapping[str, type[Spec]] = {
    "diagnostics": DeclaredDiagnostic,
    "skus": Sku,
    "plans": Plan,
    "criteria": CriteriaSet,
    "entry": EntrySet,
    "xids": XidTable,
    "policies": FindingPolicy,
    "programs": Program,
    "sites": Site,
}


@dataclass
class Catalog:
    """The catalogue of some folders. Each kind is read when it is first asked for, and then kept."""

    folders: tuple[Path, ...]
    _files: dict[str, dict[str, Path]] = field(default_factory=dict)
    _loaded: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def diagnostics(self) -> dict[str, DeclaredDiagnostic]:
        """Diagnostics that are declared in YAML, by id; those in Python are the registry's."""
        return self.kind("diagnostics")

    @cached_property
    def skus(self) -> dict[str, Sku]:
        """SKUs by id."""
        return self.kind("skus")

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Plans by id."""
        return self.kind("plans")

    @cached_property
    def criteria(self) -> dict[str, CriteriaSet]:
        """Criteria sets by id."""
        return self.kind("criteria")

    @cached_property
    def entry(self) -> dict[str, EntrySet]:
        """Sets of entry conditions by id."""
        return self.kind("entry")

    @cached_property
    def policies(self) -> dict[str, FindingPolicy]:
        """Finding policies by id, with what they extend and their Xid table written out.

        Raises:
            CatalogError: a policy extends, or takes its Xids from, what does not exist.
        """
        written, tables = self.kind("policies"), self.kind("xids")
        codes = {name: rules_of(name, tables) for name in tables}
        return {name: written_out(name, written, codes) for name in written}

    @cached_property
    def programs(self) -> dict[str, Program]:
        """Programs by id."""
        return self.kind("programs")

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by id."""
        return self.kind("sites")

    @cached_property
    def hosts(self) -> dict[str, Host]:
        """Every host of every site, by name.

        Raises:
            CatalogError: two sites hold a host of the same name or serial.
        """
        found: dict[str, Host] = {}
        serials: dict[str, str] = {}
        for site, spec in self.sites.items():
            for host in spec.inventory(site):
                twin = host.name if host.name in found else serials.get(host.serial)
                if twin:
                    raise CatalogError([f"{self.path('sites', site)}: {host.name}: stands already as {twin}"])
                found[host.name] = host
                serials[host.serial] = host.name
        return found

    def build(self, program: str, phase: str) -> tuple[Host, ...]:
        """The hosts of a program's build for a phase, by name; EOL is about every build."""
        chosen = (h for h in self.hosts.values() if h.program == program and phase in (h.build, Phase.EOL))
        return tuple(sorted(chosen, key=lambda h: h.name))

    def find(self, kind: str, name: str, table: Mapping[str, T]) -> T:
        """One entry.

        Raises:
            NotFoundError: there is none of that name; the text lists what there is.
        """
        if name not in table:
            some = ", ".join(sorted(table)[:20]) or "none"
            raise NotFoundError(f"no {kind} {name!r}; there are: {some}")
        return table[name]

    def program(self, name: str) -> Program:
        """The program of that id."""
        return self.find("program", name, self.programs)

    def host(self, name: str) -> Host:
        """The host of that name or serial."""
        by_serial = {h.serial: h for h in self.hosts.values()}
        return by_serial[name] if name in by_serial else self.find("host", name, self.hosts)

    def path(self, kind: str, name: str) -> Path:
        """The file that holds an entry."""
        return self._paths(kind)[name]

    def problem(self, kind: str, name: str, where: tuple[str | int, ...], said: str) -> str:
        """A line that tells file, line and field of what is wrong in an entry."""
        path = self.path(kind, name)
        return f"{path}:{yaml_source.line_in(path, where)}: {'.'.join(map(str, where)) or 'document'}: {said}"

    def kind(self, kind: str) -> dict[str, Any]:
        """Every entry of a kind by id.

        Raises:
            CatalogError: with every problem of every file of that kind.
        """
        if kind not in self._loaded:
            loaded, problems = {}, []
            for name, path in self._paths(kind).items():
                try:
                    loaded[name] = _validated(path, KINDS[kind])
                except CatalogError as error:
                    problems += error.problems
            if problems:
                raise CatalogError(problems)
            self._loaded[kind] = loaded
        return self._loaded[kind]

    def _paths(self, kind: str) -> dict[str, Path]:
        if kind not in self._files:
            found: dict[str, Path] = {}
            for folder in self.folders:
                for path in sorted((folder / kind).glob("*.y*ml")):
                    if path.stem in found:
                        raise CatalogError([f"{path}:1: {path.stem}: stands already in {found[path.stem]}"])
                    found[path.stem] = path
            self._files[kind] = found
        return self._files[kind]


def _validated(path: Path, spec: type[Spec]) -> Spec:
    try:
        return spec.model_validate(yaml_source.load(path), strict=False)
    except ValidationError as error:
        raise CatalogError(yaml_source.problems(path, error)) from error


def open_catalog(folders: tuple[Path, ...] | None = None) -> Catalog:
    """The catalogue that ships with Gatehouse, and those of ``GATEHOUSE_CATALOG`` (folders separated as in PATH)."""
    if folders is None:
        more = os.environ.get("GATEHOUSE_CATALOG", "")
        folders = (SHIPPED, *(Path(part) for part in more.split(os.pathsep) if part))
    return Catalog(folders)


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
        for table in (_plan_references, _sku_references, _program_references, _site_references)
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


def _site_references(catalog: Catalog, _: Mapping[str, object]) -> Iterator[Reference]:
    for name, site in catalog.sites.items():
        for i, host in enumerate(site.hosts):
            yield "sites", name, ("hosts", i, "sku"), "SKU", host.sku, catalog.skus
            yield "sites", name, ("hosts", i, "program"), "program", host.program, catalog.programs
