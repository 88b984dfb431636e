"""Sessions over real SSH: single commands, framed scripts, disconnects, floods, many hosts."""

import asyncio
import io
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import asyncssh
import paramiko
import pytest
from lab_driving import GAUDI3, H100, MI300X, connected, ssh

from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import RunningLab, running_lab
from gatehouse.model.commands import Command, Ended
from gatehouse.transport import framing
from gatehouse.transport.session import HostSession, SessionLimits
from gatehouse.transport.ssh import run_commands


def visit(lab: RunningLab, name: str, *commands: Command, limits: SessionLimits | None = None) -> HostSession:
    """One visit of our own transport."""
    return run_commands(lab.endpoint(name), lab.login, commands, limits or SessionLimits())


def until(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether a callable becomes true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("name", [H100, MI300X, GAUDI3])
def test_a_command_line_over_ssh(quiet_lab: RunningLab, name: str) -> None:
    said = ssh(quiet_lab, name, "hostname; nonesuch; sudo -n dmidecode -s system-serial-number")
    assert said.code == 0
    assert said.out == f"{name}\n{quiet_lab.hosts[name].serial}\n"
    assert said.err == "sh: 1: nonesuch: not found\n"


def test_the_exit_code_comes_back(quiet_lab: RunningLab) -> None:
    assert ssh(quiet_lab, H100, "false").code == 1
    assert ssh(quiet_lab, H100, "echo $HOME").code == 2


def test_root_is_root(quiet_lab: RunningLab) -> None:
    assert ssh(quiet_lab, H100, "whoami", user="root").out == "root\n"
    assert ssh(quiet_lab, H100, "dmidecode -t system", user="root").code == 0
    assert ssh(quiet_lab, H100, "dmidecode -t system").code == 1


def test_without_a_command_there_is_a_banner(quiet_lab: RunningLab) -> None:
    async def banner() -> str:
        connection = await connected(quiet_lab, H100)
        process = await connection.create_process()
        said = await process.stdout.read()
        connection.close()
        await connection.wait_closed()
        return str(said)

    said = asyncio.run(banner())
    assert "a simulated 8x NVIDIA H100" in said
    assert "nvidia-smi" in said


def test_paramiko_can_talk_to_it(quiet_lab: RunningLab) -> None:
    endpoint, login = quiet_lab.endpoint(MI300X), quiet_lab.login
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(login.private_key))
    with paramiko.Transport(socket.create_connection((endpoint.address, endpoint.port), 5)) as transport:
        transport.start_client(timeout=5)
        shown = transport.get_remote_server_key()
        assert f"{shown.get_name()} {shown.get_base64()}" == endpoint.host_key
        transport.auth_publickey(login.user, key)
        channel = transport.open_session()
        channel.exec_command("uname -n")
        assert channel.makefile().read() == b"mi300x-evt-01\n"
        assert channel.recv_exit_status() == 0


@pytest.mark.parametrize("user", ["admin", "nobody"])
def test_other_users_are_refused(quiet_lab: RunningLab, user: str) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        ssh(quiet_lab, H100, "id", user=user)


def test_other_keys_are_refused(quiet_lab: RunningLab) -> None:
    endpoint = quiet_lab.endpoint(H100)

    async def enter() -> None:
        other = asyncssh.generate_private_key("ssh-ed25519")
        await asyncssh.connect(
            endpoint.address,
            endpoint.port,
            username="gatehouse",
            client_keys=[other],
            known_hosts=None,
            agent_path=None,
        )

    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(enter())


def test_no_forwarding_and_no_file_transfer(quiet_lab: RunningLab) -> None:
    async def forward() -> None:
        async with await connected(quiet_lab, H100) as connection:
            await connection.open_connection("127.0.0.1", 1)

    async def transfer() -> None:
        async with await connected(quiet_lab, H100) as connection:
            await connection.start_sftp_client()

    with pytest.raises(asyncssh.ChannelOpenError):
        asyncio.run(forward())
    with pytest.raises(asyncssh.Error):
        asyncio.run(transfer())


def test_our_transport_gets_every_answer(quiet_lab: RunningLab) -> None:
    session = visit(
        quiet_lab,
        H100,
        Command("serial", ("dmidecode", "-s", "system-serial-number"), root=True),
        Command("none", ("nonesuch",)),
        Command("words", ("echo", "two  words", "it's", "$HOME", "*")),
        Command("denied", ("dmidecode",)),
        Command("both", ("stress-ng", "--cpu", "1", "--verify", "--timeout", "60s"), limit_s=90),
    )
    assert session.error is None
    serial, none, words, denied, both = session.completed
    assert (serial.ended, serial.exit_code, serial.stdout) == (Ended.EXITED, 0, b"H100EVT0001\n")
    assert none.ended is Ended.MISSING
    assert words.stdout == b"two  words it's $HOME *\n"
    assert (denied.exit_code, denied.stderr) == (1, b"/dev/mem: Permission denied\n")
    assert both.exit_code == 0
    assert b"successful run completed" in both.stderr
    assert both.duration_s == pytest.approx(60, abs=1)  # on the host's clock
    assert session.connections == 1
    assert abs(session.clock_skew_s or 99) < 5


def test_a_boot_has_one_id(quiet_lab: RunningLab) -> None:
    command = Command("boot", ("cat", "/proc/sys/kernel/random/boot_id"))
    one, two = (visit(quiet_lab, MI300X, command) for _ in range(2))
    assert one.boot_id == two.boot_id == one.completed[0].text.strip()


