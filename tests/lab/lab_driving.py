"""How the lab's tests look at hosts: a model without SSH, and a client that speaks real SSH."""

import asyncio
import shlex
from dataclasses import dataclass
from functools import cache

import asyncssh

from gatehouse.lab.faultbook import FaultBook
from gatehouse.lab.host import LabHost
from gatehouse.lab.machine.machine import Machine, first_boot
from gatehouse.lab.plan import FleetPlan, PlannedHost
from gatehouse.lab.profiles.registry import all_profiles
from gatehouse.lab.running import RunningLab
from gatehouse.lab.scenario import parse_fault
from gatehouse.lab.shell.line import run_line
from gatehouse.lab.tools.registry import start
from gatehouse.lab.tools.spec import Do, Err, Out, Steps, Wait

NOW_S = 1_780_000_000.0  # 2026-05-28T20:26:40Z
STARTED_S = NOW_S - 600
SKUS = tuple(sorted(all_profiles()))
H100, MI300X, GAUDI3 = "h100-evt-01", "mi300x-evt-01", "gaudi3-evt-01"
ONE_EACH = FleetPlan.parse([f"{sku}:EVT:2" for sku in SKUS])
HOST_OF = {"h100-8x": H100, "mi300x-8x": MI300X, "gaudi3-8x": GAUDI3}


@dataclass(frozen=True)
class Said:
    """What a command printed, how it ended, and how many seconds it took on the host's clock."""

    code: int
    out: str
    err: str
    waited_s: float = 0.0
    did: tuple[Do, ...] = ()


def collect(steps: Steps) -> Said:
    """Go through all steps at once."""
    out, err, waited, did = bytearray(), bytearray(), 0.0, []
    try:
        while True:
            step = next(steps)
            if isinstance(step, Out):
                out += step.data
            elif isinstance(step, Err):
                err += step.data
            elif isinstance(step, Wait):
                waited += step.seconds
            else:
                did.append(step)
    except StopIteration as end:
        return Said(end.value, out.decode(errors="replace"), err.decode(errors="replace"), waited, tuple(did))


@cache
def fleet() -> dict[str, PlannedHost]:
    """Two hosts of each SKU."""
    return {host.name: host for host in ONE_EACH.hosts()}


def lab_host(name: str, **fault: object) -> LabHost:
    """A host without a network, with one fault on it if any is given (``with_`` and ``as_`` for reserved words)."""
    book = FaultBook(fleet(), STARTED_S)
    if fault:
        value = {key.rstrip("_"): setting for key, setting in fault.items()}
        book.place(parse_fault({"id": "one", "host": name, **value}))
    return LabHost(fleet()[name], book, first_boot(fleet()[name].serial, STARTED_S), clock=lambda: NOW_S)


def machine(name: str, **fault: object) -> Machine:
    """The model of that host."""
    return lab_host(name, **fault).look()


def run(on: Machine, command: str, root: bool = True) -> Said:
    """Run one command without a shell."""
    return collect(start(on, "gatehouse", shlex.split(command), root))


def say(on: Machine, line: str, root: bool = False) -> Said:
    """Run a command line as a person would type it."""
    return collect(run_line(on, "gatehouse", line, root))


async def connected(lab: RunningLab, name: str, user: str | None = None) -> asyncssh.SSHClientConnection:
    """A connection that checks the host's key."""
    endpoint = lab.endpoint(name)
    known = asyncssh.import_known_hosts(f"[{endpoint.address}]:{endpoint.port} {endpoint.host_key}\n")
    return await asyncssh.connect(
        endpoint.address,
        endpoint.port,
        username=user or lab.login.user,
        client_keys=[asyncssh.import_private_key(lab.login.private_key)],
        known_hosts=known,
        config=None,
        agent_path=None,
    )


def ssh(lab: RunningLab, name: str, command: str, given: bytes | None = None, user: str | None = None) -> Said:
    """Run one command over SSH with that on its standard input (which ends then); all that came back."""

    async def visit() -> Said:
        connection = await connected(lab, name, user)
        try:
            process = await connection.create_process(command, encoding=None)
            if given is not None:
                process.stdin.write(given)
                process.stdin.write_eof()
            out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
            ended = await process.wait()
            code = ended.exit_status if ended.exit_status is not None else -1
            return Said(code, out.decode(errors="replace"), err.decode(errors="replace"))
        finally:
            connection.close()
            await connection.wait_closed()

    return asyncio.run(visit())
