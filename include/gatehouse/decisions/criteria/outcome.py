"""Builds an outcome from a criterion and what was found."""

from collections.abc import Iterable

from gatehouse.catalog.criteria import CriterionSpec
from gatehouse.decisions.forecasts import Outlook
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Forecast, Need
from gatehouse.model.status import CriterionStatus

NO_RATE = "nothing here has a rate"


def outcome(
    criterion: CriterionSpec,
    status: CriterionStatus,
    observed: str,
    required: str,
    missing: str = "",
    margin: float | None = None,
    rests_on: Iterable[EvidenceRow] = (),
    units: Iterable[str] = (),
    needs: Iterable[Need] = (),
    outlook: Outlook = "",
) -> CriterionOutcome:
    """An outcome with ids and units in a fixed order; what is met misses nothing and has nobody in its way."""
    met = status is CriterionStatus.MET
    forecast = outlook if isinstance(outlook, Forecast) and not met else None
    return CriterionOutcome(
        criterion=criterion.id,
        title=criterion.title or criterion.id.replace("_", " "),
        status=status,
        observed=observed,
        required=f"{required} ({criterion.note})" if criterion.note else required,
        missing="" if met else missing,
        margin=margin,
        rests_on=tuple(sorted({row.result_id for row in rests_on})),
        units=() if met else tuple(sorted(set(units))),
        needs=() if met else tuple(need for need in needs if need.amount > 0),
        forecast=forecast,
        no_forecast="" if met or isinstance(outlook, Forecast) else outlook or NO_RATE,
    )


def met_or(met: bool, otherwise: CriterionStatus = CriterionStatus.NOT_ENOUGH_EVIDENCE) -> CriterionStatus:
    """MET, or what holds instead."""
    return CriterionStatus.MET if met else otherwise
