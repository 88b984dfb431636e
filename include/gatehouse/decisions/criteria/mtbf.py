"""Mean time between failures shown by the units of the phase."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, whole_pace
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need
from gatehouse.model.status import CriterionStatus

_HOUR = timedelta(hours=1)


def mtbf(criterion: spec.Mtbf, index: EvidenceIndex) -> CriterionOutcome:
    """Chi-squared lower bound from the hours under test and the failures in them.

    A FAIL right after a FAIL of the same unit and diagnostic is the same failure.
    """
    hours, runs, told = _hours(criterion, index)
    failures = index.began
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
        rests_on=[*told, *failures],
        units=failed,
        needs=[Need(wanted - hours, "unit-hours without a failure")],
        outlook=ahead(index, wanted - hours, whole_pace(index, runs, hours, "unit-hours")),
    )  # fmt: skip


def _hours(criterion: spec.Mtbf, index: EvidenceIndex) -> tuple[float, int, list[EvidenceRow]]:
    """Unit-hours under test, in how many runs or by how many units they came, and the rows that tell them."""
    if criterion.hours_reading is not None:
        told = [row for row in index.history(criterion.hours_reading) if 0 < row.value < float("inf")]
        return sum(row.value for row in told), len(told), [index.helping[row.result_id] for row in told]
    first, last = _by_unit(index.first_sound.values(), min), _by_unit(index.sound.values(), max)
    spans = [(last[unit].at - row.at) / _HOUR for unit, row in first.items()]
    return sum(spans), sum(span > 0 for span in spans), [*first.values(), *last.values()]


def _by_unit(rows: Iterable[EvidenceRow], choose: Callable[..., EvidenceRow]) -> dict[str, EvidenceRow]:
    """Of each unit the first or the last row, by when it was measured."""
    found: dict[str, EvidenceRow] = {}
    for row in rows:
        found[row.unit] = choose(found.get(row.unit, row), row, key=lambda r: (r.at, r.result_id))
    return found
