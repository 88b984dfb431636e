"""Mean time between failures shown by the units of the phase."""

from datetime import timedelta
from itertools import groupby

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow
from gatehouse.model.status import CriterionStatus, Verdict

_HOUR = timedelta(hours=1)


def mtbf(criterion: spec.Mtbf, index: EvidenceIndex) -> CriterionOutcome:
    """Chi-squared lower bound from the hours under test and the failures in them."""
    hours, failures = _hours(criterion, index), _failures(index)
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
    )  # fmt: skip


def _hours(criterion: spec.Mtbf, index: EvidenceIndex) -> float:
    if criterion.hours_reading is not None:
        return sum(row.value for row in index.history(criterion.hours_reading) if 0 < row.value < float("inf"))
    first: dict[str, EvidenceRow] = {}
    last: dict[str, EvidenceRow] = {}
    for row in index.helping.values():  # oldest first
        first.setdefault(row.unit, row)
        last[row.unit] = row
    return sum((last[unit].at - row.at) / _HOUR for unit, row in first.items())


def _failures(index: EvidenceIndex) -> list[EvidenceRow]:
    """Rows at which a failure began: a FAIL right after a FAIL of the same unit and diagnostic is the same one."""
    rows = [row for row in index.rows if index.counts(row)]
    rows.sort(key=lambda row: (row.unit, row.diagnostic))  # stable: oldest first within each
    begun = []
    for _, of_pair in groupby(rows, key=lambda row: (row.unit, row.diagnostic)):
        before = Verdict.PASS
        for row in of_pair:
            if row.verdict is Verdict.FAIL and before is not Verdict.FAIL:
                begun.append(row)
            before = row.verdict
    return begun
