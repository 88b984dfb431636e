"""What counts as evidence, how outcomes add up, and what a person's rejection does."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from phase_evidence import (
    FULL_SET,
    HEALTH,
    LINK,
    NOW,
    START,
    answer,
    criteria,
    fault,
    healthy,
    passes,
    phase,
    rejection,
    row,
    units,
    value,
)

from gatehouse.decisions.gates import evaluate, overall
from gatehouse.model.errors import UsageError
from gatehouse.model.evidence import EvidenceRow, RoundSummary
from gatehouse.model.status import CriterionStatus, Measured, Phase, Verdict

MET, NOT_MET = CriterionStatus.MET, CriterionStatus.NOT_MET
NOT_ENOUGH, WAIVED = CriterionStatus.NOT_ENOUGH_EVIDENCE, CriterionStatus.WAIVED
NO_ISSUES, COVERAGE = {"kind": "no_open_issues"}, {"kind": "coverage"}


def issues(*rows: EvidenceRow) -> CriterionStatus:
    """How the only unit's issues stand."""
    return answer(phase(rows=rows), **NO_ISSUES).status


def test_a_healthy_build_meets_everything() -> None:
    """It should open the gate for a build that meets every kind of criterion, unconditionally."""
    decision = evaluate(healthy(), FULL_SET)
    assert [(o.criterion, o.status) for o in decision.outcomes] == [(c.id, MET) for c in FULL_SET.criteria]
    assert decision.status is MET
    assert decision.open
    assert not decision.conditional
    assert (decision.program, decision.phase, decision.decided_at) == ("h100", Phase.DVT, NOW)
    assert all(o.missing == "" and o.units == () and o.observed and o.required for o in decision.outcomes)
    assert all(o.rests_on for o in decision.outcomes)


@pytest.mark.parametrize("kind", [c.kind for c in FULL_SET.criteria])
def test_no_criterion_is_met_by_nothing(kind: str) -> None:
    """It should meet no criterion at all without results, without units, or without a mandatory diagnostic."""
    only = FULL_SET.model_copy(update={"criteria": tuple(c for c in FULL_SET.criteria if c.kind == kind)})
    full = healthy()
    for hollow in (
        replace(full, rows=(), rounds=(), values={}),
        replace(full, units=()),
        replace(full, diagnostics=()),
    ):
        decision = evaluate(hollow, only)
        assert decision.status is NOT_ENOUGH
        assert decision.outcomes[0].missing


def test_criteria_of_another_phase_are_refused() -> None:
    """It should not hold DVT's evidence against EVT's criteria."""
    with pytest.raises(UsageError, match="criteria of DVT, not EVT"):
        evaluate(replace(healthy(), phase=Phase.EVT), FULL_SET)


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([row(1)], MET),
        ([fault(1)], NOT_MET),
        ([fault(1), row(2, round_id="r2")], MET),
        ([row(1), fault(2, round_id="r2")], NOT_MET),
        # A fault of an inadmissible or unjudged round stands …
        ([row(1), fault(2, round_id="r2", admissible=False)], NOT_MET),
        ([row(1), fault(2, round_id="r2", admissible=None)], NOT_MET),
        # … until a later sound pass, and no other: not an unsound one, not an earlier one, not another diagnostic's.
        ([fault(1, round_id="r1", admissible=False), row(2, round_id="r2")], MET),
        ([fault(1), row(2, round_id="r2", admissible=False)], NOT_MET),
        ([fault(1), row(2, round_id="r2", admissible=None)], NOT_MET),
        ([fault(1, day=2), row(2, day=1, round_id="r2")], NOT_MET),
        ([fault(1, diagnostic="other"), row(2)], NOT_MET),
        # What was not measured neither helps nor heals.
        ([row(1, measured=Measured.ERROR, verdict=Verdict.NOT_APPLICABLE)], NOT_ENOUGH),
        ([row(1, measured=Measured.SKIP, verdict=Verdict.NOT_APPLICABLE)], NOT_ENOUGH),
        ([row(1, measured=Measured.ERROR)], NOT_ENOUGH),
        ([fault(1, measured=Measured.SKIP)], NOT_ENOUGH),
        ([fault(1), row(2, measured=Measured.SKIP, verdict=Verdict.NOT_APPLICABLE, round_id="r2")], NOT_MET),
        # A pass of unsound data is no pass.
        ([row(1, admissible=False)], NOT_ENOUGH),
        ([row(1, admissible=None)], NOT_ENOUGH),
        # A result from the future does not help; a fault from there still stands.
        ([row(1, day=31)], NOT_ENOUGH),
        ([row(1), fault(2, day=31)], NOT_MET),
    ],
)
def test_what_counts(rows: list[EvidenceRow], status: CriterionStatus) -> None:
    """It should count evidence asymmetrically: doubtful data never helps, a measured fault stands until healed."""
    assert issues(*rows) is status
    assert issues(*reversed(rows)) is status


def test_the_round_and_the_row_must_agree() -> None:
    """It should take the stricter of what the row and its round's summary say of the data."""
    evidence = phase(rows=[row(1)], rounds=(RoundSummary("r1", False, ("late",), ("u000",), NOW),))
    assert answer(evidence, **COVERAGE).status is NOT_ENOUGH
    evidence = phase(rows=[row(1, admissible=None)], rounds=(RoundSummary("r1", True, (), ("u000",), NOW),))
    assert answer(evidence, **COVERAGE).status is NOT_ENOUGH


