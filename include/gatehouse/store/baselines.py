"""Baselines: proposed by learning, moved by people, never deleted. The caller commits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.errors import NotFoundError
from gatehouse.store.tables import BaselineMoveRow, BaselineRow

PROPOSED, SHADOW, ENFORCED, REJECTED, REPLACED = STATES = ("proposed", "shadow", "enforced", "rejected", "replaced")


def propose(session: Session, who: str, row: Mapping[str, Any]) -> tuple[BaselineRow, bool]:
    """File a proposal; returns it and whether it is new. The same evidence stands once, in whatever state it is.

    A new one replaces proposals of the same readings and cohort that nobody has promoted.
    """
    filed = insert(BaselineRow).values(**row, state=PROPOSED, learned_by=who)
    new_id = session.scalar(filed.on_conflict_do_nothing(index_elements=["digest"]).returning(BaselineRow.id))
    if new_id is None:
        return session.scalars(select(BaselineRow).where(BaselineRow.digest == row["digest"])).one(), False
    found = session.get_one(BaselineRow, new_id)
    _note(session, found, PROPOSED, who, "learned")
    for older in same_question(session, found, (PROPOSED,)):
        move(session, older, PROPOSED, REPLACED, who, f"baseline {new_id} was learned on newer evidence")
    return found, True


def get(session: Session, baseline_id: int) -> BaselineRow:
    """The baseline of that id.

    Raises:
        NotFoundError: there is none.
    """
    row = session.get(BaselineRow, baseline_id)
    if row is None:
        raise NotFoundError(f"no baseline {baseline_id}; `gatehouse baseline list` shows them")
    return row


def baselines(session: Session, skus: Collection[str] = (), states: Collection[str] = STATES) -> Sequence[BaselineRow]:
    """Baselines in these states, of these SKUs or of all, the oldest first."""
    query = select(BaselineRow).where(BaselineRow.state.in_(states)).order_by(BaselineRow.id)
    return session.scalars(query.where(BaselineRow.sku.in_(skus)) if skus else query).all()


def same_question(session: Session, row: BaselineRow, states: Collection[str]) -> Sequence[BaselineRow]:
    """Other baselines of the same readings and cohort."""
    return session.scalars(
        select(BaselineRow)
        .where(
            BaselineRow.id != row.id,
            BaselineRow.state.in_(states),
            BaselineRow.diagnostic == row.diagnostic,
            BaselineRow.reading == row.reading,
            BaselineRow.parts == row.parts,
            BaselineRow.cohort == row.cohort,
        )
        .order_by(BaselineRow.id)
    ).all()


def move(session: Session, row: BaselineRow, old: str, new: str, who: str, reason: str) -> bool:
    """Move a baseline from one state to another. Returns False when somebody else moved it first."""
    done = session.scalar(
        update(BaselineRow)
        .where(BaselineRow.id == row.id, BaselineRow.state == old)
        .values(state=new)
        .returning(BaselineRow.id)
    )
    if done is None:
        return False
    _note(session, row, new, who, reason)
    session.refresh(row)
    return True


def moves(session: Session, baseline_id: int) -> Sequence[BaselineMoveRow]:
    """Who moved it, to what and why, the oldest first."""
    query = select(BaselineMoveRow).where(BaselineMoveRow.baseline_id == baseline_id).order_by(BaselineMoveRow.id)
    return session.scalars(query).all()


def _note(session: Session, row: BaselineRow, state: str, who: str, reason: str) -> None:
    session.add(BaselineMoveRow(baseline_id=row.id, state=state, who=who, reason=reason))
    session.flush()
