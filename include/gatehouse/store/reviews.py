"""Queries for the phase report: what a gate's own evidence does not hold. Each is one query, whatever the hosts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.evidence import EvidenceRow
from gatehouse.model.status import Measured, Severity, Verdict
from gatehouse.store.tables import FindingRow, PhaseRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow, SetAsideRow
from gatehouse.store.views import VIOLATION


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round: who asked for it and why, and its units: planned, visited, not reached, and results set aside."""

    round_id: str
    number: int
    requested_by: str
    reason: str
    created_at: datetime
    planned: int
    visited: int
    unreachable: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class ViolationLine:
    """A limit that a result broke: of which part, by which check, and what to do."""

    result_id: int
    part: str
    check: str
    action: str


@dataclass(frozen=True, slots=True)
class LimitedValue:
    """A numeric reading with the limits that it was held against."""

    result_id: int
    part: str
    name: str
    value: float
    unit: str
    low: float | None
    high: float | None


def round_lines(session: Session, program: str, phase: str) -> list[RoundLine]:
    """The rounds of a gate, in their order."""
    aside = (
        select(ResultRow.round_id, func.count().label("results"))
        .join(SetAsideRow, SetAsideRow.result_id == ResultRow.id)
        .where(SetAsideRow.released_at.is_(None))
        .group_by(ResultRow.round_id)
        .subquery()
    )
    query = (
        select(
            RoundRow.id,
            RoundRow.number,
            RoundRow.requested_by,
            RoundRow.reason,
            RoundRow.created_at,
            func.count(RoundUnitRow.serial),
            func.count(RoundUnitRow.measured_at),
            func.count(RoundUnitRow.unreachable),
            func.coalesce(func.max(aside.c.results), 0),
        )
        .outerjoin(RoundUnitRow, RoundUnitRow.round_id == RoundRow.id)
        .outerjoin(aside, aside.c.round_id == RoundRow.id)
        .where(RoundRow.program == program, RoundRow.phase == phase)
        .group_by(RoundRow.id)
        .order_by(RoundRow.number)
    )
    return [RoundLine(*row) for row in session.execute(query)]


def phase_dates(session: Session, program: str) -> dict[str, tuple[datetime, datetime | None]]:
    """When each phase of a program was opened and closed; only those that were opened."""
    query = select(PhaseRow.phase, PhaseRow.opened_at, PhaseRow.closed_at).where(PhaseRow.program == program)
    return {phase: (opened, closed) for phase, opened, closed in session.execute(query)}


def history_of(session: Session, program: str, phase: str, pairs: Collection[tuple[str, str]]) -> list[EvidenceRow]:
    """Every result of the gate's rounds of some (serial, diagnostic), oldest first."""
    if not pairs:
        return []
    at = func.coalesce(ResultRow.started_at, ResultRow.recorded_at)
    query = (
        select(ResultRow, at, RoundUnitRow.site, RoundRow.admissible, SetAsideRow.id.is_not(None))
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .join(RoundUnitRow, (RoundUnitRow.round_id == ResultRow.round_id) & (RoundUnitRow.serial == ResultRow.serial))
        .outerjoin(SetAsideRow, (SetAsideRow.result_id == ResultRow.id) & SetAsideRow.released_at.is_(None))
        .where(
            RoundRow.program == program,
            RoundRow.phase == phase,
            tuple_(ResultRow.serial, ResultRow.diagnostic).in_(sorted(pairs)),
        )
        .order_by(at, ResultRow.id)
    )
    return [_evidence(*row) for row in session.execute(query)]


def _evidence(row: ResultRow, at: datetime, site: str, admissible: bool | None, aside: bool) -> EvidenceRow:
    return EvidenceRow(
        result_id=row.id,
        round_id=row.round_id,
        unit=row.serial,
        site=site,
        diagnostic=row.diagnostic,
        measured=Measured(row.measured),
        verdict=Verdict(row.verdict),
        severity=Severity(row.severity) if row.severity else None,
        reason=row.reason,
        at=at,
        admissible=admissible,
        set_aside=aside,
    )


def finding_counts(session: Session, program: str, phase: str, most: int = 12) -> list[tuple[str, str, int, int, str]]:
    """(kind, signature, units, times, an example) of what tools said in a gate's rounds, most units first."""
    units = func.count(ResultRow.serial.distinct())
    query = (
        select(
            FindingRow.kind,
            FindingRow.signature,
            units,
            func.count(),
            func.min(FindingRow.text),
        )
        .join(ResultRow, ResultRow.id == FindingRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(RoundRow.program == program, RoundRow.phase == phase, FindingRow.kind != VIOLATION)
        .group_by(FindingRow.kind, FindingRow.signature)
        .order_by(units.desc(), FindingRow.kind, FindingRow.signature)
        .limit(most)
    )
    found = session.execute(query)
    return [(kind, signature, of_units, times, example) for kind, signature, of_units, times, example in found]


def violations_of(session: Session, result_ids: Collection[int]) -> Mapping[int, Sequence[ViolationLine]]:
    """The limits that some results broke, by result."""
    query = (
        select(FindingRow.result_id, FindingRow.part, FindingRow.signature, func.coalesce(FindingRow.action, ""))
        .where(_among(FindingRow.result_id, result_ids), FindingRow.kind == VIOLATION)
        .order_by(FindingRow.id)
    )
    found: dict[int, list[ViolationLine]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(ViolationLine(*row))
    return found


def limited_names(session: Session, result_ids: Collection[int]) -> list[str]:
    """Names of the numeric readings of some results that were held against a limit."""
    query = (
        select(ReadingRow.name)
        .ext(distinct_on(ReadingRow.name))
        .where(
            _among(ReadingRow.result_id, result_ids),
            ReadingRow.number.is_not(None),
            or_(ReadingRow.low.is_not(None), ReadingRow.high.is_not(None)),
        )
        .order_by(ReadingRow.name)
    )
    return list(session.scalars(query))


def limited_values(session: Session, result_ids: Collection[int], names: Collection[str]) -> list[LimitedValue]:
    """The numeric readings of these names in some results, with the limits that they were held against."""
    number = func.coalesce(ReadingRow.number, 0.0)  # of those that have one
    query = (
        select(
            ReadingRow.result_id,
            ReadingRow.part,
            ReadingRow.name,
            number,
            ReadingRow.unit,
            ReadingRow.low,
            ReadingRow.high,
        )
        .where(
            ReadingRow.name.in_(sorted(names)),
            _among(ReadingRow.result_id, result_ids),
            ReadingRow.number.is_not(None),
            or_(ReadingRow.low.is_not(None), ReadingRow.high.is_not(None)),
        )
        .order_by(ReadingRow.name, ReadingRow.result_id, ReadingRow.part)
    )
    return [LimitedValue(*row) for row in session.execute(query)] if names else []


def _among(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """Thousands of ids travel as one array, not as so many parameters."""
    wanted: ColumnElement[bool] = column == any_(cast(literal(sorted(numbers), ARRAY(BigInteger)), ARRAY(BigInteger)))
    return wanted
