"""Tests of one host as it is shown."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from filled_store import DIAGNOSTICS, HOSTILE, HOT, World, counted_queries, new_world

from gatehouse.catalog.loader import Catalog
from gatehouse.local.postgres import Server
from gatehouse.model.errors import NotFoundError
from gatehouse.operations.view_host import host_view
from gatehouse.store import leases
from gatehouse.store.engine import transaction


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two rounds, the later not admissible."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round("first")
        made.round("second", admissible=False, problems=("rows are missing",))
        yield made


@pytest.mark.parametrize("name", ["evt-02", "SN00002"])
def test_a_host_is_found_by_name_and_by_serial(world: World, name: str) -> None:
    """It should know who it is, and where."""
    who = host_view(world.workspace, name).identity
    assert (who.host, who.serial, who.sku, who.site, who.program, who.build) == (
        "evt-02", "SN00002", "h100", "lab", "atlas", "EVT",
    )  # fmt: skip
    assert who.address == "10.0.0.2:22"
    assert who.claimed_serial == "SN00002"


def test_the_latest_result_of_each_diagnostic_is_shown(world: World) -> None:
    """It should show each once, of the newest round, with whether that round may count."""
    lines = host_view(world.workspace, "evt-02").diagnostics
    assert sorted(line.diagnostic for line in lines) == sorted(DIAGNOSTICS)
    assert {line.round_id for line in lines} == {"second"}
    assert {line.admissible for line in lines} == {False}


def test_an_open_issue_tells_seen_required_and_next(world: World) -> None:
    """It should name part, check, what was seen, what was required, and the rung."""
    view = host_view(world.workspace, "evt-02")
    (issue,) = view.issues
    assert (issue.part, issue.check, issue.seen, issue.required) == ("gpu0", "temp_c", HOT, "at most 85 degC")
    assert view.action == "SWAP_PART"


def test_readings_come_with_limits_and_without_value_as_none(world: World) -> None:
    """It should never show a missing value as 0."""
    line = next(d for d in host_view(world.workspace, "evt-01").diagnostics if d.diagnostic == "memory_stress")
    readings = {reading.name: reading for reading in line.readings}
    assert (readings["temp_c"].number, readings["temp_c"].high) == (61.0, 85.0)
    assert readings["serial"].word == "1C0FFEE"
    assert (readings["ecc.uncorrectable"].number, readings["ecc.uncorrectable"].word) == (None, None)


def test_what_a_tool_said_is_kept_as_it_was(world: World) -> None:
    """It should carry the finding's text and the hash under which the raw output lies."""
    line = next(d for d in host_view(world.workspace, "evt-02").diagnostics if d.diagnostic == "accelerator_health")
    assert [(note.kind, note.text) for note in line.notes] == [("hardware", HOSTILE)]
    (output,) = line.outputs
    assert output.command == "tool --all accelerator_health"
    assert HOSTILE.encode() in world.workspace.raw.get(output.stdout_sha256)


def test_history_counts_each_round(world: World) -> None:
    """It should list rounds newest first, with what was good, bad and not measured."""
    visits = host_view(world.workspace, "evt-04").visits
    assert [(v.round_id, v.admissible, v.passed, v.failed, v.holes) for v in visits] == [
        ("second", False, 2, 0, 2), ("first", True, 2, 0, 2),
    ]  # fmt: skip


def test_a_host_that_was_not_reached_says_why(world: World) -> None:
    """It should have holes and no issue: not reaching a host is no fault of the machine."""
    view = host_view(world.workspace, "evt-03")
    assert view.issues == ()
    assert {line.measured for line in view.diagnostics} == {"ERROR"}
    assert "nothing answered" in (view.visits[0].unreachable or "")


def test_a_lease_is_shown(world: World) -> None:
    """It should say who holds the host now."""
    with transaction(world.engine) as session:
        leases.acquire(session, ["evt-01"], "round x", 60)
    assert host_view(world.workspace, "evt-01").identity.held_by == "round x"
    assert host_view(world.workspace, "evt-05").identity.held_by == ""


def test_a_host_that_left_the_catalogue_is_still_known(world: World) -> None:
    """It should show its evidence by serial or name, and say that it is not listed any more."""
    elsewhere = replace(world.workspace, catalog=Catalog(()))
    for name in ("SN00002", "evt-02"):
        view = host_view(elsewhere, name)
        assert (view.identity.host, view.identity.listed, view.identity.address) == ("evt-02", False, "")
        assert view.issues


def test_an_unknown_host_is_refused(world: World) -> None:
    """It should say that neither the catalogue nor a round knows it."""
    with pytest.raises(NotFoundError, match="nobody"):
        host_view(world.workspace, "nobody")


def test_the_number_of_queries_is_fixed(world: World) -> None:
    """It should ask the same questions of a host without history as of one with."""
    with counted_queries(world.engine) as seen:
        host_view(world.workspace, "evt-02")
    assert len(seen) <= 10
