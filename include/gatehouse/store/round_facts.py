"""What the judgement of a round looks at. What can be counted is counted here, in the store, and never loaded.

``without`` are results that are set aside: nothing of theirs is looked at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.model.commands import Ended
from gatehouse.store.judgements import Tally
from gatehouse.store.tables import FindingRow, OutputRow, ReadingRow, ResultRow, RoundRow, RoundUnitRow
from gatehouse.store.views import VIOLATION

_EXTREMES = (float("inf"), float("-inf"), float("nan"))  # PostgreSQL, unlike IEEE 754, finds NaN equal to itself


@dataclass(frozen=True, slots=True)
class ResultFact:
    """A result, with what it rests on: its outputs, those of them that came whole, and the limits that broke."""

    id: int
    serial: str
    diagnostic: str
    measured: str
    verdict: str
    severity: str | None
    reason: str
    started_at: datetime | None
    recorded_at: datetime
    duration_s: float | None
    outputs: int
    whole_outputs: int
    failing_limits: int


@dataclass(frozen=True, slots=True)
class NumberFact:
    """A numeric reading that may be wrong, with the limit that it was held against."""

    serial: str
    diagnostic: str
    part: str
    name: str
    value: float | None
    unit: str
    least: float | None
    most: float | None
    also_a_word: bool


@dataclass(frozen=True, slots=True)
class QuantityFact:
    """A reading on one unit: in which unit of measurement, how often, and between which values."""

    serial: str
    diagnostic: str
    name: str
    unit: str
    values: int
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class FindingFact:
    """Something that a tool said, or a limit that broke."""

    serial: str
    diagnostic: str
    kind: str
    part: str
    signature: str
    required: str | None
    severity: str | None


@dataclass(frozen=True, slots=True)
class OutputFact:
    """A command's output: how it ended, and under which hashes it is kept."""

    serial: str
    diagnostic: str
    key: str
    ended: str
    exit_code: int | None
    truncated: bool
    stdout_sha256: str
    stderr_sha256: str


def results(session: Session, round_id: str, failing: Collection[str]) -> list[ResultFact]:
    """Every result of a round, by unit and diagnostic. ``failing`` are the severities that condemn."""
    whole = and_(OutputRow.ended == Ended.EXITED, OutputRow.truncated.is_(False))
    outputs = (
        select(OutputRow.serial, OutputRow.diagnostic, func.count().label("all"), func.count().filter(whole).label("n"))
        .where(OutputRow.round_id == round_id)
        .group_by(OutputRow.serial, OutputRow.diagnostic)
        .subquery()
    )
    broken = (
        select(FindingRow.result_id, func.count().label("n"))
        .join(ResultRow, ResultRow.id == FindingRow.result_id)
        .where(ResultRow.round_id == round_id, FindingRow.kind == VIOLATION, FindingRow.severity.in_(sorted(failing)))
        .group_by(FindingRow.result_id)
        .subquery()
    )
    r = ResultRow
    query = (
        select(
            r.id, r.serial, r.diagnostic, r.measured, r.verdict, r.severity, r.reason, r.started_at, r.recorded_at,
            r.duration_s, func.coalesce(outputs.c.all, 0), func.coalesce(outputs.c.n, 0), func.coalesce(broken.c.n, 0),
        )
        .outerjoin(outputs, and_(outputs.c.serial == r.serial, outputs.c.diagnostic == r.diagnostic))
        .outerjoin(broken, broken.c.result_id == r.id)
        .where(r.round_id == round_id)
        .order_by(r.serial, r.diagnostic)
    )  # fmt: skip
    return [ResultFact(*tuple(row)) for row in session.execute(query)]


def tallies(session: Session, round_id: str, without: Collection[int]) -> list[Tally]:
    """Every numeric reading of a round, over all parts and units."""
    number = ReadingRow.number
    limited = or_(ReadingRow.low.is_not(None), ReadingRow.high.is_not(None))
    query = (
        select(
            ResultRow.diagnostic,
            ReadingRow.name,
            ReadingRow.unit,
            func.count(),
            func.count(ResultRow.serial.distinct()),
            func.min(number),
            func.percentile_cont(0.5).within_group(number),
            func.max(number),
            func.count().filter(limited),
            func.count().filter(or_(number < ReadingRow.low, number > ReadingRow.high)),
        )
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .where(number.is_not(None), *_of(round_id, without))
        .group_by(ResultRow.diagnostic, ReadingRow.name, ReadingRow.unit)
    )
    return [Tally(*row) for row in session.execute(query)]


