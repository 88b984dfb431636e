"""Who may ask for what until when, and whose signatures it needs: examples, and properties over all of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import NOW, criteria, fault, passes, phase, units, waiver

from gatehouse.catalog.program import Program
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.gates import evaluate
from gatehouse.decisions.waiver_rules import (
    LONGEST_DAYS,
    LastDay,
    cannot_sign,
    lacking,
    last_day,
    same_person,
    scope_of,
    state_of,
    unfit,
)
from gatehouse.model.evidence import PhaseEvidence
from gatehouse.model.status import Phase, Severity
from gatehouse.model.waivers import Approval, StepKind, Waiver, WaiverRequest, WaiverRole, WaiverState, WaiverStep

ENGINEERING, QUALITY, OPERATIONS = WaiverRole
PEOPLE = ("Ada", "Grace", "Lin", " ada ")
SITE_OF = {"u000": "north", "u001": "north", "u002": "south", "u003": "south"}
LAST = LastDay((NOW + timedelta(days=30)).date(), "the PVT gate is planned for 2026-05-01")
BAD = [*passes(["u000", "u003"]), fault(11, "u001"), fault(12, "u002")]
signatures = st.lists(st.builds(Approval, st.sampled_from((*PEOPLE, "")), st.sampled_from(WaiverRole)), max_size=5)


def request(**changes: Any) -> WaiverRequest:
    """A request that nothing speaks against."""
    plain: dict[str, Any] = {
        "program": "h100",
        "phase": Phase.DVT,
        "criterion": "no_open_issues",
        "owner": "Ada",
        "requested_by": "Pat",
        "reason": "the fan supplier is late",
        "containment": "inlet below 22 degC",
        "retest": "when the new fans are in",
        "expires_at": NOW + timedelta(days=10),
    }
    return WaiverRequest(**{**plain, **changes})


def reasons(
    asked: WaiverRequest, evidence: PhaseEvidence | None = None, last: LastDay = LAST, **spec: Any
) -> list[str]:
    """Why that request is refused."""
    (criterion,) = criteria({"kind": "no_open_issues", **spec}).criteria
    given_ = evidence or phase(units(4), BAD, site_of=SITE_OF)
    return unfit(asked, criterion, EvidenceIndex(given_), last)


def program(**planned: date) -> Program:
    """A program with planned exits of some phases."""
    phases = {
        name: {"plan": "p", "criteria": "c", "planned_units": 1, "planned_exit": planned.get(name)} for name in Phase
    }
    return Program.model_validate({"title": "t", "sku": "s", "owner": "o", "sites": ["lab"], "phases": phases})


def test_a_sound_request_may_be_filed() -> None:
    """It should find nothing against it, for the whole build, units or a site."""
    assert reasons(request()) == []
    assert reasons(request(units=("u001",), sites=("south",))) == []


@pytest.mark.parametrize("name", ["owner", "requested_by", "reason", "containment", "retest"])
def test_every_word_must_be_said(name: str) -> None:
    """It should refuse a promise without its parts."""
    (why,) = reasons(request(**{name: "  "}))
    assert why == f"{name.replace('_', ' ')} is empty: say it"


@pytest.mark.parametrize(
    ("changes", "spec", "says"),
    [
        ({"expires_at": NOW}, {}, "has passed: choose a later day"),
        ({"expires_at": NOW + timedelta(days=31)}, {}, "at the latest (the PVT gate is planned for 2026-05-01)"),
        ({"units": ("u009",)}, {}, "not of this build: u009"),
        ({"sites": ("east",)}, {}, "no unit of this build stands at east; its sites: north, south"),
        (
            {"units": ("u001",)},
            {"kind": "first_pass_yield", "at_least": 0.9, "confidence": 0.9},
            "leave units and sites",
        ),
        ({"sites": ("north",)}, {"kind": "soak_days", "at_least": 7.0}, "leave units and sites out"),
        ({}, {"severity": "blocker"}, "is a blocker and cannot be waived: meet it"),
    ],
)
def test_what_cannot_be_waived_is_refused_with_what_would_allow_it(
    changes: Mapping[str, Any], spec: Mapping[str, Any], says: str
) -> None:
    """It should give one reason, which names the way out."""
    (why,) = reasons(request(**changes), **spec)
    assert says in why


def test_all_reasons_are_told_at_once() -> None:
    """It should not send people back and forth."""
    assert len(reasons(request(reason="", expires_at=NOW, sites=("east",)), severity="blocker")) == 4


def test_an_open_blocker_is_refused_where_it_is_in_the_scope() -> None:
    """It should name the unit, and allow the others by name."""
    rows = [*passes(["u000", "u003"]), fault(11, "u001"), fault(12, "u002", severity=Severity.BLOCKER)]
    evidence = phase(units(4), rows, site_of=SITE_OF)
    for asked in (request(), request(units=("u002",)), request(sites=("south",))):
        (why,) = reasons(asked, evidence)
        assert why.startswith("an open blocker cannot be waived: u002; repair and retest")
    assert reasons(request(units=("u001",)), evidence) == []
    assert reasons(request(sites=("north",)), evidence) == []


def test_it_ends_no_later_than_the_next_gate() -> None:
    """It should take the planned date of the next phase's gate, and that one only."""
    planned = program(DVT=date(2026, 4, 9), PVT=date(2026, 5, 1))
    assert last_day(planned, Phase.EVT, NOW) == LastDay(date(2026, 4, 9), "the DVT gate is planned for 2026-04-09")
    assert last_day(planned, Phase.DVT, NOW).day == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("at", "why"), [(Phase.PVT, "the RAMP gate has no planned date"), (Phase.EOL, "no gate follows EOL")]
)
def test_without_a_date_it_ends_within_ninety_days(at: Phase, why: str) -> None:
    """It should say that nobody has planned the gate."""
    last = last_day(program(), at, NOW)
    assert last == LastDay((NOW + timedelta(days=LONGEST_DAYS)).date(), f"{why}, so 90 days at most")


