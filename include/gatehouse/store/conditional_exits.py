"""Phases that exited on conditions: what they were, whether they were found to stand, and what has to be looked at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind
from gatehouse.store.tables import (
    PhaseRow,
    ResultRow,
    RoundRow,
    SetAsideRow,
    StandingRow,
    WaiverRow,
    WaiverStepRow,
)

_NOTHING = cast(null(), BigInteger)
WARN_AHEAD = timedelta(days=7)
_SLACK = timedelta(minutes=5)  # what was written just before a look may have been committed just after it
_AT_LEAST_EVERY = timedelta(days=1)  # evidence grows stale and catalogues change without a word to the store


@dataclass(frozen=True, slots=True)
class Due:
    """Something to look at: a waiver to tell of, a reopening to tell of, or, without either, an exit as a whole."""

    program: str
    phase: Phase
    waiver: int | None
    reopening: int | None = None


def record(session: Session, program: str, phase: Phase, stands: bool, cause: str, at: datetime) -> StandingRow | None:
    """Keep that an exit was found reopened, or standing again; None where that is no news."""
    session.execute(select(PhaseRow).where(_of(PhaseRow, program, phase)).with_for_update())
    last = session.scalars(
        select(StandingRow).where(_of(StandingRow, program, phase)).order_by(StandingRow.id.desc()).limit(1)
    ).first()
    session.execute(update(PhaseRow).where(_of(PhaseRow, program, phase)).values(looked_at=at))
    if (last.stands if last else True) is stands:
        return None
    row = StandingRow(program=program, phase=phase.value, stands=stands, cause=cause, at=at)
    session.add(row)
    session.flush()
    return row


def history(session: Session, program: str, phase: Phase) -> Sequence[StandingRow]:
    """When an exit was found reopened and standing again, oldest first."""
    query = select(StandingRow).where(_of(StandingRow, program, phase)).order_by(StandingRow.id)
    return session.scalars(query).all()


def due(session: Session, now: datetime) -> list[Due]:
    """What has to be looked at now, in one query: exits that something may have changed, and waivers to tell of."""
    rows = session.execute(union_all(_exits_due(now), _waivers_due(now), _reopenings_due())).all()
    return [Due(str(row[0]), Phase(row[1]), row[2], row[3]) for row in rows]


def untold(session: Session, program: str = "", phase: Phase | None = None) -> Sequence[StandingRow]:
    """Reopenings that nobody was told of, of every exit or of one."""
    query = select(StandingRow).where(StandingRow.stands.is_(False), StandingRow.told_at.is_(None))
    if phase:
        query = query.where(_of(StandingRow, program, phase))
    return session.scalars(query.order_by(StandingRow.id)).all()


def told(session: Session, reopenings: Collection[int], at: datetime) -> None:
    """Remember that people know of some reopenings."""
    session.execute(update(StandingRow).where(StandingRow.id.in_(reopenings)).values(told_at=at))


def _reopenings_due() -> Select[str, str, int, int]:
    """Reopenings that nobody was told of."""
    untold = (StandingRow.stands.is_(False), StandingRow.told_at.is_(None))
    return select(StandingRow.program, StandingRow.phase, _NOTHING, StandingRow.id).where(*untold)


def _exits_due(now: datetime) -> Select[str, str, int, int]:
    """Exits that were never looked at, not for a day, or not since something happened."""
    stale = (PhaseRow.looked_at.is_(None), PhaseRow.looked_at < now - _AT_LEAST_EVERY, *_changes(now))
    return select(PhaseRow.program, PhaseRow.phase, _NOTHING, _NOTHING).where(
        PhaseRow.conditional, PhaseRow.closed_at.is_not(None), or_(*stale)
    )


def _waivers_due(now: datetime) -> Select[str, str, int, int]:
    """Waivers that have expired, and signed ones that will within a week, where nobody was told so."""
    approvals = select(func.count()).where(
        WaiverStepRow.waiver_id == WaiverRow.id, WaiverStepRow.kind == StepKind.APPROVED
    )
    expired = and_(WaiverRow.expires_at <= now, ~_has_step(StepKind.TOLD))
    ahead = and_(WaiverRow.expires_at > now, WaiverRow.expires_at <= now + WARN_AHEAD)
    soon = and_(ahead, ~_has_step(StepKind.WARNED), approvals.scalar_subquery() > 1)
    return select(WaiverRow.program, WaiverRow.phase, WaiverRow.id, _NOTHING).where(
        ~_has_step(StepKind.REJECTED, StepKind.WITHDRAWN), or_(expired, soon)
    )


def _changes(now: datetime) -> list[ColumnElement[bool]]:
    """What may change how an exit stands, since it was looked at last."""
    since = PhaseRow.looked_at - literal(_SLACK)
    of_round = and_(RoundRow.program == PhaseRow.program, RoundRow.phase == PhaseRow.phase)
    of_waiver = and_(WaiverRow.program == PhaseRow.program, WaiverRow.phase == PhaseRow.phase)
    judged = select(RoundRow.id).where(of_round, RoundRow.judged_at >= since)
    step = (
        select(WaiverStepRow.id)
        .join(WaiverRow)
        .where(of_waiver, WaiverStepRow.at >= since, WaiverStepRow.kind.not_in((StepKind.WARNED, StepKind.TOLD)))
    )
    expired = select(WaiverRow.id).where(
        of_waiver, WaiverRow.expires_at >= PhaseRow.looked_at, WaiverRow.expires_at <= now
    )
    aside = (
        select(SetAsideRow.id)
        .join(ResultRow, ResultRow.id == SetAsideRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(of_round, or_(SetAsideRow.at >= since, SetAsideRow.released_at >= since))
    )
    return [query.correlate(PhaseRow).exists() for query in (judged, step, expired, aside)]


def _has_step(*kinds: StepKind) -> ColumnElement[bool]:
    return (
        select(WaiverStepRow.id).where(WaiverStepRow.waiver_id == WaiverRow.id, WaiverStepRow.kind.in_(kinds)).exists()
    )


def _of(table: type[PhaseRow] | type[StandingRow], program: str, phase: Phase) -> ColumnElement[bool]:
    return and_(table.program == program, table.phase == phase.value)
