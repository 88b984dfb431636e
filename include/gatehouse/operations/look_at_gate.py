"""Puts a gate's question to the store as it stands. Imports no ORM: the shell's answer comes at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.program import ProgramPhase
from gatehouse.decisions.gates import evaluate
from gatehouse.model.errors import NotFoundError
from gatehouse.model.evidence import GateDecision, PhaseEvidence
from gatehouse.model.status import Phase
from gatehouse.store.evidence import Cursor, phase_evidence
from gatehouse.store.plain_reading import reading


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


def look_at_gate(catalog: Catalog, store_url: str, program: str, phase: Phase) -> GateView:
    """The gate's answer now, not kept.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        StoreError: the store does not answer.
    """
    asked_of(catalog, program, phase)  # a misspelt name is told before the store is asked
    with reading(store_url) as cursor:
        return gate_view(catalog, cursor, program, phase)


def gate_view(catalog: Catalog, cursor: Cursor, program: str, phase: Phase) -> GateView:
    """The gate's answer now, from a cursor in a transaction that sees one moment of the store.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    asked = asked_of(catalog, program, phase)
    criteria = catalog.criteria_of(program, phase)
    mandatory = catalog.find("plan", asked.plan, catalog.plans).mandatory
    build = catalog.build(program, phase)
    evidence = phase_evidence(cursor, program, phase, build, mandatory, criteria.wanted, datetime.now(UTC))
    return GateView(evaluate(evidence, criteria), evidence, criteria, None, {host.serial: host.name for host in build})


def asked_of(catalog: Catalog, program: str, phase: Phase) -> ProgramPhase:
    """What a program's phase asks.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    spec = catalog.program(program)
    if phase not in spec.phases:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(spec.phases)}")
    return spec.phases[phase]
