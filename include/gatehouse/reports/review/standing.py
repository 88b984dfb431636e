"""Where the phase stands: the exit in words, each criterion with those in the way first, and when it would clear."""

from collections.abc import Mapping, Sequence

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.model.evidence import CriterionOutcome, Forecast, GateDecision
from gatehouse.model.status import CriterionStatus, Severity
from gatehouse.reports.plain_text import with_names
from gatehouse.reports.review.document import Clears, CriterionLine, ForecastLine, NeedLine
from gatehouse.reports.review.facts import ReportFacts
from gatehouse.reports.review.margins import margin_words

# What stands in the way comes first; a waived criterion is nearer to it than one that is met.
_ORDER = (
    CriterionStatus.NOT_MET,
    CriterionStatus.NOT_ENOUGH_EVIDENCE,
    CriterionStatus.WAIVED,
    CriterionStatus.MET,
)
IN_THE_WAY = frozenset({CriterionStatus.NOT_MET, CriterionStatus.NOT_ENOUGH_EVIDENCE})


def exit_words(decision: GateDecision, facts: ReportFacts) -> str:
    """Where the phase stands, in words that tell a clean exit from one that only a waiver allows."""
    if facts.reopened:
        return f"exited on conditions and is reopened: {facts.reopened}"
    if facts.closed_at and not facts.on_conditions:
        return "exited"
    if facts.closed_at:
        return "exited on conditions: waived criteria remain" if decision.conditional else "exited on conditions"
    if decision.conditional:
        return "may exit on conditions: waived criteria remain"
    return "may exit" if decision.open else "may not exit"


def criterion_lines(decision: GateDecision, criteria: CriteriaSet, names: Mapping[str, str]) -> list[CriterionLine]:
    """Every criterion, those in the way first, else in the order of their set."""
    ordered = sorted(decision.outcomes, key=lambda outcome: _ORDER.index(outcome.status))
    return [_line(outcome, criteria, names) for outcome in ordered]


def clears(outcomes: Sequence[CriterionOutcome]) -> Clears:
    """When the last of those in the way that have a forecast would be met, and which of them have none.

    The bounds are the latest of the bounds: no criterion clears the phase alone.
    """
    waiting = [outcome for outcome in outcomes if outcome.status in IN_THE_WAY]
    told = [outcome.forecast for outcome in waiting if outcome.forecast]
    silent = [outcome.title or outcome.criterion for outcome in waiting if outcome.forecast is None]
    if not told:
        return Clears(forecast=None, silent=silent)
    last = max(told, key=lambda forecast: forecast.at)
    ends = [forecast.latest for forecast in told]
    together = ForecastLine(
        at=last.at,
        earliest=max(forecast.earliest for forecast in told),
        latest=None if None in ends else max(end for end in ends if end),
        confidence=min(forecast.confidence for forecast in told),
        basis=last.basis,
    )
    return Clears(forecast=together, silent=silent)


def _line(outcome: CriterionOutcome, criteria: CriteriaSet, names: Mapping[str, str]) -> CriterionLine:
    spec = next((c for c in criteria.criteria if c.id == outcome.criterion), None)
    return CriterionLine(
        id=outcome.criterion,
        title=outcome.title or outcome.criterion,
        kind=spec.kind if spec else "",
        severity=spec.severity if spec else Severity.MAJOR,
        status=outcome.status,
        observed=with_names(outcome.observed, names),
        required=outcome.required,
        margin=outcome.margin,
        margin_words=margin_words(spec, outcome.margin),
        missing=with_names(outcome.missing, names),
        needs=[NeedLine(amount=need.amount, of=need.of) for need in outcome.needs],
        forecast=_forecast(outcome.forecast),
        source=spec.source if spec else "",
        units=[names.get(unit, unit) for unit in outcome.units],
        waiver=outcome.waiver,
        results=len(outcome.rests_on),
    )


def _forecast(forecast: Forecast | None) -> ForecastLine | None:
    if forecast is None:
        return None
    return ForecastLine(
        at=forecast.at,
        earliest=forecast.earliest,
        latest=forecast.latest,
        confidence=forecast.confidence,
        basis=forecast.basis,
    )
