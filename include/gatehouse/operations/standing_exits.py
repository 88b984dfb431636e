"""Which exits on conditions stand now. It is derived each time from evidence and waivers, whoever looks or does not."""

from collections.abc import Collection, Iterable
from datetime import datetime

from gatehouse.decisions.conditional_exits import Standing, standing_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.status import Phase
from gatehouse.operations.gate_evidence import gate_question
from gatehouse.operations.workspace import Workspace
from gatehouse.store import conditional_exits
from gatehouse.store.conditional_exits import ConditionalExit
from gatehouse.store.engine import Transaction

Gate = tuple[str, str]  # program, phase


def standings(
    session: Transaction,
    workspace: Workspace,
    now: datetime,
    program: str = "",
    phases: Collection[Phase] = tuple(Phase),
) -> dict[Gate, Standing]:
    """How each exit on conditions stands as of ``now``, by program and phase: one small query where there is none.

    Programs that the catalogue does not hold any more are left out.
    """
    found: Iterable[ConditionalExit] = conditional_exits.exits(session, program, phases) if phases else ()
    listed = workspace.catalog.programs
    return {
        (each.program, each.phase.value): standing(session, workspace, each, now)
        for each in found
        if each.program in listed and each.phase in listed[each.program].phases
    }


def standing(session: Transaction, workspace: Workspace, left: ConditionalExit, now: datetime) -> Standing:
    """How one exit stands."""
    question = gate_question(workspace, left.program, left.phase)
    evidence = question.evidence(session, now)
    return standing_of(left.conditions, evaluate(evidence, question.criteria), evidence)
