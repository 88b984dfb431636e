"""Opens a phase, files a person's answer at its gate, and closes it on a decision."""

from gatehouse.model.errors import RefusedError
from gatehouse.model.evidence import SignOff
from gatehouse.model.status import Phase
from gatehouse.operations.enter_phase import enter, entry_book
from gatehouse.operations.evaluate_gate import GateView, evaluate_gate
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases
from gatehouse.store.engine import transaction


def open_phase(workspace: Workspace, program: str, phase: Phase, who: str) -> bool:
    """Open a phase of a program; asking twice opens it once. Returns whether the phase is open now (not closed).

    How its entry conditions stood is kept with the first opening.

    Raises:
        RefusedError: the phase before it has not exited.
        EntryShutError: entry conditions keep it shut.
    """
    workspace.catalog.program(program)
    with transaction(workspace.engine) as session:
        known = phases.phase_row(session, program, phase)
        row = phases.open_phase(session, program, phase, who)
        if known is None:
            enter(session, entry_book(workspace, session), program, phase)
        return row.closed_at is None


def sign_off(workspace: Workspace, program: str, phase: Phase, answer: SignOff, source: str) -> None:
    """File a person's answer. ``source`` names the request that was answered: the same answer is filed once."""
    with transaction(workspace.engine) as session:
        phases.file_sign_off(session, program, phase, answer, source)


def close_phase(workspace: Workspace, program: str, phase: Phase, who: str) -> GateView:
    """Close a phase on what its gate says now, and keep that decision. Closing twice closes once.

    Raises:
        RefusedError: the gate does not let it exit, or nobody signed off on this evidence.
    """
    view = evaluate_gate(workspace, program, phase, keep=True)
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        if row is None:
            raise RefusedError(f"{program} {phase} was never opened")
        if row.closed_at:
            return view
        if not view.decision.open:
            raise RefusedError(f"{program} {phase} cannot exit: {view.decision.status}")
        answers = [a for a in view.evidence.sign_offs if a.evidence_digest == view.decision.evidence_digest]
        if not any(answer.approved for answer in answers):
            raise RefusedError(f"{program} {phase} cannot exit: nobody signed off on this evidence")
        decision = phases.file_decision(session, view.decision)
        phases.close_phase(session, program, phase, who, decision, view.decision.conditional)
    return view
