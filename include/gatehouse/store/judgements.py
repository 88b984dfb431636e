"""Judgements of rounds, kept one after the other. ``rounds.judge`` files them; here is what they are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Subquery, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from gatehouse.store.outputs import clean
from gatehouse.store.set_asides import AsideResult
from gatehouse.store.tables import JudgementRow, QualityRow, ResultRow, RoundRow, TallyRow

BY_ITSELF = "gatehouse"  # who judges where nobody asked


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of one reading over all parts and units of a round; see ``TallyRow``."""

    diagnostic: str
    name: str
    unit: str
    values: int
    units: int
    least: float
    median: float
    most: float
    limited: int
    broken: int


@dataclass(frozen=True, slots=True)
class TallyHistory:
    """A reading over the last judged rounds of a program. ``median`` is that of the newest, ``round_id`` its round."""

    diagnostic: str
    name: str
    unit: str
    rounds: int
    values: int
    units: int
    least: float
    most: float
    limited: int
    broken: int
    median: float
    round_id: str


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that broke an expectation: whose it is, and of which result, where there is one."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    result_id: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What goes with a judgement beside its answer; see ``JudgementRow``. ``broken`` are the rows of each problem."""

    by: str = BY_ITSELF
    checks: int = 0
    rows: int = 0
    set_aside: tuple[AsideResult, ...] = ()
    measured: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    broken: Sequence[Sequence[BrokenRow]] = ()
    tallies: Sequence[Tally] = ()


def of_round(session: Session, round_id: str) -> Sequence[JudgementRow]:
    """The judgements of a round, in their order."""
    return session.scalars(
        select(JudgementRow).where(JudgementRow.round_id == round_id).order_by(JudgementRow.number)
    ).all()


def latest(session: Session, round_id: str) -> JudgementRow | None:
    """The judgement that stands."""
    query = select(JudgementRow).where(JudgementRow.round_id == round_id).order_by(JudgementRow.number.desc()).limit(1)
    return session.scalars(query).first()


def left_out(judgement: JudgementRow | None) -> frozenset[int]:
    """The results that a judgement left out."""
    return frozenset(int(row["result_id"]) for row in judgement.set_aside) if judgement else frozenset()


def keep(
    session: Session, round_id: str, admissible: bool, problems: Sequence[Mapping[str, Any]], judged: Judged
) -> JudgementRow:
    """File the next judgement of a round, whose row the caller has locked."""
    last = session.scalar(select(func.max(JudgementRow.number)).where(JudgementRow.round_id == round_id))
    row = JudgementRow(
        round_id=round_id,
        number=(last or 0) + 1,
        judged_by=clean(judged.by),
        admissible=admissible,
        checks=judged.checks,
        rows=judged.rows,
        problems=[dict(problem) for problem in problems],
        set_aside=[{**asdict(aside), "at": aside.at.isoformat()} for aside in judged.set_aside],
        measured=dict(judged.measured),
        versions={name: list(words) for name, words in judged.versions.items()},
    )
    session.add(row)
    session.flush()
    broken = list(_broken(row.id, judged.broken))
    if broken:
        session.execute(insert(QualityRow), broken)
    if judged.tallies:
        session.execute(insert(TallyRow), [{"judgement_id": row.id, **asdict(tally)} for tally in judged.tallies])
    return row


def _broken(judgement_id: int, problems: Sequence[Sequence[BrokenRow]]) -> Iterable[dict[str, Any]]:
    for problem, rows in enumerate(problems, 1):
        for position, row in enumerate(rows, 1):
            yield {"judgement_id": judgement_id, "problem": problem, "position": position, **asdict(row)}


def broken_rows(
    session: Session, judgement_id: int, problem: int | None = None, first: int | None = None
) -> Sequence[QualityRow]:
    """The rows that broke an expectation, problem by problem; or those of one problem; or the first of each."""
    query = select(QualityRow).where(QualityRow.judgement_id == judgement_id)
    if problem is not None:
        query = query.where(QualityRow.problem == problem)
    if first is not None:
        query = query.where(QualityRow.position <= first)
    return session.scalars(query.order_by(QualityRow.problem, QualityRow.position)).all()


def last_sound(session: Session, round_: RoundRow, most: int) -> Sequence[JudgementRow]:
    """The standing judgements of the program's last admissible rounds before this one, the newest first."""
    standing = (
        select(JudgementRow)
        .join(RoundRow, RoundRow.id == JudgementRow.round_id)
        .where(
            RoundRow.program == round_.program,
            RoundRow.created_at < round_.created_at,
            RoundRow.admissible.is_(True),
        )
        .ext(distinct_on(RoundRow.created_at, JudgementRow.round_id))
        .order_by(RoundRow.created_at.desc(), JudgementRow.round_id, JudgementRow.number.desc())
        .limit(most)
    )
    return session.scalars(standing).all()


def tally_history(session: Session, judgements: Sequence[int]) -> list[TallyHistory]:
    """Every reading over some judgements, put together by the store. ``judgements`` are ids, the newest first."""
    if not judgements:
        return []
    newest = _newest(judgements)
    key = (TallyRow.diagnostic, TallyRow.name, TallyRow.unit)
    query = (
        select(
            *key,
            func.count(TallyRow.judgement_id.distinct()),
            func.sum(TallyRow.values),
            func.max(TallyRow.units),
            func.min(TallyRow.least),
            func.max(TallyRow.most),
            func.sum(TallyRow.limited),
            func.sum(TallyRow.broken),
            func.max(newest.c.median),
            func.max(newest.c.round_id),
        )
        .join(
            newest,
            (newest.c.diagnostic == TallyRow.diagnostic)
            & (newest.c.name == TallyRow.name)
            & (newest.c.unit == TallyRow.unit),
        )
        .where(TallyRow.judgement_id.in_(judgements))
        .group_by(*key)
    )
    return [
        TallyHistory(d, n, u, rounds, int(values), units, least, most, int(limited), int(broken), median, round_id)
        for d, n, u, rounds, values, units, least, most, limited, broken, median, round_id in session.execute(query)
    ]


def _newest(judgements: Sequence[int]) -> Subquery:
    """The newest median of each reading, and the round that it is of."""
    return (
        select(TallyRow.diagnostic, TallyRow.name, TallyRow.unit, TallyRow.median, JudgementRow.round_id)
        .join(JudgementRow, JudgementRow.id == TallyRow.judgement_id)
        .join(RoundRow, RoundRow.id == JudgementRow.round_id)
        .where(TallyRow.judgement_id.in_(judgements))
        .ext(distinct_on(TallyRow.diagnostic, TallyRow.name, TallyRow.unit))
        .order_by(TallyRow.diagnostic, TallyRow.name, TallyRow.unit, RoundRow.created_at.desc())
        .subquery()
    )


def verdict_history(session: Session, round_ids: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """(diagnostic, rounds, results, measured, failed) over some rounds."""
    complete = func.count().filter(ResultRow.measured == "COMPLETE")
    failed = func.count().filter(ResultRow.verdict == "FAIL")
    query = (
        select(ResultRow.diagnostic, func.count(ResultRow.round_id.distinct()), func.count(), complete, failed)
        .where(ResultRow.round_id.in_(round_ids))
        .group_by(ResultRow.diagnostic)
    )
    return [(name, rounds, results, done, bad) for name, rounds, results, done, bad in session.execute(query)]
