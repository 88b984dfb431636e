"""Jobs of simulated hosts: as on machines they outlive connections and the lab, and die with their boot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_driving import H100, MI300X

from gatehouse.lab.client import LabClient
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import RunningLab, running_lab
from gatehouse.model.commands import Command, Ended
from gatehouse.transport.host_jobs import list_jobs
from gatehouse.transport.session import HostSession
from gatehouse.transport.ssh import run_commands

PLAN = FleetPlan.parse(["h100-8x:EVT:1", "mi300x-8x:EVT:1"])
SOAK = Command("soak", ("stress-ng", "--cpu", "0", "--verify", "--timeout", "36000s"), limit_s=36_060, job="soak.1")
LOG = Command("log", ("dmesg",), root=True)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    with running_lab(PLAN, state=tmp_path) as made:
        yield made


def visit(lab: RunningLab, *commands: Command, name: str = H100) -> HostSession:
    return run_commands(lab.endpoint(name), lab.login, commands)


def ends(lab: RunningLab, *commands: Command, name: str = H100) -> list[Ended]:
    return [said.ended for said in visit(lab, *commands, name=name).completed]


def hours_later(lab: RunningLab, name: str = H100) -> None:
    for job in lab.lab._labs[name].jobs.jobs.values():
        job.began_s -= 36_000 * lab.lab.time_scale


def test_a_job_is_found_again_and_gives_its_answer(lab: RunningLab) -> None:
    """It should answer as the tool in the foreground does, on the host's clock."""
    assert ends(lab, SOAK, LOG) == [Ended.RUNNING, Ended.WAITING]
    assert ends(lab, SOAK, LOG) == [Ended.RUNNING, Ended.WAITING]
    hours_later(lab)
    soak, log = visit(lab, SOAK, LOG).completed
    assert (soak.ended, soak.exit_code, log.ended) == (Ended.EXITED, 0, Ended.EXITED)
    assert b"successful run completed" in soak.stderr
    assert soak.duration_s == pytest.approx(36_000, abs=1)


def test_a_fault_that_comes_while_a_job_runs_shows_in_its_answer(lab: RunningLab) -> None:
    """It should be a check that can fail: a CPU that computes wrongly is found by the soak."""
    ends(lab, SOAK)
    lab.inject(host=H100, fault="cpu_miscompute")
    hours_later(lab)
    soak = visit(lab, SOAK).completed[0]
    assert soak.exit_code == 2
    assert b"failed verification" in soak.stderr


def test_a_tool_that_hangs_is_ended_by_its_limit(lab: RunningLab) -> None:
    """It should end as the limit says, however long the lab would have it wait."""
    lab.inject(id="hang", host=H100, tool={"stress-ng": "hang"})
    assert ends(lab, SOAK) == [Ended.RUNNING]
    hours_later(lab)
    hours_later(lab)
    assert ends(lab, SOAK) == [Ended.TIMED_OUT]


def test_a_reboot_loses_what_runs_and_keeps_what_had_ended(lab: RunningLab) -> None:
    """It should tell the two apart, as a host's records do."""
    ends(lab, SOAK)
    hours_later(lab)
    other = Command("more", ("sleep", "36000"), limit_s=36_060, job="soak.2")
    ends(lab, other)
    lab.lab._labs[H100].reboot()
    assert ends(lab, SOAK, other) == [Ended.EXITED, Ended.LOST]


def test_jobs_are_their_hosts_own(lab: RunningLab) -> None:
    """It should start one on each of two hosts, and kill one of them by the control socket."""
    ends(lab, SOAK)
    ends(lab, SOAK, name=MI300X)
    assert LabClient(lab.state).kill_jobs(H100) == ["soak.1"]
    assert ends(lab, SOAK) == [Ended.LOST]
    assert ends(lab, SOAK, name=MI300X) == [Ended.RUNNING]


def test_a_second_load_is_refused_while_one_runs(lab: RunningLab) -> None:
    """It should name the one that runs."""
    ends(lab, SOAK)
    said = visit(lab, Command("more", ("sleep", "60"), limit_s=1000, job="soak.2")).completed[0]
    assert said.ended is Ended.NOT_RUN
    assert "soak.1" in said.note


def test_jobs_survive_a_restart_of_the_lab(tmp_path: Path) -> None:
    """It should not look as if they had never been started."""
    with running_lab(PLAN, state=tmp_path) as lab:
        ends(lab, SOAK)
    with running_lab(PLAN, state=tmp_path) as lab:
        (job,) = list_jobs(lab.endpoint(H100), lab.login)
        assert (job.name, job.state) == ("soak.1", "running")
        told = Command("told", (), job="soak.1", job_verb="acknowledge")
        hours_later(lab)
        assert ends(lab, told, SOAK) == [Ended.EXITED, Ended.LOST]
        assert list_jobs(lab.endpoint(H100), lab.login)[0].state == "collected"
