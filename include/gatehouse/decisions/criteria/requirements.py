"""Whether every requirement is shown by the diagnostics that verify it."""

import math
from dataclasses import dataclass
from enum import Enum

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.forecasts import ahead, units_pace
from gatehouse.decisions.wording import counted, listed, percent
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need
from gatehouse.model.status import CriterionStatus, Verdict


class Shown(Enum):
    """How a requirement stands. A hole: nothing verifies it, or this phase's plan does not ask what would."""

    VERIFIED = "verified"
    HOLE = "hole"
    UNKNOWN = "unknown"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Answer:
    """One requirement: how it stands, why, and which units stand in the way."""

    id: str
    shown: Shown
    why: str = ""
    units: tuple[str, ...] = ()
    rows: tuple[EvidenceRow, ...] = ()


def requirements(criterion: spec.Requirements, index: EvidenceIndex) -> CriterionOutcome:
    """Share of the requirements due in this phase whose every diagnostic passes, in sound data, on every unit."""
    due = criterion.due(index.evidence.phase)
    answers = [_answer(each, criterion.planned, index) for each in due]
    done = sum(answer.shown is Shown.VERIFIED for answer in answers)
    needed = math.ceil(criterion.at_least * len(due) - 1e-9)
    open_ones = [answer for answer in answers if answer.shown is not Shown.VERIFIED]
    units = {unit for answer in open_ones for unit in answer.units}
    return outcome(
        criterion,
        _status(open_ones, met=bool(due) and done >= needed),
        observed=f"{done} of {counted(len(due), 'requirement')} verified" + _holes(open_ones),
        required=f"at least {needed} of {len(due)} ({percent(criterion.at_least)})"
        if due
        else "requirements that are due",
        missing=listed([f"{a.id}: {a.why}" for a in open_ones], between="; ") or "name the program's requirements",
        margin=done / len(due) - criterion.at_least if due else None,
        rests_on=(row for answer in answers for row in answer.rows),
        units=units,
        needs=[Need(needed - done, "requirements to verify")] if due else [Need(1, "documents of requirements")],
        outlook=ahead(index, len(units), units_pace(index))
        if _only_unknown(open_ones)
        else "repairs and holes have no rate",
    )


def _status(open_ones: list[Answer], met: bool) -> CriterionStatus:
    if met:
        return CriterionStatus.MET
    broken = any(answer.shown is Shown.BROKEN for answer in open_ones)
    return CriterionStatus.NOT_MET if broken else CriterionStatus.NOT_ENOUGH_EVIDENCE


def _only_unknown(open_ones: list[Answer]) -> bool:
    return bool(open_ones) and all(answer.shown is Shown.UNKNOWN for answer in open_ones)


def _holes(open_ones: list[Answer]) -> str:
    holes = [answer.id for answer in open_ones if answer.shown is Shown.HOLE]
    return f"; nothing verifies {listed(holes)}" if holes else ""


def _answer(requirement: spec.Requirement, planned: tuple[str, ...], index: EvidenceIndex) -> Answer:
    if not requirement.verified_by:
        return Answer(requirement.id, Shown.HOLE, "no diagnostic verifies it")
    unasked = [name for name in requirement.verified_by if name not in planned]
    if unasked:
        return Answer(requirement.id, Shown.HOLE, f"the plan does not ask {listed(unasked)}")
    pairs = [(unit, name) for name in requirement.verified_by for unit in index.units]
    rows = tuple(index.sound[pair] for pair in pairs if pair in index.sound)
    broken = [u for u, name in pairs if (row := index.current.get((u, name))) and row.verdict is Verdict.FAIL]
    unknown = [unit for unit, name in pairs if (unit, name) not in index.sound]
    if broken:
        names = sorted(set(broken))
        return Answer(requirement.id, Shown.BROKEN, f"fails on {listed(names)}", tuple(names), rows)
    if unknown:
        names = sorted(set(unknown))
        why = f"measure {listed(requirement.verified_by)} on {listed(names)}"
        return Answer(requirement.id, Shown.UNKNOWN, why, tuple(names), rows)
    return Answer(requirement.id, Shown.VERIFIED, rows=rows)
