"""Open issues of the build."""

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex, issue_class
from gatehouse.decisions.wording import sentences
from gatehouse.model.evidence import CriterionOutcome
from gatehouse.model.status import CriterionStatus, Severity


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
        required=f"no open {' or '.join(s.value for s in criterion.severities)}",
        missing=sentences([todo.repair(issues), todo.measure(index, unknown)]),
        margin=-len(issues),
        rests_on=issues or index.current.values(),
        units=[row.unit for row in issues] + [unit for unit, _ in unknown],
    )
