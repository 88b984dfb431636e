"""What a gate asks, and the evidence that it looks at: shared by all who put a question to a gate."""

from dataclasses import dataclass
from datetime import datetime

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.catalog.loader import Catalog
from gatehouse.catalog.program import ProgramPhase
from gatehouse.model.errors import NotFoundError
from gatehouse.model.evidence import PhaseEvidence
from gatehouse.model.hosts import Host
from gatehouse.model.status import Phase
from gatehouse.store.evidence import Cursor, phase_evidence
from gatehouse.store.phase_records import units_gone, with_records


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """A phase of a program: its criteria, what its plan makes mandatory, and its build."""

    program: str
    phase: Phase
    criteria: CriteriaSet
    mandatory: tuple[str, ...]
    build: tuple[Host, ...]

    def evidence(self, cursor: Cursor, now: datetime) -> PhaseEvidence:
        """What there is to look at, as of ``now``, but for the phases before it."""
        asked = (self.program, self.phase, self.build, self.mandatory, self.criteria.wanted)
        gone = units_gone(cursor, self.program, self.phase, {host.serial for host in self.build})
        return with_records(cursor, phase_evidence(cursor, *asked, now, gone))


def gate_question(catalog: Catalog, program: str, phase: Phase) -> GateQuestion:
    """What the gate asks by the catalogue as it stands.

    Raises:
        NotFoundError: no such program, or it has no such phase.
        CatalogError: the program changes criteria in a way that cannot be.
    """
    asked = phase_of(catalog, program, phase)
    criteria = catalog.criteria_of(program, phase)
    plan = catalog.find("plan", asked.plan, catalog.plans)
    return GateQuestion(program, phase, criteria, tuple(plan.mandatory), catalog.build(program, phase))


def phase_of(catalog: Catalog, program: str, phase: Phase) -> ProgramPhase:
    """What a phase of a program asks.

    Raises:
        NotFoundError: no such program, or it has no such phase.
    """
    spec = catalog.program(program)
    if phase not in spec.phases:
        raise NotFoundError(f"{program} has no {phase}; its phases: {', '.join(spec.phases)}")
    return spec.phases[phase]
