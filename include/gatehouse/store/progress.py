"""How far programs have come: phases and rounds, aggregated in the database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gatehouse.model.status import Phase
from gatehouse.store.tables import PhaseRow, RoundRow, RoundUnitRow


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """A round: how many of its units were visited, and whether it may count (None: not judged)."""

    round_id: str
    phase: Phase
    number: int
    units: int
    units_measured: int
    admissible: bool | None


def phases(session: Session, programs: Sequence[str]) -> dict[str, list[tuple[Phase, bool]]]:
    """The phases of each program that were opened, in order, each with whether it is closed."""
    query = select(PhaseRow.program, PhaseRow.phase, PhaseRow.closed_at.is_not(None)).where(
        PhaseRow.program.in_(list(programs))
    )
    found: dict[str, list[tuple[Phase, bool]]] = defaultdict(list)
    for program, phase, closed in session.execute(query):
        found[program].append((Phase(phase), closed))
    order = list(Phase)
    return {program: sorted(each, key=lambda pair: order.index(pair[0])) for program, each in found.items()}


def rounds(session: Session, programs: Sequence[str]) -> dict[str, list[RoundProgress]]:
    """The rounds of each program's phases, oldest first."""
    query = (
        select(
            RoundRow.program,
            RoundRow.id,
            RoundRow.phase,
            RoundRow.number,
            func.count(RoundUnitRow.serial),
            func.count(RoundUnitRow.measured_at),
            RoundRow.admissible,
        )
        .join(RoundUnitRow, RoundUnitRow.round_id == RoundRow.id)
        .where(RoundRow.program.in_(list(programs)))
        .group_by(RoundRow.id)
        .order_by(RoundRow.created_at)
    )
    found: dict[str, list[RoundProgress]] = defaultdict(list)
    for program, round_id, phase, number, units, measured, admissible in session.execute(query):
        found[program].append(RoundProgress(round_id, Phase(phase), number, units, measured, admissible))
    return found
