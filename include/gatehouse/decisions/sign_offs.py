"""What people said of this very evidence: who signed in which role, and whether a rejection stands."""

from collections.abc import Mapping, Sequence

from gatehouse.catalog import criteria as spec
from gatehouse.catalog.values import one_line
from gatehouse.decisions.criteria.outcome import met_or, outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.wording import listed
from gatehouse.model.evidence import CriterionOutcome, Need, PhaseEvidence, SignOff
from gatehouse.model.status import CriterionStatus


def standing_rejection(evidence: PhaseEvidence, digest: str) -> CriterionOutcome | None:
    """An outcome that holds the gate, while anybody's latest answer is a rejection of the evidence now on the table."""
    answers = _latest(evidence.sign_offs, digest)
    latest = max((a for a in answers.values() if not a.approved), key=lambda a: (a.at, a.who), default=None)
    if latest is None:
        return None
    why = one_line(latest.comment) or "no reason given"
    return CriterionOutcome(
        criterion=spec.SIGN_OFF,
        title="sign-off",
        status=CriterionStatus.NOT_MET,
        observed=f"rejected by {one_line(latest.who)} ({one_line(latest.role)}) on {latest.at:%Y-%m-%d}: {why}",
        required="no rejection of this evidence",
        missing="add a round: the evidence has not changed since",
        needs=(Need(1, "new rounds"),),
        no_forecast="a person's answer has no rate",
    )


def sign_offs(criterion: spec.SignOffs, index: EvidenceIndex, digest: str) -> CriterionOutcome:
    """Every role has signed this very evidence, each by another person."""
    signed = signatures(criterion.roles, index.evidence.sign_offs, digest)
    open_roles = [role for role in criterion.roles if role not in signed]
    apart = ", all different people" if len(criterion.roles) > 1 else ""
    names = [f"{role} ({one_line(who)})" for role, who in signed.items()]
    return outcome(
        criterion,
        met_or(not open_roles),
        observed=f"{len(signed)} of {len(criterion.roles)} signed" + (f": {listed(names)}" if names else ""),
        required=f"this evidence signed by {listed(criterion.roles)}{apart}",
        missing=f"sign-off by {listed(open_roles)}",
        margin=-len(open_roles),
        rests_on=index.sound.values(),
        needs=[Need(len(open_roles), f"sign-offs ({listed(open_roles)})")],
        outlook="people sign when all else is met",
    )  # fmt: skip


def signatures(roles: Sequence[str], answers: Sequence[SignOff], digest: str) -> Mapping[str, str]:
    """Who signed this evidence in which role. Nobody signs twice: of all ways to count, one that fills most roles."""
    people = _latest(answers, digest)
    able = {
        role: sorted({_person(a) for a in answers if a.approved and a.evidence_digest == digest and a.role == role})
        for role in roles
    }
    able = {role: [who for who in able[role] if people[who].approved] for role in roles}
    holder: dict[str, str] = {}
    for role in roles:
        _fill(role, able, holder, set())
    filled = {role: people[who].who for who, role in holder.items()}
    return {role: filled[role] for role in roles if role in filled}


def _fill(role: str, able: Mapping[str, Sequence[str]], holder: dict[str, str], tried: set[str]) -> bool:
    """Give the role to somebody, moving others to another role of theirs where that helps."""
    for who in able[role]:
        if who not in tried:
            tried.add(who)
            if who not in holder or _fill(holder[who], able, holder, tried):
                holder[who] = role
                return True
    return False


def _latest(answers: Sequence[SignOff], digest: str) -> dict[str, SignOff]:
    """Each person's latest answer to this evidence; of two at one moment the no."""
    latest: dict[str, SignOff] = {}
    for answer in sorted(answers, key=lambda a: (a.at, not a.approved, a.who, a.role, a.comment)):
        if answer.evidence_digest == digest:
            latest[_person(answer)] = answer
    return latest


def _person(answer: SignOff) -> str:
    return answer.who.strip().casefold()
