"""Queries for people who look at one host: what it answered last, what is open, where its raw output is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.status import Measured, Verdict
from gatehouse.store.tables import FindingRow, OutputRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow


@dataclass(frozen=True, slots=True)
class Visit:
    """A unit's part in a round: the round, the visit, and how its results came out."""

    round: RoundRow
    unit: RoundUnitRow
    passed: int
    failed: int
    holes: int


@dataclass(frozen=True, slots=True)
class LatestResult:
    """A unit's newest result of a diagnostic, with the round that it is of."""

    result: ResultRow
    admissible: bool | None
    at: datetime


def last_seen(session: Session, host_or_serial: str) -> RoundUnitRow | None:
    """The unit of the newest round that knew a host by that serial or name; serials win."""
    query = (
        select(RoundUnitRow)
        .join(RoundRow, RoundRow.id == RoundUnitRow.round_id)
        .where(or_(RoundUnitRow.serial == host_or_serial, RoundUnitRow.host == host_or_serial))
        .order_by((RoundUnitRow.serial == host_or_serial).desc(), RoundRow.created_at.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def latest_results(session: Session, serial: str) -> list[LatestResult]:
    """The newest result of each diagnostic that was ever asked of a unit, by diagnostic."""
    at = func.coalesce(ResultRow.started_at, ResultRow.recorded_at)
    query = (
        select(ResultRow, RoundRow.admissible, at)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(ResultRow.serial == serial)
        .ext(distinct_on(ResultRow.diagnostic))
        .order_by(ResultRow.diagnostic, ResultRow.id.desc())
    )
    return [LatestResult(result, admissible, when) for result, admissible, when in session.execute(query)]


def findings(session: Session, result_ids: Collection[int], most: int | None = None) -> Sequence[FindingRow]:
    """Findings and broken limits of some results, oldest first, no more than ``most`` where it is given."""
    query = select(FindingRow).where(FindingRow.result_id.in_(result_ids)).order_by(FindingRow.id).limit(most)
    return session.scalars(query).all()


def readings(session: Session, result_ids: Collection[int], most: int | None = None) -> Sequence[ReadingRow]:
    """Readings of some results by part and name, no more than ``most`` where it is given."""
    query = (
        select(ReadingRow)
        .where(ReadingRow.result_id.in_(result_ids))
        .order_by(ReadingRow.result_id, ReadingRow.part, ReadingRow.name)
        .limit(most)
    )
    return session.scalars(query).all()


def outputs(session: Session, serial: str, asked: Collection[tuple[str, str]]) -> Sequence[OutputRow]:
    """Outputs of a unit for some (round, diagnostic), in the order in which they were asked."""
    query = (
        select(OutputRow)
        .where(OutputRow.serial == serial, tuple_(OutputRow.round_id, OutputRow.diagnostic).in_(list(asked)))
        .order_by(OutputRow.round_id, OutputRow.started_at, OutputRow.key)
    )
    return session.scalars(query).all()


def visits(session: Session, serial: str, most: int) -> list[Visit]:
    """The rounds that a unit was planned in, newest first."""
    results = func.count(ResultRow.id)
    query = (
        select(
            RoundRow,
            RoundUnitRow,
            results.filter(ResultRow.verdict == Verdict.PASS),
            results.filter(ResultRow.verdict == Verdict.FAIL),
            results.filter(ResultRow.measured != Measured.COMPLETE),
        )
        .join(RoundUnitRow, RoundUnitRow.round_id == RoundRow.id)
        .outerjoin(ResultRow, (ResultRow.round_id == RoundUnitRow.round_id) & (ResultRow.serial == RoundUnitRow.serial))
        .where(RoundUnitRow.serial == serial)
        .group_by(RoundRow.id, RoundUnitRow.round_id, RoundUnitRow.serial)
        .order_by(RoundRow.created_at.desc(), RoundRow.id)
        .limit(most)
    )
    return [
        Visit(round_row, unit, passed, failed, holes)
        for round_row, unit, passed, failed, holes in session.execute(query)
    ]
