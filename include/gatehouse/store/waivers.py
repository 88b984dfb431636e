"""Waivers and their history. A row never changes and nothing is deleted: what happens to a waiver is a step of it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.model.errors import NotFoundError
from gatehouse.model.status import Phase
from gatehouse.model.waivers import (
    StepKind,
    WaiverRecord,
    WaiverRequest,
    WaiverStep,
)
from gatehouse.store.tables import WaiverRow, WaiverStepRow
from gatehouse.store.waivers_of_gate import waiver_of


def file_request(session: Session, request: WaiverRequest, at: datetime, source: str) -> int:
    """Keep a request; returns the waiver's id. ``source`` names what asked: the same request is filed once."""
    if (known := filed_by(session, source)) is not None:
        return known
    row = WaiverRow(
        program=request.program,
        phase=request.phase.value,
        criterion=request.criterion,
        owner=request.owner,
        requested_by=request.requested_by,
        reason=request.reason,
        containment=request.containment,
        retest=request.retest,
        units=list(request.units),
        sites=list(request.sites),
        expires_at=request.expires_at,
        created_at=at,
    )
    session.add(row)
    session.flush()
    add_step(session, row.id, WaiverStep(StepKind.REQUESTED, request.requested_by, "", request.reason, at), source)
    return row.id


def add_step(session: Session, waiver_id: int, step: WaiverStep, source: str) -> bool:
    """Keep what happened to a waiver, once a ``source``. Returns whether it is new."""
    statement = (
        insert(WaiverStepRow)
        .values(waiver_id=waiver_id, kind=step.kind, who=step.who, role=step.role, text=step.text, at=step.at,
                source=source)
        .on_conflict_do_nothing(index_elements=[WaiverStepRow.source])
        .returning(WaiverStepRow.id)
    )  # fmt: skip
    return session.scalar(statement) is not None


def filed_by(session: Session, source: str) -> int | None:
    """The waiver that a source has added a step to; None where it has not."""
    return session.scalar(select(WaiverStepRow.waiver_id).where(WaiverStepRow.source == source))


def get(session: Session, waiver_id: int, *, lock: bool = False) -> WaiverRecord:
    """One waiver; with ``lock``, nobody else adds a step through here until the transaction ends.

    Raises:
        NotFoundError: there is none of that number.
    """
    if lock:
        session.execute(select(WaiverRow.id).where(WaiverRow.id == waiver_id).with_for_update())
    found = _records(session, WaiverRow.id == waiver_id)
    if not found:
        raise NotFoundError(f"no waiver {waiver_id}; `gatehouse waiver list` shows all of them")
    return found[0]


def records(session: Session, program: str = "", ids: Collection[int] | None = None) -> tuple[WaiverRecord, ...]:
    """Waivers with their history: all, those of a program, or those of some numbers."""
    return _records(
        session,
        *([WaiverRow.program == program] if program else []),
        *([WaiverRow.id.in_(ids)] if ids is not None else []),
    )


def _records(session: Session, *where: ColumnElement[bool]) -> tuple[WaiverRecord, ...]:
    """One query: a waiver without any step does not exist."""
    query = select(WaiverRow, WaiverStepRow).join(WaiverStepRow, WaiverStepRow.waiver_id == WaiverRow.id)
    rows: dict[int, WaiverRow] = {}
    steps: dict[int, list[WaiverStep]] = defaultdict(list)
    for row, step in session.execute(query.where(*where).order_by(WaiverRow.id, WaiverStepRow.id)):
        rows[row.id] = row
        steps[row.id].append(_step(step))
    return tuple(_record(row, tuple(steps[number])) for number, row in rows.items())


def _step(row: WaiverStepRow) -> WaiverStep:
    return WaiverStep(StepKind(row.kind), row.who, row.role, row.text, row.at)


def _record(row: WaiverRow, history: tuple[WaiverStep, ...]) -> WaiverRecord:
    said = (row.id, row.criterion, row.owner, row.reason, row.containment, row.expires_at, row.units, row.sites,
            row.retest, row.requested_by)  # fmt: skip
    return WaiverRecord(row.program, Phase(row.phase), waiver_of(said, history), history)
