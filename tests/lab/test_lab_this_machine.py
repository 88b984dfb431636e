"""This machine as a host of the lab: what it finds out about itself, and commands that really run."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from lab_driving import connected, ssh

from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import RunningLab, running_lab
from gatehouse.lab.server.real_shell import session_members
from gatehouse.lab.this_machine import discover
from gatehouse.model.commands import Command, Ended
from gatehouse.transport.ssh import run_commands

HERE = "this-machine"


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    """A lab whose only host is this machine."""
    with running_lab(FleetPlan((), this_machine=True)) as running:
        yield running


def test_it_knows_itself() -> None:
    here = discover()
    assert here.serial
    assert here.cpus == os.cpu_count()
    assert abs(here.memory_mib - psutil.virtual_memory().total // 2**20) <= 1
    assert "lo" not in here.nics
    assert not [disk for disk in here.disks if disk.startswith(("/dev/loop", "/dev/ram"))]


def test_a_machine_with_everything(tmp_path: Path) -> None:
    files = {
        "sys/class/dmi/id/product_serial": "SN-4711\n",
        "sys/class/dmi/id/product_name": "Model T\n",
        "proc/cpuinfo": "processor\t: 0\nmodel name\t: A CPU @ 2 GHz\n",
        "proc/meminfo": "MemTotal:       8388608 kB\n",
        "sys/block/nvme0n1/device/model": "x",
        "sys/block/sda/device/model": "x",
        "sys/block/loop0/size": "8",
        "sys/block/vdz/size": "8",
        "sys/class/net/lo/carrier": "1",
        "sys/class/net/eth0/device/vendor": "x",
        "sys/class/net/eth0/carrier": "0",
        "sys/class/net/veth1/carrier": "1",
        "sys/class/net/dummy0/carrier": "0",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    here = discover(tmp_path)
    assert (here.serial, here.model, here.cpu_model, here.memory_mib) == ("SN-4711", "Model T", "A CPU @ 2 GHz", 8192)
    assert here.disks == ("/dev/nvme0n1", "/dev/sda")
    assert here.nics == ("eth0", "veth1")


@pytest.mark.parametrize("unset", ["", "None", "To be filled by O.E.M.", "Default string"])
def test_a_serial_number_that_is_none_is_replaced_by_one_that_stays(tmp_path: Path, unset: str) -> None:
    (tmp_path / "sys/class/dmi/id").mkdir(parents=True)
    (tmp_path / "sys/class/dmi/id/product_serial").write_text(unset)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_text("0123456789abcdef\n")
    serial = discover(tmp_path).serial
    assert serial.startswith("THIS-")
    assert serial == discover(tmp_path).serial
    assert "0123456789" not in serial


def test_a_machine_with_nothing(tmp_path: Path) -> None:
    here = discover(tmp_path)
    assert here.serial.startswith("THIS-")
    assert (here.memory_mib, here.disks, here.nics) == (0, (), ())


def test_commands_really_run(lab: RunningLab) -> None:
    said = ssh(lab, HERE, "echo out; echo err >&2; exit 7")
    assert (said.code, said.out, said.err) == (7, "out\n", "err\n")
    assert ssh(lab, HERE, f"test -e {__file__} && echo here").out == "here\n"
    assert ssh(lab, HERE, "cat", b"given").out == "given"


def test_a_signal_is_told_as_shells_do(lab: RunningLab) -> None:
    assert ssh(lab, HERE, "kill -9 $$").code == 137


def test_our_transport_works_on_it(lab: RunningLab) -> None:
    commands = [
        Command("cpus", ("nproc",)),
        Command("none", ("nonesuch-tool",)),
        Command("long", ("sleep", "30"), limit_s=0.3),
    ]
    session = run_commands(lab.endpoint(HERE), lab.login, commands)
    assert [one.ended for one in session.completed] == [Ended.EXITED, Ended.MISSING, Ended.TIMED_OUT]
    assert session.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_the_inventory_names_it(lab: RunningLab) -> None:
    host = lab.hosts[HERE]
    assert (host.sku, host.serial) == (HERE, discover().serial)
    assert host.endpoint.address.startswith("127.")


def left_over(marker: str) -> list[int]:
    """Processes with that word on their command line."""
    return [one.pid for one in psutil.process_iter(["cmdline"]) if marker in (one.info["cmdline"] or [])]


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_client_that_leaves_leaves_no_process(lab: RunningLab) -> None:
    """It should end the whole session, also what made a process group of its own."""
    marker = f"86{os.getpid()}"

    async def leave() -> None:
        connection = await connected(lab, HERE)
        await connection.create_process(f"timeout 900 sleep {marker} & sleep {marker}")
        assert await asyncio.to_thread(_within, 10, lambda: len(left_over(marker)) >= 3)
        connection.abort()
        await connection.wait_closed()

    asyncio.run(leave())
    assert _within(15, lambda: not left_over(marker))


def test_a_detached_job_outlives_its_session(lab: RunningLab) -> None:
    """It should be as on a real host: what was put into the background stays when the session ends in order."""
    pid = int(ssh(lab, HERE, "nohup sleep 600 >/dev/null 2>&1 </dev/null & echo $!").out)
    job = psutil.Process(pid)
    assert job.is_running()
    job.kill()


def test_members_of_a_session(tmp_path: Path) -> None:
    for pid, session in ((10, 10), (11, 10), (12, 12)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a ) name) S 1 {pid} {session} 0 -1\n")
    (tmp_path / "13").mkdir()
    (tmp_path / "self").mkdir()
    assert sorted(session_members(10, tmp_path)) == [10, 11]
