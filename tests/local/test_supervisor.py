"""The supervisor itself, with small programs in the place of Airflow's. The real ones are in test_stack.py."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gatehouse.local.home import MARKER, PLACE, Home
from gatehouse.local.postgres import EXTERNAL, Server
from gatehouse.local.processes import is_process, marked, wait_until
from gatehouse.local.status import ProcessStatus, Request, StackPhase, Status, read_status, request_file, write

INCLUDE = Path(__file__).parents[2] / "include"
QUIET = "import time; time.sleep(300)"
FORKING = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {QUIET!r}]); time.sleep(300)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {QUIET}"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel calls are Linux's")

PROGRAM = """
    import sys
    from gatehouse.local import supervisor
    from gatehouse.local.components import Component
    def part(name, code, serves=False):
        return Component(name, (sys.executable, "-c", code), serves)
    supervisor.migration.is_needed = lambda *_: False
    supervisor.migration.note = lambda *_: None
    supervisor.MIGRATE_STORE = part("store-migration", {migration!r})
    supervisor.components = lambda lab: tuple(part(name, code) for name, code in {parts!r}.items())
    sys.exit(supervisor.main())
"""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A home with a request in it."""
    made = Home(tmp_path / "h").make()
    write(request_file(made), Request(9, "/dags", "/plugins", 8, None, "x"))
    return made


@pytest.fixture
def start(place: Home, postgres_server: Server) -> Iterator[Start]:
    """Starts a supervisor of these programs; whatever is left of it ends with the test."""
    url = f"postgresql://postgres@/?host={postgres_server.dsn['host']}&port={postgres_server.dsn['port']}"
    env = {**os.environ, PLACE: str(place.root), MARKER: str(place.root), EXTERNAL: url, "PYTHONPATH": str(INCLUDE)}
    started: list[subprocess.Popen[bytes]] = []

    def begin(migration: str = "", **parts: str) -> "subprocess.Popen[bytes]":
        code = textwrap.dedent(PROGRAM).format(migration=migration, parts=parts)
        with (place.logs / "supervisor.log").open("ab") as log:
            started.append(subprocess.Popen([sys.executable, "-c", code], env=env, stdout=log, stderr=log))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()
    for left in marked(place):
        left.kill()


def settled(place: Home, ready: Callable[[Status], bool], limit_s: float = 20) -> Status:
    """The status once it is as expected."""

    def now() -> bool:
        found = read_status(place)
        return found is not None and found.alive and ready(found)

    assert wait_until(now, limit_s), (place.logs / "supervisor.log").read_text()
    found = read_status(place)
    assert found is not None
    return found


def running(*names: str) -> Callable[[Status], bool]:
    """Whether these run."""
    return lambda found: all(name in found.processes and found.processes[name].alive for name in names)


def test_everything_runs_and_is_told(place: Home, start: Start) -> None:
    """It should start every component, each marked and with a log, and say so."""
    start(scheduler=QUIET, triggerer=QUIET)
    found = settled(place, running("scheduler", "triggerer"))
    assert found.phase is StackPhase.RUNNING
    for name in ("scheduler", "triggerer"):
        assert psutil.Process(found.processes[name].pid).environ()[MARKER] == str(place.root)
        assert (place.logs / f"{name}.log").exists()