def test_a_command_that_takes_too_long_is_ended_alone(quiet_lab: RunningLab) -> None:
    began = time.monotonic()
    session = visit(quiet_lab, H100, Command("long", ("sleep", "30"), limit_s=0.3), Command("next", ("hostname",)))
    assert [one.ended for one in session.completed] == [Ended.TIMED_OUT, Ended.EXITED]
    assert session.completed[1].text == "h100-evt-01\n"
    assert time.monotonic() - began < 20


def test_a_script_whose_reader_leaves_is_ended(quiet_lab: RunningLab) -> None:
    """It should end with 143, as a shell that gets TERM, when its standard input ends."""
    script = framing.build_script(framing.new_nonce(), [(0, Command("long", ("sleep", "600"), limit_s=900))])
    began = time.monotonic()
    said = ssh(quiet_lab, H100, framing.SHELL, script.encode())
    assert said.code == 143
    assert time.monotonic() - began < 30
    assert re.search(r" B 0@@", said.out)
    assert " E 0 " not in said.out


def test_a_plain_script_runs_line_by_line(quiet_lab: RunningLab) -> None:
    said = ssh(quiet_lab, H100, "/bin/sh -s", b"# two lines\nhostname\n\nfalse\n")
    assert (said.out, said.code) == ("h100-evt-01\n", 1)


def test_a_client_that_disconnects_ends_what_runs(quiet_lab: RunningLab) -> None:
    tasks = quiet_lab.status()["connections"]

    async def leave() -> None:
        connection = await connected(quiet_lab, H100)
        await connection.create_process("sleep 600")
        assert await asyncio.to_thread(until, lambda: running_commands(quiet_lab) == 1)
        assert quiet_lab.status()["connections"] == tasks + 1
        connection.abort()
        await connection.wait_closed()

    asyncio.run(leave())
    assert until(lambda: quiet_lab.status()["connections"] == tasks)
    assert until(lambda: running_commands(quiet_lab) == 0)


def running_commands(lab: RunningLab) -> int:
    """How many sessions of the lab are still at work."""

    def count() -> int:
        names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
        return names.count("Fleet._session")

    return lab._in_loop(count)


def test_a_flood_is_not_held(quiet_lab: RunningLab) -> None:
    quiet_lab.inject(host=H100, fault="tool_flood")
    try:
        session = visit(
            quiet_lab, H100, Command("flood", ("nvidia-smi",), max_bytes=100_000), Command("next", ("hostname",))
        )
        assert session.completed[0].truncated
        assert len(session.completed[0].stdout) <= 100_000
    finally:
        quiet_lab.repair(H100)


def test_a_hung_tool_does_not_hold_up_the_rest(quiet_lab: RunningLab) -> None:
    quiet_lab.inject(host=GAUDI3, fault="tool_hang")
    try:
        session = visit(quiet_lab, GAUDI3, Command("hung", ("hl-smi",), limit_s=0.2), Command("next", ("hostname",)))
        assert [one.ended for one in session.completed] == [Ended.TIMED_OUT, Ended.EXITED]
    finally:
        quiet_lab.repair(GAUDI3)


def test_injecting_and_repairing_show_at_once(quiet_lab: RunningLab) -> None:
    line = "ethtool eth0 | grep -c 'Link detected: yes'"
    assert ssh(quiet_lab, H100, line).out == "1\n"
    assert quiet_lab.inject(host="h100-*", fault="nic_down", part="eth0") == ["h100-evt-01", "h100-evt-02"]
    assert ssh(quiet_lab, H100, line).out == "0\n"
    assert quiet_lab.repair(H100) == ["nic_down"]
    assert ssh(quiet_lab, H100, line).out == "1\n"
    assert ssh(quiet_lab, "h100-evt-02", line).out == "0\n"
    quiet_lab.repair("h100-evt-02")


def test_a_reset_over_ssh_ends_what_a_reset_ends(quiet_lab: RunningLab) -> None:
    quiet_lab.inject(host=H100, fault="remap_pending", part="gpu2")
    pending = "nvidia-smi --query-gpu=remapped_rows.pending -i 2 --format=csv,noheader"
    assert ssh(quiet_lab, H100, pending).out == "Yes\n"
    assert "successfully reset" in ssh(quiet_lab, H100, "sudo -n nvidia-smi --gpu-reset -i 2").out
    assert ssh(quiet_lab, H100, pending).out == "No\n"


def test_a_reboot_over_ssh(quiet_lab: RunningLab) -> None:
    """It should drop the connection, come back with a new boot id and a short uptime, and forget the noise."""
    name = "mi300x-evt-02"
    quiet_lab.inject(host=name, fault="soft_lockup")
    before = visit(quiet_lab, name, Command("log", ("dmesg",), root=True))
    assert b"soft lockup" in before.completed[0].stdout
    with pytest.raises(asyncssh.ConnectionLost):
        ssh(quiet_lab, name, "sudo -n reboot")

    def back() -> bool:
        return visit(quiet_lab, name, Command("up", ("true",))).error is None

    assert until(back)
    after = visit(quiet_lab, name, Command("log", ("dmesg",), root=True))
    assert after.boot_id != before.boot_id
    assert (after.uptime_s or 0) < 300
    assert b"soft lockup" not in after.completed[0].stdout


def test_three_hundred_hosts_in_one_process() -> None:
    with running_lab(FleetPlan.of_size(300)) as lab:
        assert lab.status()["hosts"] == 300
        assert len({host.endpoint.host_key for host in lab.hosts.values()}) == 300
        some = list(lab.hosts)[::12]
        with ThreadPoolExecutor(8) as pool:
            sessions = list(pool.map(lambda name: visit(lab, name, Command("name", ("hostname",))), some))
        assert [session.completed[0].text.strip() for session in sessions] == some
