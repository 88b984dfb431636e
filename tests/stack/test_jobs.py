"""A load of a day on a host: no worker waits for it, and whatever is killed meanwhile, it is found again."""

import psutil
import pytest
from airflow_door import Airflow, eventually
from playing import Kept, Play, Stage
from small_programs import SOAKED

from gatehouse.lab.server.connection import LAB_USER
from gatehouse.local import stack
from gatehouse.local.health import wait_healthy
from gatehouse.local.processes import wait_until
from gatehouse.local.secret_files import lab_key_file
from gatehouse.model.hosts import Login
from gatehouse.model.round_ids import round_id_of
from gatehouse.operations.summarise_round import summarise_round
from gatehouse.transport.host_jobs import HostJob, list_jobs

pytestmark = pytest.mark.stack
HEALTHY_LIMIT_S = 240


@pytest.fixture(scope="module")
def soaked(stage: Stage, pm: Airflow) -> Play:
    """A program whose one host bears a load of a day, which the lab makes 72 s long; started."""
    made = Play(stage, pm, SOAKED)
    made.start()
    return made


def jobs_of(play: Play) -> list[HostJob]:
    """What the host says of its jobs."""
    host = play.stage.workspace.catalog.host(play.hosts()[0])
    return list(list_jobs(host.endpoint, Login(LAB_USER, lab_key_file(play.stage.place).read_text())))


def test_no_worker_waits_for_a_job_and_a_killed_scheduler_does_not_start_it_again(soaked: Play) -> None:
    """It should be looked at now and then, survive the scheduler with its workers, and end in one whole round."""
    run = soaked.first_round()
    parked = run.reach("measure", "up_for_reschedule")
    assert not psutil.pid_exists(parked["pid"]) or soaked.api.pool()["occupied_slots"] == 0
    (job,) = jobs_of(soaked)
    assert job.state == "running"
    place = soaked.stage.place
    killed = stack.kill(place, "scheduler")
    assert wait_until(lambda: _reborn(soaked, killed), HEALTHY_LIMIT_S)
    wait_healthy(place, HEALTHY_LIMIT_S)
    eventually(lambda: "cpu_stress runs: " in run.log("measure", 0), "its progress is told", run.explain)
    assert run.end() == "success", run.explain()
    (task,) = run.tasks("measure")
    assert "measured" in run.log("measure", 0, task["try_number"])
    (same,) = jobs_of(soaked)
    assert (same.name, same.state) == (job.name, "collected")
    (kept,) = soaked.kept(run).values()
    planned = soaked.planned()
    assert Kept(kept.results, kept.outputs, 0) == planned
    (unit,) = summarise_round(soaked.stage.workspace, round_id_of(run.run_id)).units
    assert (unit.failed, unit.not_measured, unit.skipped) == ({}, {}, {})
    soaked.asked()


def _reborn(play: Play, killed: int) -> bool:
    found = stack.status(play.stage.place)
    process = found.processes.get("scheduler") if found else None
    return process is not None and process.alive and process.pid != killed
