"""The doors of `make`, and the lock file behind them."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
DOORS = ("demo", "up", "down", "test", "check", "bench", "fuzz", "lock", "logs", "clean", "help")
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(*arguments: str, **env: str) -> str:
    """What make prints."""
    theirs = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PORT", "EXIT"}  # of the make that runs the tests
    inherited = {name: value for name, value in os.environ.items() if name not in theirs}
    done = subprocess.run(
        ["make", *arguments], cwd=CHECKOUT, env={**inherited, **env}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_make_alone_lists_the_doors() -> None:
    """It should help whoever comes for the first time."""
    listed = re.findall(r"^ +make (\w+)", make(), re.MULTILINE)
    assert sorted(listed) == sorted(DOORS)


@pytest.mark.parametrize("door", [door for door in DOORS if door not in {"help", "logs"}])
def test_every_door_sets_up_what_it_needs(door: str) -> None:
    """It should work as the first thing after a clone."""
    assert make("-n", door).startswith("python=$(command -v python3")


def test_what_is_given_is_passed_on(tmp_path: Path) -> None:
    """It should hand PORT and EXIT to the shell, given either way, and not hand on what was not given."""
    asks = tmp_path / "asks.mk"
    makefile = CHECKOUT / "Makefile"
    asks.write_text(f"include {makefile}\nask:\n\t@echo $${{PORT-unset}} $${{EXIT-unset}} $${{PYTHON-unset}}\n")
    assert make("-f", str(asks), "ask", "PORT=8090", "EXIT=1").split() == ["8090", "1", "unset"]
    assert make("-f", str(asks), "ask", PORT="8091").split() == ["8091", "unset", "unset"]


def test_a_machine_without_python_is_told(tmp_path: Path) -> None:
    """It should say what to install, in one line."""
    for tool in ("sh", "make", "awk"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    done = subprocess.run(
        ["make", "bootstrap"], cwd=CHECKOUT, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "apt install python3" in done.stderr


def test_the_lock_pins_every_package_by_hash() -> None:
    """It should let nothing in that was not locked, and name no host."""
    text = (CHECKOUT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(entries) > 100
    for entry in entries:
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in text


def test_every_requirement_is_locked() -> None:
    """It should not ask for what the lock does not have."""
    locked = set(re.findall(r"^([a-z0-9-]+)==", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE))
    asked = re.findall(r"^([A-Za-z0-9-]+)", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE)
    assert asked
    assert {name.lower() for name in asked} <= locked


def test_every_requirement_says_why() -> None:
    """It should carry its reason, beside it or in the types that it brings."""
    for line in (CHECKOUT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith(("#", "types-")):
            assert re.search(r"# .{5}", line), line


def test_doors_to_drivers_are_held() -> None:
    """It should refuse, outside its folder, each driver that has one door."""
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")
    assert layers["exhaustive"] is True
    forbidden = {name for contract in contracts for name in contract.get("forbidden_modules", [])}
    assert forbidden == {"paramiko", "sqlalchemy", "alembic", "great_expectations", "airflow", "asyncssh", "matplotlib"}
