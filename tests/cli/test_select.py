"""``gatehouse select`` and ``gatehouse run --minutes``, beside a lab, as people and scripts use them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_world import SMALL, LabWorld, lab_world
from test_cli import Shell

from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.advance_phase import open_phase
from gatehouse.operations.open_round import open_adhoc_round

HOST, OTHER = "h100-evt-01", "h100-evt-02"


@pytest.fixture
def shell(tmp_path: Path, fresh_store_url: str) -> Iterator[Shell]:
    with lab_world(tmp_path, fresh_store_url, ["h100-8x:small:EVT:3"]) as world:
        open_phase(world.workspace, SMALL, Phase.EVT, "tester")
        key = tmp_path / "key"
        key.write_text(world.lab.login.private_key)
        env = {
            "GATEHOUSE_HOME": str(tmp_path / "home"),
            "GATEHOUSE_STORE_URL": fresh_store_url,
            "GATEHOUSE_FILES": str(tmp_path / "files"),
            "GATEHOUSE_CATALOG": str(tmp_path / "lab" / "catalog"),
            "GATEHOUSE_LOGIN_GATEHOUSE_LAB": f"{world.lab.login.user}:{key}",
            "GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC": f"gatehouse:{tmp_path / 'lab' / 'bmc_password'}",
        }
        yield Shell(world, env)


def measured(world: LabWorld, plan: str, *names: str) -> None:
    """A whole plan, run and admitted."""
    hosts = [world.workspace.catalog.host(name) for name in names]
    round_id = open_adhoc_round(world.workspace, plan, hosts, "tester")
    world.measure(round_id)
    admit_round(world.workspace, round_id)


def test_what_is_selected_can_be_read_run_and_leaves_the_gate_as_it_was(shell: Shell) -> None:
    """It should tell people and scripts the same, run just that, and count for the next choice and for no gate."""
    before = shell.world.gate(SMALL, Phase.EVT)
    told = shell("select", "in-service", "--host", HOST, "--minutes", "1")
    assert told.returncode == 0, told.stderr
    assert "saved; risk accepted:" in told.stdout
    assert "never seen: counted as new" in told.stdout
    said = json.loads(shell("select", "in-service", "--host", HOST, "--minutes", "1", "--json").stdout)
    chosen = {each["diagnostic"] for each in said["hosts"][0]["choice"]["chosen"]}
    assert 1 < len(chosen) < 15
    assert said["minutes"] <= 1
    assert said["accepted"] < said["at_stake"]

    ran = shell("run", "in-service", "--host", HOST, "--minutes", "1", "--json")
    assert ran.returncode == 0, ran.stderr
    (summary,) = json.loads(ran.stdout)
    assert (summary["phase"], [unit["host"] for unit in summary["units"]]) == ("ADHOC", [HOST])
    after = json.loads(shell("select", "in-service", "--host", HOST, "--minutes", "1", "--json").stdout)
    assert after["at_stake"] < said["at_stake"]
    view = json.loads(shell("host", HOST, "--json").stdout)
    assert {each["diagnostic"] for each in view["diagnostics"]} == chosen
    gate = shell.world.gate(SMALL, Phase.EVT)
    assert gate.status is CriterionStatus.NOT_ENOUGH_EVIDENCE
    assert [outcome.rests_on for outcome in gate.outcomes] == [outcome.rests_on for outcome in before.outcomes]


def test_a_bad_host_among_the_selected_is_told_and_known_the_next_time(shell: Shell) -> None:
    """It should exit 1 where the part of the plan finds a fault, and say next time that the host is known to be bad."""
    shell.world.lab.inject(id="ecc", host=OTHER, part="gpu3", fault="ecc_uncorrectable")
    ran = shell("run", "in-service", "--host", HOST, "--host", OTHER, "--minutes", "3")
    assert ran.returncode == 1, ran.stderr
    told = shell("select", "in-service", "--host", OTHER)
    assert "known to be bad: " in told.stdout


def test_nothing_worth_running_runs_nothing_and_is_good(shell: Shell, tmp_path: Path) -> None:
    """It should say so and exit 0, a moment after everything passed."""
    plans = tmp_path / "lab" / "catalog" / "plans"
    plans.mkdir(exist_ok=True)
    (plans / "light.yaml").write_text("title: x\ndiagnostics:\n  - {diagnostic: hardware_tree, mandatory: false}\n")
    measured(shell.world, "in-service", HOST)
    ran = shell("run", "light", "--host", HOST, "--minutes", "60")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "nothing is worth running now" in ran.stdout


def test_a_call_that_makes_no_sense_is_usage(shell: Shell) -> None:
    """It should exit 2 and say what would be accepted."""
    for words, said in (
        (("select", "nowhere", "--host", HOST), "no plan 'nowhere'"),
        (("select", "in-service", "--host", "nobody"), "no host 'nobody'"),
        (("select", "in-service", "--host", HOST, "--minutes", "-1"), "minutes must be a number of at least 0"),
        (("run", "in-service", "--host", HOST, "--minutes", "nan"), "minutes must be a number of at least 0"),
    ):
        done = shell(*words)
        assert done.returncode == 2, words
        assert said in done.stderr
