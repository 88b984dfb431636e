"""Asks a gate: may this phase exit, and what is still missing?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.catalog.program import ProgramPhase
from gatehouse.decisions.gates import evaluate
from gatehouse.model.errors import NotFoundError
from gatehouse.model.evidence import GateDecision, PhaseEvidence
from gatehouse.model.status import Phase
from gatehouse.operations.workspace import Workspace
from gatehouse.store import phases
from gatehouse.store.engine import transaction
from gatehouse.store.evidence import phase_evidence
from gatehouse.store.phase_out import with_records


@dataclass(frozen=True, slots=True)
class GateView:
    """A decision with what it was made from, and the id under which it is kept (None when it was only looked at).

    ``names`` are the hosts' names by serial.
    """

    decision: GateDecision
    evidence: PhaseEvidence
    criteria: CriteriaSet
    decision_id: int | None
    names: Mapping[str, str]


def evaluate_gate(workspace: Workspace, program: str, phase: Phase, *, keep: bool = False) -> GateView:
    """The gate's answer now; ``keep`` files it, so that it can be replayed.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    criteria, asked = _criteria(workspace, program, phase)
    plan = workspace.catalog.find("plan", asked.plan, workspace.catalog.plans)
    build = workspace.catalog.build(program, phase)
    with transaction(workspace.engine) as session:
        evidence = phase_evidence(session, program, phase, build, plan.mandatory, criteria.wanted, datetime.now(UTC))
        evidence = with_records(session, evidence)
        decision = evaluate(evidence, criteria)
        kept = phases.file_decision(session, decision).id if keep else None
    return GateView(decision, evidence, criteria, kept, {host.serial: host.name for host in build})


def _criteria(workspace: Workspace, program: str, phase: Phase) -> tuple[CriteriaSet, ProgramPhase]:
    spec = workspace.catalog.program(program)
    if phase not in spec.phases:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(spec.phases)}")
    asked = spec.phases[phase]
    return workspace.catalog.find("criteria set", asked.criteria, workspace.catalog.criteria), asked
