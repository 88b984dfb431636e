"""Ten commands a host over one loopback OpenSSH server: what does the client pay, by the way it asks?"""

import asyncio
import base64
import io
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import asyncssh
import paramiko
from openssh import OpenSsh, running_sshd

from gatehouse.model.commands import Command
from gatehouse.transport.ssh import run_commands

COMMANDS = [("echo", str(number)) for number in range(10)]
THREADS = 16


def table(hosts: int) -> str:
    """Client CPU milliseconds a host and wall seconds of each contender, and the ratio to ours."""
    contenders: list[tuple[str, Callable[[OpenSsh, int], None]]] = [
        ("Gatehouse: one connection, one framed script", _ours),
        ("asyncssh: one connection, a channel a command", _asyncssh_channels),
        ("paramiko: one connection, a channel a command", _paramiko_channels),
        ("paramiko: a connection a command", _paramiko_connections),
    ]
    with running_sshd() as server:
        _ours(server, 4)  # imports and key parsing are nobody's cost
        measured = [(name, *_measure(work, server, hosts)) for name, work in contenders]
    ours = measured[0][1]
    rows = [f"| {name} | {cpu:.1f} | {cpu / ours:.1f} | {wall:.1f} |" for name, cpu, wall in measured]
    head = f"## Transport: {hosts} visits, {len(COMMANDS)} commands each, {THREADS} at once\n\n"
    return (
        head
        + "| contender | client CPU ms/host | ratio | wall s |\n| --- | ---: | ---: | ---: |\n"
        + "\n".join(rows)
        + "\n"
    )


def _measure(work: Callable[[OpenSsh, int], None], server: OpenSsh, hosts: int) -> tuple[float, float]:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    work(server, hosts)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * cpu / hosts, time.monotonic() - began


def _in_threads(work: Callable[[], None], hosts: int) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(work) for _ in range(hosts)]:
            future.result()


def _ours(server: OpenSsh, hosts: int) -> None:
    commands = [Command(" ".join(argv), argv) for argv in COMMANDS]

    def visit() -> None:
        session = run_commands(server.endpoint, server.login, commands)
        assert [c.exit_code for c in session.completed] == [0] * len(COMMANDS), session.error

    _in_threads(visit, hosts)


def _client(server: OpenSsh) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    kind, key = server.endpoint.host_key.split()
    known = paramiko.Ed25519Key(data=base64.b64decode(key))
    client.get_host_keys().add(f"[{server.endpoint.address}]:{server.endpoint.port}", kind, known)
    client.connect(
        server.endpoint.address, server.endpoint.port, server.login.user, look_for_keys=False, allow_agent=False,
        pkey=paramiko.Ed25519Key.from_private_key(io.StringIO(server.login.private_key)),
    )  # fmt: skip
    return client


def _ask(client: paramiko.SSHClient, argv: tuple[str, ...]) -> None:
    _, out, _ = client.exec_command(" ".join(argv))
    out.read()
    assert out.channel.recv_exit_status() == 0


def _paramiko_channels(server: OpenSsh, hosts: int) -> None:
    def visit() -> None:
        with _client(server) as client:
            for argv in COMMANDS:
                _ask(client, argv)

    _in_threads(visit, hosts)


def _paramiko_connections(server: OpenSsh, hosts: int) -> None:
    def visit() -> None:
        for argv in COMMANDS:
            with _client(server) as client:
                _ask(client, argv)

    _in_threads(visit, hosts)


def _asyncssh_channels(server: OpenSsh, hosts: int) -> None:
    known = asyncssh.import_known_hosts(
        f"[{server.endpoint.address}]:{server.endpoint.port} {server.endpoint.host_key}\n"
    )
    key = asyncssh.import_private_key(server.login.private_key)

    async def visit(turn: asyncio.Semaphore) -> None:
        async with (
            turn,
            asyncssh.connect(
                server.endpoint.address, server.endpoint.port, username=server.login.user, client_keys=[key],
                known_hosts=known, agent_path=None, config=None,
            ) as connection,
        ):  # fmt: skip
            for argv in COMMANDS:
                await connection.run(" ".join(argv), check=True)

    async def all_of_them() -> None:
        turn = asyncio.Semaphore(THREADS)
        await asyncio.gather(*(visit(turn) for _ in range(hosts)))

    asyncio.run(all_of_them())
