"""The shell's door to waivers, as scripts use it: the real command in a process of its own, on a real store."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from lab_world import CRITERIA, SMALL

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.model.evidence import SignOff
from gatehouse.model.status import Phase
from gatehouse.operations.advance_phase import close_phase, open_phase, sign_off
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.workspace import Workspace, login_from_environment
from gatehouse.store.engine import migrate, open_store

Shell = Callable[..., subprocess.CompletedProcess[str]]
SAID = ("--reason", "the fan supplier is late", "--containment", "inlet below 22 degC", "--retest", "with new fans")
ENDS = f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}"
CRITERIA_IDS = ("size", "coverage", "issues", "data")


@pytest.fixture
def workspace(tmp_path: Path, fresh_store_url: str) -> Workspace:
    """A program with a build of two hosts, and a store in which its EVT is open."""
    folder = tmp_path / "catalog"
    host = {"sku": "h100-8x", "program": SMALL, "build": "EVT", "address": "127.0.0.1", "host_key": "ssh-ed25519 AAAA",
            "connection": "lab"}  # fmt: skip
    hosts = [{"name": f"evt-{n}", "serial": f"SERIAL{n}", **host} for n in (1, 2)]
    phases = {name: {"plan": "evt", "criteria": f"small-{name.lower()}", "planned_units": 2} for name in ("EVT", "DVT")}
    documents = {
        "sites/bench.yaml": yaml.safe_dump({"title": "Bench", "hosts": hosts}),
        "criteria/small-evt.yaml": CRITERIA.format(phase="EVT", units=2),
        "criteria/small-dvt.yaml": CRITERIA.format(phase="DVT", units=2),
        f"programs/{SMALL}.yaml": yaml.safe_dump(
            {"title": "Small", "sku": "h100-8x", "owner": "tests", "sites": ["bench"], "phases": phases},
            sort_keys=False,
        ),
    }
    for name, text in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    store = open_store(fresh_store_url)
    migrate(store)
    made = Workspace(Catalog((SHIPPED, folder)), store, tmp_path / "files", login_from_environment)
    open_phase(made, SMALL, Phase.EVT, "tester")
    return made


@pytest.fixture
def shell(workspace: Workspace, tmp_path: Path, fresh_store_url: str) -> Shell:
    """The command beside that store."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {"GATEHOUSE_HOME": str(tmp_path / "home"), "GATEHOUSE_STORE_URL": fresh_store_url, "COLUMNS": "200",
               "GATEHOUSE_FILES": str(tmp_path / "files"), "GATEHOUSE_CATALOG": str(tmp_path / "catalog")}  # fmt: skip
        return subprocess.run(
            [sys.executable, "-c", "from gatehouse.cli import main; main()", *words],
            capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **env},
        )  # fmt: skip

    return run


def ask(shell: Shell, criterion: str = "coverage", *more: str, ends: str = ENDS) -> subprocess.CompletedProcess[str]:
    """Ask for a waiver of EVT."""
    words = ("--owner", "Ada", *SAID, "--expires", ends, "--who", "pat", *more)
    return shell("waiver", "request", SMALL, "evt", criterion, *words)


def test_a_waiver_from_the_request_to_its_end(shell: Shell) -> None:
    """It should be asked for, signed by two, shown, and taken back, with exit code 0 each time."""
    asked = ask(shell, "coverage", "--serial", "evt-1", "--json")
    assert asked.returncode == 0, asked.stderr
    waiver = json.loads(asked.stdout)
    number = str(waiver["id"])
    assert (waiver["state"], waiver["units"], waiver["lacks"]) == (
        "waits for sign-off", ["SERIAL1"], "a sign-off by engineering and one by quality or operations",
    )  # fmt: skip
    first = shell("waiver", "approve", number, "--who", "Grace", "--role", "engineering", "--comment", "seen the rack")
    assert first.returncode == 0, first.stderr
    assert f"Waiver {number}: waits for sign-off: a sign-off by quality or operations" in first.stdout
    assert f"gatehouse waiver approve {number} --who NAME --role ROLE" in first.stdout
    second = shell("waiver", "approve", number, "--who", "Lin", "--role", "OPERATIONS", "--json")
    assert json.loads(second.stdout)["state"] == "in force"
    listed = shell("waiver", "list", SMALL).stdout
    for said in (f"{SMALL} EVT", "coverage", "evt-1", "Ada", ENDS, "in force"):
        assert said in listed, said
    taken = shell("waiver", "withdraw", number, "--reason", "the fans came", "--who", "Ada")
    assert taken.returncode == 0, taken.stderr
    shown = shell("waiver", "show", number).stdout
    for said in ("seen the rack", "Grace", "engineering", "Lin", "operations", "the fans came", "withdrawn"):
        assert said in shown, said
    steps = json.loads(shell("waiver", "show", number, "--json").stdout)["history"]
    assert [step["kind"] for step in steps] == ["requested", "approved", "approved", "withdrawn"]
    assert [each["state"] for each in json.loads(shell("waiver", "list", "--json").stdout)] == ["withdrawn"]


