"""How grave a finding is, whose trouble, and what to do about it: rules by signature, first match wins.

A policy names whose table of Xids holds (``xids``) and may take the rules of another (``extends``); what the catalogue
hands out, and a round keeps, has both written out as rules.
"""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.errors import CatalogError
from gatehouse.model.readings import Finding
from gatehouse.model.status import Action, FindingClass, Severity

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
_GLOB = frozenset("*?[")
_CODES = ("xid.", "sxid.")


class FindingRule(Spec):
    """One rule: ``signature`` is a glob over the signatures that readers give (``xid.79``, ``aer.*``).

    ``owner`` says whose trouble it is under this policy; None leaves it as the reader saw it.
    """

    signature: Text
    severity: Severity
    action: Action
    title: Text
    source: Text
    owner: FindingClass | None = None

    @property
    def is_glob(self) -> bool:
        """Whether it may speak of more than one signature."""
        return bool(_GLOB.intersection(self.signature))

    def matches(self, finding: Finding) -> bool:
        """Whether the rule speaks of that finding."""
        if not self.is_glob:
            return finding.signature == self.signature
        return fnmatchcase(finding.signature, self.signature)


class FindingPolicy(Spec):
    """Rules in order; the first that matches a finding decides. Only findings of the machine are asked about."""

    title: Text
    extends: str | None = None
    xids: str | None = None
    rules: tuple[FindingRule, ...] = ()

    def rule_for(self, finding: Finding) -> FindingRule | None:
        """The first rule that matches; None where the policy is silent."""
        return next((rule for rule in self.rules if rule.matches(finding)), None)

    @model_validator(mode="after")
    def _every_rule_can_match(self) -> Self:
        if not (self.rules or self.extends):
            raise ValueError("a policy has at least 1 rule, or extends another")
        globs: list[str] = []
        exact: set[str] = set()
        for rule in self.rules:
            twin = rule.signature if rule.signature in exact else None
            earlier = twin or next((glob for glob in globs if fnmatchcase(rule.signature, glob)), None)
            if earlier is not None:
                raise ValueError(f"{rule.signature!r} is never reached: {earlier!r} stands before it")
            globs += [rule.signature] if rule.is_glob else []
            exact.add(rule.signature)
        return self


def written_out(
    name: str, policies: Mapping[str, FindingPolicy], codes: Mapping[str, tuple[FindingRule, ...]]
) -> FindingPolicy:
    """A policy with everything that it takes from elsewhere: rules for single Xids and SXids, then those of its table,
    then its other rules, then those of the policy that it extends. ``codes`` are the rules of each table.

    Raises:
        CatalogError: what it extends or its table does not exist, or it extends itself.
    """
    chain = _chain(name, policies)
    table = next((one.xids for one in chain if one.xids is not None), None)
    if table is not None and table not in codes:
        raise CatalogError([f"policies/{name}: xids: no table {table!r}; there are: {', '.join(sorted(codes))}"])
    rules = [rule for one in chain for rule in one.rules]
    single = [rule for rule in rules if rule.signature.startswith(_CODES) and not rule.is_glob]
    first: dict[str, FindingRule] = {}
    for rule in (*single, *codes.get(table or "", ()), *rules):
        first.setdefault(rule.signature, rule)
    return FindingPolicy(title=chain[0].title, extends=chain[0].extends, xids=table, rules=_reachable(first.values()))


def _chain(name: str, policies: Mapping[str, FindingPolicy]) -> list[FindingPolicy]:
    names = [name]
    while (following := policies[names[-1]].extends) is not None:
        if following in names or following not in policies:
            fault = "extends itself" if following in names else f"there is no policy {following!r}"
            raise CatalogError([f"policies/{names[-1]}: extends: {fault}"])
        names.append(following)
    return [policies[one] for one in names]


def _reachable(rules: Collection[FindingRule]) -> tuple[FindingRule, ...]:
    """What a policy inherits may be covered by its own wider rules; those go first, and win."""
    kept: list[FindingRule] = []
    globs: list[str] = []
    for rule in rules:
        if not any(fnmatchcase(rule.signature, glob) for glob in globs):
            kept.append(rule)
            globs += [rule.signature] if rule.is_glob else []
    return tuple(kept)


def default_rule(finding: Finding) -> FindingRule:
    """What holds for a finding that no policy knows: hardware asks for a deep diagnosis, configuration for a person."""
    hardware = finding.kind is FindingClass.HARDWARE
    return FindingRule(
        signature="*",
        severity=Severity.MAJOR,
        action=Action.DEEP_DIAG if hardware else Action.NONE,
        title=f"{finding.kind.value} finding",
        source="default of Gatehouse: an unknown finding of the machine stands in the way until a person grades it",
    )
