"""The judgement of a round that stands, with the rows that each problem names, what is set aside, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from gatehouse.operations.admit_round import outcome_of
from gatehouse.operations.workspace import Workspace
from gatehouse.quality.outcome import Completeness
from gatehouse.store import judgements, rounds, set_asides
from gatehouse.store.engine import transaction
from gatehouse.store.set_asides import AsideResult
from gatehouse.store.tables import JudgementRow, QualityRow


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A row that broke an expectation; ``result_id`` is None where there is no result to set aside."""

    serial: str
    host: str
    diagnostic: str
    part: str
    name: str
    result_id: int | None


@dataclass(frozen=True, slots=True)
class ProblemView:
    """An expectation that the round does not meet. ``number`` is what ``--problem`` takes.

    ``rows`` are those that broke it, all or the first of ``total``.
    """

    number: int
    expectation: str
    table: str
    text: str
    blocking: bool
    total: int
    rows: tuple[ProblemRow, ...]


@dataclass(frozen=True, slots=True)
class JudgementLine:
    """One judgement of the round, in a line."""

    number: int
    judged_at: datetime
    judged_by: str
    admissible: bool
    blocking: int
    warnings: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class QualityView:
    """How a round's data stands. ``admissible`` is None while nobody judged it.

    ``stale`` says that results were set aside since, so that it can be judged again.
    """

    round_id: str
    program: str
    phase: str
    number: int
    admissible: bool | None
    judged_at: datetime | None
    judged_by: str
    checks: int
    rows: int
    completeness: Completeness
    problems: tuple[ProblemView, ...]
    set_aside: tuple[AsideResult, ...]
    stale: bool
    history: tuple[JudgementLine, ...]


def view_quality(workspace: Workspace, round_id: str, first: int | None = None) -> QualityView:
    """How a round's data stands now, with all rows of each problem, or the ``first`` of them.

    Raises:
        NotFoundError: no such round.
    """
    with transaction(workspace.engine) as session:
        row = rounds.get_round(session, round_id)
        history = judgements.of_round(session, round_id)
        aside = set_asides.live(session, round_id)
        latest = history[-1] if history else None
        broken = judgements.broken_rows(session, latest.id, first=first) if latest else ()
    outcome = outcome_of(latest) if latest else None
    return QualityView(
        round_id=row.id,
        program=row.program,
        phase=row.phase,
        number=latest.number if latest else 0,
        admissible=row.admissible,
        judged_at=row.judged_at,
        judged_by=latest.judged_by if latest else "",
        checks=latest.checks if latest else 0,
        rows=latest.rows if latest else 0,
        completeness=outcome.completeness if outcome else Completeness(),
        problems=_problems(latest, broken) if latest else (),
        set_aside=aside,
        stale=latest is not None and judgements.left_out(latest) != {a.result_id for a in aside},
        history=tuple(map(judgement_line, history)),
    )


def _problems(judgement: JudgementRow, broken: Sequence[QualityRow]) -> tuple[ProblemView, ...]:
    rows = {number: tuple(map(_row, group)) for number, group in groupby(broken, key=lambda row: row.problem)}
    return tuple(
        ProblemView(number, p.expectation, p.table, p.text, p.blocking, p.rows, rows.get(number, ()))
        for number, p in enumerate(outcome_of(judgement).problems, 1)
    )


def _row(row: QualityRow) -> ProblemRow:
    return ProblemRow(row.serial, row.host, row.diagnostic, row.part, row.name, row.result_id)


def judgement_line(row: JudgementRow) -> JudgementLine:
    """One judgement, in a line."""
    blocking = sum(bool(problem.get("blocking", True)) for problem in row.problems)
    return JudgementLine(
        row.number, row.judged_at, row.judged_by, row.admissible, blocking, len(row.problems) - blocking,
        len(row.set_aside),
    )  # fmt: skip
