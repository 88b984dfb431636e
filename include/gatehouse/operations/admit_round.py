"""Asks whether a round's data may be trusted, and keeps every answer with its Data Docs.

An answer stands until somebody changes what it rests on: sets results aside, or gives some back. Then the round can be
judged again; the answers before stay, in the store and in the Data Docs.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gatehouse.model.errors import RefusedError
from gatehouse.operations.gather_round import Gathered, gather_round
from gatehouse.operations.workspace import Workspace
from gatehouse.quality.judge import judge_round
from gatehouse.quality.outcome import BrokenRow as RowThatBroke
from gatehouse.quality.outcome import Completeness, QualityOutcome, QualityProblem
from gatehouse.store import jobs, judgements, rounds, set_asides
from gatehouse.store.engine import transaction
from gatehouse.store.judgements import BY_ITSELF, BrokenRow, Judged
from gatehouse.store.tables import JudgementRow

__all__ = ["BY_ITSELF", "admit_round", "judge_anew", "outcome_of"]

_NOT_KEPT = ("broken", "serials")  # in a problem's stored form: a table of its own, and a list


def admit_round(workspace: Workspace, round_id: str, by: str = BY_ITSELF) -> QualityOutcome:
    """Judge a round's data, keep the answer and its Data Docs. Judging again without a change gives the same answer.

    Raises:
        NotFoundError: no such round.
        RefusedError: a job of it still runs on a host, or somebody set results aside meanwhile.
    """
    _refuse_unfinished(workspace, round_id)
    return _standing(workspace, round_id) or judge_anew(workspace, round_id, by)


def judge_anew(
    workspace: Workspace, round_id: str, by: str, releasing: frozenset[int] = frozenset(), reason: str = ""
) -> QualityOutcome:
    """Judge a round as if ``releasing`` were given back, and give them back together with the answer.

    So there is no moment at which they count, and nobody has judged them.

    Raises:
        NotFoundError: no such round.
        RefusedError: somebody set results aside, or gave some back, meanwhile.
    """
    gathered = gather_round(workspace, round_id, by, releasing)
    with TemporaryDirectory(prefix="gatehouse-docs-") as folder:
        outcome = judge_round(gathered.data, Path(folder))
        _keep_docs(workspace, round_id, Path(folder))
    problems = [_stored(problem) for problem in outcome.problems]
    with transaction(workspace.engine) as session:
        rounds.lock_round(session, round_id)
        set_asides.release(session, releasing, by, reason)
        if {a.result_id for a in set_asides.live(session, round_id)} != {a.result_id for a in gathered.set_aside}:
            raise RefusedError(f"results of round {round_id} were set aside while it was judged: judge it again")
        rounds.judge(session, round_id, outcome.admissible, problems, _judged(gathered, outcome, by))
    return replace(outcome, docs=None)


def _standing(workspace: Workspace, round_id: str) -> QualityOutcome | None:
    """The answer that stands, where nothing has changed that it rests on."""
    with transaction(workspace.engine) as session:
        judgement = judgements.latest(session, round_id)
        aside = {a.result_id for a in set_asides.live(session, round_id)}
    if judgement is None or judgements.left_out(judgement) != aside:
        return None
    return outcome_of(judgement)


def outcome_of(row: JudgementRow) -> QualityOutcome:
    """A judgement as it was given; the rows that each problem names are in the store."""
    return QualityOutcome(
        admissible=row.admissible,
        problems=tuple(map(_problem, row.problems)),
        checks=row.checks,
        rows=row.rows,
        number=row.number,
        completeness=Completeness(**row.measured),
    )


def _problem(stored: dict[str, Any]) -> QualityProblem:
    return QualityProblem(
        expectation=str(stored.get("expectation", "")),
        table=str(stored.get("table", "")),
        text=str(stored.get("text", "")),
        serials=tuple(stored.get("serials", ())),
        rows=int(stored.get("rows", 0)),
        blocking=bool(stored.get("blocking", True)),
    )


def _stored(problem: QualityProblem) -> dict[str, object]:
    plain = {name: value for name, value in asdict(problem).items() if name not in _NOT_KEPT}
    return {**plain, "serials": list(problem.serials)}


def _judged(gathered: Gathered, outcome: QualityOutcome, by: str) -> Judged:
    ids = {(r.serial, r.diagnostic): r.id for r in gathered.data.results}
    return Judged(
        by=by,
        checks=outcome.checks,
        rows=outcome.rows,
        set_aside=gathered.set_aside,
        measured=asdict(outcome.completeness),
        versions=gathered.versions,
        broken=[[_row(row, ids) for row in problem.broken] for problem in outcome.problems],
        tallies=gathered.tallies,
    )


def _row(row: RowThatBroke, ids: Mapping[tuple[str, str], int]) -> BrokenRow:
    result_id = ids.get((row.serial, row.diagnostic))
    return BrokenRow(row.serial, row.host, row.diagnostic, row.part, row.name, result_id)


def _refuse_unfinished(workspace: Workspace, round_id: str) -> None:
    with transaction(workspace.engine) as session:
        rounds.get_round(session, round_id)
        running = jobs.running_in(session, round_id)
    if running:
        which = ", ".join(f"{job.diagnostic} on {job.serial}" for job in running[:5])
        raise RefusedError(
            f"{len(running)} jobs of round {round_id} still run: {which}; clear the run's measure task, "
            f"or `gatehouse attach {round_id}`, and the round is judged when they have ended"
        )


def _keep_docs(workspace: Workspace, round_id: str, folder: Path) -> None:
    target = workspace.files / "datadocs" / round_id
    for page in folder.rglob("*"):
        if page.is_file():
            kept = target / page.relative_to(folder).as_posix()
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(page.read_bytes())
