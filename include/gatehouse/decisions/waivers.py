"""Whether people decided to live without a criterion, and whether they still may.

A waiver holds while it has not expired, with two different approvers, and never over a blocker: neither for a criterion
that is one, nor over a unit in the way that has one open. A waiver for some units holds only where exactly such units
stand in the way; it does not lift a bound that needs more units.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.values import one_line
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import listed, sentences
from gatehouse.model.evidence import CriterionOutcome, Waiver
from gatehouse.model.status import CriterionStatus, Severity

_APPROVERS = 2
# Criteria that would be met, were it not for the units in the way.
_UNIT_BY_UNIT = (spec.Coverage, spec.NoOpenIssues, spec.DataQuality, spec.Fresh, spec.Dispositioned)


def apply_waivers(outcome: CriterionOutcome, criterion: spec.Criterion, index: EvidenceIndex) -> CriterionOutcome:
    """The outcome, waived where live waivers cover it; else with a word on each waiver that does not hold."""
    waivers = sorted((w for w in set(index.evidence.waivers) if w.criterion == criterion.id), key=_by_expiry)
    if outcome.status is CriterionStatus.MET or not waivers:
        return outcome
    flaws = {waiver: _flaw(waiver, index.evidence.now) for waiver in waivers}
    live = [waiver for waiver, flaw in flaws.items() if not flaw]
    holding, why_not = _cover(live, outcome, criterion, index)
    if holding:
        return _waived(outcome, holding)
    return replace(outcome, missing=sentences([outcome.missing, why_not, *flaws.values()]))


def _by_expiry(waiver: Waiver) -> tuple[datetime, int, str]:
    return waiver.expires_at, waiver.id, repr(waiver)


def _flaw(waiver: Waiver, now: datetime) -> str:
    """Why a waiver does not hold at all; empty where it does."""
    if waiver.expires_at <= now:
        return f"waiver {waiver.id} expired on {waiver.expires_at:%Y-%m-%d}"
    approvers = {name.strip().casefold() for name in waiver.approved_by} - {""}
    if len(approvers) < _APPROVERS:
        return f"waiver {waiver.id} needs {_APPROVERS} different approvers, it has {len(approvers)}"
    return ""


def _cover(
    live: Sequence[Waiver], outcome: CriterionOutcome, criterion: spec.Criterion, index: EvidenceIndex
) -> tuple[list[Waiver], str]:
    """The live waivers that together cover the outcome, or none and why."""
    if not live:
        return [], ""
    if criterion.severity is Severity.BLOCKER:
        return [], f"{criterion.id} is a blocker and cannot be waived"
    blocked = index.blocked_units.intersection(outcome.units)
    if blocked:
        return [], f"an open blocker cannot be waived: {listed(sorted(blocked))}"
    everywhere = [waiver for waiver in live if not waiver.units]
    if everywhere:
        return everywhere, ""
    uncovered = set(outcome.units).difference(*(waiver.units for waiver in live))
    if uncovered or not outcome.units or not isinstance(criterion, _UNIT_BY_UNIT):
        return [], f"waiver {live[0].id} covers only {listed(live[0].units)}"
    return [waiver for waiver in live if not set(waiver.units).isdisjoint(outcome.units)], ""


def _waived(outcome: CriterionOutcome, holding: Sequence[Waiver]) -> CriterionOutcome:
    """Waived until the first of the waivers that are needed expires."""
    first = holding[0]
    until = f"waived until {first.expires_at:%Y-%m-%d} by waiver {first.id} of {first.owner}: {one_line(first.reason)}"
    return replace(
        outcome,
        status=CriterionStatus.WAIVED,
        missing=sentences([until, outcome.missing]),
        waiver=first.id,
    )
