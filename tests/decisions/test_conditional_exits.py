"""An exit on conditions stands while they are met or waived, and holds the gates behind it where it does not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import NOW, criteria, fault, passes, phase, units, waiver
from pydantic import ValidationError

from gatehouse.catalog.criteria import EARLIER
from gatehouse.decisions.conditional_exits import Standing, standing_of
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EarlierExit, GateDecision, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.model.waivers import StepKind, WaiverStep

ASKED = criteria({"kind": "no_open_issues", "title": "No open issues"}, {"kind": "fresh", "max_age_days": 60.0})
ISSUES = frozenset({"no_open_issues"})
BAD = [*passes(["u000"]), fault(11, "u001")]
EVT_STANDS = EarlierExit(Phase.EVT, True, "it stands by waiver until 2026-04-11: No open issues")
EVT_REOPENED = EarlierExit(
    Phase.EVT, False, "No open issues is not met: waiver 7 expired", "No open issues: repair u001"
)


def stands(conditions: frozenset[str] = ISSUES, **changes: Any) -> Standing:
    """How the exit stands by that evidence."""
    plain: dict[str, Any] = {"rows": BAD, "waivers": (waiver("no_open_issues"),)}
    evidence = phase(units(2), **{**plain, **changes})
    return standing_of(conditions, evaluate(evidence, ASKED), evidence)


def behind(*earlier: EarlierExit) -> GateDecision:
    """The gate of a phase behind those."""
    return evaluate(replace(phase(units(2), passes(units(2))), earlier=earlier), ASKED)


def test_it_stands_while_the_waiver_is_in_force() -> None:
    """It should say until when, and on which criterion."""
    found = stands()
    assert (found.stands, found.until) == (True, NOW + timedelta(days=10))
    assert found.why == "it stands by waiver until 2026-04-11: No open issues"


def test_it_is_reopened_by_time_alone() -> None:
    """It should name the waiver that has expired as the cause, and what would close it."""
    found = stands(now=NOW + timedelta(days=10))
    assert not found.stands
    assert found.why == "No open issues is not met: waiver 7 expired on 2026-04-11"
    assert found.closes == "No open issues: repair and retest u001: gpu3 temp_c is 97 degC, or a new waiver"


def test_it_is_reopened_when_the_waiver_is_withdrawn() -> None:
    """It should say who did it, and when."""
    ended = WaiverStep(StepKind.WITHDRAWN, "Ada", "", "not needed", NOW)
    assert stands(waivers=(waiver("no_open_issues", ended=ended),)).why.endswith("withdrawn by Ada on 2026-04-01")


def test_it_stands_again_by_newer_evidence() -> None:
    """It should need no waiver any more once its condition is met."""
    repaired = [*BAD, *passes(["u001"], first_id=20, day=20.0)]
    found = stands(rows=repaired, now=NOW + timedelta(days=10))
    assert (found.stands, found.until, found.why) == (True, None, "what was waived is met by evidence now")


def test_it_stands_again_by_a_new_waiver() -> None:
    """It should stand on the one that is in force, and end with it."""
    old, new = waiver("no_open_issues"), waiver("no_open_issues", id=8, expires_at=NOW + timedelta(days=40))
    found = stands(waivers=(old, new), now=NOW + timedelta(days=20))
    assert (found.stands, found.until) == (True, NOW + timedelta(days=40))


def test_a_new_fault_that_the_waiver_does_not_cover_reopens_it() -> None:
    """It should not stand on a waiver of another unit."""
    rows = [*BAD, fault(12, "u000", day=20.0)]
    found = stands(rows=rows, waivers=(waiver("no_open_issues", units=("u001",)),))
    assert not found.stands
    assert found.why.startswith("No open issues is not met: ")


def test_what_was_met_at_the_exit_stays_met() -> None:
    """It should not be reopened by evidence that grows old: a clean exit is not, either."""
    long = waiver("no_open_issues", expires_at=NOW + timedelta(days=200))
    later = NOW + timedelta(days=100)
    evidence = phase(units(2), BAD, waivers=(long,), now=later)
    assert {o.criterion: o.status for o in evaluate(evidence, ASKED).outcomes}["fresh"] is not CriterionStatus.MET
    assert stands(waivers=(long,), now=later).stands


def test_a_condition_that_nobody_asks_any_more_is_not_met_by_that() -> None:
    """It should not stand on a criterion that was taken out of the file."""
    found = stands(frozenset({"gone"}))
    assert (found.stands, found.why, found.closes) == (
        False,
        "gone is not among its criteria any more",
        "ask gone again",
    )


def test_a_reopened_phase_holds_the_gates_behind_it() -> None:
    """It should be a criterion of its own, which names what reopened and what would close it."""
    decision = behind(EVT_REOPENED)
    held = decision.outcomes[-1]
    assert (decision.status, held.criterion, held.status) == (CriterionStatus.NOT_MET, EARLIER, CriterionStatus.NOT_MET)
    assert held.observed == "EVT is reopened: No open issues is not met: waiver 7 expired"
    assert held.missing == "EVT: No open issues: repair u001"


def test_an_exit_that_stands_is_told_and_holds_nothing() -> None:
    """It should show that this gate rests on a conditional one."""
    decision = behind(EVT_STANDS)
    assert decision.status is CriterionStatus.MET
    assert decision.outcomes[-1].observed.startswith("EVT exited on conditions, it stands by waiver until 2026-04-11")


def test_clean_exits_are_no_criterion() -> None:
    """It should add nothing where nobody was waived."""
    assert [outcome.criterion for outcome in behind().outcomes] == ["no_open_issues", "fresh"]


def test_it_is_evidence() -> None:
    """It should change the digest with whether the exit stands, not with the words, the order, or twins."""
    told_otherwise = replace(EVT_STANDS, why="otherwise")
    assert behind(EVT_STANDS).evidence_digest == behind(told_otherwise, told_otherwise).evidence_digest
    assert len({behind(each).evidence_digest for each in (EVT_STANDS, EVT_REOPENED)} | {behind().evidence_digest}) == 3


def test_no_waiver_lifts_it() -> None:
    """It should be held whatever is waived at this gate."""
    evidence = phase(units(2), passes(units(2)), waivers=(waiver(EARLIER),))
    assert not evaluate(replace(evidence, earlier=(EVT_REOPENED,)), ASKED).open


def test_nobody_may_call_a_criterion_so() -> None:
    """It should be refused when the file loads."""
    with pytest.raises(ValidationError, match="asked by every gate itself"):
        criteria({"kind": "coverage", "id": EARLIER})


@given(ends=st.lists(st.integers(-20, 20), max_size=4), at=st.integers(0, 20), repaired=st.booleans())
def test_it_stands_exactly_while_met_or_waived(ends: list[int], at: int, repaired: bool) -> None:
    """It should stand where the evidence is good, or any waiver is in force; whatever the order of waivers."""
    waivers = tuple(
        waiver("no_open_issues", id=n, expires_at=NOW + timedelta(days=day)) for n, day in enumerate(ends, 1)
    )
    rows = [*BAD, *passes(["u001"], first_id=20, day=20.0)] if repaired else BAD
    evidence: PhaseEvidence = phase(units(2), rows, waivers=waivers, now=NOW + timedelta(days=at))
    found = standing_of(ISSUES, evaluate(evidence, ASKED), evidence)
    assert found.stands is (repaired or any(day > at for day in ends))
    turned = replace(evidence, waivers=waivers[::-1])
    assert standing_of(ISSUES, evaluate(turned, ASKED), turned) == found
