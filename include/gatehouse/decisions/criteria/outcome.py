"""Builds an outcome from a criterion and what was found."""

from collections.abc import Iterable

from gatehouse.catalog.criteria import CriterionSpec
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow
from gatehouse.model.status import CriterionStatus


def outcome(
    criterion: CriterionSpec,
    status: CriterionStatus,
    observed: str,
    required: str,
    missing: str = "",
    margin: float | None = None,
    rests_on: Iterable[EvidenceRow] = (),
    units: Iterable[str] = (),
) -> CriterionOutcome:
    """An outcome with ids and units in a fixed order; what is met misses nothing and has nobody in its way."""
    met = status is CriterionStatus.MET
    return CriterionOutcome(
        criterion=criterion.id,
        title=criterion.title or criterion.id.replace("_", " "),
        status=status,
        observed=observed,
        required=required,
        missing="" if met else missing,
        margin=margin,
        rests_on=tuple(sorted({row.result_id for row in rests_on})),
        units=() if met else tuple(sorted(set(units))),
    )


def met_or(met: bool, otherwise: CriterionStatus = CriterionStatus.NOT_ENOUGH_EVIDENCE) -> CriterionStatus:
    """MET, or what holds instead."""
    return CriterionStatus.MET if met else otherwise
