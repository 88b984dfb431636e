"""Which exits on conditions stand now. It is derived each time from evidence and waivers, whoever looks or does not."""

from collections.abc import Collection, Iterable
from datetime import datetime

from gatehouse.catalog.loader import Catalog
from gatehouse.decisions.conditional_exits import Standing, standing_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.status import Phase
from gatehouse.operations.gate_evidence import gate_question
from gatehouse.store import exits_on_conditions
from gatehouse.store.evidence import Cursor
from gatehouse.store.exits_on_conditions import ConditionalExit

Gate = tuple[str, str]  # program, phase


def standings(
    cursor: Cursor,
    catalog: Catalog,
    now: datetime,
    program: str = "",
    phases: Collection[Phase] = tuple(Phase),
) -> dict[Gate, Standing]:
    """How each exit on conditions stands as of ``now``, by program and phase: one small query where there is none.

    Programs that the catalogue does not hold any more are left out.
    """
    found: Iterable[ConditionalExit] = exits_on_conditions.exits(cursor, program, phases) if phases else ()
    listed = catalog.programs
    return {
        (each.program, each.phase.value): standing(cursor, catalog, each, now)
        for each in found
        if each.program in listed and each.phase in listed[each.program].phases
    }


def standing(cursor: Cursor, catalog: Catalog, left: ConditionalExit, now: datetime) -> Standing:
    """How one exit stands."""
    question = gate_question(catalog, left.program, left.phase)
    evidence = question.evidence(cursor, now)
    return standing_of(left.conditions, evaluate(evidence, question.criteria), evidence)
