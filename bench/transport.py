"""Ten commands a host over one loopback OpenSSH server: what does the client pay, by the tool that asks?

Every contender is a process of its own (``peers/``), measured with everything that it starts; sshd's cost is apart.
The failures table gives every contender the same bad hosts: some that never answer, one that hangs, one that floods.
"""

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measured import Cost, measure
from openssh import OpenSsh, running_sshd

HERE = Path(__file__).parent
COMMANDS = [["echo", f"answer {number}"] for number in range(10)]
CONNECT_S, COMMAND_S = 5.0, 5.0
LIMIT_S = 600.0  # nobody may take longer


@dataclass(frozen=True, slots=True)
class Contender:
    """Who is measured. ``own`` runs in the project's environment, the others in that of the peers.

    ``dear`` ones take so long that they are measured with few hosts only; ``limited`` ones can be given time-outs, so
    that they come to an end with bad hosts.
    """

    name: str
    script: str
    arguments: tuple[str, ...] = ()
    own: bool = False
    dear: bool = False
    limited: bool = True


CONTENDERS = (
    Contender("Gatehouse: one connection, one framed script", "gatehouse_ssh", own=True),
    Contender("libssh2 (ssh2-python), bundled: the floor", "libssh2_bundled"),
    Contender("asyncssh, algorithms pinned, bundled", "asyncssh_bundled", own=True),
    Contender("parallel-ssh, bundled", "parallel_ssh_bundled", dear=True),
    Contender("ClusterShell, bundled, curve25519", "clustershell_bundled"),
    Contender(
        "paramiko as first written: a connection a command",
        "paramiko_first_written",
        own=True,
        dear=True,
        limited=False,
    ),
    Contender("Ansible, raw, one bundled task", "ansible_plays", ("raw",), dear=True),
    Contender("Ansible, shell module, ten tasks, pipelining", "ansible_plays", ("shell",), dear=True, limited=False),
)


def healthy(hosts: int, peers: Path, at_once: int, *, quick_only: bool) -> str:
    """The table of every contender, or of the quick ones only, over so many hosts that all answer."""
    chosen = [c for c in CONTENDERS if not (quick_only and c.dear)]
    with running_sshd() as server:
        targets = [_target(f"h{n:04d}", server.endpoint.port, COMMANDS) for n in range(hosts)]
        started = _measured(server, targets[:1], chosen, peers, at_once, limited=False)
        costs = _measured(server, targets, chosen, peers, at_once, limited=False)
    return healthy_table(chosen, started, costs, hosts, at_once)


def healthy_table(
    chosen: Sequence[Contender], started: Sequence[Cost], costs: Sequence[Cost], hosts: int, at_once: int
) -> str:
    """``started`` are the costs of one visit each, ``costs`` those of all."""
    # What starting costs (interpreter, imports, one visit) is no cost of a host: it is paid once, and told apart.
    per_host = [1000 * (k.cpu_s - s.cpu_s) / (hosts - 1) for s, k in zip(started, costs, strict=True)]
    ours, floor = per_host[0], next(ms for c, ms in zip(chosen, per_host, strict=True) if "floor" in c.name)
    rows = [
        f"| {c.name} | {ms:.1f} | {ms / ours:.1f} | {ms / floor:.1f} | {s.cpu_s:.1f} | {k.wall_s:.1f} "
        f"| {k.peak_mib:.0f} | {_reached(k, hosts, hosts * len(COMMANDS))} |"
        for c, s, k, ms in zip(chosen, started, costs, per_host, strict=True)
    ]
    return (
        f"## Transport: {hosts} hosts, {len(COMMANDS)} commands each, {at_once} at once\n\n"
        "| contender | client CPU ms/host | ÷ ours | ÷ floor | start-up CPU s | wall s | peak MiB | reached |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n" + "\n".join(rows) + "\n"
    )


def failures(hosts: int, peers: Path, at_once: int) -> str:
    """The table of the contenders that can be given time-outs, with some bad hosts among ``hosts``."""
    chosen = [c for c in CONTENDERS if c.limited]
    holes = hosts // 20
    rows = []
    with running_sshd() as server, _black_hole() as hole:
        for trouble in ("none", "black holes", "hang", "flood"):
            targets = _with(trouble, server, hosts, holes, hole)
            rows.append((trouble, _measured(server, targets, chosen, peers, at_once, limited=True)))
    head = " | ".join(f"{trouble}: wall s, CPU s, MiB, hosts" for trouble, _ in rows)
    lines = [
        f"| {c.name} | "
        + " | ".join(f"{k.wall_s:.1f}, {k.cpu_s:.1f}, {k.peak_mib:.0f}, {_some(k)}" for k in (r[n] for _, r in rows))
        + " |"
        for n, c in enumerate(chosen)
    ]
    return (
        f"## Bad hosts: {hosts} hosts of which {holes} never answer, or one hangs, or one prints 100 MB; "
        f"limits of {CONNECT_S:g} s to connect and {COMMAND_S:g} s to run\n\n"
        f"| contender | {head} |\n|{' --- |' * (len(rows) + 1)}\n" + "\n".join(lines) + "\n"
    )


