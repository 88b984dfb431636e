"""Open issues of the build.

A major may be approved, by a waiver of this criterion for its unit: that makes the exit conditional. A blocker may not.
"""

from collections.abc import Sequence

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex, issue_class
from gatehouse.decisions.forecasts import ahead, results_pace
from gatehouse.decisions.wording import sentences
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need
from gatehouse.model.status import CriterionStatus, Severity

APPROVE = "or let two people approve what stays, by a waiver for these units"


def no_open_issues(criterion: spec.NoOpenIssues, index: EvidenceIndex) -> CriterionOutcome:
    """No current result with an issue of the listed classes. What was not measured may hide one."""
    issues = [row for row in index.open_issues if issue_class(row) in criterion.severities]
    unknown = index.unmeasured
    status = CriterionStatus.NOT_ENOUGH_EVIDENCE if unknown else CriterionStatus.MET
    counts = {s: sum(issue_class(row) is s for row in issues) for s in Severity}
    found = ", ".join(f"{number} {severity.value}" for severity, number in counts.items() if number)
    hidden = f", {len(unknown):,} of {len(index.required):,} results unknown" if unknown else ""
    return outcome(
        criterion,
        CriterionStatus.NOT_MET if issues else status,
        observed=f"{found or 'none'} open{hidden}",
        required=f"no open {' or '.join(_asked(s) for s in criterion.severities)}",
        missing=sentences([todo.repair(issues), _approve(issues), todo.measure(index, unknown)]),
        margin=-len(issues),
        rests_on=issues or index.current.values(),
        units=[row.unit for row in issues] + [unit for unit, _ in unknown],
        needs=_needs(issues, len(unknown)),
        outlook="repairs have no rate" if issues else ahead(index, len(unknown), results_pace(index)),
    )


def _asked(severity: Severity) -> str:
    return f"unapproved {severity.value}" if severity is not Severity.BLOCKER else severity.value


def _approve(issues: Sequence[EvidenceRow]) -> str:
    """That the issues may be lived with, where none of them is a blocker."""
    approvable = issues and all(issue_class(row) is not Severity.BLOCKER for row in issues)
    return APPROVE if approvable else ""


def _needs(issues: Sequence[EvidenceRow], unknown: int) -> list[Need]:
    if not issues:
        return [Need(unknown, "results to measure")]
    repairs = Need(len({row.unit for row in issues}), "units to repair and retest")
    return (
        [repairs, Need(len(issues), "issues to approve by waiver")] if _approve(issues) and not unknown else [repairs]
    )
