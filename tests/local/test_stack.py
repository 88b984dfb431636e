"""The whole stack, really started: PostgreSQL, the four processes of Airflow, and a small DAG. Takes about two minutes.

The tests share one stack and run in their order; each leaves it healthy.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gatehouse.local import postgres, stack
from gatehouse.local.airflow_home import Settings
from gatehouse.local.clean import clean
from gatehouse.local.client import AirflowClient
from gatehouse.local.errors import AirflowApiError, LocalStackError, PortBusyError
from gatehouse.local.health import client, health, wait_healthy
from gatehouse.local.home import Home, home
from gatehouse.local.processes import marked, wait_until
from gatehouse.local.status import StackPhase, Status

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the promises about SIGKILL are Linux's"),
]
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
START_LIMIT_S = 240
DAG = """
from airflow.sdk import dag, task

@dag(schedule=None)
def small():
    @task
    def who():
        import os
        print("hello from", os.environ["GATEHOUSE_STACK"])
        return os.environ["AIRFLOW_CONN_GATEHOUSE_LAB"][:20]

    @task(retries=0)
    def slow():
        import time
        for second in range(8):
            print("second", second, flush=True)
            time.sleep(1)

    who() >> slow()

small()
"""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def place() -> Iterator[Home]:
    """A home, in a path with a space, that is gone after the tests."""
    top = Path(tempfile.mkdtemp(prefix="gatehouse stack "))
    made = home(top / "home")
    yield made
    clean(made)
    shutil.rmtree(top)


@pytest.fixture(scope="module")
def settings(place: Home) -> Settings:
    """A small DAG, no plugins, a free port."""
    dags, plugins = place.root.parent / "dags", place.root.parent / "plugins"
    for folder in (dags, plugins):
        folder.mkdir()
    (dags / "small.py").write_text(DAG)
    return Settings(free_port(), dags, plugins, parallelism=2)


@pytest.fixture
def up(place: Home, settings: Settings) -> Status:
    """The stack, healthy."""
    stack.up(place, settings)
    return wait_healthy(place, START_LIMIT_S)


@pytest.fixture
def api(place: Home, up: Status) -> Iterator[AirflowClient]:
    """Airflow, as its administrator, with the small DAG ready to run."""
    with client(place) as connected:
        until(lambda: "small" in [dag["dag_id"] for dag in connected.dags()])
        connected.unpause("small")
        yield connected


def everything_gone(place: Home) -> bool:
    """Whether no process of the home is left, PostgreSQL's neither."""
    return not marked(place) and postgres.first_process(place) is None


def until(ready: Callable[[], bool], limit_s: float = 120) -> None:
    """Wait, and fail when the time is over; the API may be away meanwhile."""

    def now() -> bool:
        try:
            return ready()
        except AirflowApiError:
            return False

    assert wait_until(now, limit_s, every_s=0.3)


def test_it_becomes_healthy(place: Home, up: Status) -> None:
    """It should start all of Airflow and PostgreSQL, each a process of its own with a log."""
    assert up.phase is StackPhase.RUNNING
    assert set(up.processes) == {*AIRFLOW, "postgres"}
    assert all(process.alive and process.restarts == 0 for process in up.processes.values())
    assert all((place.logs / f"{name}.log").exists() for name in (*AIRFLOW, "postgres", "supervisor"))


def test_only_the_one_port_on_loopback_is_open(place: Home, up: Status) -> None:
    """It should listen on 127.0.0.1 at its port, and nowhere else."""
    open_ports = set()
    for process in marked(place):
        for connection in process.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                open_ports.add((connection.laddr.ip, connection.laddr.port))
    assert open_ports == {("127.0.0.1", up.request.port)}


def test_no_secret_is_on_a_command_line(place: Home, up: Status) -> None:
    """It should show nobody a password in a list of processes."""
    words = " ".join(" ".join(process.cmdline()) for process in marked(place))
    assert "api-server" in words or "api_server" in words
    for path in (place.secrets / "keys.json", place.secrets / "passwords.json"):
        for secret in path.read_text().split('"'):
            assert len(secret) < 12 or secret not in words


def test_up_again_finds_it(place: Home, settings: Settings, up: Status) -> None:
    """It should not start a second stack, nor disturb the first."""
    told: list[str] = []
    assert stack.up(place, settings, progress=told.append) == up
    assert "up already" in told[0]


def test_a_busy_port_stops_nothing(place: Home, settings: Settings, up: Status) -> None:
    """It should refuse the new port before it touches what runs."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = Settings(other.getsockname()[1], settings.dags, settings.plugins)
        with pytest.raises(PortBusyError, match=f"pid {os.getpid()}"):
            stack.up(place, busy)
    assert health(up).healthy


def test_a_dag_runs_and_its_log_can_be_read(place: Home, api: AirflowClient) -> None:
    """It should show the DAG, run it, and read a running task's log without asking a log server."""
    assert api.import_errors() == []
    run = api.trigger("small")
    until(lambda: "second" in api.log("small", run, "slow"))
    log = api.log("small", run, "slow")
    assert "Could not read" not in log
    assert f"hello from {place.root}" in api.log("small", run, "who")
    assert api.wait_for_run("small", run, 120)["state"] == "success"
    assert str(api.xcom("small", run, "who")).startswith('{"conn_type": "ssh"')


