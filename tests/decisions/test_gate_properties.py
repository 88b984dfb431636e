"""Whatever the evidence: doubtful rows never open a gate, good ones never close it, order never matters."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from phase_evidence import FULL_SET, HEALTH, LINK, NOW, START, criteria, healthy, passes, phase, rounds_of, row, units

from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Measured, Severity, Verdict

RANK = {
    CriterionStatus.NOT_MET: 0,
    CriterionStatus.NOT_ENOUGH_EVIDENCE: 1,
    CriterionStatus.WAIVED: 2,
    CriterionStatus.MET: 3,
}
BUILD = units(4)
YIELDS = criteria(
    {"kind": "units_tested", "at_least": 3},
    {"kind": "coverage", "at_least": 0.8},
    {"kind": "first_pass_yield", "at_least": 0.5, "confidence": 0.8},
    {"kind": "final_yield", "at_least": 0.6, "confidence": 0.8},
    {"kind": "success_run", "reliability": 0.5, "confidence": 0.8, "allowed_failures": 1},
    {"kind": "no_open_issues"},
)


def any_row(result_id: int, **drawn: Any) -> EvidenceRow:
    """A row from what hypothesis drew; a verdict only where something was measured."""
    complete = drawn["measured"] is Measured.COMPLETE
    bad = complete and drawn.pop("bad")
    drawn.pop("bad", None)
    verdict = (Verdict.FAIL if bad else Verdict.PASS) if complete else Verdict.NOT_APPLICABLE
    number = drawn.pop("round")
    return row(
        result_id,
        verdict=verdict,
        severity=drawn.pop("severity") if bad else None,
        round_id=f"r{number}",
        admissible=(True, True, False, None)[number],
        **{k: v for k, v in drawn.items() if k != "severity"},
    )


rows_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "unit": st.sampled_from([*BUILD, "evt1"]),
            "diagnostic": st.sampled_from([HEALTH, LINK, "extra"]),
            "measured": st.sampled_from([Measured.COMPLETE, Measured.COMPLETE, Measured.ERROR, Measured.SKIP]),
            "bad": st.booleans(),
            "severity": st.sampled_from([None, Severity.BLOCKER, Severity.MAJOR]),
            "round": st.integers(0, 3),
            "day": st.integers(0, 40).map(float),
        }
    ),
    max_size=25,
).map(lambda drawn: [any_row(n + 1, **item) for n, item in enumerate(drawn)])


def gate(rows: list[EvidenceRow], asked: Any = FULL_SET, **changes: Any) -> GateDecision:
    """The decision on those rows, with the healthy build's values."""
    return evaluate(
        phase(BUILD, rows, (HEALTH, LINK), values=healthy().values, history=healthy().history, **changes), asked
    )


