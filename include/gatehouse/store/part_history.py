"""Where parts are, and where they were: by the serial numbers that the units' own tools tell.

A part is the same where the reading's name, the kind of part (``gpu`` of ``gpu3``) and the number are the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.store.tables import ReadingRow, ResultRow, RoundRow, RoundUnitRow

_Numbers = Select[str, str, str, str, str, str, str, str, datetime]
_NO_NUMBER = (  # what stands where a serial number should: placeholders, one character repeated, and the counted-up one
    r"^(.)\1*$|^.{0,3}$|^(n/?a|none|null|unknown|unspecified|not (specified|available|provided|present|set)|"
    r"no (module|asset).*|to be filled.*|default( string)?|system serial.*|serial(\s?number)?|empty|"
    r"(0x)?[0:.-]+|0?123456789\w*)$"
)


@dataclass(frozen=True, slots=True)
class PartWanted:
    """Which readings name parts: their names, and the diagnostics whose parts are no parts of the unit."""

    names: Collection[str]
    not_of: Collection[str]


@dataclass(frozen=True, slots=True)
class PartPlace:
    """A part in a unit: which slot, and which number."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class PartMove:
    """A part of this round, and where an earlier round saw it; or what that round saw in its place."""

    now: PartPlace
    before: PartPlace
    round_id: str
    at: datetime


def shared(session: Session, round_id: str, wanted: PartWanted, without: Collection[int]) -> list[PartPlace]:
    """The parts that more than one unit of a round claims."""
    here = _here(round_id, wanted, without).subquery()
    twice = (
        select(here.c.kind, here.c.name, here.c.number)
        .group_by(here.c.kind, here.c.name, here.c.number)
        .having(func.count(here.c.serial.distinct()) > 1)
        .subquery()
    )
    query = (
        select(here)
        .join(twice, and_(*(twice.c[column] == here.c[column] for column in ("kind", "name", "number"))))
        .order_by(here.c.number, here.c.serial, here.c.part)
    )
    return [_place(row[:6]) for row in session.execute(query)]


def moved(
    session: Session, round_: RoundRow, rounds: Collection[str], wanted: PartWanted, without: Collection[int]
) -> list[PartMove]:
    """The parts of a round that the last of some earlier rounds to know them saw in another unit."""
    here = _here(round_.id, wanted, without).subquery()
    there = _there(rounds, wanted, ("kind", "name", "number"))
    same = and_(*(there.c[column] == here.c[column] for column in ("kind", "name", "number")))
    return _moves(session, here, there, same, there.c.serial != here.c.serial)


def replaced(
    session: Session, round_: RoundRow, rounds: Collection[str], wanted: PartWanted, without: Collection[int]
) -> list[PartMove]:
    """The slots of a round that hold another part than in the last of some earlier rounds that looked."""
    here = _here(round_.id, wanted, without).subquery()
    there = _there(rounds, wanted, ("serial", "diagnostic", "part", "name"))
    same = and_(*(there.c[column] == here.c[column] for column in ("serial", "diagnostic", "part", "name")))
    return _moves(session, here, there, same, there.c.number != here.c.number)


def _moves(
    session: Session, here: Subquery, there: Subquery, same: ColumnElement[bool], changed: ColumnElement[bool]
) -> list[PartMove]:
    query = (
        select(*list(here.c)[:6], *list(there.c)[:6], there.c.round_id, there.c.at)
        .join(there, same)
        .where(changed)
        .order_by(here.c.serial, here.c.part, here.c.name)
    )
    return [PartMove(_place(r[:6]), _place(r[6:12]), r[12], r[13]) for r in session.execute(query)]


def _place(columns: tuple[str, ...]) -> PartPlace:
    return PartPlace(*columns)


def _here(round_id: str, wanted: PartWanted, without: Collection[int]) -> _Numbers:
    kept = [ResultRow.id.not_in(sorted(without))] if without else []
    return _numbers(wanted).where(ResultRow.round_id == round_id, *kept)


def _there(rounds: Collection[str], wanted: PartWanted, key: tuple[str, ...]) -> Subquery:
    """The newest sight of each part, or of each slot, in some rounds."""
    seen = _numbers(wanted).where(ResultRow.round_id.in_(sorted(rounds))).subquery()
    columns = [seen.c[name] for name in key]
    return select(seen).ext(distinct_on(*columns)).order_by(*columns, seen.c.at.desc()).subquery()


def _numbers(wanted: PartWanted) -> _Numbers:
    kind = func.regexp_replace(ReadingRow.part, "[0-9].*$", "")
    number = func.upper(func.btrim(ReadingRow.word))
    return (
        select(
            ResultRow.serial,
            RoundUnitRow.host,
            ResultRow.diagnostic,
            ReadingRow.part,
            ReadingRow.name,
            number.label("number"),
            kind.label("kind"),
            ResultRow.round_id,
            func.coalesce(ResultRow.started_at, ResultRow.recorded_at).label("at"),
        )
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .join(RoundUnitRow, and_(RoundUnitRow.round_id == ResultRow.round_id, RoundUnitRow.serial == ResultRow.serial))
        .where(
            ReadingRow.name.in_(sorted(wanted.names)),
            ResultRow.diagnostic.not_in(sorted(wanted.not_of)),
            or_(ReadingRow.part != "host", ReadingRow.name.like("board.%")),
            ReadingRow.word.is_not(None),
            ~func.btrim(ReadingRow.word).regexp_match(_NO_NUMBER, flags="i"),
        )
    )