def test_a_new_dag_shows_within_half_a_minute(settings: Settings, api: AirflowClient) -> None:
    """It should not make people wait for Airflow's five minutes."""
    (settings.dags / "newer.py").write_text(DAG.replace("small", "newer"))
    until(lambda: "newer" in [dag["dag_id"] for dag in api.dags()], limit_s=45)


def test_roles_hold(place: Home, api: AirflowClient) -> None:
    """It should let the program manager trigger, and the viewer only look."""
    with client(place, "viewer") as viewer, client(place, "pm") as manager:
        assert viewer.dag("small")["dag_id"] == "small"
        with pytest.raises(AirflowApiError) as refused:
            viewer.trigger("small")
        assert refused.value.status == 403
        run = manager.trigger("small")
        assert manager.wait_for_run("small", run, 120)["state"] == "success"


@pytest.mark.parametrize("component", ["triggerer", "dag-processor", "api-server", "postgres"])
def test_who_is_killed_comes_back(place: Home, up: Status, component: str) -> None:
    """It should start a component again that got SIGKILL, and be healthy again."""
    pid = stack.kill(place, component)

    def again() -> bool:
        found = stack.status(place)
        known = found.processes.get(component) if found else None
        return known is not None and known.alive and known.pid != pid and known.restarts >= 1

    assert wait_until(again, 30)
    wait_healthy(place, START_LIMIT_S, lambda line: None)


def test_a_killed_scheduler_leaves_no_hole(place: Home, api: AirflowClient) -> None:
    """It should end the lost scheduler's tasks with it, and run them again."""
    run = api.trigger("small")
    until(lambda: "second 2" in api.log("small", run, "slow"))
    before = {process.pid for process in marked(place)}
    killed = stack.kill(place, "scheduler")
    assert wait_until(lambda: killed not in {process.pid for process in marked(place)}, 10)
    assert api.wait_for_run("small", run, 240)["state"] == "success"
    slow = next(task for task in api.task_instances("small", run) if task["task_id"] == "slow")
    assert slow["try_number"] == 2
    assert len(before - {process.pid for process in marked(place)}) > 1, "its workers ended with it"


def test_restart_is_not_a_failure(place: Home, up: Status) -> None:
    """It should start a component anew on request."""
    old = up.processes["triggerer"].pid
    stack.restart(place, "triggerer")

    def renewed() -> bool:
        found = stack.status(place)
        return found is not None and found.processes["triggerer"].alive and found.processes["triggerer"].pid != old

    assert wait_until(renewed, 30)
    wait_healthy(place, START_LIMIT_S, lambda line: None)


def test_an_unknown_component_is_said(place: Home, up: Status) -> None:
    """It should list those that there are."""
    with pytest.raises(LocalStackError, match=r"api-server.*scheduler.*supervisor"):
        stack.kill(place, "sheduler")


def test_a_killed_supervisor_leaves_nothing(place: Home, settings: Settings, api: AirflowClient) -> None:
    """It should take everything along, and the next start should heal."""
    before = len(api.runs("small"))
    run = api.trigger("small")
    until(lambda: "second 1" in api.log("small", run, "slow"))
    stack.kill(place, "supervisor")
    assert wait_until(lambda: everything_gone(place), 20)
    assert stack.status(place) is None
    assert stack.down(place) == []
    stack.up(place, settings)
    wait_healthy(place, START_LIMIT_S)
    with client(place) as healed:
        assert len(healed.runs("small")) == before + 1
        assert healed.wait_for_run("small", run, 240)["state"] == "success"


def test_down_leaves_nothing(place: Home, api: AirflowClient) -> None:
    """It should stop everything within half a minute, in the middle of a task, from a shell that did not start it."""
    run = api.trigger("small")
    until(lambda: "second 1" in api.log("small", run, "slow"))
    code = f"from gatehouse.local import home, stack; print(stack.down(home.home({str(place.root)!r})))"
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(Path(stack.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=90
    )
    assert time.monotonic() - began < 30
    assert "stopped everything" in done.stdout
    assert everything_gone(place)
    assert stack.down(place) == []


def test_down_finds_what_nobody_watches_any_more(place: Home) -> None:
    """It should end a leftover by its marker alone, and a database that runs without a supervisor."""
    server = postgres.start(place)
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(300)"],
        env={**os.environ, "GATEHOUSE_STACK": str(place.root)},
        start_new_session=True,
    )
    assert server.pid is not None
    said = stack.down(place)
    assert len(said) == 2
    assert orphan.poll() is not None
    assert everything_gone(place)