def test_a_planned_date_that_has_passed_must_be_planned_anew() -> None:
    """It should not let anybody outlive a gate that the calendar puts in the past."""
    last = last_day(program(DVT=date(2026, 1, 5)), Phase.EVT, NOW)
    (why,) = reasons(request(), last=last)
    assert "set a new planned_exit in the program's YAML first" in why


@given(days=st.integers(-400, 400), cap=st.integers(-400, 400))
def test_no_request_outlives_its_last_day(days: int, cap: int) -> None:
    """It should be filed exactly while it ends in the future and not after the last day."""
    ends, last = NOW + timedelta(days=days), LastDay((NOW + timedelta(days=cap)).date(), "a test")
    assert (reasons(request(expires_at=ends), last=last) == []) is (0 < days <= cap)


@given(approvals=signatures, owner=st.sampled_from(PEOPLE), requester=st.sampled_from(PEOPLE))
def test_it_is_in_force_only_with_two_people_of_both_sides(
    approvals: list[Approval], owner: str, requester: str
) -> None:
    """It should need engineering and one of the others, two people, one of whom neither owns nor requested it."""
    signed = waiver("x", approved_by=tuple(approvals), owner=owner, requested_by=requester)
    enough = any(
        one.role is ENGINEERING
        and other.role is not ENGINEERING
        and one.who.strip()
        and other.who.strip()
        and not same_person(one.who, other.who)
        and not all(any(same_person(a.who, name) for name in (owner, requester)) for a in (one, other))
        for one, other in permutations(approvals, 2)
    )
    assert (lacking(signed) == "") is enough
    assert (state_of(signed, NOW) is WaiverState.IN_FORCE) is enough


