"""Loads the catalogue: file stem = id; a dangling reference, an unknown key or a duplicate is an error with its line.

A catalogue is read from several folders, later ones adding to earlier ones (never replacing), so that a lab or a
deployment keeps its sites and SKUs beside those that ship with Gatehouse.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gatehouse.catalog import yaml_source
from gatehouse.catalog.base import Spec
from gatehouse.catalog.criteria import CriteriaSet, RequirementSet
from gatehouse.catalog.declared import DeclaredDiagnostic
from gatehouse.catalog.effective_criteria import EffectiveError, Surroundings, effective_criteria
from gatehouse.catalog.entry import EntrySet
from gatehouse.catalog.failure_mixes import FailureMix
from gatehouse.catalog.plan import Plan
from gatehouse.catalog.policies import FindingPolicy, written_out
from gatehouse.catalog.program import Program
from gatehouse.catalog.site import Site
from gatehouse.catalog.sku import Sku
from gatehouse.catalog.xid_tables import XidTable, rules_of
from gatehouse.model.errors import CatalogError, NotFoundError
from gatehouse.model.hosts import Host
from gatehouse.model.status import Phase

T = TypeVar("T")
SHIPPED = Path(__file__).resolve().parents[2] / "catalog"
KINDS: Mapping[str, type[Spec]] = {
    "diagnostics": DeclaredDiagnostic,
    "skus": Sku,
    "failure_mixes": FailureMix,
    "plans": Plan,
    "requirements": RequirementSet,
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
    def failure_mixes(self) -> dict[str, FailureMix]:
        """Failure mixes by id."""
        return self.kind("failure_mixes")

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Plans by id."""
        return self.kind("plans")

    @cached_property
    def criteria(self) -> dict[str, CriteriaSet]:
        """Criteria sets by id."""
        return self.kind("criteria")

    @cached_property
    def requirements(self) -> dict[str, RequirementSet]:
        """Requirements documents by id."""
        return self.kind("requirements")

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

    def criteria_of(self, program: str, phase: Phase) -> CriteriaSet:
        """The criteria that the gate of a program's phase decides by: the set's, with what the program changes.

        Raises:
            NotFoundError: no such program or phase, or it leads to a set, plan or SKU that there is not.
            CatalogError: the program changes what cannot be changed; says file, line and field.
        """
        spec = self.program(program)
        asked = self.find(f"phase of {program}", phase.value, {each.value: its for each, its in spec.phases.items()})
        found = self.find("criteria set", asked.criteria, self.criteria)
        documents = {name: self.find("requirements document", name, self.requirements) for name in spec.requirements}
        around = Surroundings(
            program=spec,
            plan=self.find("plan", asked.plan, self.plans),
            sku=self.find("SKU", spec.sku, self.skus),
            requirements={name: document.requirements for name, document in documents.items()},
        )
        try:
            return effective_criteria(found, phase, around)
        except EffectiveError as error:
            said = [(("phases", phase.value, *where), text) for where, text in error.problems]
            raise CatalogError([self.problem("programs", program, where, text) for where, text in said]) from error

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
