"""Whether people decided to live without a criterion, and whether they still may.

A waiver holds while it is in force (``waiver_rules``), and never over a blocker: neither for a criterion that is one,
nor over a unit in the way that has one open. A waiver for some units, by name or by site, holds only where exactly such
units stand in the way; it does not lift a bound that needs more units.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.values import one_line
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.waiver_rules import UNIT_BY_UNIT, lacking, scope_of, state_of
from gatehouse.decisions.wording import listed, sentences
from gatehouse.model.evidence import CriterionOutcome
from gatehouse.model.status import CriterionStatus, Severity
from gatehouse.model.waivers import Waiver, WaiverState


def apply_waivers(outcome: CriterionOutcome, criterion: spec.Criterion, index: EvidenceIndex) -> CriterionOutcome:
    """The outcome, waived where live waivers cover it; else with a word on each waiver that does not hold."""
    waivers = sorted((w for w in set(index.evidence.waivers) if w.criterion == criterion.id), key=_by_expiry)
    if outcome.status is CriterionStatus.MET or not waivers:
        return outcome
    now = index.evidence.now
    live = [waiver for waiver in waivers if state_of(waiver, now) is WaiverState.IN_FORCE]
    holding, why_not = _cover(live, outcome, criterion, index)
    if holding:
        return _waived(outcome, holding)
    return replace(outcome, missing=sentences([outcome.missing, why_not, *flaws(waivers, now)]))


def flaws(waivers: Sequence[Waiver], now: datetime) -> list[str]:
    """Why each waiver that has expired, was withdrawn or waits for signatures does not hold."""
    told = (_flaw(waiver, now) for waiver in sorted(waivers, key=_by_expiry))
    return [flaw for flaw in told if flaw]


def _by_expiry(waiver: Waiver) -> tuple[datetime, int, str]:
    return waiver.expires_at, waiver.id, repr(waiver)


def _flaw(waiver: Waiver, now: datetime) -> str:
    state = state_of(waiver, now)
    if state is WaiverState.EXPIRED:
        return f"waiver {waiver.id} expired on {waiver.expires_at:%Y-%m-%d}"
    if state is WaiverState.WAITING:
        return f"waiver {waiver.id} needs {lacking(waiver)}"
    if state is WaiverState.WITHDRAWN and waiver.ended:
        return f"waiver {waiver.id} was withdrawn by {one_line(waiver.ended.who)} on {waiver.ended.at:%Y-%m-%d}"
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
    everywhere = [waiver for waiver in live if waiver.for_all]
    if everywhere:
        return everywhere, ""
    covered = {waiver: scope_of(waiver, index) for waiver in live}
    uncovered = set(outcome.units).difference(*covered.values())
    if uncovered or not outcome.units or not isinstance(criterion, UNIT_BY_UNIT):
        return [], f"waiver {live[0].id} covers only {_scope(live[0])}"
    return [waiver for waiver in live if not covered[waiver].isdisjoint(outcome.units)], ""


def _scope(waiver: Waiver) -> str:
    sites = f"the units at {listed(waiver.sites)}" if waiver.sites else ""
    return " and ".join(part for part in (listed(waiver.units), sites) if part)


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
