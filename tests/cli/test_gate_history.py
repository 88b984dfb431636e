"""``gatehouse gate --history`` and ``--replay`` as scripts use them: output, JSON and exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from filled_store import PROGRAM, World, new_world
from sqlalchemy import text

from gatehouse.local.postgres import Server
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.store.engine import transaction


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gate with one kept decision."""
    with new_world(postgres_server, tmp_path_factory.mktemp("history"), hosts=3) as made:
        made.round("r1")
        evaluate_gate(made.workspace, PROGRAM, Phase.EVT, keep=True)
        yield made


def gate(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``gatehouse gate atlas EVT`` in a process of its own, in the world's catalogue and store."""
    code = "import sys; from pathlib import Path; from gatehouse.catalog import loader; "
    code += "loader.SHIPPED = Path(sys.argv.pop(1)); from gatehouse.cli import main; main()"
    url = world.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-c", code, str(world.folder / "catalog"), "gate", PROGRAM, "EVT", *words],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "GATEHOUSE_HOME": "/nonexistent", "GATEHOUSE_STORE_URL": url, "COLUMNS": "200"},
    )  # fmt: skip


def test_history_lists_what_was_kept(world: World) -> None:
    """It should say of each decision when, what, on which evidence, and whether it can be replayed."""
    (one,) = json.loads(gate(world, "--history", "--json").stdout)
    assert one["status"] == "not met"
    assert (one["closed_by"], one["conditional"], one["replayable"]) == (None, False, True)
    shown = gate(world, "--history")
    assert shown.returncode == 0
    assert one["evidence_digest"][:16] in shown.stdout


def test_the_look_and_the_kept_decision_agree(world: World) -> None:
    """It should give in the shell, by the driver alone, the very answer that was kept."""
    looked = json.loads(gate(world, "--json").stdout)
    (kept,) = json.loads(gate(world, "--history", "--json").stdout)
    assert (looked["status"], looked["evidence_digest"]) == (kept["status"], kept["evidence_digest"])


def test_a_replay_says_whether_it_is_the_same(world: World) -> None:
    """It should exit with 0 while all is as it was, with 1 once a row was changed, and with 2 for nonsense."""
    (one,) = json.loads(gate(world, "--history", "--json").stdout)
    number = str(one["decision_id"])
    same = gate(world, "--replay", number)
    assert (same.returncode, "the same answer" in same.stdout) == (0, True), same
    assert gate(world, "--replay", "999").returncode == 2
    assert gate(world, "--replay", number, "--history").returncode == 2
    with transaction(world.engine) as session:
        session.execute(text("UPDATE result SET reason = 'it was nothing' WHERE verdict = 'FAIL'"))
    other = gate(world, "--replay", number, "--json")
    told = json.loads(other.stdout)
    assert (other.returncode, told["same"], told["differs"]) == (1, False, [])
    assert any("is it was nothing" in line for line in told["changed"])
