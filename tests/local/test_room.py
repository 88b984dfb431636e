"""Whether the machine can take a stack."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from gatehouse.local import room
from gatehouse.local.errors import NoRoomError, PortBusyError
from gatehouse.local.home import Home
from gatehouse.local.room import check_disk, check_memory, check_port, listener


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this very process listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_busy_port_names_who_has_it(taken: int) -> None:
    """It should say port, program and what to do, in one line."""
    with pytest.raises(PortBusyError) as caught:
        check_port(taken)
    text = str(caught.value)
    assert f"port {taken}" in text
    assert f"pid {os.getpid()}" in text
    assert re.search(r"PORT=\d+ make demo", text)
    assert "\n" not in text


def test_a_port_that_listens_everywhere_is_busy_too() -> None:
    """It should not start beside a server on all interfaces."""
    with socket.socket() as server:
        server.bind(("", 0))
        server.listen()
        with pytest.raises(PortBusyError):
            check_port(server.getsockname()[1])


def test_a_free_port_is_free(taken: int) -> None:
    """It should not be stopped by a port that was in use a moment ago."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    check_port(port)
    assert listener(port) == ""
    assert listener(taken) != ""


def test_a_holder_we_may_not_know(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should still say that the port is busy when the system does not tell whose it is."""

    def refuse(kind: str) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)
    with pytest.raises(PortBusyError, match=f"port {taken} cannot be used"):
        check_port(taken)


def test_a_full_disk_is_said_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should say how much there is, how much it needs, and the way out."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=150_000_000))
    with pytest.raises(NoRoomError, match=r"150 MB free.*2000 MB.*GATEHOUSE_HOME"):
        check_disk(Home(tmp_path / "not" / "there" / "yet"))


def test_both_disks_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should look where PostgreSQL's data go as root, too."""
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=10**12)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    place = Home(tmp_path, as_root=True)
    check_disk(place)
    assert len(asked) == 2
    assert tmp_path in asked


def test_room_enough() -> None:
    """It should be silent on a machine that can run these tests."""
    check_disk(Home(Path("/tmp")))
    check_memory()


def test_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should not start what the kernel would have to kill."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=500_000_000))
    with pytest.raises(NoRoomError, match=r"500 MB of memory.*1200 MB"):
        check_memory()


def container(folder: Path, limit: str, used: int, cache: int) -> None:
    """The files of a container's memory control group."""
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {cache}\nactive_file 3\n")


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should see the wall that the machine's own number does not show, and not count cache as used."""
    monkeypatch.setattr(room, "_CGROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10**12))
    container(tmp_path, "2000000000", 1_500_000_000, 100_000_000)
    with pytest.raises(NoRoomError, match="600 MB"):
        check_memory()
    container(tmp_path, "2000000000", 1_500_000_000, 900_000_000)
    check_memory()


@pytest.mark.parametrize("limit", ["max", "", "nonsense"])
def test_no_limit_is_no_wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """It should go by the machine's memory where the container has no limit."""
    monkeypatch.setattr(room, "_CGROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10**12))
    container(tmp_path, limit, 1, 1)
    check_memory()
