"""What people decided: waivers and sign-offs, and who is still to sign on paper."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.model.evidence import GateDecision, SignOff, Waiver
from gatehouse.model.status import CriterionStatus
from gatehouse.reports.review.document import SignOffLine, WaiverLine

APPROVERS = 2  # a waiver counts from two approvals on
# Who signs a gate review on paper where the criteria name no roles.
SIGNATORIES = ("NPI program manager", "quality engineer", "reliability engineer", "test engineering lead")
SUPPLIER = "supplier"


def waiver_lines(waivers: Iterable[Waiver], decision: GateDecision) -> list[WaiverLine]:
    """Every waiver, with whether it holds."""
    return [_waiver(waiver, decision) for waiver in waivers]


def sign_off_lines(answers: Iterable[SignOff], decision: GateDecision) -> list[SignOffLine]:
    """Every answer, with whether it was given on this very evidence."""
    return [
        SignOffLine(
            who=answer.who,
            role=answer.role,
            approved=answer.approved,
            comment=answer.comment,
            at=answer.at,
            evidence_digest=answer.evidence_digest,
            on_this_evidence=answer.evidence_digest == decision.evidence_digest,
        )
        for answer in answers
    ]


def signatories(criteria: CriteriaSet) -> list[str]:
    """The roles that sign on paper: those whom the criteria ask, else the usual ones; and the supplier."""
    asked = [str(role) for criterion in criteria.criteria for role in getattr(criterion, "roles", ())]
    return list(dict.fromkeys([*(asked or SIGNATORIES), SUPPLIER]))


def _waiver(waiver: Waiver, decision: GateDecision) -> WaiverLine:
    told: dict[str, Any] = asdict(waiver)
    return WaiverLine(
        id=waiver.id,
        criterion=waiver.criterion,
        owner=waiver.owner,
        reason=waiver.reason,
        containment=waiver.containment,
        units=list(waiver.units),
        sites=list(told.get("sites", ())),
        approved_by=list(waiver.approved_by),
        expires_at=waiver.expires_at,
        state=_state(waiver, decision),
    )


def _state(waiver: Waiver, decision: GateDecision) -> str:
    if waiver.expires_at <= decision.decided_at:
        return "expired"
    if len({name.strip().casefold() for name in waiver.approved_by} - {""}) < APPROVERS:
        return "waits for approval"
    used = any(o.waiver == waiver.id for o in decision.outcomes if o.status is CriterionStatus.WAIVED)
    return "in use" if used else "not needed or not covering"
