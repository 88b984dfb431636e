"""Tests of one gate as it is shown and reported."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from filled_store import PROGRAM, World, answer, counted_queries, new_world

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
    """It should count failed checks over the phase, and know host names, parts, findings, rounds and the owner."""
    page = view_gate(world.workspace, PROGRAM, Phase.EVT)
    report = page.report
    assert [(f.diagnostic, f.check, f.units) for f in report.failures] == [("accelerator_health", "temp_c", 1)]
    assert report.program.owner == "Pat Doe"
    (issue,) = report.issues
    assert (issue.host, issue.site, issue.parts, issue.actions) == ("evt-02", "lab", ["gpu0"], ["swap the part"])
    assert [(s.kind, s.signature, s.units) for s in report.signatures] == [("hardware", "xid.79", 1)]
    (line,) = report.rounds
    assert (line.number, line.requested_by, line.reason, line.visited, line.unreachable) == (
        1,
        "pat",
        "first look",
        6,
        1,
    )
    assert [(s.site, s.built, s.measured, s.failing) for s in report.build.by_site] == [("lab", 6, 4, 1)]
    html = page.html()
    assert "of last week" in html
    assert "evt-02" in html
    assert "<script>" not in html


def test_both_forms_tell_the_same(world: World) -> None:
    """It should give the same status, digest and issues as JSON."""
    page = view_gate(world.workspace, PROGRAM, Phase.EVT)
    document = json.loads(page.json())
    assert document["evidence_digest"] == page.decision.evidence_digest
    assert [issue["host"] for issue in document["issues"]] == ["evt-02"]


def test_readings_with_limits_are_distributions(world: World) -> None:
    """It should plot what was held against a limit and varies, and name the value beyond it."""
    (plot,) = view_gate(world.workspace, PROGRAM, Phase.EVT).report.capability
    assert (plot.reading, plot.parts, plot.unit, plot.high_limit, plot.low_limit) == (
        "temp_c",
        "gpu*",
        "degC",
        85.0,
        None,
    )
    assert (plot.beyond, plot.maximum) == (1, 97.0)
    assert [(o.host, o.value, o.beyond_limit) for o in plot.outliers] == [("evt-02", 97.0, True)]


def test_the_report_asks_a_fixed_number_of_queries(world: World, postgres_server: Server, tmp_path: Path) -> None:
    """It should ask no more of the store for many hosts and rounds than for few."""
    with counted_queries(world.engine) as few:
        view_gate(world.workspace, PROGRAM, Phase.EVT)
    with new_world(postgres_server, tmp_path, hosts=40) as large:
        for number in range(4):
            large.round(f"round-{number}")
        with counted_queries(large.engine) as many:
            page = view_gate(large.workspace, PROGRAM, Phase.EVT)
    assert len(page.report.rounds) == 4
    assert len(many) == len(few)


def test_a_repaired_fault_is_told_with_its_retest(postgres_server: Server, tmp_path: Path) -> None:
    """It should move a fault from the open issues to the repaired ones, and lift the final yield only."""
    with new_world(postgres_server, tmp_path) as made:
        made.round("first")
        made.mended.add("evt-02")
        made.round("second")
        report = view_gate(made.workspace, PROGRAM, Phase.EVT).report
    assert report.issues == []
    (line,) = report.repaired
    assert (line.host, line.diagnostic, line.failed_round, line.passes_round) == (
        "evt-02", "accelerator_health", "first", "second",
    )  # fmt: skip
    told = {plot.kind: [(point.passed, point.units) for point in plot.by_round] for plot in report.yields}
    assert told == {"first-pass": [(3, 4), (3, 4)], "final": [(3, 4), (4, 4)]}


def test_a_phase_that_was_never_opened_can_be_looked_at(world: World) -> None:
    """It should show an empty gate before the phase opens, and refuse criteria of another phase by name."""
    with pytest.raises(NotFoundError, match="PVT"):
        view_gate(world.workspace, PROGRAM, Phase.PVT)


def test_an_unknown_program_is_named(world: World) -> None:
    """It should say what there is."""
    with pytest.raises(NotFoundError, match="atlas"):
        view_gate(world.workspace, "zeus", Phase.EVT)