def doubtful_numbers(
    session: Session, round_id: str, spans: Mapping[str, tuple[float | None, float | None]], without: Collection[int]
) -> list[NumberFact]:
    """Readings that may be wrong: outside the span of their name, not finite, with ends in disorder, or words too.

    ``spans`` are, by name, the narrowest ends that physics sets for any part.
    """
    number = ReadingRow.number
    wrong: list[ColumnElement[bool]] = [
        number.in_(_EXTREMES),
        ReadingRow.low > ReadingRow.high,
        and_(number.is_not(None), ReadingRow.word.is_not(None)),
    ]
    for name, (low, high) in spans.items():
        ends = ([number < low] if low is not None else []) + ([number > high] if high is not None else [])
        wrong += [and_(ReadingRow.name == name, or_(*ends))] if ends else []
    query = (
        select(
            ResultRow.serial, ResultRow.diagnostic, ReadingRow.part, ReadingRow.name, number, ReadingRow.unit,
            ReadingRow.low, ReadingRow.high, ReadingRow.word.is_not(None),
        )
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .where(number.is_not(None), or_(*wrong), *_of(round_id, without))
    )  # fmt: skip
    return [NumberFact(*row) for row in session.execute(query)]


def quantities(session: Session, round_id: str, names: Collection[str], without: Collection[int]) -> list[QuantityFact]:
    """Some readings, unit by unit."""
    if not names:
        return []
    key = (ResultRow.serial, ResultRow.diagnostic, ReadingRow.name, ReadingRow.unit)
    query = (
        select(*key, func.count(), func.min(ReadingRow.number), func.max(ReadingRow.number))
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .where(ReadingRow.number.is_not(None), ReadingRow.name.in_(sorted(names)), *_of(round_id, without))
        .group_by(*key)
    )
    return [QuantityFact(*row) for row in session.execute(query)]


def findings(session: Session, round_id: str, without: Collection[int]) -> list[FindingFact]:
    """Everything that tools said or limits broke, without the words."""
    f = FindingRow
    query = (
        select(ResultRow.serial, ResultRow.diagnostic, f.kind, f.part, f.signature, f.required, f.severity)
        .join(f, f.result_id == ResultRow.id)
        .where(*_of(round_id, without))
        .order_by(f.id)
    )
    return [FindingFact(*row) for row in session.execute(query)]


def parts(session: Session, round_id: str, serials: Collection[str]) -> dict[str, set[str]]:
    """The parts that the readings of some units speak of, by unit."""
    if not serials:
        return {}
    query = (
        select(ResultRow.serial, ReadingRow.part)
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .where(ResultRow.round_id == round_id, ResultRow.serial.in_(sorted(serials)))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for serial, part in session.execute(query):
        found.setdefault(serial, set()).add(part)
    return found


def outputs(session: Session, round_id: str) -> list[OutputFact]:
    """Every output of a round, without the command line."""
    o = OutputRow
    query = select(
        o.serial, o.diagnostic, o.key, o.ended, o.exit_code, o.truncated, o.stdout_sha256, o.stderr_sha256
    ).where(o.round_id == round_id)
    return [OutputFact(*row) for row in session.execute(query)]


def versions(session: Session, round_id: str, names: Collection[str]) -> dict[str, list[str]]:
    """The versions that tools told of themselves: ``diagnostic name`` to the words, the most frequent first."""
    label = ResultRow.diagnostic + " " + ReadingRow.name
    query = (
        select(label, ReadingRow.word, func.count())
        .join(ResultRow, ResultRow.id == ReadingRow.result_id)
        .where(
            ResultRow.round_id == round_id,
            ReadingRow.name.in_(sorted(names)),
            ReadingRow.word.regexp_match("^[vr]?[0-9]"),  # a module's name stands under ``driver`` too
        )
        .group_by(label, ReadingRow.word)
        .order_by(label, func.count().desc(), ReadingRow.word)
    )
    found: dict[str, list[str]] = {}
    for name, word, _ in session.execute(query):
        found.setdefault(name, []).append(word or "")
    return found


def earlier_clocks(session: Session, round_: RoundRow) -> dict[str, tuple[float, datetime]]:
    """The clock skew that each unit of a round had at its last visit before it, in seconds, and when that was."""
    now, earlier = RoundUnitRow.__table__.alias("now"), RoundUnitRow
    query = (
        select(earlier.serial, earlier.clock_skew_s, earlier.measured_at)
        .join(RoundRow, RoundRow.id == earlier.round_id)
        .join(now, and_(now.c.serial == earlier.serial, now.c.round_id == round_.id))
        .where(
            RoundRow.created_at < round_.created_at,
            earlier.clock_skew_s.is_not(None),
            earlier.measured_at.is_not(None),
        )
        .ext(distinct_on(earlier.serial))
        .order_by(earlier.serial, earlier.measured_at.desc())
    )
    return {serial: (skew_s, at) for serial, skew_s, at in session.execute(query) if skew_s is not None and at}


def _of(round_id: str, without: Collection[int]) -> list[ColumnElement[bool]]:
    kept = [ResultRow.id.not_in(sorted(without))] if without else []
    return [ResultRow.round_id == round_id, *kept]
