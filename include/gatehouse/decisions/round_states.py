"""What a phase's rounds are worth to a gate: which are sound, and which is the newest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gatehouse.model.evidence import EvidenceRow, PhaseEvidence


@dataclass
class RoundState:
    """A round by its rows and its summary. ``last_at`` is when its newest result came, else when it was judged.

    ``units`` are those of the build that it was to measure or did. A round is ``overtaken`` when it has results of the
    build, but none of them is kept any more: then ``last_at`` is unknown, and it is not the newest.
    """

    round_id: str
    admissible: bool | None
    problems: tuple[str, ...] = ()
    last_at: datetime | None = None
    units: frozenset[str] = frozenset()
    overtaken: bool = False


def stricter(one: bool | None, other: bool | None) -> bool | None:
    """The less trusting of two judgements: unsound before unknown before sound."""
    if one is other:
        return one
    return False if one is False or other is False else None


def round_states(evidence: PhaseEvidence, rows: Iterable[EvidenceRow]) -> dict[str, RoundState]:
    """Rounds that concern the build: those with its rows, those that name its units, and those that name none.

    ``rows`` are those of the build, oldest first. Every round with rows counts as overtaken until ``date_rounds``.
    """
    units = set(evidence.units)
    found: dict[str, RoundState] = {}
    for summary in evidence.rounds:
        state = found.setdefault(summary.round_id, RoundState(summary.round_id, summary.admissible))
        state.admissible = stricter(state.admissible, summary.admissible)
        state.problems = tuple(sorted({*state.problems, *summary.problems}))
        state.last_at = max((at for at in (state.last_at, summary.at) if at), default=None)
        state.units |= units.intersection(summary.units)
        state.overtaken |= summary.overtaken
    foreign = {s.round_id for s in evidence.rounds if s.units and units.isdisjoint(s.units)}
    for round_id, (newest, seen) in _by_round(rows).items():
        state = found.setdefault(round_id, RoundState(round_id, newest.admissible))
        state.units |= seen
        state.overtaken = True
    return {name: state for name, state in found.items() if name not in foreign or state.overtaken}


def date_rounds(rounds: Mapping[str, RoundState], kept: Iterable[EvidenceRow]) -> None:
    """Say of each round when the newest of its kept rows came; ``kept`` comes oldest first."""
    for state in rounds.values():
        if state.overtaken:
            state.last_at = None
    for row in {row.round_id: row for row in kept}.values():
        rounds[row.round_id].last_at, rounds[row.round_id].overtaken = row.at, False


def newest_round(rounds: Mapping[str, RoundState], kept: tuple[EvidenceRow, ...]) -> RoundState | None:
    """The newest round; one that has neither a result nor a judgement has just begun."""
    with_rows = {row.round_id for row in kept}
    candidates = [s for s in rounds.values() if not s.overtaken and s.round_id not in with_rows]
    if kept:
        candidates.append(rounds[kept[-1].round_id])
    return max(candidates, key=_age, default=None)


def _age(state: RoundState) -> tuple[bool, float, str]:
    return state.last_at is None, state.last_at.timestamp() if state.last_at else 0.0, state.round_id


def _by_round(rows: Iterable[EvidenceRow]) -> dict[str, tuple[EvidenceRow, set[str]]]:
    """Of each round its newest row, and the units of its rows."""
    found: dict[str, tuple[EvidenceRow, set[str]]] = {}
    for row in rows:
        before = found.get(row.round_id)
        units = before[1] if before else set()
        units.add(row.unit)
        found[row.round_id] = row, units
    return found
