"""How grave a finding is, and what to do about it: rules by signature, first match wins."""

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from gatehouse.catalog.base import Spec
from gatehouse.model.readings import Finding
from gatehouse.model.status import Action, FindingClass, Severity

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class FindingRule(Spec):
    """One rule: ``signature`` is a glob over the signatures that readers give (``xid.79``, ``aer.*``)."""

    signature: Text
    severity: Severity
    action: Action
    title: Text
    source: Text

    def matches(self, finding: Finding) -> bool:
        """Whether the rule speaks of that finding."""
        return fnmatchcase(finding.signature, self.signature)


class FindingPolicy(Spec):
    """Rules in order; the first that matches a finding decides. Only findings of the machine are asked about."""

    title: Text
    rules: tuple[FindingRule, ...] = Field(min_length=1)

    def rule_for(self, finding: Finding) -> FindingRule | None:
        """The first rule that matches; None where the policy is silent."""
        return next((rule for rule in self.rules if rule.matches(finding)), None)

    @model_validator(mode="after")
    def _every_rule_can_match(self) -> Self:
        for i, rule in enumerate(self.rules):
            for earlier in self.rules[:i]:
                if fnmatchcase(rule.signature, earlier.signature):
                    raise ValueError(f"{rule.signature!r} is never reached: {earlier.signature!r} stands before it")
        return self


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
