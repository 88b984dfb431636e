"""Tests of one gate as it is shown and reported."""

import json
from collections.abc import Iterator

import pytest
from filled_store import PROGRAM, World, answer, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.errors import NotFoundError
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.view_gate import view_gate
from gatehouse.operations.view_programs import GateState
from gatehouse.store import phases
from gatehouse.store.engine import transaction


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One admissible round, and a sign-off of other evidence."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round("first")
        with transaction(made.engine) as session:
            phases.file_sign_off(session, PROGRAM, Phase.EVT, answer("0" * 64, comment="of last week"), "test")
        yield made


def test_the_gate_is_evaluated_now_and_not_kept(world: World) -> None:
    """It should look without leaving a trace."""
    page = view_gate(world.workspace, PROGRAM, Phase.EVT)
    assert page.gate.decision_id is None
    assert page.decision.status is CriterionStatus.NOT_MET
    assert page.state is GateState.OPEN


def test_the_report_tells_what_the_store_knows(world: World) -> None:
    """It should count failed checks over the phase, and know host names and the owner."""
    page = view_gate(world.workspace, PROGRAM, Phase.EVT)
    assert [(f.check, f.units, f.times) for f in page.facts.failures] == [("temp_c", 1, 1)]
    assert page.facts.owner == "Pat Doe"
    assert page.names[world.serial("evt-02")] == "evt-02"
    html = page.html()
    assert "of last week" in html
    assert "evt-02" in html
    assert "<script>" not in html


def test_both_forms_tell_the_same(world: World) -> None:
    """It should give the same status, digest and issues as JSON."""
    page = view_gate(world.workspace, PROGRAM, Phase.EVT)
    document = json.loads(page.json())
    assert document["evidence_digest"] == page.decision.evidence_digest
    assert [unit["host"] for unit in document["issues"]] == ["evt-02"]


def test_a_phase_that_was_never_opened_can_be_looked_at(world: World) -> None:
    """It should show an empty gate before the phase opens, and refuse criteria of another phase by name."""
    with pytest.raises(NotFoundError, match="PVT"):
        view_gate(world.workspace, PROGRAM, Phase.PVT)


def test_an_unknown_program_is_named(world: World) -> None:
    """It should say what there is."""
    with pytest.raises(NotFoundError, match="atlas"):
        view_gate(world.workspace, "zeus", Phase.EVT)
