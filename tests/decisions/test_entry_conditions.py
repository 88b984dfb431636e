"""What should be there before a phase opens, and what keeps it shut."""

from typing import Any

import pytest
from phase_evidence import NOW

from gatehouse.catalog.entry import EntrySet
from gatehouse.decisions.entry import EntryFacts, entry_conditions, shut_by
from gatehouse.model.calendar import ConditionOutcome
from gatehouse.model.records import Attestation
from gatehouse.model.status import Phase

PLAN = Attestation("build_plan", "Ada", "https://docs/plan", NOW)


def outcome(kind: str, facts: dict[str, Any], **condition: Any) -> ConditionOutcome:
    """One condition of PVT (of EOL where only EOL has it) against facts."""
    phase = Phase.EOL if kind == "successor_ramping" else Phase.PVT
    said = {"id": condition.pop("id", kind), "title": "T", "kind": kind, "source": "a test", **condition}
    asked = EntrySet.model_validate({"title": "entry", "phase": phase, "conditions": [said]})
    plain = {"build_units": 0, "planned_units": 5, **facts}
    (found,) = entry_conditions(asked, EntryFacts("h100", phase, **plain))
    assert bool(found.missing) is not found.met
    return found


@pytest.mark.parametrize(
    ("kind", "condition", "met", "unmet"),
    [
        ("document", {"id": "build_plan"}, {"attestations": (PLAN,)}, {"attestations": ()}),
        ("document", {"id": "design_freeze"}, {"attestations": (Attestation("design_freeze", "A", "l", NOW),)},
         {"attestations": (PLAN,)}),
        ("build_ready", {}, {"build_units": 5}, {"build_units": 4}),
        ("build_ready", {"at_least": 2}, {"build_units": 2}, {"build_units": 1}),
        ("phase_exited", {"phase": "DVT"}, {"exited": {Phase.DVT: True}}, {"exited": {Phase.EVT: False}}),
        ("phase_exited", {"phase": "DVT", "clean": True}, {"exited": {Phase.DVT: False}},
         {"exited": {Phase.DVT: True}}),
        ("successor_ramping", {}, {"successor": "b200", "successor_ramping": True}, {"successor": "b200"}),
        ("successor_ramping", {}, {"successor": "b200", "successor_ramping": True}, {"successor_ramping": True}),
    ],
)  # fmt: skip
def test_each_kind_can_pass_and_can_fail(
    kind: str, condition: dict[str, Any], met: dict[str, Any], unmet: dict[str, Any]
) -> None:
    """It should be met by what it asks for, and by nothing less."""
    assert outcome(kind, met, **condition).met
    assert not outcome(kind, unmet, **condition).met


def test_what_is_missing_can_be_done() -> None:
    """It should name the command, the units, the gate or the program that it waits for."""
    assert "gatehouse calendar attest h100 PVT build_plan" in outcome("document", {}, id="build_plan").missing
    assert outcome("build_ready", {"build_units": 3}).missing == "add 2 units of build PVT to a site"
    assert "gatehouse gate h100 DVT" in outcome("phase_exited", {}, phase="DVT").missing
    assert outcome("successor_ramping", {"successor": "b200"}).missing == "wait for the ramp of b200"


def test_only_conditions_that_hold_keep_a_phase_shut() -> None:
    """It should let warnings pass, and let a person in by the condition's name only."""
    hold, warn = outcome("document", {}, id="a"), outcome("document", {}, id="b", holds=False)
    there = outcome("document", {"attestations": (PLAN,)}, id="build_plan")
    assert shut_by([hold, warn, there]) == (hold,)
    assert shut_by([hold, warn, there], {"b"}) == (hold,)
    assert shut_by([hold, warn, there], {"a"}) == ()


def test_a_phase_that_asks_for_nothing_is_open() -> None:
    """It should find no condition where there is none."""
    assert entry_conditions(None, EntryFacts("h100", Phase.EVT, 0, 5)) == ()


@pytest.mark.parametrize(
    "conditions",
    [
        [],
        [{"id": "a", "title": "t", "kind": "document", "source": "s"}] * 2,
        [{"id": "a", "title": "t", "kind": "phase_exited", "phase": "PVT", "source": "s"}],
        [{"id": "a", "title": "t", "kind": "successor_ramping", "source": "s"}],
        [{"id": "a", "title": "t", "kind": "build_ready", "at_least": 0, "source": "s"}],
        [{"id": "a", "title": "t", "kind": "document"}],
    ],
)
def test_a_set_that_makes_no_sense_does_not_load(conditions: list[dict[str, Any]]) -> None:
    """It should refuse twins, what nothing can meet, and what has no source."""
    with pytest.raises(ValueError, match="validation error"):
        EntrySet.model_validate({"title": "PVT entry", "phase": "PVT", "conditions": conditions})
