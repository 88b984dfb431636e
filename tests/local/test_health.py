"""Health of the stack, from what Airflow says of itself."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from gatehouse.local import health as health_module
from gatehouse.local.errors import AirflowApiError, UnhealthyError
from gatehouse.local.health import client, health, wait_healthy
from gatehouse.local.home import Home
from gatehouse.local.status import ProcessStatus, Request, StackPhase, Status, status_file, write

STARTED = 1_800_000_000.0
ME = ProcessStatus(os.getpid(), psutil.Process().create_time())
DEAD = ProcessStatus(0, 0.0, restarts=1, last_exit=-9)
REQUEST = Request(9, "/dags", "/plugins", 8, None, "x")


def stack(phase: StackPhase = StackPhase.RUNNING, problem: str = "", **processes: ProcessStatus) -> Status:
    """A stack whose supervisor is this very process."""
    named = {name.replace("_", "-"): process for name, process in processes.items()}
    return Status(ME, REQUEST, phase, STARTED, problem, named)


def said(beat: float = STARTED + 5, **changed: object) -> dict[str, object]:
    """What a healthy Airflow says, with changes."""
    at = datetime.fromtimestamp(beat, UTC).isoformat()
    parts = ("scheduler", "triggerer", "dag_processor")
    well = {part: {"status": "healthy", f"latest_{part}_heartbeat": at} for part in parts}
    return {"metadatabase": {"status": "healthy"}, **well, **changed}


@pytest.fixture
def airflow(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What Airflow says now; ``down`` in it makes it not answer."""
    answer: dict[str, object] = said()

    class Api:
        """Stands where the real client would."""

        def __init__(self, *_: str) -> None: ...

        def __enter__(self) -> "Api":
            return self

        def __exit__(self, *_: object) -> None: ...

        def health(self) -> dict[str, object]:
            """The answer."""
            if "down" in answer:
                raise AirflowApiError("no")
            return answer

    monkeypatch.setattr(health_module, "AirflowClient", Api)
    return answer


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A new home."""
    return Home(tmp_path / "h").make()


def test_all_well(airflow: dict[str, object]) -> None:
    """It should wait for nothing when everybody is healthy."""
    assert health(stack(scheduler=ME)).healthy


@pytest.mark.parametrize("part", ["scheduler", "triggerer", "dag_processor"])
def test_a_sick_part_is_named(airflow: dict[str, object], part: str) -> None:
    """It should name whom we wait for, by the name of its log."""
    for sick in ({"status": "unhealthy"}, {"status": None}, None, {}):
        airflow[part] = sick
        assert health(stack()).waiting_for == (part.replace("_", "-"),)


def test_a_heartbeat_of_an_earlier_life_does_not_count(airflow: dict[str, object]) -> None:
    """It should not call a stack healthy by what the last one left in the database."""
    airflow |= said(beat=STARTED - 1)
    assert health(stack()).waiting_for == ("dag-processor", "scheduler", "triggerer")


def test_a_dead_process_is_not_well_whatever_airflow_says(airflow: dict[str, object]) -> None:
    """It should see a loss before Airflow's own half minute is over."""
    assert health(stack(scheduler=DEAD, lab=DEAD)).waiting_for == ("lab", "scheduler")


def test_a_database_that_does_not_answer(airflow: dict[str, object]) -> None:
    """It should name the database."""
    airflow["metadatabase"] = {"status": "unhealthy"}
    assert health(stack()).waiting_for == ("metadatabase",)


def test_no_answer_is_the_api_servers_fault(airflow: dict[str, object]) -> None:
    """It should wait for the API server while nobody answers."""
    airflow["down"] = True
    assert health(stack()).waiting_for == ("api-server",)


@pytest.mark.parametrize("phase", [StackPhase.STARTING, StackPhase.MIGRATING, StackPhase.STOPPING])
def test_before_airflow_there_is_only_the_phase(airflow: dict[str, object], phase: StackPhase) -> None:
    """It should say how far the start is."""
    assert health(stack(phase)).waiting_for == (phase.value,)


def test_waiting_tells_each_change_once(place: Home, airflow: dict[str, object]) -> None:
    """It should print a line when the list changes, not twice a second."""
    write(status_file(place), stack())
    airflow["scheduler"] = {}
    told: list[str] = []

    def progress(line: str) -> None:
        told.append(line)
        airflow.update(said() if len(told) == 2 else {"scheduler": {}, "triggerer": {}})

    wait_healthy(place, 5, progress, every_s=0.01)
    assert told[:2] == ["waiting for scheduler", "waiting for scheduler, triggerer"]
    assert told[2].startswith("healthy after")


def test_a_supervisor_that_gave_up_is_not_waited_for(place: Home) -> None:
    """It should raise at once, with the supervisor's reason."""
    write(status_file(place), stack(StackPhase.FAILED, problem="PostgreSQL did not start: no space left"))
    with pytest.raises(UnhealthyError, match="no space left"):
        wait_healthy(place, 60)


def test_a_supervisor_that_died_is_not_waited_for(place: Home) -> None:
    """It should say where the reason may stand."""
    write(status_file(place), Status(DEAD, REQUEST, StackPhase.RUNNING, STARTED))
    with pytest.raises(UnhealthyError, match=r"supervisor\.log"):
        wait_healthy(place, 60)


def test_no_stack_at_all(place: Home) -> None:
    """It should say how to start one."""
    for ask in (lambda: wait_healthy(place, 60), lambda: client(place)):
        with pytest.raises(UnhealthyError, match="gatehouse up"):
            ask()


def test_a_component_that_cannot_stay_alive_is_named(place: Home, airflow: dict[str, object]) -> None:
    """It should not wait three minutes for what died four times."""
    write(status_file(place), stack(scheduler=ProcessStatus(0, 0.0, restarts=4, last_exit=1)))
    with pytest.raises(UnhealthyError, match=r"scheduler cannot stay alive \(exit 1\).*scheduler\.log"):
        wait_healthy(place, 60)


def test_waiting_has_an_end(place: Home, airflow: dict[str, object]) -> None:
    """It should say what is still missing when the time is over."""
    write(status_file(place), stack())
    airflow["triggerer"] = {}
    began = time.monotonic()
    with pytest.raises(UnhealthyError, match="still waiting for triggerer"):
        wait_healthy(place, 0.05, lambda line: None, every_s=0.01)
    assert time.monotonic() - began < 5
