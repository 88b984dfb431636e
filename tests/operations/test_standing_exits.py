"""Tests of exits on conditions on a real store: they reopen by themselves, hold what is behind, and stand again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_store import PROGRAM, counted_queries
from waiver_world import NOW, WaiverWorld, later, waiver_world

from gatehouse.model.errors import RefusedError
from gatehouse.model.evidence import SignOff
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.advance_phase import close_phase, sign_off
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.file_waiver import withdraw_waiver
from gatehouse.operations.open_round import RoundRequest, _phase
from gatehouse.operations.view_gate import view_gate
from gatehouse.operations.view_host import host_view
from gatehouse.operations.view_programs import GateState, view_programs
from gatehouse.store.engine import transaction

EARLIER = "earlier_phases"


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[WaiverWorld]:
    """EVT is open."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        yield made


def states(world: WaiverWorld, days: float) -> list[GateState]:
    """The states of EVT and DVT after some days, on the page of all programs."""
    return [gate.state for gate in view_programs(world.workspace, later(days))[0].gates[:2]]


def test_an_expired_waiver_reopens_the_gate_by_itself(world: WaiverWorld) -> None:
    """It should be so for whoever looks, with nothing that runs in between; and hold the gate behind it."""
    number = world.left_on_conditions()
    assert world.gate(Phase.DVT, later(9)).status is CriterionStatus.MET
    held = world.gate(Phase.DVT, later(10))
    assert held.status is CriterionStatus.NOT_MET
    (outcome,) = [o for o in held.outcomes if o.criterion == EARLIER]
    assert (
        f"EVT is reopened: No open issues is not met: waiver {number} expired on {later(10):%Y-%m-%d}"
        in outcome.observed
    )
    assert "EVT: No open issues: repair and retest SN-EVT-002" in outcome.missing
    assert "or a new waiver" in outcome.missing


def test_it_is_told_apart_everywhere(world: WaiverWorld) -> None:
    """It should be shown as exited on conditions, then as reopened, on pages, in reports and in the shell."""
    number = world.left_on_conditions()
    assert states(world, 9) == [GateState.EXITED_CONDITIONALLY, GateState.OPEN]
    assert states(world, 10) == [GateState.REOPENED, GateState.OPEN]
    cell = view_programs(world.workspace, later(10))[0].gates[0]
    assert f"waiver {number} expired" in cell.conditions
    before, after = (view_gate(world.workspace, PROGRAM, Phase.EVT, later(days)) for days in (9, 10))
    assert (before.state, after.state) == (GateState.EXITED_CONDITIONALLY, GateState.REOPENED)
    assert "EVT exited on conditions: waived criteria remain" in before.html()
    assert "EVT exited on conditions and is reopened: No open issues is not met" in after.html()
    covered, other = (host_view(world.workspace, name) for name in ("evt-02", "dvt-01"))
    assert covered.phase_state == "exited on conditions"
    assert covered.waivers == (f"waiver {number} of Ada Lovelace: issues until {later(10):%Y-%m-%d}",)
    assert (other.phase_state, other.waivers) == ("open", ())
    told = [evaluate_gate(world.workspace, PROGRAM, Phase.EVT, now=later(days)).exit for days in (9, 10)]
    assert [each.stands for each in told if each] == [True, False]
    assert evaluate_gate(world.workspace, PROGRAM, Phase.DVT, now=NOW).exit is None


def test_a_clean_exit_is_never_reopened(world: WaiverWorld) -> None:
    """It should stand whatever time does, and add nothing to the gates behind it."""
    world.measured()
    world.left()
    assert states(world, 400)[0] is GateState.EXITED
    assert EARLIER not in {o.criterion for o in world.gate(Phase.DVT, later(400)).outcomes}
    with counted_queries(world.engine) as seen:
        view_programs(world.workspace)
    assert len(seen) == 3


def test_a_new_waiver_makes_it_stand_again(world: WaiverWorld) -> None:
    """It should take one for a phase that exited on conditions, and hold nothing then."""
    world.left_on_conditions()
    world.waived(now=later(12), expires_at=later(30))
    assert states(world, 13)[0] is GateState.EXITED_CONDITIONALLY
    assert world.gate(Phase.DVT, later(13)).open
    assert states(world, 30)[0] is GateState.REOPENED


def test_newer_evidence_makes_it_stand_for_good(world: WaiverWorld) -> None:
    """It should take a round of that phase, and need no waiver any more."""
    world.left_on_conditions()
    with transaction(world.engine) as session:
        program = world.workspace.catalog.program(PROGRAM)
        assert _phase(session, RoundRequest(PROGRAM, "pat", phase=Phase.EVT), program) is Phase.EVT
        assert _phase(session, RoundRequest(PROGRAM, "pat"), program) is Phase.DVT
        with pytest.raises(RefusedError, match="start its npi_program"):
            _phase(session, RoundRequest(PROGRAM, "pat", phase=Phase.PVT), program)
    world.measured()
    assert states(world, 300)[0] is GateState.EXITED_CONDITIONALLY
    assert world.gate(Phase.DVT, later(300)).open


def test_a_phase_that_exited_clean_takes_no_more_rounds(world: WaiverWorld) -> None:
    """It should say so, and so of one that is not open yet."""
    program = world.workspace.catalog.program(PROGRAM)
    with transaction(world.engine) as session, pytest.raises(RefusedError, match="DVT is not open yet"):
        _phase(session, RoundRequest(PROGRAM, "pat", phase=Phase.DVT), program)
    world.measured()
    world.left()
    with transaction(world.engine) as session, pytest.raises(RefusedError, match="nothing is left to show"):
        _phase(session, RoundRequest(PROGRAM, "pat", phase=Phase.EVT), program)


def test_the_phase_behind_cannot_close_while_it_is_reopened(world: WaiverWorld) -> None:
    """It should be refused, though somebody has signed off on all that it shows itself."""
    number = world.left_on_conditions()
    withdraw_waiver(world.workspace, number, "Ada", "the fans are not coming", "w")
    decision = world.gate(Phase.DVT)
    answer = SignOff("Pat", "NPI program manager", True, "", decision.evidence_digest, NOW)
    sign_off(world.workspace, PROGRAM, Phase.DVT, answer, "s")
    with pytest.raises(RefusedError, match="DVT cannot exit: not met"):
        close_phase(world.workspace, PROGRAM, Phase.DVT, "pat")
    world.measured()
    world.left(Phase.DVT)
    assert states(world, 0) == [GateState.EXITED_CONDITIONALLY, GateState.EXITED]


def test_an_exit_behind_a_conditional_one_is_a_clean_one(world: WaiverWorld) -> None:
    """It should be conditional only by its own waivers: what holds it before it exits is that EVT stands."""
    world.left_on_conditions()
    assert not evaluate_gate(world.workspace, PROGRAM, Phase.DVT).decision.conditional


def test_the_conditions_are_those_of_the_moment_of_the_exit(world: WaiverWorld) -> None:
    """It should keep a decision of its own where time has changed what is waived, on the same evidence."""
    world.measured(bad=["evt-02"])
    first, second = world.waived(expires_at=later(5)), world.waived(expires_at=later(20))
    kept = [evaluate_gate(world.workspace, PROGRAM, Phase.EVT, keep=True, now=later(days)) for days in (0, 1, 21)]
    assert [view.decision.outcomes[1].waiver for view in kept] == [first, first, None]
    assert len({view.decision.evidence_digest for view in kept}) == 1
    assert kept[0].decision_id == kept[1].decision_id != kept[2].decision_id
    assert second