def test_units_of_another_build_do_not_count() -> None:
    """It should pass over results of earlier builds: neither their passes nor their faults are this build's."""
    evt = passes(units(59), first_id=100)
    evidence = phase(["dvt1"], evt)
    assert answer(evidence, **COVERAGE).status is NOT_ENOUGH
    assert answer(evidence, "units_tested", at_least=1).observed == "0 units of 1 tested"
    foreign = fault(1, "evt1", round_id="r0", admissible=False)
    decision = evaluate(phase(["dvt1"], [foreign, row(2, "dvt1")]), criteria(NO_ISSUES, {"kind": "data_quality"}))
    assert decision.status is MET


def test_a_twin_counts_once() -> None:
    """It should count a result that is listed twice once, and treat copies that differ the same in any order."""
    rows = [row(1), row(1), row(1)]
    assert answer(phase(units(2), rows), "units_tested", at_least=2).observed == "1 unit of 2 tested"
    liar = replace(row(1), verdict=Verdict.FAIL)
    both = (phase(rows=[row(1), liar]), phase(rows=[liar, row(1)]))
    assert evaluate(both[0], criteria(NO_ISSUES)) == evaluate(both[1], criteria(NO_ISSUES))


@pytest.mark.parametrize(
    ("statuses", "total"),
    [
        ([MET, MET], MET),
        ([MET, WAIVED], WAIVED),
        ([WAIVED, NOT_ENOUGH, MET], NOT_ENOUGH),
        ([NOT_ENOUGH, NOT_MET, WAIVED], NOT_MET),
    ],
)
def test_overall(statuses: list[CriterionStatus], total: CriterionStatus) -> None:
    """It should let the worst outcome decide."""
    some = evaluate(healthy(), criteria(COVERAGE)).outcomes[0]
    assert overall([replace(some, status=status) for status in statuses]) is total


def test_replay() -> None:
    """It should give the same decision for the same evidence, to the last word."""
    assert evaluate(healthy(), FULL_SET) == evaluate(healthy(), FULL_SET)


def digest(**changes: Any) -> str:
    """Digest of the healthy build with changes."""
    return evaluate(replace(healthy(), **changes), FULL_SET).evidence_digest


def test_the_digest_is_of_the_evidence() -> None:
    """It should change with everything a decision rests on."""
    full = healthy()
    plain = digest()
    assert len(plain) == 64
    failed = tuple(replace(r, verdict=Verdict.FAIL) if r.result_id == 3 else r for r in full.rows)
    unjudged = tuple(replace(r, admissible=None) for r in full.rows)
    slower = {**full.values, "busbw_gbps": (value(2, "u000", 300.0),)}
    others = [
        digest(units=(*full.units, "u999")),
        digest(diagnostics=(HEALTH,)),
        digest(rows=full.rows[:-1]),
        digest(rows=failed),
        digest(rows=unjudged),
        digest(values=slower),
        digest(program="h200"),
        evaluate(full, criteria(COVERAGE)).evidence_digest,
    ]
    assert len({plain, *others}) == len(others) + 1


def test_the_digest_is_of_nothing_else() -> None:
    """It should not change with the moment, a signature, the order, a twin, or another build's results."""
    full = healthy()
    assert digest(now=NOW + timedelta(days=1)) == digest()
    assert digest(sign_offs=(rejection("x"),)) == digest()
    assert digest(rows=(*reversed(full.rows), full.rows[0])) == digest()
    assert digest(rows=(*full.rows, fault(999, "evt1"))) == digest()


def test_a_rejection_stands() -> None:
    """It should hold the gate while the evidence that was rejected is still on the table, and say who and why."""
    full = healthy()
    no = rejection(digest())
    decision = evaluate(replace(full, sign_offs=(no,)), FULL_SET)
    assert decision.status is NOT_MET
    held = decision.outcomes[-1]
    assert (held.criterion, held.status) == ("sign_off", NOT_MET)
    assert held.observed == "rejected by Grace (quality) on 2026-04-01: rack 4 looks odd"
    assert held.missing == "add a round: the evidence has not changed since"


def test_a_rejection_falls() -> None:
    """It should let go of a rejection once evidence was added, or the last word was a yes."""
    full, known = healthy(), digest()
    no = rejection(known)
    yes = rejection(known, approved=True, at=NOW)
    assert evaluate(replace(full, sign_offs=(yes, no)), FULL_SET).open
    assert not evaluate(replace(full, sign_offs=(rejection(known, at=NOW), replace(yes, at=START))), FULL_SET).open
    assert not evaluate(replace(full, sign_offs=(yes, replace(no, at=NOW))), FULL_SET).open  # a tie: the no counts
    more = replace(full, rows=(*full.rows, row(999, round_id="r2", day=1)), sign_offs=(no,))
    assert evaluate(more, FULL_SET).open


def test_the_decision_of_a_large_fleet_is_quick() -> None:
    """It should judge 1,000 units × 10 diagnostics × 5 rounds well within what a page may take to load."""
    names, asked = units(1000), tuple(f"d{n}" for n in range(10))
    rows = [
        item
        for number in range(5)
        for item in passes(names, asked, first_id=1 + number * 10_000, round_id=f"r{number}", day=float(number))
    ]
    evidence = phase(names, rows, asked, values=healthy().values, history=healthy().history)
    taken = []
    for _ in range(3):
        begun = time.process_time()
        evaluate(evidence, FULL_SET)
        taken.append(time.process_time() - begun)
    assert min(taken) < 1.0


def test_links_of_a_unit_are_asked_apart() -> None:
    """It should ask every mandatory diagnostic of every unit, each for itself."""
    evidence = phase(units(2), [row(1), row(2, diagnostic=LINK), row(3, "u001")], (HEALTH, LINK))
    outcome = answer(evidence, **COVERAGE)
    assert outcome.observed == "3 of 4 measured (75 %)"
    assert outcome.missing == f"measure u001: {LINK}"
    assert outcome.units == ("u001",)
