"""Whether a rejection stands: people said no to this very evidence."""

from gatehouse.catalog.criteria import SIGN_OFF
from gatehouse.catalog.values import one_line
from gatehouse.model.evidence import CriterionOutcome, PhaseEvidence
from gatehouse.model.status import CriterionStatus


def standing_rejection(evidence: PhaseEvidence, digest: str) -> CriterionOutcome | None:
    """An outcome that holds the gate, when the latest answer is a rejection of the evidence now on the table."""
    latest = max(evidence.sign_offs, key=lambda s: (s.at, not s.approved, s.who, s.role, s.comment), default=None)
    if latest is None or latest.approved or latest.evidence_digest != digest:
        return None
    why = one_line(latest.comment) or "no reason given"
    return CriterionOutcome(
        criterion=SIGN_OFF,
        title="sign-off",
        status=CriterionStatus.NOT_MET,
        observed=f"rejected by {one_line(latest.who)} ({one_line(latest.role)}) on {latest.at:%Y-%m-%d}: {why}",
        required="no rejection of this evidence",
        missing="add a round: the evidence has not changed since",
    )
