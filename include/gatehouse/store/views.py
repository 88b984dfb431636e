"""Queries for people who look at programs and rounds. Everything is counted in SQL; no query runs once a host."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.status import Measured, Severity, Verdict
from gatehouse.store.tables import DecisionRow, FindingRow, OutputRow, PhaseRow, ResultRow, RoundRow, RoundUnitRow

Gate = tuple[str, str]  # program, phase
VIOLATION = "violation"


@dataclass(frozen=True, slots=True)
class RoundTally:
    """The rounds of a gate: how many, how many are not admissible, the latest, and the units that were measured."""

    rounds: int
    inadmissible: int
    last_round: str
    last_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class DiagnosticTally:
    """How a diagnostic went over the units of a round. ``units`` are those that have any result of it."""

    units: int
    passed: int
    failed: int
    errors: int
    skipped: int


@dataclass(frozen=True, slots=True)
class RoundTotals:
    """The units of a round: planned, visited, unreachable, bad (some FAIL) and with holes (something not measured)."""

    planned: int
    visited: int
    unreachable: int
    bad: int
    holes: int


@dataclass(frozen=True, slots=True)
class UnitTally:
    """A unit of a round, with how many of its results are bad and how many were not measured."""

    unit: RoundUnitRow
    failed: int
    holes: int


def phase_rows(session: Session) -> dict[Gate, PhaseRow]:
    """Every phase that was ever opened."""
    return {(row.program, row.phase): row for row in session.scalars(select(PhaseRow))}


def last_decisions(session: Session) -> dict[Gate, DecisionRow]:
    """The latest decision that was kept of each gate."""
    query = (
        select(DecisionRow)
        .ext(distinct_on(DecisionRow.program, DecisionRow.phase))
        .order_by(DecisionRow.program, DecisionRow.phase, DecisionRow.id.desc())
    )
    return {(row.program, row.phase): row for row in session.scalars(query)}


def round_tallies(session: Session) -> dict[Gate, RoundTally]:
    """The rounds of every gate."""
    measured = (
        select(RoundRow.program, RoundRow.phase, func.count(RoundUnitRow.serial.distinct()).label("units"))
        .join(RoundUnitRow, RoundUnitRow.round_id == RoundRow.id)
        .where(RoundUnitRow.measured_at.is_not(None), RoundUnitRow.unreachable.is_(None))
        .group_by(RoundRow.program, RoundRow.phase)
        .subquery()
    )
    newest = (
        select(RoundRow.program, RoundRow.phase, RoundRow.id, RoundRow.created_at)
        .ext(distinct_on(RoundRow.program, RoundRow.phase))
        .order_by(RoundRow.program, RoundRow.phase, RoundRow.number.desc())
        .subquery()
    )
    query = (
        select(
            RoundRow.program,
            RoundRow.phase,
            func.count(),
            func.count().filter(RoundRow.admissible.is_(False)),
            newest.c.id,
            newest.c.created_at,
            func.coalesce(measured.c.units, 0),
        )
        .join(newest, and_(newest.c.program == RoundRow.program, newest.c.phase == RoundRow.phase))
        .outerjoin(measured, and_(measured.c.program == RoundRow.program, measured.c.phase == RoundRow.phase))
        .group_by(RoundRow.program, RoundRow.phase, newest.c.id, newest.c.created_at, measured.c.units)
    )
    return {
        (program, phase): RoundTally(rounds, inadmissible, last, last_at, units)
        for program, phase, rounds, inadmissible, last, last_at, units in session.execute(query)
    }


def failure_counts(session: Session, program: str, phase: str, most: int = 25) -> list[tuple[str, str, int, int]]:
    """(diagnostic, check, units, times) of the checks that failed on units of a gate's rounds, most units first.

    The cells of a matrix, which tools number by row and column, are one check.
    """
    units = func.count(ResultRow.serial.distinct())
    check = func.regexp_replace(FindingRow.signature, r"\m(row|col)\d+", r"\1*", "g")
    query = (
        select(ResultRow.diagnostic, check, units, func.count())
        .join(ResultRow, ResultRow.id == FindingRow.result_id)
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(
            RoundRow.program == program,
            RoundRow.phase == phase,
            FindingRow.kind == VIOLATION,
            FindingRow.severity.in_([s.value for s in Severity if s.fails]),
        )
        .group_by(literal_column("1"), literal_column("2"))
        .order_by(units.desc(), literal_column("1"), literal_column("2"))
        .limit(most)
    )
    return [(name, of_check, of_units, times) for name, of_check, of_units, times in session.execute(query)]


def diagnostic_tallies(session: Session, round_id: str) -> dict[str, DiagnosticTally]:
    """How each diagnostic of a round went."""

    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(condition)

    query = (
        select(
            ResultRow.diagnostic,
            func.count(),
            counted(ResultRow.verdict == Verdict.PASS),
            counted(ResultRow.verdict == Verdict.FAIL),
            counted(ResultRow.measured == Measured.ERROR),
            counted(ResultRow.measured == Measured.SKIP),
        )
        .where(ResultRow.round_id == round_id)
        .group_by(ResultRow.diagnostic)
    )
    return {
        name: DiagnosticTally(units, passed, failed, errors, skipped)
        for name, units, passed, failed, errors, skipped in session.execute(query)
    }


def round_totals(session: Session, round_id: str) -> RoundTotals:
    """The units of a round, counted."""
    tally = _tallied(round_id).subquery()
    query = select(
        func.count(),
        func.count(tally.c.measured_at),
        func.count(tally.c.unreachable),
        func.count().filter(tally.c.failed > 0),
        func.count().filter(tally.c.holes > 0),
    ).select_from(tally)
    planned, visited, unreachable, bad, holes = session.execute(query).one()
    return RoundTotals(planned, visited, unreachable, bad, holes)


def units_page(
    session: Session, round_id: str, *, search: str = "", trouble_only: bool = False, offset: int = 0, limit: int = 100
) -> tuple[list[UnitTally], int]:
    """A page of a round's units, those with trouble first, and how many there are in all.

    ``search`` is part of a host's name or serial, taken literally; ``trouble_only`` leaves out units that are good.
    """
    query = _tallied(round_id)
    if search:
        query = query.where(
            or_(
                RoundUnitRow.host.icontains(search, autoescape=True),
                RoundUnitRow.serial.icontains(search, autoescape=True),
            )
        )
    if trouble_only:
        query = query.having(or_(_FAILED > 0, _HOLES > 0, _RESULTS == 0))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(_FAILED.desc(), _HOLES.desc(), RoundUnitRow.host).offset(offset).limit(limit)
    return [UnitTally(unit, failed, holes) for unit, failed, holes in session.execute(ordered)], total


def troubled_units(
    session: Session, round_id: str, serials: Collection[str] | None, most: int
) -> tuple[list[UnitTally], int]:
    """Units of a round that are bad, have holes, or were never visited, and how many there are in all.

    ``serials`` are the units to look at; None is all of them. No more than ``most`` come back, the worst first.
    """
    query = _tallied(round_id).having(or_(_FAILED > 0, _HOLES > 0, RoundUnitRow.measured_at.is_(None)))
    if serials is not None:
        query = query.where(RoundUnitRow.serial.in_(serials))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(_FAILED.desc(), _HOLES.desc(), RoundUnitRow.host).limit(most)
    return [UnitTally(unit, failed, holes) for unit, failed, holes in session.execute(ordered)], total


def results_of(session: Session, round_id: str, serials: Sequence[str]) -> Mapping[tuple[str, str], ResultRow]:
    """The results of some units of a round, by serial and diagnostic."""
    rows = session.scalars(select(ResultRow).where(ResultRow.round_id == round_id, ResultRow.serial.in_(list(serials))))
    return {(row.serial, row.diagnostic): row for row in rows}


def outputs_of(session: Session, round_id: str, serials: Sequence[str]) -> Sequence[OutputRow]:
    """The outputs of some units of a round, in the order in which they were asked."""
    query = select(OutputRow).where(OutputRow.round_id == round_id, OutputRow.serial.in_(list(serials)))
    return session.scalars(query.order_by(OutputRow.serial, OutputRow.started_at, OutputRow.key)).all()


_RESULTS = func.count(ResultRow.id)
_FAILED = _RESULTS.filter(ResultRow.verdict == Verdict.FAIL)
_HOLES = _RESULTS.filter(ResultRow.measured != Measured.COMPLETE)


def _tallied(round_id: str) -> Select[RoundUnitRow, int, int]:
    """A round's units with the number of their results that are bad, and of those that are holes."""
    return (
        select(RoundUnitRow, _FAILED.label("failed"), _HOLES.label("holes"))
        .outerjoin(ResultRow, (ResultRow.round_id == RoundUnitRow.round_id) & (ResultRow.serial == RoundUnitRow.serial))
        .where(RoundUnitRow.round_id == round_id)
        .group_by(RoundUnitRow.round_id, RoundUnitRow.serial)
    )
