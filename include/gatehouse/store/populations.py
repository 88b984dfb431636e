"""What the units of a SKU measured, for learning: values of sound results, and what tells their cohort.

Sound is a result that was measured, in a round whose data is admissible, and that nobody set aside.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.status import Measured, Verdict
from gatehouse.store.tables import ReadingRow, ResultRow, RoundRow, RoundUnitRow, SetAsideRow

_BATCH = 5_000  # ids in one statement
_ESCAPES = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\", "*": "%"})


@dataclass(frozen=True, slots=True)
class SoundResult:
    """A sound result, with the host that the unit was at that time."""

    result_id: int
    round_id: str
    serial: str
    host: str
    diagnostic: str
    verdict: str
    at: datetime
    filed: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One reading of a result; ``value`` is a number or a word."""

    result_id: int
    part: str
    name: str
    value: float | str
    unit: str


def measured_skus(session: Session) -> set[str]:
    """SKUs of which some round is admissible."""
    query = (
        select(RoundUnitRow.sku)
        .join(RoundRow, RoundRow.id == RoundUnitRow.round_id)
        .where(RoundRow.admissible.is_(True))
        .distinct()
    )
    return set(session.scalars(query))


def latest_results(
    session: Session, sku: str, program: str = "", phase: str = "", diagnostics: Collection[str] = ()
) -> list[SoundResult]:
    """The latest sound result of each unit and diagnostic, of one SKU."""
    scope = [RoundRow.program == program] if program else []
    scope += [RoundRow.phase == phase] if phase else []
    scope += [ResultRow.diagnostic.in_(diagnostics)] if diagnostics else []
    query = _sound(sku, scope).ext(distinct_on(ResultRow.serial, ResultRow.diagnostic))
    return _results(
        session, query.order_by(ResultRow.serial, ResultRow.diagnostic, _when().desc(), ResultRow.id.desc())
    )


def results_since(session: Session, sku: str, diagnostic: str, since: datetime) -> list[SoundResult]:
    """Every sound result of one diagnostic that was filed after ``since``, the oldest first."""
    scope = [ResultRow.diagnostic == diagnostic, ResultRow.recorded_at > since]
    return _results(session, _sound(sku, scope).order_by(ResultRow.id))


def readings_of(session: Session, result_ids: Iterable[int], globs: Collection[str]) -> list[Told]:
    """Readings with a value of these results, whose name fits one of the globs (``*``)."""
    exact = [glob for glob in globs if "*" not in glob]
    wild = [ReadingRow.name.like(glob.translate(_ESCAPES), escape="\\") for glob in globs if "*" in glob]
    named = or_(ReadingRow.name.in_(exact), *wild)
    found, ids = [], sorted(set(result_ids))
    for start in range(0, len(ids), _BATCH):
        query = select(
            ReadingRow.result_id, ReadingRow.part, ReadingRow.name, ReadingRow.number, ReadingRow.word, ReadingRow.unit
        ).where(ReadingRow.result_id.in_(ids[start : start + _BATCH]), named, _has_value())
        found += [Told(row[0], row[1], row[2], _value(row[3], row[4]), row[5]) for row in session.execute(query)]
    return sorted(found, key=lambda told: (told.result_id, told.part, told.name))


def said_in_visits(
    session: Session, results: Sequence[SoundResult], diagnostics: Collection[str], names: Collection[str]
) -> Mapping[tuple[str, str], list[tuple[str, str, float | str]]]:
    """(round, serial) → (diagnostic, reading, value) of what the same visits say in these other diagnostics.

    A fault that was measured still tells which firmware runs; only what was not measured tells nothing.
    """
    found: dict[tuple[str, str], list[tuple[str, str, float | str]]] = defaultdict(list)
    rounds = sorted({result.round_id for result in results})
    wanted = {(result.round_id, result.serial) for result in results}
    query = (
        select(
            ResultRow.round_id, ResultRow.serial, ResultRow.diagnostic,
            ReadingRow.name, ReadingRow.number, ReadingRow.word,
        )
        .join(ReadingRow, ReadingRow.result_id == ResultRow.id)
        .where(
            ResultRow.round_id.in_(rounds),
            ResultRow.diagnostic.in_(diagnostics),
            ResultRow.measured == Measured.COMPLETE,
            ReadingRow.name.in_(names),
            _has_value(),
        )
        .distinct()
    )  # fmt: skip
    for round_id, serial, diagnostic, name, number, word in session.execute(query):
        if (round_id, serial) in wanted:
            found[round_id, serial].append((diagnostic, name, _value(number, word)))
    return found


def failures_since(
    session: Session, serials: Collection[str], since: datetime
) -> dict[str, list[tuple[str, datetime]]]:
    """Serial → (round, when) of its results that failed, of rounds that are not unsound; those set aside left out."""
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    query = (
        select(ResultRow.serial, ResultRow.round_id, _when())
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .outerjoin(SetAsideRow, _live())
        .where(
            ResultRow.serial.in_(serials),
            ResultRow.recorded_at > since,
            ResultRow.verdict == Verdict.FAIL,
            RoundRow.admissible.is_not(False),
            SetAsideRow.id.is_(None),
        )
    )
    for serial, round_id, at in session.execute(query):
        found[serial].append((round_id, at))
    return found


def sound_since(session: Session, serials: Collection[str], since: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """Serial → (round, when it began there) of the sound results that were filed after ``since``."""
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    query = (
        select(ResultRow.serial, ResultRow.round_id, func.min(_when()))
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .where(
            ResultRow.serial.in_(serials),
            ResultRow.recorded_at > since,
            ResultRow.measured == Measured.COMPLETE,
            RoundRow.admissible.is_(True),
        )
        .group_by(ResultRow.serial, ResultRow.round_id)
    )
    for serial, round_id, at in session.execute(query):
        found[serial].append((round_id, at))
    return found


def _sound(sku: str, scope: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    of_unit = and_(RoundUnitRow.round_id == ResultRow.round_id, RoundUnitRow.serial == ResultRow.serial)
    return (
        select(
            ResultRow.id, ResultRow.round_id, ResultRow.serial, RoundUnitRow.host, ResultRow.diagnostic,
            ResultRow.verdict, _when(), ResultRow.recorded_at,
        )
        .join(RoundRow, RoundRow.id == ResultRow.round_id)
        .join(RoundUnitRow, of_unit)
        .outerjoin(SetAsideRow, _live())
        .where(
            RoundUnitRow.sku == sku,
            RoundRow.admissible.is_(True),
            ResultRow.measured == Measured.COMPLETE,
            ResultRow.verdict != Verdict.NOT_APPLICABLE,
            SetAsideRow.id.is_(None),
            *scope,
        )
    )  # fmt: skip


def _results(session: Session, query: Select[*tuple[Any, ...]]) -> list[SoundResult]:
    return [SoundResult(*row) for row in session.execute(query)]


def _live() -> ColumnElement[bool]:
    return and_(SetAsideRow.result_id == ResultRow.id, SetAsideRow.released_at.is_(None))


def _when() -> ColumnElement[datetime]:
    return func.coalesce(ResultRow.started_at, ResultRow.recorded_at)


def _value(number: float | None, word: str | None) -> float | str:
    return number if number is not None else word or ""


def _has_value() -> ColumnElement[bool]:
    return or_(ReadingRow.number.is_not(None), ReadingRow.word.is_not(None))
