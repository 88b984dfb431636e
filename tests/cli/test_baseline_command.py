"""``gatehouse baseline`` as people and scripts use it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from measured_fleet import PROGRAM, Fleet, measured_fleet

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fleet(tmp_path: Path, fresh_store_url: str) -> Iterator[Fleet]:
    made = measured_fleet(tmp_path, fresh_store_url)
    yield made
    made.workspace.engine.dispose()


@pytest.fixture
def baseline(tmp_path: Path, fresh_store_url: str) -> Shell:
    """``gatehouse baseline WORDS``, against the fleet's store."""
    env = {
        **os.environ,
        "COLUMNS": "200",
        "GATEHOUSE_HOME": str(tmp_path / "home"),
        "GATEHOUSE_STORE_URL": fresh_store_url,
        "GATEHOUSE_CATALOG": str(tmp_path / "catalog"),
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from gatehouse.cli import main; main()", "baseline", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=env)

    return run


def test_a_baseline_goes_its_way_in_the_shell(fleet: Fleet, baseline: Shell) -> None:
    """It should be learned, looked at, promoted by a person, exported and rejected, with exit codes for scripts."""
    fleet.round({"f-04": 0.9})
    learned = baseline("learn", PROGRAM)
    assert learned.returncode == 1, learned.stderr  # a host lies out
    for said in (
        "proposed: 9 hosts agree, 1 host lies out",
        "must be at least 5",
        "f-04",
        "█",
        "░",
        "baseline 1 (proposed)",
    ):
        assert said in learned.stdout
    as_json = json.loads(baseline("learn", PROGRAM, "--json").stdout)
    assert as_json["lessons"][0]["learned"]["finding"] == "proposed"
    assert as_json["lessons"][0]["baseline"] == 1
    listed = json.loads(baseline("list", "--json").stdout)
    assert [(one["id"], one["state"], one["outliers"]) for one in listed] == [(1, "proposed", ["f-04"])]
    assert "gpu* rate_gbps" in baseline("list", "--sku", "fast").stdout
    assert baseline("promote", "1").returncode == 2  # by whom, and why?
    assert "is shadow now" in baseline("promote", "1", "--who", "Kim", "--reason", "looks right").stdout
    fleet.round()
    shadow = baseline("shadow", "1")
    assert shadow.returncode == 1
    assert "missing: 59 more runs of good machines" in shadow.stdout
    early = baseline("promote", "1", "--who", "Kim", "--reason", "hurry")
    assert (early.returncode, "not seen enough" in early.stderr) == (2, True)
    exported = baseline("export", "1")
    assert yaml.safe_load(exported.stdout)[0]["kind"] == "at_least"
    shown = baseline("show", "1")
    assert "another cohort is not held against it" in shown.stdout
    assert "looks right" in shown.stdout
    assert "is rejected now" in baseline("reject", "1", "--who", "Kim", "--reason", "special cables").stdout


def test_fingerprints_and_troubles_are_told(fleet: Fleet, baseline: Shell) -> None:
    """It should name the host with another checksum, the host whose cohort is unknown, and what a call lacks."""
    fleet.round(checksum={"f-07": "9f3d"}, driver={"f-02": None})
    found = baseline("learn", "fast", "--reading", "checksum", "--reading", "gpus")
    assert found.returncode == 1
    for said in ("f-07 shows 9f3d", "left out: f-02 does not tell its firmware", "nothing says which values of gpus"):
        assert said in found.stdout
    nobody = baseline("learn", "nobody")
    assert (nobody.returncode, "neither a program nor a SKU" in nobody.stderr) == (2, True)
    assert baseline("show", "99").returncode == 2
    assert baseline("learn", PROGRAM, "--alpha", "2").returncode == 2
