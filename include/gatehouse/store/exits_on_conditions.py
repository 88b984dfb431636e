"""Which phases are closed on conditions, by the driver alone: a gate's answer comes at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.model.status import CriterionStatus, Phase

_EXITS = """
SELECT phase.program, phase.phase, closed_at, outcomes FROM phase LEFT JOIN decision ON decision.id = decision_id
WHERE conditional AND closed_at IS NOT NULL AND phase.phase = ANY(%(phases)s::text[])
  AND (%(program)s = '' OR phase.program = %(program)s)
"""
_CLOSED = "SELECT closed_at, conditional FROM phase WHERE program = %(program)s AND phase = %(phase)s"


@dataclass(frozen=True, slots=True)
class ConditionalExit:
    """A phase that is closed on conditions: the ids of the criteria that were waived then."""

    program: str
    phase: Phase
    closed_at: datetime
    conditions: frozenset[str]


def exits(cursor: Any, program: str = "", phases: Collection[Phase] = tuple(Phase)) -> list[ConditionalExit]:
    """Every exit on conditions, or those of a program and some of its phases, in the order of the phases."""
    cursor.execute(_EXITS, {"program": program, "phases": [phase.value for phase in phases]})
    found = [
        ConditionalExit(of, Phase(phase), closed_at, _waived(outcomes or ()))
        for of, phase, closed_at, outcomes in cursor.fetchall()
    ]
    return sorted(found, key=lambda e: (e.program, list(Phase).index(e.phase)))


def closed(cursor: Any, program: str, phase: Phase) -> tuple[datetime, bool] | None:
    """When a phase was closed and whether on conditions; None where it is not."""
    cursor.execute(_CLOSED, {"program": program, "phase": phase.value})
    row = cursor.fetchone()
    return (row[0], row[1]) if row and row[0] else None


def _waived(outcomes: Iterable[Mapping[str, object]]) -> frozenset[str]:
    return frozenset(str(o["criterion"]) for o in outcomes if o["status"] == CriterionStatus.WAIVED)
