"""One supervised process over its lives."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gatehouse.local import child as child_module
from gatehouse.local.child import Child
from gatehouse.local.components import Component
from gatehouse.local.processes import wait_until


def sleeper(log: Path, code: str = "import time; time.sleep(60)") -> Child:
    """A child that runs ``code``."""
    return Child(Component("sleeper", (sys.executable, "-c", code)), log)


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A child that is started, and ended after the test."""
    one = sleeper(tmp_path / "sleeper.log")
    one.start(os.environ)
    yield one
    if one.pid:
        psutil.Process(one.pid).kill()
        os.waitpid(one.pid, 0)


def test_it_knows_its_process(child: Child) -> None:
    """It should remember pid and birth, so that nobody else is taken for it."""
    assert child.status.alive
    assert child.status.restarts == 0


def test_it_has_a_session_of_its_own(child: Child) -> None:
    """It should not get the terminal's Ctrl-C."""
    assert child.pid is not None
    assert os.getsid(child.pid) == child.pid != os.getsid(0)


def test_its_output_is_kept(tmp_path: Path) -> None:
    """It should write output and errors of every life into one log."""
    one = sleeper(tmp_path / "a.log", "import sys; print('out'); print('err', file=sys.stderr)")
    for _ in range(2):
        one.start(os.environ)
        os.waitpid(one.pid or 0, 0)
    assert sorted(one.log.read_text().split()) == ["err", "err", "out", "out"]


def test_its_environment_is_what_it_was_given(tmp_path: Path) -> None:
    """It should not see the supervisor's own variables."""
    one = sleeper(tmp_path / "a.log", "import os; print(sorted(os.environ))")
    one.start({"ONLY": "this", "LC_ALL": "C"})
    os.waitpid(one.pid or 0, 0)
    assert one.log.read_text().strip() == "['LC_ALL', 'ONLY']"


def test_pauses_grow_and_stay_bounded(tmp_path: Path) -> None:
    """It should not burn a machine with a component that cannot start."""
    one = sleeper(tmp_path / "a.log")
    one.born = time.monotonic()
    pauses = [one.lost(1) for _ in range(10)]
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) == pauses[-1] == 30.0
    assert one.status.restarts == 10
    assert one.status.last_exit == 1


def test_a_proven_process_starts_again_at_once(tmp_path: Path) -> None:
    """It should forget old failures when a life lasted."""
    one = sleeper(tmp_path / "a.log")
    one.born = time.monotonic()
    for _ in range(5):
        one.lost(1)
    one.born = time.monotonic() - 3600
    assert one.lost(-9) == 0.5


def test_between_two_lives_it_is_not_alive(child: Child) -> None:
    """It should show what ended it."""
    pid = child.pid or 0
    psutil.Process(pid).kill()
    os.waitpid(pid, 0)
    child.lost(-9)
    assert not child.status.alive
    assert child.status.last_exit == -9
    assert child.due > time.monotonic()


def test_a_long_log_is_cut_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should keep one older file, not fill the disk."""
    monkeypatch.setattr(child_module, "_LOG_BYTES", 10)
    one = sleeper(tmp_path / "a.log", "print('new')")
    one.log.write_text("an old life's words\n")
    one.start(os.environ)
    os.waitpid(one.pid or 0, 0)
    assert one.log.read_text() == "new\n"
    assert (tmp_path / "a.log.1").read_text() == "an old life's words\n"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """It should fail at once and not pretend to live."""
    one = Child(Component("ghost", (str(tmp_path / "ghost"),)), tmp_path / "a.log")
    with pytest.raises(FileNotFoundError):
        one.start(os.environ)
    assert one.pid is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel call is Linux's")
def test_it_dies_with_the_supervisor(tmp_path: Path) -> None:
    """It should end when the process that started it is killed."""
    pid = os.fork()
    if pid == 0:
        one = sleeper(tmp_path / "a.log")
        one.start(os.environ)
        (tmp_path / "pid.part").write_text(str(one.pid))
        (tmp_path / "pid.part").rename(tmp_path / "pid")
        time.sleep(60)
        os._exit(0)
    assert wait_until((tmp_path / "pid").exists, 10)
    grandchild = psutil.Process(int((tmp_path / "pid").read_text()))
    psutil.Process(pid).kill()
    os.waitpid(pid, 0)
    assert wait_until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE, 10)
