"""Results that a person took out of the evidence, and gave back. Nothing is deleted; the caller commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from gatehouse.store.outputs import clean
from gatehouse.store.tables import ResultRow, SetAsideRow


@dataclass(frozen=True, slots=True)
class AsideResult:
    """A result that is set aside now: whose it is, who took it out, and why."""

    result_id: int
    serial: str
    diagnostic: str
    who: str
    reason: str
    at: datetime


def live(session: Session, round_id: str) -> tuple[AsideResult, ...]:
    """The results of a round that are set aside now, by unit and diagnostic."""
    query = (
        select(
            ResultRow.id, ResultRow.serial, ResultRow.diagnostic, SetAsideRow.who, SetAsideRow.reason, SetAsideRow.at
        )
        .join(SetAsideRow, SetAsideRow.result_id == ResultRow.id)
        .where(ResultRow.round_id == round_id, SetAsideRow.released_at.is_(None))
        .order_by(ResultRow.serial, ResultRow.diagnostic)
    )
    return tuple(AsideResult(*row) for row in session.execute(query))


def put(session: Session, result_ids: Collection[int], who: str, reason: str) -> None:
    """Set results aside that are not yet."""
    rows = [{"result_id": id_, "who": clean(who), "reason": clean(reason)} for id_ in sorted(result_ids)]
    if rows:
        session.execute(insert(SetAsideRow), rows)


def release(session: Session, result_ids: Collection[int], who: str, reason: str) -> None:
    """Give results back that are set aside."""
    session.execute(
        update(SetAsideRow)
        .where(SetAsideRow.result_id.in_(list(result_ids)), SetAsideRow.released_at.is_(None))
        .values(released_by=clean(who), release_reason=clean(reason), released_at=datetime.now(UTC))
    )