def _with(trouble: str, server: OpenSsh, hosts: int, holes: int, hole: int) -> list[dict[str, object]]:
    targets = [_target(f"h{n:04d}", server.endpoint.port, COMMANDS) for n in range(hosts)]
    middle = hosts // 2
    match trouble:
        case "black holes":
            for n in range(holes):
                targets[n * 20 + 7] = _target(f"h{n * 20 + 7:04d}", hole, COMMANDS)
        case "hang":
            stuck = [*COMMANDS[:5], ["sleep", "600"], *COMMANDS[6:]]
            targets[middle] = _target(f"h{middle:04d}", server.endpoint.port, stuck)
        case "flood":
            flood = [*COMMANDS[:5], ["head", "-c", "100000000", "/dev/zero"], *COMMANDS[6:]]
            targets[middle] = _target(f"h{middle:04d}", server.endpoint.port, flood)
    return targets


def _target(name: str, port: int, commands: Sequence[Sequence[str]]) -> dict[str, object]:
    return {"name": name, "address": "127.0.0.1", "port": port, "commands": commands}


def _measured(
    server: OpenSsh, targets: Sequence[dict[str, object]], chosen: Sequence[Contender], peers: Path, at_once: int,
    *, limited: bool,
) -> list[Cost]:  # fmt: skip
    costs = []
    for contender in chosen:
        with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
            job = _job(Path(folder), server, targets, at_once, limited=limited)
            python = sys.executable if contender.own else str(peers)
            script = str(HERE / "peers" / f"{contender.script}.py")
            cost = measure([python, script, str(job), *contender.arguments], LIMIT_S)
        print(f"{contender.name}: {len(targets)} hosts, {cost}", file=sys.stderr)
        costs.append(cost)
    return costs


def _job(
    folder: Path, server: OpenSsh, targets: Sequence[dict[str, object]], at_once: int, *, limited: bool
) -> Path:  # fmt: skip
    key, known, config = folder / "key", folder / "known_hosts", folder / "ssh_config"
    key.touch(mode=0o600)
    key.write_text(server.login.private_key)
    ports = {target["port"] for target in targets}
    # A known_hosts file of the fleet's size, as anyone with so many hosts has it.
    names = [f"[127.0.0.1]:{port}" for port in ports] + [str(target["name"]) for target in targets]
    known.write_text("".join(f"{name} {server.endpoint.host_key}\n" for name in names))
    config.write_text(
        "".join(f"Host {t['name']}\n  HostName {t['address']}\n  Port {t['port']}\n" for t in targets)
        + f"Host *\n  User {server.login.user}\n  IdentityFile {key}\n  UserKnownHostsFile {known}\n"
        "  StrictHostKeyChecking yes\n  KexAlgorithms curve25519-sha256\n  IdentitiesOnly yes\n  BatchMode yes\n"
    )
    job = folder / "job.json"
    said = {
        "targets": targets, "user": server.login.user, "key": str(key), "host_key": server.endpoint.host_key,
        "known_hosts": str(known), "ssh_config": str(config), "folder": str(folder), "at_once": at_once,
        "connect_s": CONNECT_S if limited else 0, "command_s": COMMAND_S if limited else 0,
    }  # fmt: skip
    job.write_text(json.dumps(said))
    return job


def _reached(cost: Cost, hosts: int, commands: int) -> str:
    if cost.hosts is None:
        return f"ended by us after {cost.wall_s:.0f} s"
    return (
        "all" if (cost.hosts, cost.commands) == (hosts, commands) else f"{cost.hosts} hosts, {cost.commands} commands"
    )


def _some(cost: Cost) -> str:
    return "ended by us" if cost.hosts is None else str(cost.hosts)


@contextlib.contextmanager
def _black_hole() -> Iterator[int]:
    """A port whose SYNs are never answered: its queue is full and nobody accepts."""
    with socket.socket() as hole, contextlib.ExitStack() as filling:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(4):
            filler = filling.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(hole.getsockname())
        yield hole.getsockname()[1]


def peers_python(uv: str) -> Path:
    """The Python of the peers' environment, made from bench/requirements.txt when that is not what it was made from."""
    folder, asked = HERE / ".venv", (HERE / "requirements.txt").read_text(encoding="utf-8")
    python, made_from = folder / "bin" / "python", folder / "made-from.txt"
    if not made_from.exists() or made_from.read_text(encoding="utf-8") != asked:
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)], check=True)
        subprocess.run(
            [uv, "pip", "install", "-q", "--python", str(python), "-r", HERE / "requirements.txt"], check=True
        )
        made_from.write_text(asked, encoding="utf-8")
    return python
