"""The waivers of a gate as it looks at them, by the driver alone: a gate's answer comes at once."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from gatehouse.model.status import Phase
from gatehouse.model.waivers import Approval, StepKind, Waiver, WaiverRole, WaiverStep

_ENDS = (StepKind.REJECTED, StepKind.WITHDRAWN)
# A waiver without any step does not exist.
_WAIVERS = """
SELECT w.id, w.criterion, w.owner, w.reason, w.containment, w.expires_at, w.units, w.sites, w.retest, w.requested_by,
       s.kind, s.who, s.role, s.text, s.at
FROM waiver AS w JOIN waiver_step AS s ON s.waiver_id = w.id
WHERE w.program = %(program)s AND w.phase = %(phase)s ORDER BY w.id, s.id
"""
_Said = tuple[int, str, str, str, str, datetime, list[str], list[str], str, str]


def waivers_of_gate(cursor: Any, program: str, phase: Phase) -> tuple[Waiver, ...]:
    """Every waiver that was ever asked for at a gate."""
    cursor.execute(_WAIVERS, {"program": program, "phase": phase.value})
    said: dict[int, _Said] = {}
    steps: dict[int, list[WaiverStep]] = defaultdict(list)
    for *waiver, kind, who, role, text, at in cursor.fetchall():
        said[waiver[0]] = tuple(waiver)
        steps[waiver[0]].append(WaiverStep(StepKind(kind), who, role, text, at))
    return tuple(waiver_of(one, tuple(steps[number])) for number, one in said.items())


def waiver_of(said: _Said, history: tuple[WaiverStep, ...]) -> Waiver:
    """A waiver from its columns and what happened to it, oldest first."""
    number, criterion, owner, reason, containment, expires_at, units, sites, retest, requested_by = said
    return Waiver(
        id=number,
        criterion=criterion,
        owner=owner,
        reason=reason,
        containment=containment,
        approved_by=tuple(Approval(s.who, WaiverRole(s.role)) for s in history if s.kind is StepKind.APPROVED),
        expires_at=expires_at,
        units=tuple(units),
        sites=tuple(sites),
        retest=retest,
        requested_by=requested_by,
        ended=next((step for step in history if step.kind in _ENDS), None),
    )
