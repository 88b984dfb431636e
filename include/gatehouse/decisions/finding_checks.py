"""Grades what the tools found, by class and by policy."""

from collections.abc import Sequence
from dataclasses import replace

from gatehouse.catalog.policies import FindingPolicy, FindingRule, default_rule
from gatehouse.catalog.values import one_line
from gatehouse.model.readings import Finding
from gatehouse.model.results import Violation
from gatehouse.model.status import FindingClass

NO_SUCH_FINDING = "no such finding"


def grade(finding: Finding, policies: Sequence[FindingPolicy]) -> FindingRule:
    """The first rule of the first policy that knows the finding, or the default for its class."""
    rules = (policy.rule_for(finding) for policy in policies)
    return next((rule for rule in rules if rule is not None), None) or default_rule(finding)


def of_class(findings: Sequence[Finding], kind: FindingClass) -> list[Finding]:
    """Findings of one class."""
    return [finding for finding in findings if finding.kind is kind]


def concluded(findings: Sequence[Finding], policies: Sequence[FindingPolicy]) -> list[Finding]:
    """The findings with the owner that the policy names; without a word of the policy the reader's stands.

    Trouble of the tool stays the tool's: no policy makes it the machine's.
    """
    return [
        finding if finding.kind is FindingClass.TOOL_ERROR else _owned(finding, grade(finding, policies).owner)
        for finding in findings
    ]


def _owned(finding: Finding, owner: FindingClass | None) -> Finding:
    return finding if owner is None else replace(finding, kind=owner)


def violation_of(finding: Finding, policies: Sequence[FindingPolicy]) -> Violation:
    """A finding of the machine as a broken requirement."""
    rule = grade(finding, policies)
    return Violation(
        check=one_line(finding.signature),
        part=one_line(finding.part),
        seen=one_line(finding.text) or rule.title,
        required=NO_SUCH_FINDING,
        severity=rule.severity,
        action=rule.action,
    )


def sentence(violation: Violation) -> str:
    """``gpu3 xid.79: GPU has fallen off the bus``"""
    where = "" if violation.part == "host" else f"{violation.part} "
    return f"{where}{violation.check}: {violation.seen}"
