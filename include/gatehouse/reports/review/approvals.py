"""What people decided: waivers and sign-offs, and who is still to sign on paper."""

from collections.abc import Iterable, Mapping

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.waiver_rules import lacking, state_of
from gatehouse.model.evidence import GateDecision, SignOff
from gatehouse.model.status import CriterionStatus
from gatehouse.model.waivers import Waiver, WaiverState
from gatehouse.reports.review.document import SignOffLine, WaiverEnd, WaiverLine

# Who signs a gate review on paper where the criteria name no roles.
SIGNATORIES = ("NPI program manager", "quality engineer", "reliability engineer", "test engineering lead")
SUPPLIER = "supplier"


def waiver_lines(waivers: Iterable[Waiver], decision: GateDecision, names: Mapping[str, str]) -> list[WaiverLine]:
    """Every waiver, with whether it holds; units by their hosts' names."""
    return [_waiver(waiver, decision, names) for waiver in waivers]


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


def waiver_scope(waiver: Waiver, names: Mapping[str, str]) -> str:
    """Which units a waiver is for, in words."""
    parts = [names.get(unit, unit) for unit in waiver.units] + [f"every unit at {site}" for site in waiver.sites]
    return ", ".join(parts) or "every unit"


def _waiver(waiver: Waiver, decision: GateDecision, names: Mapping[str, str]) -> WaiverLine:
    state = state_of(waiver, decision.decided_at)
    used = any(o.waiver == waiver.id for o in decision.outcomes if o.status is CriterionStatus.WAIVED)
    in_use = "in use" if used else "not needed or not covering"
    ended = waiver.ended
    return WaiverLine(
        id=waiver.id,
        criterion=waiver.criterion,
        owner=waiver.owner,
        reason=waiver.reason,
        containment=waiver.containment,
        units=[names.get(unit, unit) for unit in waiver.units],
        sites=list(waiver.sites),
        scope=waiver_scope(waiver, names),
        retest=waiver.retest,
        approved_by=[f"{approval.who} ({approval.role})" for approval in waiver.approved_by],
        lacks=lacking(waiver) if state is WaiverState.WAITING else "",
        expires_at=waiver.expires_at,
        ended=WaiverEnd(kind=ended.kind, who=ended.who, at=ended.at, text=ended.text) if ended else None,
        state=in_use if state is WaiverState.IN_FORCE else state.value,
    )
