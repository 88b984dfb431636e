"""Demonstrations over time, shown against required; and the dates of the program's phases."""

from collections.abc import Iterable
from dataclasses import asdict

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.model.evidence import GateDecision
from gatehouse.reports.review.facts import PhaseDates
from gatehouse.reports.review.plots import PhaseLine, ProgressBar


def progress_bars(decision: GateDecision, criteria: CriteriaSet) -> list[ProgressBar]:
    """Criteria that ask for hours or days: what was shown is the threshold plus the margin."""
    specs = {criterion.id: criterion for criterion in criteria.criteria}
    bars = []
    for outcome in decision.outcomes:
        threshold = _threshold(specs.get(outcome.criterion))
        if threshold and outcome.margin is not None:
            required, unit = threshold
            title = outcome.title or outcome.criterion
            shown = max(0.0, required + outcome.margin)
            bars.append(
                ProgressBar(criterion=outcome.criterion, title=title, unit=unit, shown=shown, required=required)
            )
    return bars


def _threshold(criterion: object) -> tuple[float, str] | None:
    """What a criterion asks for in hours or days, by the name of its field; None for the others."""
    hours = getattr(criterion, "at_least_hours", None)
    if isinstance(hours, int | float):
        return float(hours), "h"
    days = getattr(criterion, "at_least", None) if getattr(criterion, "kind", "") == "soak_days" else None
    return (float(days), "days") if isinstance(days, int | float) else None


def phase_lines(phases: Iterable[PhaseDates]) -> list[PhaseLine]:
    """The dates of every phase of the program, in order."""
    return [PhaseLine(**asdict(dates)) for dates in phases]
