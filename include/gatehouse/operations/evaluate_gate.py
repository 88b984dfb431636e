"""Asks a gate: may this phase exit, and what is still missing?"""

from dataclasses import replace
from datetime import datetime

from gatehouse.decisions.evidence_snapshot import snapshot_of
from gatehouse.model.status import Phase
from gatehouse.operations.look_at_gate import GateView, gate_view
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases, snapshots
from gatehouse.store.engine import one_moment, transaction

__all__ = ["GateView", "evaluate_gate"]


def evaluate_gate(
    workspace: Workspace, program: str, phase: Phase, *, keep: bool = False, now: datetime | None = None
) -> GateView:
    """The gate's answer now, or as of ``now``; ``keep`` files it with what it was made from, so it can be replayed.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        CatalogError: the program changes criteria in a way that cannot be.
    """
    with transaction(workspace.engine) as session:
        view = gate_view(workspace.catalog, one_moment(session), program, phase, now)
        if not keep:
            return view
        kept = phases.same_decision(session, view.decision)
        if kept is None:
            snapshot = snapshots.keep(session, snapshot_of(view.evidence, view.criteria))
            kept = phases.file_decision(session, view.decision, snapshot)
        return replace(view, decision_id=kept.id)
