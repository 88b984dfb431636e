"""Takes results of a round out of the evidence, with a reason, and gives them back. Nothing is deleted.

What is set aside never helps a gate from that moment on; a FAIL in it stands against its unit all the same, until a
sound PASS replaces it, and the gate asks for the unit and diagnostic again. The round keeps its answer until somebody
judges it again. Giving back is judged in the same step: no result counts that no judgement has looked at.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.operations.admit_round import judge_anew
from gatehouse.operations.workspace import Workspace
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.quality.thresholds import MAX_SHARE_ASIDE
from gatehouse.store import judgements, rounds, set_asides
from gatehouse.store.engine import Transaction, transaction
from gatehouse.store.tables import ResultRow

_SHORTEST_REASON = 5  # characters; a dash is none


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Which results: those of a unit (serial or host), of all its diagnostics or of one, or those a problem names.

    ``problem`` counts the problems of the standing judgement from 1.
    """

    unit: str = ""
    diagnostic: str = ""
    problem: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was done: the results that are set aside now or given back, as (serial, diagnostic), and how many there are.

    ``outcome`` is the new judgement, None where the round waits for one.
    """

    changed: tuple[tuple[str, str], ...]
    aside: int
    results: int
    outcome: QualityOutcome | None = None


def set_rows_aside(workspace: Workspace, round_id: str, choice: RowChoice, who: str, reason: str) -> SetAside:
    """Set results aside. Those that are already stay as they are.

    Raises:
        NotFoundError: no such round, unit, diagnostic or problem.
        UsageError: nobody's name, no reason, or neither a unit nor a problem.
        RefusedError: more than a fifth of the round would be set aside, or the problem names no result.
    """
    _named(who, reason)
    with transaction(workspace.engine) as session:
        rounds.lock_round(session, round_id)
        results = rounds.results(session, round_id)
        chosen = _chosen(session, round_id, results, choice)
        aside = {a.result_id for a in set_asides.live(session, round_id)}
        new = [row for row in chosen if row.id not in aside]
        _refuse_a_choice_of_evidence(round_id, len(aside) + len(new), len(results))
        set_asides.put(session, [row.id for row in new], who, reason)
    return SetAside(_pairs(new), len(aside) + len(new), len(results))


def release_rows(workspace: Workspace, round_id: str, choice: RowChoice, who: str, reason: str) -> SetAside:
    """Give results back that are set aside. A judged round is judged again with them, and both take effect together.

    Raises:
        NotFoundError: no such round, unit, diagnostic or problem.
        UsageError: nobody's name, no reason, or neither a unit nor a problem.
        RefusedError: none of them is set aside.
    """
    _named(who, reason)
    with transaction(workspace.engine) as session:
        judged = rounds.get_round(session, round_id).judged_at is not None
        results = rounds.results(session, round_id)
        aside = {a.result_id for a in set_asides.live(session, round_id)}
        back = [row for row in _chosen(session, round_id, results, choice) if row.id in aside]
        if not back:
            raise RefusedError("none of these results is set aside")
        if not judged:
            set_asides.release(session, [row.id for row in back], who, reason)
    outcome = judge_anew(workspace, round_id, who, frozenset(row.id for row in back), reason) if judged else None
    return SetAside(_pairs(back), len(aside) - len(back), len(results), outcome)


def _named(who: str, reason: str) -> None:
    if not who.strip():
        raise UsageError("say who you are: a result is set aside by a person")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise UsageError("say why: the reason stands in the round's Data Docs for ever")


def _chosen(
    session: Transaction, round_id: str, results: Sequence[ResultRow], choice: RowChoice
) -> Sequence[ResultRow]:  # fmt: skip
    if choice.problem is not None:
        return _of_problem(session, round_id, results, choice.problem)
    if not choice.unit:
        raise UsageError("say which results: --unit SERIAL, with --diagnostic or without, or --problem N")
    serials = {u.serial for u in rounds.units(session, round_id) if choice.unit in (u.serial, u.host)}
    if not serials:
        raise NotFoundError(f"round {round_id} has no unit {choice.unit!r}")
    chosen = [r for r in results if r.serial in serials and choice.diagnostic in ("", r.diagnostic)]
    if not chosen:
        what = choice.diagnostic or "any diagnostic"
        raise NotFoundError(f"round {round_id} has no result of {what} for {choice.unit}")
    return chosen


def _of_problem(
    session: Transaction, round_id: str, results: Sequence[ResultRow], problem: int
) -> Sequence[ResultRow]:  # fmt: skip
    """The results that a problem names; where it speaks of a unit as a whole, all results of that unit."""
    judgement = judgements.latest(session, round_id)
    if judgement is None:
        raise RefusedError(f"round {round_id} is not judged yet: it has no problems to count")
    if not 1 <= problem <= len(judgement.problems):
        raise NotFoundError(f"round {round_id} has {len(judgement.problems)} problems, and none is number {problem}")
    rows = judgements.broken_rows(session, judgement.id, problem)
    ids = {row.result_id for row in rows}
    whole_units = {row.serial for row in rows if not row.diagnostic}
    chosen = [r for r in results if r.id in ids or r.serial in whole_units]
    if not chosen:
        raise RefusedError(f"problem {problem} of round {round_id} names no result: run a new round")
    return chosen


def _refuse_a_choice_of_evidence(round_id: str, aside: int, results: int) -> None:
    if aside > MAX_SHARE_ASIDE * results:
        raise RefusedError(
            f"that would set aside {aside} of the {results} results of round {round_id}, more than "
            f"{MAX_SHARE_ASIDE:.0%}: what is left would be a choice; run a new round"
        )


def _pairs(rows: Collection[ResultRow]) -> tuple[tuple[str, str], ...]:
    return tuple((row.serial, row.diagnostic) for row in rows)
