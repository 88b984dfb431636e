"""How often devices may compute wrong and say nothing: a bound from hours in which somebody looked.

A bound is no proof: at the published one bad device in a thousand, a build of a hundred holds none nine times in ten,
and on one platform only 12 % of such machines were found before deployment (Google, 2025).
"""

import math

from gatehouse.catalog import criteria as spec
from gatehouse.decisions import statistics
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, whole_pace
from gatehouse.decisions.wording import counted, decimal, listed, percent, sentences
from gatehouse.model.evidence import CriterionOutcome, Need, ValueRow
from gatehouse.model.readings import unit_of
from gatehouse.model.status import CriterionStatus

NO_PROOF = "a bound, no proof of none: on one published platform 12 % of such machines were found before deployment"


def sdc_rate(criterion: spec.SdcRate, index: EvidenceIndex) -> CriterionOutcome:
    """Chi-squared upper bound of the rate; 2.996 over the hours at 95 %, where nothing was found."""
    rows = _exposure(criterion, index)
    hours = math.fsum(row.value * spec.HOURS[unit_of(name)] * criterion.devices for name, row in rows)
    begun = [row for row in index.began if row.diagnostic in criterion.diagnostics]
    events = len({(row.unit, row.round_id) for row in begun})
    wanted = statistics.exposure_required(criterion.per_hour, events, criterion.confidence)
    bound = statistics.event_rate_bound(hours, events, criterion.confidence) if hours > 0 else math.inf
    hopeful = events == 0 or events <= criterion.per_hour * hours
    failed = sorted({row.unit for row in begun})
    return outcome(
        criterion,
        met_or(hours >= wanted, CriterionStatus.NOT_ENOUGH_EVIDENCE if hopeful else CriterionStatus.NOT_MET),
        observed=f"{decimal(hours)} device-hours, {counted(events, 'corruption')}: {_bounded(bound, criterion)}",
        required=f"at most {_rate(criterion.per_hour)} at {percent(criterion.confidence)} confidence ({NO_PROOF})",
        missing=sentences([
            f"{decimal(wanted - hours)} more device-hours of {listed(criterion.diagnostics)} without a corruption",
            f"corrupted: {listed(failed)}" if failed else "",
        ]),
        margin=criterion.per_hour - bound if hours > 0 else None,
        rests_on=[*(index.helping[r.result_id] for _, r in rows if r.result_id in index.helping), *begun],
        units=failed,
        needs=[Need(wanted - hours, "device-hours without a corruption")],
        outlook=ahead(index, wanted - hours, whole_pace(index, len(rows), hours, "device-hours")),
    )  # fmt: skip


def _exposure(criterion: spec.SdcRate, index: EvidenceIndex) -> list[tuple[str, ValueRow]]:
    """Times under test that make sense, each with the name that tells its unit."""
    rows = [(name, row) for name in criterion.exposures for row in index.history(name)]
    return [(name, row) for name, row in rows if 0 < row.value < math.inf]


def _bounded(bound: float, criterion: spec.SdcRate) -> str:
    if bound == math.inf:
        return "nothing is known of the rate"
    return f"at most {_rate(bound)} at {percent(criterion.confidence)} confidence"


def _rate(per_hour: float) -> str:
    return f"{decimal(per_hour * 24, 3)} a device-day"
