"""The alerts about waivers: one expires soon, one has expired, an exit on conditions is reopened."""

from dataclasses import dataclass
from datetime import UTC, datetime

from gatehouse.decisions.conditional_exits import Standing
from gatehouse.decisions.waiver_rules import lacking
from gatehouse.model.evidence import CriterionOutcome, GateDecision
from gatehouse.model.status import CriterionStatus
from gatehouse.model.waivers import WaiverRecord
from gatehouse.operations.alert import Alert, Links, Trouble
from gatehouse.reports.plain_text import on_one_line
from gatehouse.reports.review.approvals import waiver_scope
from gatehouse.store.tables import StandingRow

_RENEW = "bring the evidence that the criterion asks for, or ask for a new waiver: gatehouse waiver request"
_HOLDS = (CriterionStatus.MET, CriterionStatus.WAIVED)


@dataclass(frozen=True, slots=True)
class WaiverCase:
    """A waiver, its gate's answer now, and how the phase stands where it exited on conditions (else None)."""

    record: WaiverRecord
    decision: GateDecision
    standing: Standing | None

    @property
    def gate(self) -> str:
        """``atlas EVT``"""
        return f"{self.record.program} {self.record.phase}"

    @property
    def reopened(self) -> bool:
        """Whether the phase exited on conditions and stands no more."""
        return self.standing is not None and not self.standing.stands

    @property
    def outcome(self) -> CriterionOutcome | None:
        """How its criterion stands now; None where it is asked no more."""
        waived = self.record.waiver.criterion
        return next((outcome for outcome in self.decision.outcomes if outcome.criterion == waived), None)


def expired_alert(case: WaiverCase, links: Links) -> Alert:
    """A waiver has come to its end: what that means for its phase and those behind it, and what would help."""
    what = "has expired" if not lacking(case.record.waiver) else "has lapsed without its sign-offs"
    effect = f"; {case.gate} is reopened" if case.reopened else ""
    return _alert(case, links, "expired", f"{what}{effect}", _after(case))


def warning_alert(case: WaiverCase, links: Links, now: datetime) -> Alert:
    """A waiver comes to its end within days."""
    left = (case.record.waiver.expires_at - now).days
    when = f"expires on {case.record.waiver.expires_at.astimezone(UTC):%Y-%m-%d}"
    return _alert(case, links, "expires-soon", f"{when}, in {left} days" if left > 1 else when, _before(case))


def reopened_alert(row: StandingRow, standing: Standing | None, links: Links) -> Alert:
    """An exit on conditions stands no more, for another reason than that time has passed."""
    gate = f"{row.program} {row.phase}"
    closes = [f"What would close it: {on_one_line(standing.closes)}"] if standing and standing.closes else []
    return Alert(
        about=f"standing/{row.id}",
        subject=f"Gatehouse: {gate} is reopened",
        trouble=Trouble.WAIVER,
        lines=(f"{gate} exited on conditions and is reopened: {on_one_line(row.cause)}", _HELD, *closes),
        next_step=_RENEW,
        links=(("Gate", links.gate(row.program, row.phase)),),
    )


_HELD = "The gates of the phases behind it are held until it stands again."


def _alert(case: WaiverCase, links: Links, kind: str, what: str, effect: tuple[str, ...]) -> Alert:
    waiver = case.record.waiver
    owner = on_one_line(waiver.owner, 80)
    return Alert(
        about=f"waiver/{waiver.id}/{kind}",
        subject=f"Gatehouse: waiver {waiver.id} of {owner} {what}",
        trouble=Trouble.WAIVER,
        lines=(
            f"Waiver {waiver.id} of {case.gate}, criterion {waiver.criterion}, for {_scope(case)}: {what}",
            f"Its owner is {owner}; its reason was: {on_one_line(waiver.reason)}",
            f"Containment: {on_one_line(waiver.containment)}; re-test: {on_one_line(waiver.retest)}",
            *effect,
        ),
        next_step=_RENEW,
        links=(("Gate", links.gate(case.record.program, case.record.phase)),),
        people=(waiver.owner,),
    )


def _after(case: WaiverCase) -> tuple[str, ...]:
    outcome = case.outcome
    if case.standing and case.reopened:
        closes = f"What would close it: {on_one_line(case.standing.closes)}"
        return (f"{case.gate} is reopened: {on_one_line(case.standing.why)}", _HELD, closes)
    if outcome is None or outcome.status in _HOLDS:
        return (f"Nothing is held by that: {_as_it_stands(outcome)}",)
    return (f"The gate of {case.gate} is held: {on_one_line(outcome.missing or outcome.observed)}",)


def _before(case: WaiverCase) -> tuple[str, ...]:
    outcome = case.outcome
    if outcome is None or outcome.status is CriterionStatus.MET:
        return (f"Nothing will be held by that: {_as_it_stands(outcome)}",)
    then = "the phase is reopened and the gates behind it are held" if case.standing else "the gate is held by it"
    return (f"Then {then}, unless it is met or waived anew: {on_one_line(outcome.missing)}",)


def _as_it_stands(outcome: CriterionOutcome | None) -> str:
    return (
        "the criterion is not asked any more" if outcome is None else f"{outcome.title} is {outcome.status} without it"
    )


def _scope(case: WaiverCase) -> str:
    return on_one_line(waiver_scope(case.record.waiver, {}), 200)