@pytest.mark.parametrize(
    ("criterion", "more", "ends", "says"),
    [
        ("cake", (), ENDS, "has no criterion 'cake'; there are: size, coverage, issues, data"),
        ("sign_off", (), ENDS, "cannot be waived"),
        ("size", ("--serial", "evt-1"), ENDS, "leave units and sites out"),
        ("coverage", ("--serial", "evt-9"), ENDS, "not of this build: evt-9"),
        ("coverage", ("--site", "moon"), ENDS, "no unit of this build stands at moon; its sites: bench"),
        ("coverage", (), "2020-01-01", "which has passed: choose a later day"),
        ("coverage", (), "2120-01-01", "no planned date, so 90 days at most): choose an earlier day"),
        ("coverage", (), "next week", "'next week' is no day: write it as 2026-04-11"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_2(
    shell: Shell, criterion: str, more: tuple[str, ...], ends: str, says: str
) -> None:
    """It should say why on standard error, and what would allow it."""
    done = ask(shell, criterion, *more, ends=ends)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_who_may_not_sign_is_refused_with_2(shell: Shell) -> None:
    """It should refuse the same person, an unknown role, and a waiver that there is not."""
    number = str(json.loads(ask(shell, "coverage", "--json").stdout)["id"])
    assert shell("waiver", "approve", number, "--who", "Grace", "--role", "engineering").returncode == 0
    again = shell("waiver", "approve", number, "--who", "GRACE", "--role", "quality")
    assert (again.returncode, "has signed it already as engineering" in again.stderr) == (2, True)
    assert shell("waiver", "approve", number, "--who", "Lin", "--role", "chef").returncode == 2
    assert shell("waiver", "show", "99").returncode == 2
    rejected = shell("waiver", "reject", number, "--reason", "measure first", "--json")
    assert json.loads(rejected.stdout)["history"][-1]["who"], "it should know who typed it"
    late = shell("waiver", "approve", number, "--who", "Lin", "--role", "quality")
    assert (late.returncode, "it is rejected: request a new one" in late.stderr) == (2, True)


def test_a_gate_tells_a_conditional_exit_from_a_clean_one(shell: Shell, workspace: Workspace) -> None:
    """It should say that it exited on conditions, and exit with 1 once it is reopened."""
    numbers = [str(json.loads(ask(shell, criterion, "--json").stdout)["id"]) for criterion in CRITERIA_IDS]
    for number in numbers:
        for who, role in (("Grace", "engineering"), ("Lin", "quality")):
            shell("waiver", "approve", number, "--who", who, "--role", role)
    answer = json.loads(shell("gate", SMALL, "EVT", "--json").stdout)
    assert (answer["status"], answer["conditional"], answer["exit"]) == ("waived", True, None)
    decision = evaluate_gate(workspace, SMALL, Phase.EVT).decision
    signed = SignOff("Pat", "NPI program manager", True, "", decision.evidence_digest, decision.decided_at)
    sign_off(workspace, SMALL, Phase.EVT, signed, "test")
    close_phase(workspace, SMALL, Phase.EVT, "pat")
    stands = shell("gate", SMALL, "EVT")
    assert stands.returncode == 0
    assert "EVT exited on conditions on " in stands.stdout
    assert f"it stands by waiver until {ENDS}: coverage, data, issues, size" in stands.stdout
    shell("waiver", "withdraw", numbers[1], "--reason", "not wanted", "--who", "Ada")
    reopened = shell("gate", SMALL, "EVT")
    assert reopened.returncode == 1
    assert (
        f"and is reopened: coverage is not enough evidence: waiver {numbers[1]} was withdrawn by Ada" in reopened.stdout
    )
    behind = json.loads(shell("gate", SMALL, "DVT", "--json").stdout)
    held = {outcome["criterion"]: outcome["status"] for outcome in behind["outcomes"]}
    assert held["earlier_phases"] == "not met"
