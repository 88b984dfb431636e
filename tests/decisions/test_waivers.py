"""A waiver is a promise by two people with an end, and never covers a blocker."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from phase_evidence import HEALTH, NOW, criteria, fault, passes, phase, row, units, waiver

from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, GateDecision
from gatehouse.model.status import CriterionStatus, Severity
from gatehouse.model.waivers import Approval, StepKind, Waiver, WaiverRole, WaiverStep

ISSUES = {"kind": "no_open_issues"}
ENGINEER = Approval("Ada", WaiverRole.ENGINEERING)
WITHDRAWN = WaiverStep(StepKind.WITHDRAWN, "Ada", "", "the fans came", NOW - timedelta(days=1))
SITE_OF = {"u000": "north", "u001": "north", "u002": "south"}
TWO_BAD = [*passes(["u000"]), fault(11, "u001"), fault(12, "u002")]


def decide(*waivers: Waiver, rows: list[EvidenceRow] | None = None, **spec: Any) -> GateDecision:
    """The gate of three units, two of them bad, with those waivers."""
    asked = criteria({**ISSUES, **spec})
    return evaluate(phase(units(3), TWO_BAD if rows is None else rows, waivers=waivers, site_of=SITE_OF), asked)


def test_a_live_waiver_opens_the_gate_conditionally() -> None:
    """It should waive, say until when, by whom and why, and keep what is still to be done."""
    decision = decide(waiver("no_open_issues"))
    (outcome,) = decision.outcomes
    assert (decision.status, outcome.status, outcome.waiver) == (CriterionStatus.WAIVED, CriterionStatus.WAIVED, 7)
    assert decision.open
    assert decision.conditional
    assert outcome.missing.startswith("waived until 2026-04-11 by waiver 7 of Ada: fan supplier is late; repair and")
    assert outcome.units == ("u001", "u002")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires_at": NOW}, "waiver 7 expired on 2026-04-01"),
        ({"expires_at": NOW - timedelta(days=1)}, "expired"),
        ({"approved_by": ()}, "waiver 7 needs a sign-off by engineering and one by quality or operations"),
        ({"approved_by": (ENGINEER,)}, "needs a sign-off by quality or operations"),
        ({"approved_by": (ENGINEER, Approval(" ada ", WaiverRole.QUALITY))}, "needs a sign-off by a second person"),
        ({"approved_by": (ENGINEER, Approval(" ", WaiverRole.QUALITY))}, "needs a sign-off by quality or operations"),
        ({"requested_by": "grace"}, "needs a sign-off by somebody who neither owns nor requested it"),
        ({"ended": WITHDRAWN}, "waiver 7 was withdrawn by Ada on 2026-03-31"),
        ({"units": ("u001",)}, "covers only u001"),
        ({"sites": ("north",)}, "covers only the units at north"),
        ({"units": ("u000",), "sites": ("south",)}, "covers only u000 and the units at south"),
    ],
)
def test_a_waiver_that_does_not_hold(changes: dict[str, Any], says: str) -> None:
    """It should not waive when it expired, has one approver, or covers other units, and say so."""
    decision = decide(waiver("no_open_issues", **changes))
    assert decision.status is CriterionStatus.NOT_MET
    assert says in decision.outcomes[0].missing
    assert decision.outcomes[0].waiver is None


def test_a_waiver_of_another_criterion_does_nothing() -> None:
    """It should look only at waivers of the criterion itself."""
    assert decide(waiver("coverage")).outcomes == decide().outcomes
    assert decide(waiver("coverage")).evidence_digest != decide().evidence_digest  # it is on the table all the same


def test_units_are_covered_together() -> None:
    """It should add up waivers of single units, and end with the first of them."""
    one = waiver("no_open_issues", units=("u001",), id=8, expires_at=NOW + timedelta(days=3))
    other = waiver("no_open_issues", units=("u002",))
    outcome = decide(one, other).outcomes[0]
    assert (outcome.status, outcome.waiver) == (CriterionStatus.WAIVED, 8)
    assert decide(one).status is CriterionStatus.NOT_MET


def test_a_site_is_covered_like_its_units() -> None:
    """It should cover the units that stand there, and no unit of another site."""
    north, south = waiver("no_open_issues", sites=("north",), id=8), waiver("no_open_issues", sites=("south",))
    assert decide(north, south).conditional
    assert decide(north).open is decide(south).open is False
    assert decide(north, waiver("no_open_issues", units=("u002",))).conditional
    assert decide(waiver("no_open_issues", sites=("north",), units=("u002",))).conditional


def test_a_unit_that_moves_leaves_the_waiver_of_its_site() -> None:
    """It should follow the inventory, on other evidence: the digest changes with it."""
    asked, by_site = criteria(ISSUES), waiver("no_open_issues", sites=("north",))
    rows = [*passes(["u000"]), fault(11, "u001")]
    before = evaluate(phase(units(2), rows, waivers=(by_site,), site_of={"u000": "south", "u001": "north"}), asked)
    after = evaluate(phase(units(2), rows, waivers=(by_site,), site_of={"u000": "south", "u001": "south"}), asked)
    assert (before.conditional, after.open) == (True, False)
    assert before.evidence_digest != after.evidence_digest


def test_a_site_without_units_covers_nobody() -> None:
    """It should not be taken for a waiver of the whole build."""
    assert decide(waiver("no_open_issues", sites=("nowhere",))).open is False


def test_a_rejected_waiver_neither_holds_nor_clutters() -> None:
    """It should not be told among what is missing: it never promised anything."""
    ended = replace(WITHDRAWN, kind=StepKind.REJECTED)
    assert decide(waiver("no_open_issues", ended=ended)).outcomes == decide().outcomes


def test_a_blocker_is_never_waived() -> None:
    """It should not waive a criterion that is a blocker, nor over a unit with an open one."""
    assert "is a blocker" in decide(waiver("no_open_issues"), severity="blocker").outcomes[0].missing
    rows = [*passes(["u000"]), fault(11, "u001"), fault(12, "u002", severity=Severity.BLOCKER)]
    decision = decide(waiver("no_open_issues"), rows=rows)
    assert decision.status is CriterionStatus.NOT_MET
    assert "an open blocker cannot be waived: u002" in decision.outcomes[0].missing
    assert decide(waiver("final_yield"), rows=rows, kind="final_yield", at_least=0.9, confidence=0.9).open is False


def test_a_unit_waiver_does_not_lift_a_bound() -> None:
    """It should need a waiver for all units where the number of units is what is short."""
    spec: dict[str, Any] = {"kind": "first_pass_yield", "at_least": 0.9, "confidence": 0.9}
    some = waiver("first_pass_yield", units=("u001", "u002"))
    assert decide(some, **spec).open is False
    assert decide(waiver("first_pass_yield"), **spec).conditional


def test_missing_evidence_can_be_waived_for_a_dead_unit() -> None:
    """It should let people go on without a unit that cannot be measured, by name."""
    evidence = phase(units(2), [row(1)], waivers=(waiver("coverage", units=("u001",)),))
    decision = evaluate(evidence, criteria({"kind": "coverage"}))
    assert decision.conditional
    assert decision.outcomes[0].missing.endswith(f"measure u001: {HEALTH}")


def test_what_is_met_needs_no_waiver() -> None:
    """It should not call a met criterion waived."""
    decision = decide(waiver("no_open_issues"), rows=passes(units(3)))
    assert decision.status is CriterionStatus.MET
