"""The decisions of a gate that were kept, and on which of them the phase was closed."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.gate_evidence import phase_of
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases
from gatehouse.store.engine import transaction


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """One kept decision. ``closed_by`` is who closed the phase on it; ``replayable`` whether its evidence was kept."""

    decision_id: int
    decided_at: datetime
    status: CriterionStatus
    evidence_digest: str
    closed_by: str | None
    replayable: bool

    @property
    def conditional(self) -> bool:
        """Whether the phase could exit on it only by a waiver."""
        return self.status is CriterionStatus.WAIVED


def gate_history(workspace: Workspace, program: str, phase: Phase) -> tuple[KeptDecision, ...]:
    """Every kept decision of a gate, oldest first.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    phase_of(workspace.catalog, program, phase)
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        closed_on, closed_by = (row.decision_id, row.closed_by) if row else (None, None)
        return tuple(
            KeptDecision(
                decision_id=kept.id,
                decided_at=kept.decided_at,
                status=CriterionStatus(kept.status),
                evidence_digest=kept.evidence_digest,
                closed_by=closed_by if kept.id == closed_on else None,
                replayable=kept.snapshot is not None,
            )
            for kept in phases.kept_decisions(session, program, phase)
        )
