"""Asks a gate: may this phase exit, and what is still missing?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EarlierExit, GateDecision, PhaseEvidence
from gatehouse.model.status import Phase
from gatehouse.operations.gate_evidence import gate_question
from gatehouse.operations.standing_exits import standings
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases
from gatehouse.store.engine import Transaction, transaction


@dataclass(frozen=True, slots=True)
class GateView:
    """A decision with what it was made from, and the id under which it is kept (None when it was only looked at).

    ``names`` are the hosts' names by serial, those of earlier phases included where one exited on conditions.
    """

    decision: GateDecision
    evidence: PhaseEvidence
    criteria: CriteriaSet
    decision_id: int | None
    names: Mapping[str, str]


def evaluate_gate(
    workspace: Workspace, program: str, phase: Phase, *, keep: bool = False, now: datetime | None = None
) -> GateView:
    """The gate's answer now, or as of ``now``; ``keep`` files it, so that it can be replayed.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    question, moment = gate_question(workspace, program, phase), now or datetime.now(UTC)
    with transaction(workspace.engine) as session:
        evidence = question.evidence(session, moment)
        evidence = replace(evidence, earlier=_earlier(session, workspace, program, phase, moment))
        decision = evaluate(evidence, question.criteria)
        kept = phases.file_decision(session, decision).id if keep else None
    named = [*question.build, *(h for each in evidence.earlier for h in workspace.catalog.build(program, each.phase))]
    return GateView(decision, evidence, question.criteria, kept, {host.serial: host.name for host in named})


@dataclass(frozen=True, slots=True)
class Exit:
    """How a phase has exited, and whether that stands."""

    at: datetime
    conditional: bool
    stands: bool
    why: str = ""

    @property
    def words(self) -> str:
        """The same for people."""
        how = f"exited{' on conditions' if self.conditional else ''} on {self.at:%Y-%m-%d}"
        if not self.stands:
            return f"{how} and is reopened: {self.why}"
        return f"{how}; {self.why}" if self.why else how


def exit_of(workspace: Workspace, program: str, phase: Phase, now: datetime) -> Exit | None:
    """How a phase has exited, as of ``now``; None where it has not."""
    with transaction(workspace.engine) as session:
        row = phases.phase_row(session, program, phase)
        if row is None or row.closed_at is None:
            return None
        found = standings(session, workspace, now, program, [phase]).get((program, phase.value))
    if found is None:
        return Exit(row.closed_at, row.conditional, stands=True)
    return Exit(row.closed_at, row.conditional, found.stands, found.why)


def _earlier(
    session: Transaction, workspace: Workspace, program: str, phase: Phase, now: datetime
) -> tuple[EarlierExit, ...]:
    before = [each for each in Phase if list(Phase).index(each) < list(Phase).index(phase)]
    found = standings(session, workspace, now, program, before)
    return tuple(standing.of(Phase(of)) for (_, of), standing in found.items())
