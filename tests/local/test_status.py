"""What the supervisor writes and everybody reads."""

import os
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gatehouse.local.home import Home
from gatehouse.local.status import (
    ProcessStatus,
    Request,
    StackPhase,
    Status,
    read_request,
    read_status,
    request_file,
    status_file,
    write,
)

REQUEST = Request(8080, "/dags", "/plugins", 8, ("--hosts", "3"), "abc")
ME = ProcessStatus(os.getpid(), psutil.Process().create_time())


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A new home."""
    return Home(tmp_path / "h").make()


@pytest.mark.parametrize("lab", [None, (), ("--hosts", "3")])
def test_a_request_comes_back_as_it_was(place: Home, lab: tuple[str, ...] | None) -> None:
    """It should compare equal, so that the same request finds the running stack."""
    asked = replace(REQUEST, lab=lab)
    write(request_file(place), asked)
    assert read_request(place) == asked


def test_a_status_comes_back_as_it_was(place: Home) -> None:
    """It should keep every process with its history."""
    lost = ProcessStatus(99, 12.5, restarts=3, last_exit=-9)
    said = Status(ME, REQUEST, StackPhase.RUNNING, 1.0, "none", {"scheduler": lost})
    write(status_file(place), said)
    assert read_status(place) == said


def test_no_file_is_no_stack(place: Home) -> None:
    """It should not raise where nothing ever ran."""
    assert read_status(place) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "{}", '{"supervisor": {"pid": 1}}', '{"supervisor": null}'])
def test_a_damaged_file_is_no_stack(place: Home, damage: str) -> None:
    """It should survive what a full disk or an older version left."""
    status_file(place).write_text(damage)
    assert read_status(place) is None


def test_an_unknown_key_is_no_stack(place: Home) -> None:
    """It should not half-understand another version's file."""
    write(status_file(place), Status(ME, REQUEST, StackPhase.RUNNING, 1.0))
    status_file(place).write_text(status_file(place).read_text().replace('"port"', '"harbour"'))
    assert read_status(place) is None


def test_a_write_leaves_nothing_beside(place: Home) -> None:
    """It should replace the file as a whole."""
    for phase in StackPhase:
        write(status_file(place), Status(ME, REQUEST, phase, 1.0))
    assert [path.name for path in place.run.iterdir()] == ["status.json"]


def test_alive_is_who_runs_now() -> None:
    """It should tell the living from the dead, and from those who only have the same number."""
    assert Status(ME, REQUEST, StackPhase.RUNNING, 1.0).alive
    assert not Status(replace(ME, create_time=1.0), REQUEST, StackPhase.RUNNING, 1.0).alive
    assert not ProcessStatus(0, 0.0).alive
