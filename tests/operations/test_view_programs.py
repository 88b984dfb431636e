"""Tests of the overview of programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_store import PROGRAM, World, answer, build_world, counted_queries, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.status import INTRODUCTION, CriterionStatus, Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.view_programs import GateState, view_programs
from gatehouse.store import phases
from gatehouse.store.engine import transaction


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two rounds, one of them inadmissible, and one kept decision."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round("first")
        made.round("second", admissible=False, problems=("rows are missing",))
        evaluate_gate(made.workspace, PROGRAM, Phase.EVT, keep=True)
        yield made


def test_a_program_is_a_row_of_four_gates(world: World) -> None:
    """It should show every phase in order, those that the program does not plan included."""
    (line,) = view_programs(world.workspace)
    assert (line.program, line.title, line.sku_title, line.owner) == (PROGRAM, "Atlas", "8× H100 server", "Pat Doe")
    assert [gate.phase for gate in line.gates] == list(INTRODUCTION)
    assert [gate.state for gate in line.gates] == [
        GateState.OPEN, GateState.NOT_OPENED, GateState.NOT_PLANNED, GateState.NOT_PLANNED,
    ]  # fmt: skip


def test_an_open_gate_shows_the_kept_decision(world: World) -> None:
    """It should name the criteria that are lacking, as the last kept decision found them."""
    gate = view_programs(world.workspace)[0].gates[0]
    assert gate.status is CriterionStatus.NOT_MET
    assert (gate.met, gate.criteria) == (0, 3)
    assert gate.lacking == ("Every unit measured", "No open issues", "Sound data")
    assert gate.decided_at is not None


def test_it_counts_units_and_rounds(world: World) -> None:
    """It should count a unit once however many rounds it was in, and one that was not reached never."""
    gate = view_programs(world.workspace)[0].gates[0]
    assert (gate.planned_units, gate.build_units, gate.measured_units) == (6, 6, 5)
    assert (gate.rounds, gate.last_round) == (2, "second")


def test_a_gate_without_decision_or_round_is_empty(world: World) -> None:
    """It should show nothing where nothing was seen."""
    gate = view_programs(world.workspace)[0].gates[1]
    assert (gate.status, gate.rounds, gate.last_round, gate.build_units, gate.planned_units) == (None, 0, "", 0, 50)


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    """It should ask three questions, whatever the number of hosts and programs."""
    with counted_queries(world.engine) as seen:
        view_programs(world.workspace)
    assert len(seen) == 3


@pytest.mark.parametrize(("conditional", "state"), [(False, GateState.EXITED), (True, GateState.EXITED_CONDITIONALLY)])
def test_a_conditional_exit_is_told_from_a_clean_one(
    tmp_path: Path, fresh_store_url: str, conditional: bool, state: GateState
) -> None:
    """It should say how a phase has exited."""
    world = build_world(tmp_path, fresh_store_url)
    decision = evaluate_gate(world.workspace, PROGRAM, Phase.EVT).decision
    with transaction(world.engine) as session:
        row = phases.file_decision(session, decision)
        phases.file_sign_off(session, PROGRAM, Phase.EVT, answer(decision.evidence_digest), "test")
        phases.close_phase(session, PROGRAM, Phase.EVT, "pat", row, conditional)
    assert view_programs(world.workspace)[0].gates[0].state is state
    world.engine.dispose()