@given(rows_drawn, st.randoms(use_true_random=False))
def test_order_and_twins_never_matter(rows: list[EvidenceRow], random: Any) -> None:
    """It should give the same decision, to the last word, for rows and rounds in any order and listed twice."""
    plain = gate(rows)
    shuffled = [*rows, *rows[: len(rows) // 2]]
    random.shuffle(shuffled)
    rounds = list(rounds_of(rows))
    random.shuffle(rounds)
    assert gate(shuffled, rounds=tuple(rounds)) == plain
    evidence = phase(BUILD, rows, (HEALTH, LINK), values=healthy().values, history=healthy().history)
    assert evaluate(replace(evidence, units=tuple(reversed(BUILD)), diagnostics=(LINK, HEALTH)), FULL_SET) == plain


@given(rows_drawn)
def test_doubtful_evidence_never_helps(rows: list[EvidenceRow]) -> None:
    """It should never stand better than with the sound measured rows and the measured faults alone."""
    counting = [r for r in rows if _fault(r) or _sound(r)]
    with_all, without = gate(rows), gate(counting)
    for outcome, bare in zip(with_all.outcomes, without.outcomes, strict=True):
        if outcome.criterion != "data_quality":
            assert outcome.status is bare.status
            assert (outcome.observed, outcome.margin) == (bare.observed, bare.margin)
        else:
            assert RANK[outcome.status] <= RANK[bare.status]


def _sound(r: EvidenceRow) -> bool:
    return r.measured is Measured.COMPLETE and r.admissible is True and r.at <= NOW


def _fault(r: EvidenceRow) -> bool:
    return r.measured is Measured.COMPLETE and r.verdict is Verdict.FAIL


SPOILED: dict[str, dict[str, Any]] = {
    "missing": {},
    "skipped": {"measured": Measured.SKIP, "verdict": Verdict.NOT_APPLICABLE},
    "errored": {"measured": Measured.ERROR, "verdict": Verdict.NOT_APPLICABLE},
    "inadmissible": {"admissible": False, "round_id": "r9"},
    "unjudged": {"admissible": None, "round_id": "r9"},
    "stale": {"at": START - timedelta(days=365)},
    "future": {"at": NOW + timedelta(days=1)},
    "another build's": {"unit": "evt1"},
    "another diagnostic's": {"diagnostic": "extra"},
    "duplicate": {"result_id": 1},
}


@given(st.sets(st.integers(1, 8), min_size=1), st.sampled_from(sorted(SPOILED)))
def test_no_gate_opens_on_spoiled_evidence(chosen: set[int], how: str) -> None:
    """It should not open when any result is missing, skipped, errored, stale, doubtful, foreign or a copy."""
    full = healthy()
    changed = [
        replace(r, **SPOILED[how]) if r.result_id in chosen else r
        for r in full.rows
        if how != "missing" or r.result_id not in chosen
    ]
    if how == "duplicate":  # copies of the first result take the place of the chosen
        changed = [full.rows[0] if r.result_id in (chosen - {1}) or r.result_id == 1 else r for r in full.rows]
        if chosen == {1}:
            changed = [full.rows[1], *full.rows[1:]]
    spoiled = replace(full, rows=tuple(changed), rounds=rounds_of(changed))
    assert evaluate(full, FULL_SET).open
    assert not evaluate(spoiled, FULL_SET).open


@given(rows_drawn, st.sampled_from(BUILD), st.sampled_from([HEALTH, LINK]))
def test_a_sound_pass_never_hurts(rows: list[EvidenceRow], unit: str, diagnostic: str) -> None:
    """It should never stand worse after one more sound pass, newer than everything."""
    newest = replace(row(999, unit, diagnostic, round_id="r99"), at=NOW)
    past = [r for r in rows if r.at <= NOW]
    for before, after in zip(gate(past, YIELDS).outcomes, gate([*past, newest], YIELDS).outcomes, strict=True):
        assert RANK[after.status] >= RANK[before.status]
        assert before.margin is not None
        assert after.margin is not None
        assert after.margin >= before.margin - 1e-9


@given(st.integers(1, 80), st.integers(0, 3))
@settings(max_examples=40)
def test_more_zero_failure_units_never_hurt(count: int, failed: int) -> None:
    """It should never stand worse with one more unit that passes everything."""

    def build(size: int) -> PhaseEvidence:
        rows = passes(units(size))
        spoiled = [replace(r, verdict=Verdict.FAIL) if n < failed else r for n, r in enumerate(rows)]
        return phase(units(size), spoiled)

    before, after = evaluate(build(count), YIELDS), evaluate(build(count + 1), YIELDS)
    for fewer, more in zip(before.outcomes, after.outcomes, strict=True):
        if count >= failed:  # the unit that was added passes
            assert RANK[more.status] >= RANK[fewer.status]


@given(rows_drawn, st.sampled_from(BUILD), st.sampled_from([HEALTH, LINK]), st.sampled_from([True, False, None]))
def test_a_fault_never_helps(rows: list[EvidenceRow], unit: str, diagnostic: str, admissible: bool | None) -> None:
    """It should never open a gate that was shut because one more fault was measured, in sound data or not."""
    newest = replace(row(999, unit, diagnostic, round_id="r99", verdict=Verdict.FAIL, admissible=admissible), at=NOW)
    before, after = gate(rows), gate([*rows, newest])
    assert before.open or not after.open
    assert not after.open


@given(rows_drawn, st.integers(0, 100))
def test_time_alone_only_ages(rows: list[EvidenceRow], days: int) -> None:
    """It should let time alone change nothing but age and soak."""
    past = [r for r in rows if r.at <= NOW]
    later = gate(past, now=NOW + timedelta(days=days))
    now = gate(past)
    assert later.evidence_digest == now.evidence_digest
    for one, other in zip(now.outcomes, later.outcomes, strict=True):
        if one.criterion == "fresh":
            assert RANK[other.status] <= RANK[one.status]
        elif one.criterion == "soak_days":
            assert RANK[other.status] >= RANK[one.status]
        else:
            assert _timeless(one) == _timeless(other)


def _timeless(outcome: CriterionOutcome) -> CriterionOutcome:
    """An outcome without its forecast, which time alone moves."""
    return replace(outcome, forecast=None, no_forecast="")


@given(rows_drawn)
def test_an_answer_is_whole(rows: list[EvidenceRow]) -> None:
    """It should say what is missing exactly where something is, in bounded words, and rest on rows that exist."""
    ids = {r.result_id for r in rows}
    for outcome in gate(rows).outcomes:
        assert (outcome.missing == "") == (outcome.status is CriterionStatus.MET)
        assert len(outcome.missing) < 3000
        assert (outcome.needs == ()) == (outcome.status is CriterionStatus.MET)
        assert all(need.amount > 0 and need.of for need in outcome.needs)
        told = (outcome.forecast is not None) + (outcome.no_forecast != "")
        assert told == (outcome.status is not CriterionStatus.MET)
        assert set(outcome.rests_on) <= ids
        assert set(outcome.units) <= set(BUILD)
        assert outcome.status is not CriterionStatus.MET or outcome.rests_on