def test_secrets_are_not_on_command_lines(place: Home, start: Start) -> None:
    """It should hand them over by the environment."""
    start(scheduler=QUIET)
    found = settled(place, running("scheduler"))
    process = psutil.Process(found.processes["scheduler"].pid)
    secret = process.environ()["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert len(secret) > 40
    assert secret not in " ".join(process.cmdline())


def test_who_dies_comes_back(place: Home, start: Start) -> None:
    """It should start a killed component again, and remember what killed it."""
    start(scheduler=QUIET, triggerer=QUIET)
    before = settled(place, running("scheduler", "triggerer"))
    os.kill(before.processes["scheduler"].pid, signal.SIGKILL)
    after = settled(place, lambda found: found.processes["scheduler"].restarts == 1 and running("scheduler")(found))
    assert after.processes["scheduler"].last_exit == -9
    assert after.processes["scheduler"].pid != before.processes["scheduler"].pid
    assert after.processes["triggerer"] == before.processes["triggerer"]
    assert "scheduler" in (place.logs / "supervisor.log").read_text()


@linux_only
def test_what_a_lost_component_forked_is_ended(place: Home, start: Start) -> None:
    """It should not leave workers behind whose results nobody reads."""
    start(scheduler=FORKING)
    found = settled(place, running("scheduler"))
    scheduler = psutil.Process(found.processes["scheduler"].pid)
    assert wait_until(lambda: bool(scheduler.children()), 10)
    worker = scheduler.children()[0]
    born = worker.create_time()
    scheduler.kill()
    assert wait_until(lambda: not is_process(worker.pid, born), 10)


def test_a_component_that_cannot_start_waits_longer_each_time(place: Home, start: Start) -> None:
    """It should keep trying, ever more slowly, and keep the others running."""
    start(scheduler="raise SystemExit(3)", triggerer=QUIET)
    found = settled(place, lambda now: now.processes.get("scheduler", ProcessStatus(0, 0)).restarts >= 3)
    assert found.processes["scheduler"].last_exit == 3
    assert found.processes["triggerer"].alive
    assert "starts again in 2 s" in (place.logs / "supervisor.log").read_text()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_stop_takes_everybody_along(place: Home, start: Start, sign: signal.Signals) -> None:
    """It should leave no process and a clear last word."""
    supervisor = start(scheduler=FORKING, triggerer=DEAF)
    settled(place, running("scheduler", "triggerer"))
    supervisor.send_signal(sign)
    assert supervisor.wait(timeout=40) == 0
    assert marked(place) == []
    last = read_status(place)
    assert last is not None
    assert last.phase is StackPhase.STOPPED
    assert not last.alive


@linux_only
def test_a_killed_supervisor_takes_everybody_along(place: Home, start: Start) -> None:
    """It should leave nothing that was tied to it, even after SIGKILL."""
    supervisor = start(scheduler=QUIET, triggerer=DEAF)
    found = settled(place, running("scheduler", "triggerer"))
    supervisor.kill()
    supervisor.wait()
    assert wait_until(lambda: not any(process.alive for process in found.processes.values()), 10)


def test_a_closed_terminal_changes_nothing(place: Home, start: Start) -> None:
    """It should ignore the hang-up of the terminal that started it."""
    supervisor = start(scheduler=QUIET)
    settled(place, running("scheduler"))
    supervisor.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        supervisor.wait(timeout=1)


def test_a_failed_migration_is_the_end(place: Home, start: Start) -> None:
    """It should start nothing on a database in the wrong form, and name the log."""
    supervisor = start("print('no such table'); raise SystemExit(1)", scheduler=QUIET)
    assert supervisor.wait(timeout=30) == 1
    found = read_status(place)
    assert found is not None
    assert found.phase is StackPhase.FAILED
    assert "store-migration.log" in found.problem
    assert "no such table" in (place.logs / "store-migration.log").read_text()
    assert marked(place) == []


def test_a_home_has_one_supervisor(place: Home, start: Start) -> None:
    """It should step back when another one is at work."""
    start(scheduler=QUIET)
    before = settled(place, running("scheduler"))
    assert start(scheduler=QUIET).wait(timeout=20) == 1
    assert settled(place, running("scheduler")) == before


def test_stop_while_it_migrates(place: Home, start: Start) -> None:
    """It should not finish a long migration first."""
    supervisor = start(QUIET, scheduler=QUIET)
    settled(place, lambda found: found.phase is StackPhase.MIGRATING)
    supervisor.terminate()
    assert supervisor.wait(timeout=30) == 0
    assert marked(place) == []
