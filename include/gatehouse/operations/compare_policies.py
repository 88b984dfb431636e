"""Compares what the policies of the catalogue conclude of one Xid or SXid."""

from dataclasses import dataclass

from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.policies import FindingRule
from gatehouse.decisions.finding_checks import grade
from gatehouse.model.errors import UsageError
from gatehouse.model.readings import Finding
from gatehouse.model.status import Action, FindingClass, Severity

_HIGHEST = 99_999


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What one policy makes of a code: whose trouble, how grave, what to do first, and on whose word."""

    policy: str
    owner: FindingClass
    severity: Severity
    action: Action
    title: str
    source: str


def compare_policies(catalog: Catalog, code: int, *, switch: bool = False) -> list[Conclusion]:
    """The conclusion of every policy by id. ``switch`` asks for an SXid instead of an Xid.

    Raises:
        UsageError: no such number can be a code.
    """
    if not 0 < code <= _HIGHEST:
        raise UsageError(f"{code} is no code: Xids and SXids are numbers from 1 to {_HIGHEST}")
    # A code that no table lists is the hardware's until someone knows better, as the reader of kernel logs has it.
    finding = Finding(FindingClass.HARDWARE, "gpu", f"{'sxid' if switch else 'xid'}.{code}", "")
    return [_conclusion(name, grade(finding, (policy,))) for name, policy in sorted(catalog.policies.items())]


def _conclusion(name: str, rule: FindingRule) -> Conclusion:
    owner = rule.owner or FindingClass.HARDWARE
    return Conclusion(name, owner, rule.severity, rule.action, rule.title, rule.source)
