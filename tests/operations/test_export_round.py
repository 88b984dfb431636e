"""Tests of a stored round as OCP JSON lines."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from filled_store import HOSTILE, World, new_world
from ocp_rules import broken

from gatehouse.local.postgres import Server
from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import NotFoundError
from gatehouse.operations import export_round as module
from gatehouse.operations.export_round import export_round
from gatehouse.vendors.registry import read


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A judged round of six hosts."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round("judged")
        yield made


def _artifacts(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_round(world.workspace, "judged")]


def _named(artifacts: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [a["testStepArtifact"][kind] for a in artifacts if kind in a.get("testStepArtifact", {})]


def test_every_unit_and_diagnostic_is_a_step(world: World) -> None:
    """It should hold 6 × 4 steps, each closed with its own status."""
    artifacts = _artifacts(world)
    assert len(_named(artifacts, "testStepStart")) == 24
    statuses = [end["status"] for end in _named(artifacts, "testStepEnd")]
    assert (statuses.count("COMPLETE"), statuses.count("ERROR"), statuses.count("SKIP")) == (18, 5, 1)


def test_it_keeps_the_specification(world: World) -> None:
    """It should break no rule of it, with faults, holes, a skip and hostile text in the round."""
    assert broken(export_round(world.workspace, "judged")) == []


def test_our_own_reader_reads_it_back(world: World) -> None:
    """It should find as many steps, measurements and diagnoses as there are, and the run's end."""
    lines = list(export_round(world.workspace, "judged"))
    text = "".join(f"{line}\n" for line in lines).encode()
    facts = read("ocp-diag-jsonl", Completed(Command("k", ("x",)), Ended.EXITED, 0, text)).facts
    artifacts = _artifacts(world)
    assert (facts["lines"], facts["steps"], facts["run.result"]) == (len(lines), 24, "FAIL")
    assert facts["measurements"] == len(_named(artifacts, "measurement"))
    assert facts["diagnoses"] == len(_named(artifacts, "diagnosis"))


def test_the_run_ends_as_failed(world: World) -> None:
    """It should end COMPLETE and FAIL: a fault was measured in an admissible round."""
    assert _artifacts(world)[-1]["testRunArtifact"]["testRunEnd"] == {"status": "COMPLETE", "result": "FAIL"}


def test_measurements_come_from_the_readings(world: World) -> None:
    """It should carry numbers with limits, and words as they were said."""
    measurements = _named(_artifacts(world), "measurement")
    hot = [m for m in measurements if m["value"] == 97]
    assert hot[0]["validators"] == [{"type": "LESS_THAN_OR_EQUAL", "value": 85.0}]
    assert any(m["value"] == HOSTILE for m in measurements)


def test_every_raw_output_is_named(world: World) -> None:
    """It should name each output by the hash under which it is kept."""
    files = _named(_artifacts(world), "file")
    assert len(files) == 18
    for file in files:
        assert world.workspace.raw.get(file["uri"].removeprefix("urn:sha256:"))


def test_a_large_round_is_read_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should give the same artifacts whatever the size of the pieces."""
    whole = _artifacts(world)
    monkeypatch.setattr(module, "UNITS_AT_ONCE", 2)
    assert _artifacts(world) == whole


def test_an_unknown_round_is_refused_at_once(world: World) -> None:
    """It should say so before the first line is read."""
    with pytest.raises(NotFoundError):
        export_round(world.workspace, "nope")
