"""Mean time between failures shown by the units of the phase."""

from datetime import timedelta

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.failures import failures_begun
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, whole_pace
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need
from gatehouse.model.status import CriterionStatus

_HOUR = timedelta(hours=1)


def mtbf(criterion: spec.Mtbf, index: EvidenceIndex) -> CriterionOutcome:
    """Chi-squared lower bound from the hours under test and the failures in them."""
    (hours, runs), failures = _hours(criterion, index), failures_begun(index)
    count = len({(row.unit, row.round_id) for row in failures})
    wanted = statistics.mtbf_hours_required(criterion.at_least_hours, count, criterion.confidence)
    met = hours >= wanted
    hopeful = count == 0 or hours == 0 or hours / count >= criterion.at_least_hours
    bound = statistics.mtbf_lower_bound(hours, count, criterion.confidence) if hours > 0 else 0.0
    failed = sorted({row.unit for row in failures})
    return outcome(
        criterion,
        met_or(met, CriterionStatus.NOT_ENOUGH_EVIDENCE if hopeful else CriterionStatus.NOT_MET),
        observed=f"{decimal(hours)} unit-hours, {counted(count, 'failure')}: at least {decimal(bound)} h "
        f"at {percent(criterion.confidence)} confidence",
        required=f"at least {decimal(criterion.at_least_hours)} h at {percent(criterion.confidence)} confidence",
        missing=sentences([
            f"{decimal(wanted - hours)} more unit-hours without a failure",
            f"failed: {listed(failed)}" if failed else "",
        ]),
        margin=bound - criterion.at_least_hours,
        rests_on=[*index.helping.values(), *failures],
        units=failed,
        needs=[Need(wanted - hours, "unit-hours without a failure")],
        outlook=ahead(index, wanted - hours, whole_pace(index, runs, hours, "unit-hours")),
    )  # fmt: skip


def _hours(criterion: spec.Mtbf, index: EvidenceIndex) -> tuple[float, int]:
    """Unit-hours, and in how many runs or by how many units they came."""
    if criterion.hours_reading is not None:
        found = [row.value for row in index.history(criterion.hours_reading) if 0 < row.value < float("inf")]
        return sum(found), len(found)
    first: dict[str, EvidenceRow] = {}
    last: dict[str, EvidenceRow] = {}
    for row in index.helping.values():  # oldest first
        first.setdefault(row.unit, row)
        last[row.unit] = row
    spans = [(last[unit].at - row.at) / _HOUR for unit, row in first.items()]
    return sum(spans), sum(span > 0 for span in spans)
