"""What a gate promises of any evidence and all kinds of criteria: it opens on good rows only, and never forgets."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, get_args

import pytest
from any_criteria import (
    BY_ID,
    CRITERIA,
    EXTRA,
    FOREIGN,
    KINDS,
    MANDATORY,
    SPEED,
    UNITS,
    asked,
)
from any_evidence import NOW, ROUNDS, Die, dice, evidence_of, evidences, rows_and_rounds
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.catalog.criteria import RECORDED, Criterion
from gatehouse.decisions.evidence_snapshot import read_snapshot, snapshot_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, ValueRow
from gatehouse.model.status import CriterionStatus, Measured, Verdict

MET = CriterionStatus.MET
MANY = settings(max_examples=150)
MAX_AGE = timedelta(days=0.5)
OF_PEOPLE = {c.id for c in CRITERIA.criteria if isinstance(c, RECORDED) or c.kind == "sign_offs"}

# The least that any phase asks. Without waivers it can be met by good rows only.
LEAST = asked(
    {"kind": "coverage"}, {"kind": "no_open_issues"}, {"kind": "data_quality"}, {"kind": "fresh", "max_age_days": 0.5}
)


def of_everything(criterion: str, **changes: Any) -> dict[str, Any]:
    """A criterion of the set, asked of every unit and diagnostic."""
    return {**BY_ID[criterion], "id": criterion, **changes}


# What each asks for: a good row of every pair, something of every unit, or anything at all.
OF_PAIRS = (
    of_everything("units_tested", at_least=len(UNITS)),
    of_everything("coverage", at_least=1.0),
    of_everything("fresh", max_age_days=0.5),
    of_everything("no_open_issues"),
    of_everything("requirements"),
    {"id": "complete", "kind": "success_run", "reliability": 0.6, "confidence": 0.75},
    {"id": "final", "kind": "final_yield", "at_least": 0.6, "confidence": 0.75},
    {"id": "first", "kind": "first_pass_yield", "at_least": 0.6, "confidence": 0.75},
)
SPEEDS = tuple(name for name in BY_ID if name.startswith("performance"))
OF_UNITS = (
    *(of_everything(name, units_at_least=len(UNITS)) for name in SPEEDS),
    of_everything("gauge", parts_at_least=2 * len(UNITS)),
    of_everything("gauge_of_tolerance", parts_at_least=2 * len(UNITS)),
    of_everything("maturity"),
)
REST = tuple(kind for name, kind in BY_ID.items() if name not in OF_PEOPLE | {k["id"] for k in (*OF_PAIRS, *OF_UNITS)})
STRICT = asked(*OF_PAIRS, *OF_UNITS, *REST)
TIMELESS = {c.id for c in STRICT.criteria} - {"fresh"}  # met by old evidence too: age is what ``fresh`` is for


def without_waivers(evidence: PhaseEvidence) -> PhaseEvidence:
    return replace(evidence, waivers=(), sign_offs=(), earlier=())


def good(row: EvidenceRow, evidence: PhaseEvidence) -> bool:
    """Measured, passed, of a round that nobody doubts, not set aside, neither stale nor of the future."""
    said = {row.admissible} | {s.admissible for s in evidence.rounds if s.round_id == row.round_id}
    passed = row.measured is Measured.COMPLETE and row.verdict is Verdict.PASS
    return passed and said == {True} and not row.set_aside and NOW - MAX_AGE <= row.at <= NOW


def test_every_kind_takes_part() -> None:
    """It should hold every kind of criterion to these promises, and see each met and missed."""
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(get_args(Criterion)[0])}
    assert {kind["kind"] for kind in KINDS} == kinds
    seen: dict[str, set[CriterionStatus]] = {name: set() for name in BY_ID}
    for number in range(60):
        die = Die(Random(number), (0.8, 0.95, 1.0)[number % 3])
        evidence = evidence_of(die, *rows_and_rounds(die))
        for outcome in evaluate(evidence, CRITERIA).outcomes:
            seen.setdefault(outcome.criterion, set()).add(outcome.status)
    assert all(MET in statuses and len(statuses) > 1 for name, statuses in seen.items() if name in BY_ID), seen
    assert any(CriterionStatus.WAIVED in statuses for statuses in seen.values())


@given(evidences())
@MANY
def test_a_gate_opens_on_good_rows_only(evidence: PhaseEvidence) -> None:
    """It should have, of each unit and mandatory diagnostic, a good row of its own wherever it opens."""
    decision = evaluate(without_waivers(evidence), LEAST)
    held = {(r.unit, r.diagnostic): r.result_id for r in evidence.rows if good(r, evidence)}
    wanted = {(unit, diagnostic) for unit in UNITS for diagnostic in MANDATORY}
    if decision.open:
        assert wanted <= held.keys()
        assert len({held[pair] for pair in wanted}) == len(wanted)


SPOILED: dict[str, Any] = {
    "missing": None,
    "skipped": {"measured": Measured.SKIP, "verdict": Verdict.NOT_APPLICABLE},
    "errored": {"measured": Measured.ERROR, "verdict": Verdict.NOT_APPLICABLE},
    "not applicable": {"verdict": Verdict.NOT_APPLICABLE},
    "stale": {"at": NOW - timedelta(days=9)},
    "future": {"at": NOW + timedelta(hours=1)},
    "set aside": {"set_aside": True},
    "unjudged": {"admissible": None, "round_id": "rX"},
    "inadmissible": {"admissible": False, "round_id": "rX"},
    "another unit's": {"unit": FOREIGN},
    "another diagnostic's": {"diagnostic": EXTRA},
    "copies of another's": None,
}
fine_dice = st.builds(Die, st.integers(0, 2**32).map(Random), st.sampled_from([0.95, 1.0, 1.0]))


def met(evidence: PhaseEvidence) -> set[str]:
    """The criteria that are met, every kind asked of everything."""
    return {o.criterion for o in evaluate(without_waivers(evidence), STRICT).outcomes if o.status is MET}


@given(fine_dice, st.sampled_from(UNITS), st.sampled_from(MANDATORY), st.sampled_from(sorted(SPOILED)))
@settings(max_examples=300)
def test_nothing_opens_once_the_rows_of_one_pair_are_spoiled(die: Die, unit: str, name: str, how: str) -> None:
    """It should stay shut, by each criterion that looks at pairs, when one pair has spoiled rows only."""
    rows, rounds = rows_and_rounds(die)
    of_pair = [r for r in rows if (r.unit, r.diagnostic) == (unit, name)]
    others = [r for r in rows if r not in of_pair]
    changed = others + (others[: len(of_pair)] if how == "copies of another's" else spoil(of_pair, how))
    spoiled = without_waivers(evidence_of(die, changed, rounds))
    ids = {kind["id"] for kind in OF_PAIRS} - (TIMELESS if how == "stale" else set())
    assert not met(spoiled) & ids
    assert not evaluate(spoiled, STRICT).open


@given(fine_dice, st.sampled_from(UNITS), st.sampled_from(sorted(SPOILED)))
@MANY
def test_nothing_opens_once_the_rows_of_one_unit_are_spoiled(die: Die, unit: str, how: str) -> None:
    """It should stay shut, by each criterion that looks at units too, when a unit has spoiled rows only.

    Its results keep their readings, words and times: these count for nothing either.
    """
    rows, rounds = rows_and_rounds(die)
    own = [r for r in rows if r.unit == unit]
    others = [r for r in rows if r.unit != unit and r.unit != FOREIGN]
    changed = others + (others[: len(own)] if how == "copies of another's" else spoil(own, how))
    before = evidence_of(die, rows, rounds)
    ids = {kind["id"] for kind in (*OF_PAIRS, *OF_UNITS)}
    ids -= TIMELESS if how == "stale" else set()
    ids -= set(SPEEDS) | {"gauge", "gauge_of_tolerance", "maturity"} if how == "another diagnostic's" else set()
    assert not met(replace(before, rows=tuple(changed))) & ids


@given(fine_dice, st.sampled_from(sorted(SPOILED.keys() - {"another diagnostic's", "copies of another's", "stale"})))
@MANY
def test_nothing_is_met_once_all_rows_are_spoiled(die: Die, how: str) -> None:
    """It should meet nothing at all, of whatever kind, where every row is spoiled, whatever their readings say."""
    rows, rounds = rows_and_rounds(die)
    assert met(replace(evidence_of(die, rows, rounds), rows=tuple(spoil(rows, how)))) == set()


@pytest.mark.parametrize("seed", range(5))
def test_a_good_phase_meets_every_kind(seed: int) -> None:
    """It should meet all of what is asked above where all is as it should be, so that spoiling is what shuts it."""
    die = Die(Random(seed), 1.0)
    rows, rounds = rows_and_rounds(die, ROUNDS[:3])
    hours_ago = {"r1": 10, "r2": 6, "r3": 2}
    while len(rounds) < len(hours_ago):
        rows, rounds = rows_and_rounds(die, ROUNDS[:3])
    placed = [replace(row, at=NOW - timedelta(hours=hours_ago[row.round_id])) for row in rows]
    assert met(evidence_of(die, placed, rounds)) == {criterion.id for criterion in STRICT.criteria}


def spoil(rows: Sequence[EvidenceRow], how: str) -> list[EvidenceRow]:
    """The rows as they must not count. Faults of a spoiled pair would close the gate by themselves: they pass here."""
    passing = [replace(r, measured=Measured.COMPLETE, verdict=Verdict.PASS, severity=None) for r in rows]
    return [] if SPOILED[how] is None else [replace(r, **SPOILED[how]) for r in passing]


@given(dice)
@MANY
def test_doubtful_rows_never_help(die: Die) -> None:
    """It should stand exactly as without them, by every kind; doubts stand against the data's own quality only.

    Signatures lie under what was on the table, doubtful rows too.
    """
    rows, rounds = rows_and_rounds(die)
    whole = without_waivers(evidence_of(die, rows, rounds))
    fault = [r for r in rows if r.measured is Measured.COMPLETE and r.verdict is Verdict.FAIL]
    sound = [r for r in rows if r.measured is Measured.COMPLETE and r.verdict is Verdict.PASS and r.admissible is True]
    helping = [r for r in sound if not r.set_aside and r.at <= NOW]
    left = {row.round_id for row in (*fault, *helping) if row.unit in UNITS}
    emptied = {row.round_id for row in rows if row.unit in UNITS} - left  # without any row they would look just begun
    known = tuple(s for s in whole.rounds if s.round_id not in emptied)
    bare = replace(whole, rows=(*fault, *helping), rounds=known)
    for one, other in zip(evaluate(whole, CRITERIA).outcomes, evaluate(bare, CRITERIA).outcomes, strict=True):
        if one.criterion == "data_quality":
            assert other.status is MET or one.status is not MET
        elif one.criterion != "sign_offs":
            assert (one.status, one.observed, one.margin) == (other.status, other.observed, other.margin)


@given(evidences())
@MANY
def test_a_replay_never_changes_the_answer(evidence: PhaseEvidence) -> None:
    """It should decide alike, to the last word and moment, on what is kept of a question."""
    kept = read_snapshot(snapshot_of(evidence, CRITERIA))
    assert kept.evaluate() == evaluate(evidence, CRITERIA)
    assert snapshot_of(kept.evidence, kept.criteria) == snapshot_of(evidence, CRITERIA)


@given(evidences(), st.randoms(use_true_random=False))
def test_one_question_has_one_snapshot(evidence: PhaseEvidence, random: Any) -> None:
    """It should keep the same bytes whatever the order of rows, rounds and waivers."""
    mixed = replace(
        evidence,
        rows=tuple(random.sample(evidence.rows, len(evidence.rows))),
        rounds=tuple(random.sample(evidence.rounds, len(evidence.rounds))),
        waivers=tuple(random.sample(evidence.waivers, len(evidence.waivers))),
    )
    assert snapshot_of(mixed, CRITERIA) == snapshot_of(evidence, CRITERIA)


def test_numbers_beyond_json_are_kept() -> None:
    """It should keep a reading that is infinite or no number, as tools give them."""
    row = EvidenceRow(1, "r1", "u0", "lab", MANDATORY[0], Measured.COMPLETE, Verdict.PASS, None, "", NOW, True)
    beyond = tuple(ValueRow(1, "u0", f"gpu{n}", v) for n, v in enumerate((math.inf, -math.inf, math.nan, 1e308)))
    evidence = replace(evidence_of(Die(Random(1), 1.0), [row], []), values={SPEED: beyond})
    kept = read_snapshot(snapshot_of(evidence, CRITERIA))
    assert [repr(v.value) for v in kept.evidence.values[SPEED]] == ["inf", "-inf", "nan", "1e+308"]
    assert kept.evaluate().evidence_digest == evaluate(evidence, CRITERIA).evidence_digest
