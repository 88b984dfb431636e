"""Phases, decisions, sign-offs and waivers. The caller commits."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.errors import RefusedError
from gatehouse.model.evidence import GateDecision, SignOff
from gatehouse.model.status import Phase
from gatehouse.store.tables import (
    DecisionRow,
    JudgementRow,
    PhaseRow,
    ResultRow,
    RoundRow,
    SetAsideRow,
    SignOffRow,
    WaiverRow,
)


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


def file_decision(session: Session, decision: GateDecision) -> DecisionRow:
    """Keep a decision, unless the last one of this gate says the same on the same evidence."""
    last = session.scalars(
        select(DecisionRow)
        .where(DecisionRow.program == decision.program, DecisionRow.phase == decision.phase)
        .order_by(DecisionRow.id.desc())
        .limit(1)
    ).first()
    if last and (last.evidence_digest, last.status) == (decision.evidence_digest, decision.status):
        return last
    row = DecisionRow(
        program=decision.program,
        phase=decision.phase,
        status=decision.status,
        evidence_digest=decision.evidence_digest,
        outcomes=json.loads(json.dumps([asdict(outcome) for outcome in decision.outcomes], default=_iso)),
        decided_at=decision.decided_at,
    )
    session.add(row)
    session.flush()
    return row


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


def waivers(session: Session, program: str, phase: Phase) -> Sequence[WaiverRow]:
    """Every waiver of a gate."""
    return session.scalars(
        select(WaiverRow).where(WaiverRow.program == program, WaiverRow.phase == phase).order_by(WaiverRow.id)
    ).all()


def news(session: Session, program: str, phase: Phase) -> tuple[int, int, int, int]:
    """Changes whenever a gate has something new to look at.

    That is: judgements and results set aside or released, answers, waivers and their approvals.
    """
    of_gate = (RoundRow.program == program, RoundRow.phase == phase)
    judged = select(func.count()).select_from(JudgementRow).join(RoundRow).where(*of_gate)
    moved = (
        select(func.count() + func.count(SetAsideRow.released_at))
        .select_from(SetAsideRow)
        .join(ResultRow, ResultRow.id == SetAsideRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(*of_gate)
    )
    answered = select(func.count()).where(SignOffRow.program == program, SignOffRow.phase == phase)
    waived = select(func.count(), func.coalesce(func.sum(func.jsonb_array_length(WaiverRow.approved_by)), 0)).where(
        WaiverRow.program == program, WaiverRow.phase == phase
    )
    count, approvals = session.execute(waived).one()
    rounds = (session.scalar(judged) or 0) + (session.scalar(moved) or 0)
    return rounds, session.scalar(answered) or 0, count, int(approvals)