@given(approvals=signatures)
def test_who_may_sign_brings_it_forward(approvals: list[Approval]) -> None:
    """It should be in force after two signatures that were allowed, whoever else tries, and never after one."""
    signed = waiver("x", approved_by=(), owner="Ada", requested_by="Lin")
    for approval in approvals:
        if not cannot_sign(signed, approval, NOW):
            signed = replace(signed, approved_by=(*signed.approved_by, approval))
    assert len(signed.approved_by) <= 2
    assert (lacking(signed) == "") is (len(signed.approved_by) == 2)


@pytest.mark.parametrize(
    ("signed", "tries", "says"),
    [
        (
            [("Grace", ENGINEERING)],
            ("grace ", QUALITY),
            "has signed it already as engineering: it needs a sign-off by qual",
        ),
        (
            [("Grace", QUALITY)],
            ("Lin", OPERATIONS),
            "quality or operations has signed already: it needs a sign-off by eng",
        ),
        ([("Ada", ENGINEERING)], ("Pat", QUALITY), "Pat and Ada both own or requested it: somebody else must sign"),
        ([("Ada", ENGINEERING), ("Grace", QUALITY)], ("Lin", QUALITY), "it has both sign-offs"),
        ([], (" ", QUALITY), "nobody signs without a name"),
    ],
)
def test_who_may_not_sign_is_told_who_could(
    signed: list[tuple[str, WaiverRole]], tries: tuple[str, WaiverRole], says: str
) -> None:
    """It should say why, and what is missing still."""
    asked = waiver("x", approved_by=tuple(Approval(*each) for each in signed), requested_by="Pat")
    assert says in cannot_sign(asked, Approval(*tries), NOW)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"approved_by": ()}, WaiverState.WAITING),
        ({}, WaiverState.IN_FORCE),
        ({"expires_at": NOW}, WaiverState.EXPIRED),
        ({"approved_by": (), "expires_at": NOW}, WaiverState.EXPIRED),
        ({"ended": WaiverStep(StepKind.REJECTED, "Lin", "", "no", NOW)}, WaiverState.REJECTED),
        ({"ended": WaiverStep(StepKind.WITHDRAWN, "Lin", "", "no", NOW), "expires_at": NOW}, WaiverState.WITHDRAWN),
    ],
)
def test_a_waiver_stands_somewhere(changes: dict[str, Any], state: WaiverState) -> None:
    """It should be in one state, and be signed only while it waits."""
    found = waiver("x", **changes)
    assert state_of(found, NOW) is state
    if state not in (WaiverState.WAITING, WaiverState.IN_FORCE):
        assert cannot_sign(found, Approval("Lin", QUALITY), NOW) == f"it is {state}: request a new one"


@given(
    named=st.sets(st.sampled_from(sorted(SITE_OF))), sites=st.sets(st.sampled_from(("north", "south", "east"))),
    bad=st.sets(st.sampled_from(sorted(SITE_OF)), min_size=1),
)  # fmt: skip
def test_it_covers_exactly_its_units(named: set[str], sites: set[str], bad: set[str]) -> None:
    """It should open the gate only where every unit in the way is of its scope."""
    rows = [fault(n, unit) if unit in bad else passes([unit], first_id=n)[0] for n, unit in enumerate(SITE_OF, 1)]
    asked: Waiver = waiver("no_open_issues", units=tuple(sorted(named)), sites=tuple(sorted(sites)))
    evidence = phase(units(4), rows, waivers=(asked,), site_of=SITE_OF)
    scope = {unit for unit, site in SITE_OF.items() if unit in named or site in sites or asked.for_all}
    assert scope_of(asked, EvidenceIndex(evidence)) == scope
    assert evaluate(evidence, criteria({"kind": "no_open_issues"})).open is (bad <= scope)


@given(days=st.integers(-30, 30))
def test_time_alone_ends_it(days: int) -> None:
    """It should hold the gate open while it lasts, and never after."""
    asked = waiver("no_open_issues", expires_at=NOW + timedelta(days=10))
    evidence = phase(units(4), BAD, waivers=(asked,), now=NOW + timedelta(days=days))
    assert evaluate(evidence, criteria({"kind": "no_open_issues"})).open is (days < 10)
