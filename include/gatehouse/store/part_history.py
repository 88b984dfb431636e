"""Where parts are, and where they were: by the serial numbers that the units' own tools tell.

A part is the same where the reading's name, the kind of part (``gpu`` of ``gpu3``) and the number are the same.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.store.tables import ReadingRow, ResultRow, RoundUnitRow

Key = tuple[str, ...]
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
class Sight:
    """A part as a round saw it; ``kind`` is its slot without the number."""

    place: PartPlace
    kind: str
    round_id: str
    at: datetime

    @property
    def part(self) -> Key:
        """Which part it is, wherever it is."""
        return self.kind, self.place.name, self.place.number

    @property
    def slot(self) -> Key:
        """Where it is, whichever part it is."""
        return self.place.serial, self.place.diagnostic, self.place.part, self.place.name


@dataclass(frozen=True, slots=True)
class PartMove:
    """A part of this round, and where an earlier round saw it; or what that round saw in its place."""

    now: PartPlace
    before: PartPlace
    round_id: str
    at: datetime


def sights(session: Session, round_id: str, wanted: PartWanted, without: Collection[int]) -> list[Sight]:
    """Every part that a round saw, by number, unit and slot."""
    kept = [ResultRow.id.not_in(sorted(without))] if without else []
    query = _numbers(wanted).where(ResultRow.round_id == round_id, *kept)
    return sorted(map(_sight, session.execute(query)), key=lambda s: (s.place.number, s.place.serial, s.place.part))


def last_sights(session: Session, rounds: Collection[str], wanted: PartWanted) -> list[Sight]:
    """The newest sight of each part in each slot in some rounds, oldest first."""
    seen = _numbers(wanted).where(ResultRow.round_id.in_(sorted(rounds))).subquery()
    columns = [seen.c[name] for name in ("serial", "diagnostic", "part", "name", "number")]
    query = select(seen).ext(distinct_on(*columns)).order_by(*columns, seen.c.at.desc())
    return sorted(map(_sight, session.execute(query)), key=lambda s: s.at)


# Joined here and not in SQL: right after a round was filed, the server knows nothing of its size, and joins row by row.
def shared(here: Sequence[Sight]) -> list[PartPlace]:
    """The parts that more than one unit of a round claims."""
    units: dict[Key, set[str]] = {}
    for sight in here:
        units.setdefault(sight.part, set()).add(sight.place.serial)
    return [sight.place for sight in here if len(units[sight.part]) > 1]


def moved(here: Sequence[Sight], there: Sequence[Sight]) -> list[PartMove]:
    """The parts of a round that the last of some earlier rounds to know them saw in another unit."""
    return _moves(here, {s.part: s for s in there}, lambda s: s.part, lambda s: s.place.serial)


def replaced(here: Sequence[Sight], there: Sequence[Sight]) -> list[PartMove]:
    """The slots of a round that hold another part than in the last of some earlier rounds that looked."""
    return _moves(here, {s.slot: s for s in there}, lambda s: s.slot, lambda s: s.place.number)


def _moves(
    here: Sequence[Sight], newest: Mapping[Key, Sight], key: Callable[[Sight], Key], told: Callable[[Sight], str]
) -> list[PartMove]:
    pairs = ((now, newest.get(key(now))) for now in here)
    found = [
        PartMove(now.place, before.place, before.round_id, before.at)
        for now, before in pairs
        if before and told(before) != told(now)
    ]
    return sorted(found, key=lambda m: (m.now.serial, m.now.part, m.now.name))


def _sight(row: Row[str, str, str, str, str, str, str, str, datetime]) -> Sight:
    *place, kind, round_id, at = row
    return Sight(PartPlace(*place), kind, round_id, at)


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
