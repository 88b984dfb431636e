"""Run a lab: in this process until it is told to end, in the background, or in a thread for a test."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from gatehouse.lab.client import LabClient
from gatehouse.lab.control import Control
from gatehouse.lab.lab import Lab
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.scenario import FaultSpec, Scenario, parse_fault
from gatehouse.lab.tools.clock import DEFAULT_TIME_SCALE
from gatehouse.model.errors import NotFoundError, RefusedError, UnreachableError
from gatehouse.model.hosts import BmcLogin, Endpoint, Host, Login

_START_S = 60.0
_POLL_S = 0.05
T = TypeVar("T")


async def run(lab: Lab, ready: Callable[[Control], None] = lambda _control: None) -> None:
    """Serve until a signal or somebody at the control socket ends it."""
    lab.start()
    control = Control(lab)
    try:
        await control.open()
        ready(control)
        await control.stopping.wait()
    finally:
        await control.close()
        await lab.stop()


def run_in_foreground(lab: Lab) -> None:
    """Serve in this process until SIGINT, SIGTERM or a ``stop``."""

    def listen(control: Control) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, control.stopping.set)

    asyncio.run(run(lab, listen))


def start_in_background(state: Path, arguments: list[str], within_s: float = _START_S) -> dict[str, Any]:
    """Start ``python -m gatehouse.lab up --foreground`` with ``arguments``, detached; its status once it is ready.

    Raises:
        RefusedError: it ended instead; the text is what it said.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = state / "lab.log"
    with log.open("wb") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", "gatehouse.lab", "up", "--foreground", "--state", str(state), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    client = LabClient(state)
    deadline = time.monotonic() + within_s
    while child.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(UnreachableError):
            status = client.status()
            if status["pid"] == child.pid:
                return status
        time.sleep(_POLL_S)
    child.kill()
    child.wait()
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise RefusedError(said or f"the lab was not ready within {within_s:g} s")


class RunningLab:
    """A lab in a thread of this process, for tests: every call is carried into its loop and waited for."""

    def __init__(self, lab: Lab, loop: asyncio.AbstractEventLoop, control: Control) -> None:
        self.lab, self._loop, self.control = lab, loop, control

    def _in_loop(self, work: Callable[[], T]) -> T:
        async def call() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    @property
    def hosts(self) -> dict[str, Host]:
        """Every host by name, with its endpoint."""
        return self.lab.hosts

    @property
    def login(self) -> Login:
        """The user and key that every host accepts."""
        return self.lab.login

    @property
    def bmc_login(self) -> BmcLogin:
        """The user and password that every BMC accepts."""
        return self.lab.bmc_login

    @property
    def state(self) -> Path:
        """The lab's folder."""
        return self.lab.folder.path

    def endpoint(self, name: str) -> Endpoint:
        """Where a host is.

        Raises:
            NotFoundError: the lab has no such host.
        """
        if name not in self.hosts:
            raise NotFoundError(f"the lab has no host {name!r}; it has: {', '.join(self.hosts)}")
        return self.hosts[name].endpoint

    def inject(self, **fault: Any) -> list[str]:
        """Place a fault, by the keys of a scenario's entry (``from_``, ``as_``, ``with_`` for the reserved words)."""
        value = {name.rstrip("_"): setting for name, setting in fault.items()}
        value.setdefault("id", str(value.get("fault") or "injected"))
        spec: FaultSpec = parse_fault(value)
        return self._in_loop(lambda: self.lab.inject(spec))

    def repair(self, host: str, fault: str = "") -> list[str]:
        """End a fault of a host, or all of them."""
        return self._in_loop(lambda: self.lab.repair(host, fault))

    def reboot(self, host: str) -> list[str]:
        """Boot a host again."""
        return self._in_loop(lambda: self.lab.reboot(host))

    def kill_jobs(self, host: str) -> list[str]:
        """Kill the jobs that run on a host."""
        return self._in_loop(lambda: self.lab.kill_jobs(host))

    def faults(self) -> list[dict[str, Any]]:
        """Every fault that is on a host now."""
        return self._in_loop(self.lab.faults)

    def status(self) -> dict[str, Any]:
        """How the lab stands."""
        return self._in_loop(self.lab.status)


@contextlib.contextmanager
def running_lab(
    plan: FleetPlan,
    scenario: Scenario | None = None,
    state: Path | None = None,
    *,
    port: int = 0,
    time_scale: float = DEFAULT_TIME_SCALE,
) -> Iterator[RunningLab]:
    """A lab for the time of a ``with`` block; without a state folder in a temporary one, on a free port."""
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gatehouse-lab-")))
        lab = Lab(plan, scenario or Scenario(), folder, port=port, time_scale=time_scale)
        yield from _threaded(lab)


def _threaded(lab: Lab) -> Iterator[RunningLab]:
    box: list[RunningLab] = []
    failed: list[BaseException] = []
    started = threading.Event()

    def ready(control: Control) -> None:
        box.append(RunningLab(lab, asyncio.get_running_loop(), control))
        started.set()

    def serve() -> None:
        try:
            asyncio.run(run(lab, ready))
        except BaseException as error:  # noqa: BLE001 -- it is raised again in the thread that waits
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=serve, name="gatehouse-lab", daemon=True)
    thread.start()
    started.wait()
    if not box:
        raise failed[0]
    running = box[0]
    try:
        yield running
    finally:
        running._loop.call_soon_threadsafe(running.control.stopping.set)
        thread.join()
