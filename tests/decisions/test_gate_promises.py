"""What a gate promises of any evidence and all kinds of criteria: it opens on good rows only, and never forgets."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from any_evidence import (
    CRITERIA,
    EXTRA,
    HOURS,
    MANDATORY,
    NOW,
    SPEED,
    UNITS,
    Die,
    dice,
    evidence_of,
    evidences,
    rows_and_rounds,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_snapshot import read_snapshot, snapshot_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, PhaseEvidence, RoundSummary, ValueRow
from gatehouse.model.status import CriterionStatus, Measured, Verdict

RANK = {
    CriterionStatus.NOT_MET: 0,
    CriterionStatus.NOT_ENOUGH_EVIDENCE: 1,
    CriterionStatus.WAIVED: 2,
    CriterionStatus.MET: 3,
}
MANY = settings(max_examples=300)
MAX_AGE = timedelta(days=0.5)


def asked(*kinds: dict[str, Any]) -> CriteriaSet:
    criteria = [{"id": kind["kind"], "source": "a test", **kind} for kind in kinds]
    return CriteriaSet.model_validate({"title": "DVT exit", "phase": "DVT", "criteria": criteria})


# The least that any phase asks. Without waivers it can be met by good rows only.
LEAST = asked(
    {"kind": "coverage"}, {"kind": "no_open_issues"}, {"kind": "data_quality"}, {"kind": "fresh", "max_age_days": 0.5}
)
OF_COVERAGE = (
    {"kind": "units_tested", "at_least": len(UNITS)},
    {"kind": "coverage"},
    {"kind": "fresh", "max_age_days": 0.5},
    {"kind": "no_open_issues"},
    {"kind": "success_run", "reliability": 0.4, "confidence": 0.75},
    {"kind": "final_yield", "at_least": 0.3, "confidence": 0.75},
    {"kind": "first_pass_yield", "at_least": 0.3, "confidence": 0.75},
)


def without_waivers(evidence: PhaseEvidence) -> PhaseEvidence:
    return replace(evidence, waivers=(), sign_offs=())


def good(row: EvidenceRow, evidence: PhaseEvidence) -> bool:
    """Measured, passed, of a round that nobody doubts, not set aside, neither stale nor of the future."""
    said = {row.admissible} | {s.admissible for s in evidence.rounds if s.round_id == row.round_id}
    passed = row.measured is Measured.COMPLETE and row.verdict is Verdict.PASS
    return passed and said == {True} and not row.set_aside and NOW - MAX_AGE <= row.at <= NOW


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
    "another unit's": {"unit": "x9"},
    "another diagnostic's": {"diagnostic": EXTRA},
    "copies of another's": None,
}


@given(dice, st.sampled_from(UNITS), st.sampled_from(MANDATORY), st.sampled_from(sorted(SPOILED)))
@settings(max_examples=600)
def test_nothing_opens_once_the_rows_of_one_pair_are_spoiled(die: Die, unit: str, name: str, how: str) -> None:
    """It should stay shut, by each criterion that looks at pairs, when one pair has spoiled rows only."""
    rows, rounds = rows_and_rounds(die)
    of_pair = [r for r in rows if (r.unit, r.diagnostic) == (unit, name)]
    others = [r for r in rows if r not in of_pair]
    changed = others + (others[: len(of_pair)] if how == "copies of another's" else spoil(of_pair, how))
    spoiled = replace(evidence_of(die, changed, rounds), waivers=(), sign_offs=())
    decision = evaluate(spoiled, asked(*OF_COVERAGE))
    least = {"units_tested", "coverage", "fresh", "no_open_issues"}
    for outcome in decision.outcomes:
        if outcome.criterion == "fresh" or how != "stale":
            assert outcome.status is not CriterionStatus.MET or outcome.criterion not in least, outcome
    assert not decision.open


def spoil(rows: Sequence[EvidenceRow], how: str) -> list[EvidenceRow]:
    """The rows as they must not count. Faults of a spoiled pair would close the gate by themselves: they pass here."""
    passing = [replace(r, measured=Measured.COMPLETE, verdict=Verdict.PASS, severity=None) for r in rows]
    return [] if SPOILED[how] is None else [replace(r, **SPOILED[how]) for r in passing]


@given(dice, st.sets(st.tuples(st.sampled_from(UNITS), st.sampled_from([*MANDATORY, EXTRA])), min_size=1))
@MANY
def test_more_zero_failure_evidence_never_loosens_a_verdict(die: Die, pairs: set[tuple[str, str]]) -> None:
    """It should stand no worse, and by no smaller margin, after one more sound round in which all passed."""
    rows, rounds = rows_and_rounds(die)
    past = [replace(row, at=min(row.at, NOW - timedelta(minutes=1))) for row in rows]
    judged = [replace(s, at=min(s.at, NOW - timedelta(minutes=1)) if s.at else None) for s in rounds]
    before = evidence_of(die, past, judged)
    units = tuple(sorted({unit for unit, _ in pairs}))
    more = [
        EvidenceRow(9000 + n, "r9", unit, "lab", name, Measured.COMPLETE, Verdict.PASS, None, "", NOW, True)
        for n, (unit, name) in enumerate(sorted(pairs))
    ]
    speeds = (*before.values[SPEED], *(ValueRow(r.result_id, r.unit, "gpu0", 451.0) for r in more))
    hours = (*before.history[HOURS], *(ValueRow(r.result_id, r.unit, "", 3.0) for r in more))
    after = replace(
        before,
        rows=(*past, *more),
        rounds=(*judged, RoundSummary("r9", True, (), units, NOW)),
        values={SPEED: speeds},
        history={HOURS: hours},
    )
    for was, now in zip(evaluate(before, CRITERIA).outcomes, evaluate(after, CRITERIA).outcomes, strict=False):
        if was.criterion == "performance":  # a value is not a pass or a failure: one more may widen the spread
            continue
        if was.status is CriterionStatus.MET or not was.criterion.startswith("mtbf"):
            # Hours show whether a failure rate is hopeless: without any, nobody knows yet.
            assert RANK[now.status] >= RANK[was.status], (was, now)
        if was.margin is not None:
            assert now.margin is not None
            assert now.margin >= was.margin - 1e-9, (was, now)


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
