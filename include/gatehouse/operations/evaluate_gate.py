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
        CatalogError: the program changes criteria in a way that cannot be.
    """
    asked = _phase(workspace, program, phase)
    criteria = workspace.catalog.criteria_of(program, phase)
    plan = workspace.catalog.find("plan", asked.plan, workspace.catalog.plans)
    build = workspace.catalog.build(program, phase)
    with transaction(workspace.engine) as session:
        evidence = phase_evidence(session, program, phase, build, plan.mandatory, criteria.wanted, datetime.now(UTC))
        decision = evaluate(evidence, criteria)
        kept = phases.file_decision(session, decision).id if keep else None
    return GateView(decision, evidence, criteria, kept, {host.serial: host.name for host in build})


def _phase(workspace: Workspace, program: str, phase: Phase) -> ProgramPhase:
    spec = workspace.catalog.program(program)
    if phase not in spec.phases:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(spec.phases)}")
    return spec.phases[phase]
