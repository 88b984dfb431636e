"""Signatures: by role, by different people, on this very evidence; and whose rejection stands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from every_kind import signed
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import HEALTH, NOW, criteria, fault, passes, phase, row, units, waiver

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.decisions.sign_offs import signatures
from gatehouse.model.evidence import GateDecision, Need, SignOff
from gatehouse.model.status import CriterionStatus

MET, NOT_MET = CriterionStatus.MET, CriterionStatus.NOT_MET
NOT_ENOUGH = CriterionStatus.NOT_ENOUGH_EVIDENCE
PM, QUALITY, OWNER = "NPI program manager", "quality engineer", "service owner"
ASKED = criteria({"kind": "coverage"}, {"kind": "sign_offs", "roles": [PM, QUALITY]})
BUILD = phase(units(3), passes(units(3)))
DIGEST = evaluate(BUILD, ASKED).evidence_digest


def gate(*answers: SignOff, **changes: Any) -> GateDecision:
    """The gate with those answers."""
    return evaluate(replace(BUILD, sign_offs=answers, **changes), ASKED)


def test_the_request_may_start_when_all_else_is_met() -> None:
    """It should be signable and not open while only signatures are missing, and say whose."""
    decision = gate()
    assert (decision.signable, decision.open, decision.awaits) == (True, False, (PM, QUALITY))
    outcome = decision.outcomes[-1]
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "0 of 2 signed"
    assert outcome.required == f"this evidence signed by {PM}, {QUALITY}, all different people"
    assert outcome.missing == f"sign-off by {PM}, {QUALITY}"
    assert outcome.needs == (Need(2, f"sign-offs ({PM}, {QUALITY})"),)
    lacking = evaluate(phase(units(4), passes(units(3))), ASKED)
    assert not lacking.signable


def test_it_opens_when_every_role_has_signed() -> None:
    """It should take them in any order, and not be open before the last."""
    first, second = signed(QUALITY, "Ada", DIGEST), signed(PM, "Grace", DIGEST)
    assert gate(first).awaits == (PM,)
    assert not gate(first).open
    assert gate(first, second).open
    assert gate(second, first).outcomes[-1].observed == f"2 of 2 signed: {PM} (Grace), {QUALITY} (Ada)"
    assert gate(first).evidence_digest == DIGEST, "signing changes no evidence"


@pytest.mark.parametrize("twin", ["Ada", "ada ", " ADA"])
def test_nobody_signs_twice(twin: str) -> None:
    """It should count a person for one role, however the name is written."""
    assert not gate(signed(QUALITY, "Ada", DIGEST), signed(PM, twin, DIGEST)).open


def test_who_can_sign_for_two_leaves_room_for_others() -> None:
    """It should count so that most roles are filled: who signed both gives way to who signed one."""
    both = (signed(PM, "Ada", DIGEST), signed(QUALITY, "Ada", DIGEST))
    assert gate(*both, signed(PM, "Grace", DIGEST)).open
    assert gate(*both, signed(QUALITY, "Grace", DIGEST)).open
    assert gate(*both).awaits in ((PM,), (QUALITY,))


def test_only_this_evidence_counts() -> None:
    """It should ask again for every signature when the evidence has changed."""
    answers = (signed(QUALITY, "Ada", DIGEST), signed(PM, "Grace", DIGEST))
    more = phase(units(3), [*BUILD.rows, row(99, "u000", HEALTH, round_id="r2", day=1)], sign_offs=answers)
    changed = evaluate(more, ASKED)
    assert (changed.signable, changed.awaits) == (True, (PM, QUALITY))


def test_another_role_fills_nothing() -> None:
    """It should not take a signature in a role that was not asked."""
    assert gate(signed(OWNER, "Ada", DIGEST), signed(PM, "Grace", DIGEST)).awaits == (QUALITY,)


def test_a_rejection_by_anyone_stands() -> None:
    """It should hold the gate though others approved later, until who rejected approves or the evidence changes."""
    no = signed(OWNER, "Linus", DIGEST, approved=False, comment="too hot", at=NOW - timedelta(hours=2))
    yes = (signed(QUALITY, "Ada", DIGEST), signed(PM, "Grace", DIGEST))
    held = gate(no, *yes)
    assert (held.status, held.signable, held.outcomes[-1].criterion) == (NOT_MET, False, "sign_off")
    assert "rejected by Linus (service owner)" in held.outcomes[-1].observed
    assert gate(no, *yes, signed(OWNER, "linus", DIGEST)).open
    grown = evaluate(replace(BUILD, rows=(*BUILD.rows, row(99, day=1)), sign_offs=(no, *yes)), ASKED)
    assert grown.signable


def test_who_rejected_has_not_signed() -> None:
    """It should not count an approval that its signer took back."""
    before = signed(PM, "Grace", DIGEST, at=NOW - timedelta(hours=2))
    assert gate(before, signed(PM, "Grace", DIGEST, approved=False)).awaits == (PM, QUALITY)


def test_signatures_are_never_waived() -> None:
    """It should not let a waiver take the place of a person."""
    assert not gate(waivers=(waiver("sign_offs"),)).open


def test_a_waiver_elsewhere_leaves_the_gate_to_be_signed() -> None:
    """It should ask for signatures on a conditional exit too."""
    evidence = phase(units(1), [fault(1)], waivers=(waiver("no_open_issues"),))
    asked = criteria({"kind": "no_open_issues"}, {"kind": "sign_offs", "roles": [PM]})
    decision = evaluate(evidence, asked)
    assert (decision.signable, decision.open) == (True, False)
    done = evaluate(replace(evidence, sign_offs=(signed(PM, "Grace", decision.evidence_digest),)), asked)
    assert (done.open, done.conditional) == (True, True)


@given(
    st.lists(st.tuples(st.sampled_from([PM, QUALITY, OWNER]), st.sampled_from("abcd")), max_size=8),
    st.randoms(use_true_random=False),
)
def test_no_order_and_no_assignment_is_missed(pairs: list[tuple[str, str]], random: Any) -> None:
    """It should fill as many roles as any way of counting would, whatever the order of the answers."""
    roles = (PM, QUALITY, OWNER)
    answers = [signed(role, who, DIGEST) for role, who in pairs]
    found = signatures(roles, answers, DIGEST)
    assert len(set(found.values())) == len(found)
    assert all((role, who) in pairs for role, who in found.items())
    assert len(found) == _most(roles, set(pairs))
    random.shuffle(answers)
    assert len(signatures(roles, answers, DIGEST)) == len(found)


def _most(roles: tuple[str, ...], pairs: set[tuple[str, str]], used: frozenset[str] = frozenset()) -> int:
    """By trying everything."""
    if not roles:
        return 0
    first, *rest = roles
    able = {who for role, who in pairs if role == first} - used
    return max([_most(tuple(rest), pairs, used), *(1 + _most(tuple(rest), pairs, used | {who}) for who in able)])


def test_better_words_take_no_signature_away() -> None:
    """It should hold on to signatures when a title or a source is mended, and not when a number is changed."""
    asked = ASKED.model_dump()
    asked["criteria"][0].update(title="All of it", source="elsewhere", note="as before")
    reworded = CriteriaSet.model_validate({**asked, "title": "Exit", "notes": ["as before"]})
    assert evaluate(BUILD, reworded).evidence_digest == DIGEST
    asked["criteria"][0]["at_least"] = 0.9
    assert evaluate(BUILD, CriteriaSet.model_validate(asked)).evidence_digest != DIGEST
