"""Whether the data that a gate rests on may be trusted."""

from gatehouse.catalog import criteria as spec
from gatehouse.decisions.criteria import todo
from gatehouse.decisions.criteria.outcome import outcome
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.round_states import RoundState
from gatehouse.decisions.wording import counted, listed, sentences
from gatehouse.model.evidence import CriterionOutcome, Need
from gatehouse.model.status import CriterionStatus


def data_quality(criterion: spec.DataQuality, index: EvidenceIndex) -> CriterionOutcome:
    """The latest result of every unit and diagnostic lies in a sound round, and the latest round is sound.

    A later skip, or a date in the future, does not end a doubt. Neither does a round that nobody has judged yet: what
    it says stands beside the inadmissible result before it. In the way are all units of the rounds in doubt.
    """
    results = [row for rows in index.measured.values() for row in rows]
    doubtful = [row for row in results if index.sound_round(row) is not True]
    rounds = {row.round_id: index.rounds[row.round_id] for row in doubtful}
    latest = index.newest_round
    if latest and latest.admissible is not True:
        rounds[latest.round_id] = latest
    return outcome(
        criterion,
        _status(index, list(rounds.values())),
        observed=_observed(index, rounds),
        required="every latest result in a round whose data is sound",
        missing=_missing(index, [rounds[name] for name in sorted(rounds)]),
        margin=-len(rounds),
        rests_on=doubtful or results,
        units=(unit for state in rounds.values() for unit in state.units),
        needs=_needs(list(rounds.values())),
        outlook="judging a round, or running one, has no rate",
    )


def _needs(doubtful: list[RoundState]) -> list[Need]:
    """Rounds to run where one is unsound or there is none; else rounds to judge."""
    unsound = sum(state.admissible is False for state in doubtful)
    if unsound or not doubtful:
        return [Need(1, "new sound rounds")]
    return [Need(len(doubtful), "rounds to judge")]


def _status(index: EvidenceIndex, doubtful: list[RoundState]) -> CriterionStatus:
    if any(state.admissible is False for state in doubtful):
        return CriterionStatus.NOT_MET
    return CriterionStatus.NOT_ENOUGH_EVIDENCE if doubtful or not index.helping else CriterionStatus.MET


def _observed(index: EvidenceIndex, doubtful: dict[str, RoundState]) -> str:
    if not (doubtful or index.helping):
        return "no results"
    total = counted(len(index.rounds), "round")
    return f"{len(doubtful)} of {total} in doubt" if doubtful else f"{total}, none of the latest in doubt"


def _missing(index: EvidenceIndex, doubtful: list[RoundState]) -> str:
    bad = [todo.round_problem(s) for s in doubtful if s.admissible is False]
    unjudged = [f"judge round {s.round_id}" for s in doubtful if s.admissible is not False]
    run = "" if doubtful or index.helping else "run a round"
    return sentences(
        [run, f"run a new round: {listed(bad, between='; ')}" if bad else "", listed(unjudged, between="; ")]
    )
