"""Detached jobs over a real OpenSSH server: the connection goes, the job stays, another process finds it."""

import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import psutil
import pytest
from openssh import KEYGEN, SSHD, OpenSsh, running_sshd

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import RefusedError, UnreachableError
from gatehouse.transport.host_jobs import list_jobs, stop_job
from gatehouse.transport.session import HostSession, SessionLimits
from gatehouse.transport.ssh import run_commands

pytestmark = pytest.mark.skipif(not (SSHD and KEYGEN), reason="no OpenSSH server installed: apt install openssh-server")


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """Where this process's jobs live: a job of another test on this machine would be in their way."""
    made = tempfile.mkdtemp(prefix="gatehouse-jobs-")
    yield f"GATEHOUSE_JOBS={made}"
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def sshd(folder: str) -> Iterator[OpenSsh]:
    with running_sshd(environment=folder) as server:
        yield server


@pytest.fixture
def name(sshd: OpenSsh) -> Iterator[str]:
    """A job's name that nobody has; what is left of it is taken away."""
    made = f"test-{secrets.token_hex(8)}"
    yield made
    if any(job.name == made and job.state == "running" for job in list_jobs(sshd.endpoint, sshd.login)):
        stop_job(sshd.endpoint, sshd.login, made)


def soak(name: str, script: str, limit_s: float = 1000) -> Command:
    return Command("soak", ("sh", "-c", script), limit_s=limit_s, job=name)


def visit(sshd: OpenSsh, *commands: Command, boot_id: str | None = None) -> HostSession:
    return run_commands(sshd.endpoint, sshd.login, commands, boot_id=boot_id)


def answer(sshd: OpenSsh, command: Command) -> Completed:
    """Look until it does not run any more."""
    deadline = time.monotonic() + 20
    while (said := visit(sshd, command).completed[0]).ended is Ended.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return said


def test_a_visit_does_not_wait_for_a_job_and_the_next_brings_its_answer(sshd: OpenSsh, name: str) -> None:
    """It should take a second, whatever the job's limit, and leave the answer's form as in the foreground."""
    began = time.monotonic()
    command = soak(name, "echo begun; sleep 2.5; echo over; exit 9")
    session = visit(sshd, Command("first", ("echo", "1")), command, Command("last", ("echo", "2")))
    assert time.monotonic() - began < 15
    assert session.error is None
    assert session.connections == 1
    assert [c.ended for c in session.completed] == [Ended.EXITED, Ended.RUNNING, Ended.WAITING]
    assert session.completed[1].text == "begun\n"
    assert "of at most 1000 s" in session.completed[1].note
    said = answer(sshd, command)
    assert (said.ended, said.exit_code, said.text, said.whole) == (Ended.EXITED, 9, "begun\nover\n", True)
    assert said.duration_s == pytest.approx(2.5, abs=1.5)
    assert said.started_at is not None


def test_sshd_and_its_sessions_die_and_the_job_does_not(sshd: OpenSsh, folder: str, name: str) -> None:
    """It should be found by a server that was started later, from a process that did not start it."""
    with running_sshd(environment=folder) as first:
        assert visit(first, soak(name, "sleep 3; echo survived")).completed[0].ended is Ended.RUNNING
        for process in psutil.Process(first.pid).children(recursive=True):
            process.kill()
    program = (
        "import sys; from gatehouse.model.commands import Command; from gatehouse.model.hosts import *\n"
        "from gatehouse.transport.ssh import run_commands; import time\n"
        "address, port, key, user, private, name = sys.argv[1:]\n"
        "command = Command('soak', ('sh',), limit_s=1000, job=name)\n"
        "for _ in range(60):\n"
        "    said = run_commands(Endpoint(address, int(port), key), Login(user, private), [command]).completed[0]\n"
        "    if said.ended != 'running': break\n"
        "    time.sleep(0.2)\n"
        "print(said.ended, said.text)"
    )
    end, login = sshd.endpoint, sshd.login
    words = [end.address, str(end.port), end.host_key, login.user, login.private_key, name]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert done.stdout == "exited survived\n\n"


def test_a_visit_that_is_cut_while_it_starts_a_job_starts_one(sshd: OpenSsh, name: str) -> None:
    """It should be there for the next visit, which finds it and starts no other."""
    command = soak(name, f"echo {name}; sleep 300")
    run_commands(sshd.endpoint, sshd.login, [command], SessionLimits(total_s=0.3))
    assert visit(sshd, command).completed[0].ended is Ended.RUNNING
    loads = [p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[:2] == ["sh", "-c"]]
    assert len([p for p in loads if name in " ".join(p.info["cmdline"])]) == 1


def test_a_limit_that_was_reached_is_a_time_out(sshd: OpenSsh, name: str) -> None:
    """It should be told from a tool that exits 124 by itself."""
    said = answer(sshd, soak(name, "sleep 400", limit_s=1.5))
    assert (said.ended, said.exit_code) == (Ended.TIMED_OUT, 124)


def test_output_beyond_the_bound_is_cut_and_marked(sshd: OpenSsh, name: str) -> None:
    """It should be bounded on both sides of the wire."""
    command = Command("soak", ("sh", "-c", "head -c 9000000 /dev/zero"), limit_s=1000, max_bytes=10_000, job=name)
    said = answer(sshd, command)
    assert (len(said.stdout), said.truncated, said.whole) == (10_000, True, False)


def test_a_job_is_listed_and_stopped(sshd: OpenSsh, name: str) -> None:
    """It should be found on the host without any store, and ended by name."""
    visit(sshd, soak(name, "sleep 500"))
    (job,) = [job for job in list_jobs(sshd.endpoint, sshd.login) if job.name == name]
    assert (job.state, job.limit_s, job.exit_code) == ("running", 1000, None)
    assert job.elapsed_s is not None
    assert stop_job(sshd.endpoint, sshd.login, name) == "somebody stopped it"
    said = visit(sshd, soak(name, "sleep 500"), Command("next", ("true",)))
    assert [c.ended for c in said.completed] == [Ended.LOST, Ended.NOT_RUN]
    with pytest.raises(RefusedError, match="no such job"):
        stop_job(sshd.endpoint, sshd.login, "nothing-of-that-name")


def test_a_host_that_is_away_cannot_be_asked_for_its_jobs(sshd: OpenSsh) -> None:
    """It should say so, not that there are none."""
    from dataclasses import replace

    from openssh import free_port

    with pytest.raises(UnreachableError, match="refused"):
        list_jobs(replace(sshd.endpoint, port=free_port()), sshd.login)


def test_after_a_reboot_between_two_visits_nothing_is_started(sshd: OpenSsh, name: str) -> None:
    """It should say that the host has rebooted, in each command that was not run for it."""
    session = visit(sshd, Command("a", ("true",)), soak(name, "true"), boot_id="the-boot-before")
    assert session.rebooted
    assert [c.ended for c in session.completed] == [Ended.NOT_RUN, Ended.NOT_RUN]
    assert all("rebooted since" in c.note for c in session.completed)
    assert not any(job.name == name for job in list_jobs(sshd.endpoint, sshd.login))
