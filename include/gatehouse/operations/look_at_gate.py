"""Puts a gate's question to the store as it stands. Imports no ORM: the shell's answer comes at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.catalog.loader import Catalog
from gatehouse.decisions.conditional_exits import standing_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EarlierExit, GateDecision, PhaseEvidence
from gatehouse.model.status import Phase
from gatehouse.operations.gate_evidence import gate_question, phase_of
from gatehouse.operations.standing_exits import standings
from gatehouse.store import exits_on_conditions
from gatehouse.store.evidence import Cursor
from gatehouse.store.plain_reading import reading


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


@dataclass(frozen=True, slots=True)
class GateView:
    """A decision with what it was made from, and the id under which it is kept (None when it was only looked at).

    ``names`` are the hosts' names by serial, those of earlier phases included where one exited on conditions.
    ``exit`` is how the phase has exited, None where it has not.
    """

    decision: GateDecision
    evidence: PhaseEvidence
    criteria: CriteriaSet
    decision_id: int | None
    names: Mapping[str, str]
    exit: Exit | None = None


def look_at_gate(catalog: Catalog, store_url: str, program: str, phase: Phase) -> GateView:
    """The gate's answer now, not kept.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        StoreError: the store does not answer.
    """
    phase_of(catalog, program, phase)  # a misspelt name is told before the store is asked
    with reading(store_url) as cursor:
        return gate_view(catalog, cursor, program, phase)


def gate_view(catalog: Catalog, cursor: Cursor, program: str, phase: Phase, now: datetime | None = None) -> GateView:
    """The gate's answer now, or as of ``now``, from a cursor in a transaction that sees one moment of the store.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        CatalogError: the program changes criteria in a way that cannot be.
    """
    question, moment = gate_question(catalog, program, phase), now or datetime.now(UTC)
    earlier = _earlier(cursor, catalog, program, phase, moment)
    evidence = replace(question.evidence(cursor, moment), earlier=earlier)
    decision = evaluate(evidence, question.criteria)
    hosts = [*question.build, *(host for each in earlier for host in catalog.build(program, each.phase))]
    names = {host.serial: host.name for host in hosts}
    return GateView(decision, evidence, question.criteria, None, names, _exit(cursor, decision, evidence))


def _earlier(cursor: Cursor, catalog: Catalog, program: str, phase: Phase, now: datetime) -> tuple[EarlierExit, ...]:
    before = [each for each in Phase if list(Phase).index(each) < list(Phase).index(phase)]
    found = standings(cursor, catalog, now, program, before)
    return tuple(standing.of(Phase(of)) for (_, of), standing in found.items())


def _exit(cursor: Cursor, decision: GateDecision, evidence: PhaseEvidence) -> Exit | None:
    closed = exits_on_conditions.closed(cursor, decision.program, decision.phase)
    if closed is None:
        return None
    at, conditional = closed
    if not conditional:
        return Exit(at, conditional, stands=True)
    (left,) = exits_on_conditions.exits(cursor, decision.program, [decision.phase])
    found = standing_of(left.conditions, decision, evidence)
    return Exit(at, conditional, found.stands, found.why)
