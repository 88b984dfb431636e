"""Finding, tying and ending processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gatehouse.local.home import MARKER, Home
from gatehouse.local.processes import descendants, end, is_process, marked, tell, wait_until

INCLUDE = Path(__file__).parents[2] / "include"
SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel call is Linux's")


@pytest.fixture
def spawned() -> Iterator[list["subprocess.Popen[str]"]]:
    """Processes that end with the test."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def python(code: str, **env: str) -> "subprocess.Popen[str]":
    """A Python that runs ``code``."""
    whole = {**os.environ, "PYTHONPATH": str(INCLUDE), **env}
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, env=whole)


def gone(pid: int, limit_s: float = 10.0) -> bool:
    """Whether a process is gone, or a zombie, within the limit."""

    def over() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return wait_until(over, limit_s)


def test_only_marked_processes_are_ours(spawned: list["subprocess.Popen[str]"], tmp_path: Path) -> None:
    """It should find those of this home, and neither a stranger's nor another home's."""
    place = Home(tmp_path)
    ours = python(SLEEP, **{MARKER: str(tmp_path)})
    spawned += [ours, python(SLEEP), python(SLEEP, **{MARKER: f"{tmp_path}x"})]
    wait_until(lambda: bool(marked(place)), 5)
    assert [process.pid for process in marked(place)] == [ours.pid]


def test_a_shell_that_only_names_the_home_is_a_stranger(spawned: list["subprocess.Popen[str]"], tmp_path: Path) -> None:
    """It should not stop a program because its user has exported GATEHOUSE_HOME."""
    spawned.append(python(SLEEP, GATEHOUSE_HOME=str(tmp_path)))
    time.sleep(0.2)
    assert marked(Home(tmp_path)) == []


def test_the_caller_never_finds_itself(spawned: list["subprocess.Popen[str]"], tmp_path: Path) -> None:
    """It should spare the process that asks, and those above it."""
    code = f"""
        import os
        from pathlib import Path
        from gatehouse.local.home import Home
        from gatehouse.local.processes import marked
        print([process.pid for process in marked(Home(Path({str(tmp_path)!r})))], flush=True)
    """
    asker = python(code, **{MARKER: str(tmp_path)})
    spawned.append(asker)
    assert asker.stdout is not None
    assert asker.stdout.readline() == "[]\n"


def test_a_process_is_its_pid_and_its_birth(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should not take another program with a reused pid for ours."""
    process = python(SLEEP)
    spawned.append(process)
    born = psutil.Process(process.pid).create_time()
    assert is_process(process.pid, born)
    assert not is_process(process.pid, born - 60)
    process.kill()
    process.wait()
    assert not is_process(process.pid, born)


def test_a_zombie_is_dead(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should not wait for somebody who only was not buried yet."""
    process = python(SLEEP)
    spawned.append(process)
    born = psutil.Process(process.pid).create_time()
    process.kill()
    assert wait_until(lambda: not is_process(process.pid, born), 5)
    assert process.returncode is None


def test_end_insists(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should ask first, then kill, and say who had to be killed."""
    deaf, willing = python(DEAF), python(SLEEP)
    spawned += [deaf, willing]
    assert deaf.stdout is not None
    deaf.stdout.readline()
    forced = end([psutil.Process(deaf.pid), psutil.Process(willing.pid)], signal.SIGTERM, 1.0)
    assert [process.pid for process in forced] == [deaf.pid]
    assert gone(deaf.pid)
    assert gone(willing.pid)


def test_end_forgives_who_is_gone_already(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should not fail because a process was faster."""
    process = python("")
    spawned.append(process)
    known = psutil.Process(process.pid)
    process.wait()
    assert end([known], signal.SIGTERM, 1.0) == []


def test_end_does_not_wait_for_a_burial(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should be done when a process has ended, although its parent never asks for its exit code."""
    code = f"""
        import subprocess, sys, time
        print(subprocess.Popen([sys.executable, "-c", {SLEEP!r}]).pid, flush=True)
        time.sleep(60)
    """
    parent = python(code)
    spawned.append(parent)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    began = time.monotonic()
    assert end([child], signal.SIGTERM, 30) == []
    assert time.monotonic() - began < 10


def test_tell_kills_nobody(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should return those that did not listen, alive."""
    deaf = python(DEAF)
    spawned.append(deaf)
    assert deaf.stdout is not None
    deaf.stdout.readline()
    ended, left = tell([psutil.Process(deaf.pid)], signal.SIGTERM, 0.3)
    assert (ended, [process.pid for process in left]) == ([], [deaf.pid])
    assert deaf.poll() is None


def test_descendants_of_nobody() -> None:
    """It should be an empty list for a process that is gone."""
    process = python("")
    process.communicate()
    assert descendants(process.pid) == []


@linux_only
def test_a_tied_child_dies_with_a_killed_parent(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should leave no orphan when the parent gets SIGKILL."""
    code = f"""
        import signal, subprocess, sys, time
        from gatehouse.local.processes import dies_with_parent
        child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], preexec_fn=dies_with_parent(signal.SIGKILL))
        print(child.pid, flush=True)
        time.sleep(60)
    """
    parent = python(code)
    spawned.append(parent)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert not gone(child, 0.2)
    parent.kill()
    assert gone(child)


@linux_only
def test_an_adopted_orphan_is_reaped(spawned: list["subprocess.Popen[str]"]) -> None:
    """It should collect a grandchild whose own parent died, with the signal that ended it."""
    code = """
        import os, signal, time
        from gatehouse.local.processes import adopt_orphans, reap
        adopt_orphans()
        read_end, write_end = os.pipe()
        middle = os.fork()
        if middle == 0:
            grandchild = os.fork()
            if grandchild == 0:
                time.sleep(60)
            os.write(write_end, str(grandchild).encode())
            os._exit(7)
        grandchild = int(os.read(read_end, 20))
        time.sleep(0.3)
        os.kill(grandchild, signal.SIGKILL)
        time.sleep(0.3)
        ended = reap()
        print(ended[middle], ended[grandchild], reap(), flush=True)
    """
    process = python(code)
    spawned.append(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "7 -9 {}\n"


def test_wait_until_gives_up() -> None:
    """It should ask at least once, and say no in the end."""
    asked: list[int] = []
    assert not wait_until(lambda: bool(asked.append(1)), 0.0)
    assert asked == [1]
    assert wait_until(lambda: True, 0.0)
