"""Phases, decisions and sign-offs. The caller commits."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.errors import RefusedError
from gatehouse.model.evidence import GateDecision, SignOff
from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind
from gatehouse.store.tables import (
    DecisionRow,
    JudgementRow,
    PhaseRow,
    ResultRow,
    RoundRow,
    SetAsideRow,
    SignOffRow,
    StandingRow,
    WaiverRow,
    WaiverStepRow,
)

WAIVER_NEWS = (StepKind.REQUESTED, StepKind.APPROVED, StepKind.REJECTED, StepKind.WITHDRAWN)


def phase_row(session: Session, program: str, phase: Phase) -> PhaseRow | None:
    """The phase's row, or None while it was never opened."""
    return session.get(PhaseRow, (program, phase.value))


def open_phase(session: Session, program: str, phase: Phase, who: str) -> PhaseRow:
    """Open a phase; asking twice opens it once.

    Raises:
        RefusedError: the phase before it is not closed.
    """
    before = phase.before
    if before and not ((row := phase_row(session, program, before)) and row.closed_at):
        lacks = f"`gatehouse gate {program} {before}` says what it lacks"
        raise RefusedError(f"{program}: {phase} opens only when {before} has exited; {lacks}")
    session.execute(
        insert(PhaseRow).values(program=program, phase=phase, opened_by=who, conditional=False).on_conflict_do_nothing()
    )
    return session.get_one(PhaseRow, (program, phase.value), populate_existing=True)


def close_phase(
    session: Session, program: str, phase: Phase, who: str, decision: DecisionRow, conditional: bool
) -> bool:
    """Close a phase on a decision. Returns False when it was closed before."""
    row = session.get_one(PhaseRow, (program, phase.value), with_for_update=True)
    if row.closed_at:
        return False
    row.closed_at, row.closed_by, row.decision_id, row.conditional = datetime.now(UTC), who, decision.id, conditional
    return True


def current_phase(session: Session, program: str) -> Phase | None:
    """The phase that is open now; None before the first and after the last."""
    found = session.scalar(select(PhaseRow.phase).where(PhaseRow.program == program, PhaseRow.closed_at.is_(None)))
    return Phase(found) if found else None


def same_decision(session: Session, decision: GateDecision) -> DecisionRow | None:
    """The gate's last kept decision, where it says the same of each criterion on the same evidence."""
    last = session.scalars(
        select(DecisionRow)
        .where(DecisionRow.program == decision.program, DecisionRow.phase == decision.phase)
        .order_by(DecisionRow.id.desc())
        .limit(1)
    ).first()
    said = [[outcome.criterion, outcome.status.value] for outcome in decision.outcomes]
    same = last is not None and said == [[o["criterion"], o["status"]] for o in last.outcomes]
    return last if last and same and last.evidence_digest == decision.evidence_digest else None


def file_decision(session: Session, decision: GateDecision, snapshot: str | None = None) -> DecisionRow:
    """Keep a decision, unless the last one of this gate says the same on the same evidence.

    ``snapshot`` is the SHA-256 under which what it was made from is kept.
    """
    if same := same_decision(session, decision):
        return same
    row = DecisionRow(
        program=decision.program,
        phase=decision.phase,
        status=decision.status,
        evidence_digest=decision.evidence_digest,
        outcomes=outcomes_json(decision),
        decided_at=decision.decided_at,
        snapshot=snapshot,
    )
    session.add(row)
    session.flush()
    return row


def outcomes_json(decision: GateDecision) -> list[dict[str, Any]]:
    """The outcomes as they are kept."""
    outcomes: list[dict[str, Any]] = json.loads(
        json.dumps([asdict(outcome) for outcome in decision.outcomes], default=_iso)
    )
    return outcomes


def kept_decisions(session: Session, program: str, phase: Phase) -> Sequence[DecisionRow]:
    """Every decision of a gate that was kept, oldest first."""
    return session.scalars(
        select(DecisionRow).where(DecisionRow.program == program, DecisionRow.phase == phase).order_by(DecisionRow.id)
    ).all()


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"an outcome holds no {type(value).__name__}")


def file_sign_off(session: Session, program: str, phase: Phase, answer: SignOff, source: str) -> None:
    """Keep a person's answer; ``source`` names what asked, so that the same answer is filed once."""
    session.execute(
        insert(SignOffRow)
        .values(program=program, phase=phase, source=source, **asdict(answer))
        .on_conflict_do_nothing(index_elements=[SignOffRow.source])
    )


def sign_offs(session: Session, program: str, phase: Phase) -> Sequence[SignOffRow]:
    """Every answer given at a gate, oldest first."""
    return session.scalars(
        select(SignOffRow).where(SignOffRow.program == program, SignOffRow.phase == phase).order_by(SignOffRow.id)
    ).all()


def news(session: Session, program: str, phase: Phase) -> tuple[int, int, int, int]:
    """Changes whenever a gate has something new to look at.

    That is: judgements and results set aside or released, answers, waivers and what becomes of them. News of the phases
    before it count too: an exit on conditions that is taken back holds the gates behind it.
    """
    upto = [each.value for each in Phase if list(Phase).index(each) <= list(Phase).index(phase)]
    of_gate = (RoundRow.program == program, RoundRow.phase.in_(upto))
    judged = select(func.count()).select_from(JudgementRow).join(RoundRow).where(*of_gate)
    moved = (
        select(func.count() + func.count(SetAsideRow.released_at))
        .select_from(SetAsideRow)
        .join(ResultRow, ResultRow.id == SetAsideRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(*of_gate)
    )
    answered = select(func.count()).where(SignOffRow.program == program, SignOffRow.phase == phase)
    steps = (
        select(func.count())
        .select_from(WaiverStepRow)
        .join(WaiverRow)
        .where(WaiverRow.program == program, WaiverRow.phase.in_(upto), WaiverStepRow.kind.in_(WAIVER_NEWS))
    )
    found = select(func.count()).where(StandingRow.program == program, StandingRow.phase.in_(upto))
    counted = select(*(query.scalar_subquery() for query in (judged, moved, answered, steps, found)))
    rounds, rows, answers, waived, standings = session.execute(counted).one()
    return rounds + rows, answers, waived, standings
