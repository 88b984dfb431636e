"""The local stack from any shell: up, down, status.

Nothing here needs the process that started the stack: everything is found again by the status file and by the marker
in each process's environment. So a killed terminal, supervisor or component never leaves what cannot be stopped.
"""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from gatehouse.local import postgres
from gatehouse.local.airflow_home import Settings, base_url
from gatehouse.local.components import POSTGRES
from gatehouse.local.errors import LocalStackError
from gatehouse.local.home import CHECKOUT, MARKER, PLACE, Home
from gatehouse.local.processes import end, marked, wait_until
from gatehouse.local.room import check_disk, check_memory, check_port
from gatehouse.local.secret_files import load
from gatehouse.local.status import ProcessStatus, Request, StackPhase, Status, read_status, request_file, write

Progress = Callable[[str], None]
_STARTED = frozenset({StackPhase.STARTING, StackPhase.MIGRATING, StackPhase.RUNNING})
_SPAWN_LIMIT_S = 20.0
_STOP_LIMIT_S = 60.0
_GRACE_S = 3.0


def up(
    home: Home, settings: Settings | None = None, lab: tuple[str, ...] | None = None, progress: Progress = print
) -> Status:
    """Start the stack, or find it running as asked. What runs otherwise, or is left of a killed run, is stopped first.

    ``lab`` are the lab's arguments, None for no lab. Returns as soon as a supervisor is at work:
    :func:`gatehouse.local.health.wait_healthy` waits for the rest.

    Raises:
        PortBusyError, NoRoomError: the machine cannot take it.
        LocalStackError: the supervisor did not start.
    """
    home.make()
    asked = request_for(settings or Settings(), lab)
    with _one_at_a_time(home):
        running = status(home)
        if running and running.phase in _STARTED and running.request == asked:
            progress(f"the stack is up already: {base_url(asked.port)}")
            return running
        check_disk(home)
        if running and running.request.port != asked.port:
            check_port(asked.port)  # before anything that works is stopped
        if down(home):
            progress(
                "restarting: what ran was asked for something else" if running else "stopped what a killed run left"
            )
        check_port(asked.port)
        check_memory()
        load(home)  # passwords can be shown before Airflow is there
        write(request_file(home), asked)
        return _start_supervisor(home)


def down(home: Home) -> list[str]:
    """Stop the stack and everything that carries its marker; returns what had to be stopped, one line each.

    Raises:
        LocalStackError: something would not end.
    """
    stopped = _stop_supervisor(home)
    if postgres.stop(home):
        stopped.append(f"{POSTGRES} had lost its supervisor")
    for _ in range(3):  # a process may fork while it is told to go
        left = marked(home)
        stopped += [f"{process.pid} was left over" for process in left]
        end(left, signal.SIGTERM, _GRACE_S)
    if still := marked(home):
        raise LocalStackError(f"these processes would not end: {', '.join(str(process.pid) for process in still)}")
    return stopped


def status(home: Home) -> Status | None:
    """The stack's status; None when nobody looks after one."""
    found = read_status(home)
    return found if found and found.alive else None


def restart(home: Home, component: str) -> None:
    """End a component in its own way; the supervisor starts it again.

    Raises:
        LocalStackError: there is no such component, or no stack.
    """
    end([_process(home, component)], signal.SIGTERM, _GRACE_S)


def kill(home: Home, component: str) -> int:
    """End a component with SIGKILL, as the kernel would; returns its process id. ``supervisor`` works too.

    Raises:
        LocalStackError: there is no such component, or no stack.
    """
    process = _process(home, component)
    process.kill()
    return process.pid


def request_for(settings: Settings, lab: tuple[str, ...] | None) -> Request:
    """What those settings ask of a supervisor, with the packages that they shall run on."""
    return Request(
        settings.port, str(settings.dags), str(settings.plugins), settings.parallelism, lab, build=_installed_packages()
    )


def _installed_packages() -> str:
    lock = CHECKOUT / "requirements.lock"
    held = lock.read_bytes() if lock.exists() else b""
    return hashlib.sha256(sys.prefix.encode() + held).hexdigest()[:16]


def _process(home: Home, component: str) -> psutil.Process:
    found = status(home)
    if found is None:
        raise LocalStackError("the stack is not up: run `gatehouse up`")
    known: dict[str, ProcessStatus] = {**found.processes, "supervisor": found.supervisor}
    if component not in known:
        raise LocalStackError(f"no component {component!r}; there are: {', '.join(sorted(known))}")
    if not known[component].alive:
        raise LocalStackError(f"{component} is between two lives: try again in a moment")
    return psutil.Process(known[component].pid)


def _start_supervisor(home: Home) -> Status:
    """Start it in a session of its own, so that it outlives the terminal; wait until it says that it is there."""
    log = home.logs / "supervisor.log"
    inherited = {name: value for name, value in os.environ.items() if name != MARKER}
    env = {**inherited, MARKER: str(home.root), PLACE: str(home.root), "PYTHONPATH": str(CHECKOUT / "include")}
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "gatehouse.local.supervisor"],
            cwd=home.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def settled() -> bool:
        found = read_status(home)
        return child.poll() is not None or (found is not None and found.supervisor.pid == child.pid)

    wait_until(settled, _SPAWN_LIMIT_S)
    found = read_status(home)
    if found is None or found.supervisor.pid != child.pid:
        raise LocalStackError(f"the supervisor did not start: see {log}")
    child.returncode = 0  # it outlives us; nobody here will wait for it
    return found


def _stop_supervisor(home: Home) -> list[str]:
    found = status(home)
    if found is None:
        return []
    process = psutil.Process(found.supervisor.pid)
    hard = end([process], signal.SIGTERM, _STOP_LIMIT_S)
    return [f"the supervisor ({process.pid}) " + ("had to be killed" if hard else "stopped everything")]


@contextmanager
def _one_at_a_time(home: Home) -> Iterator[None]:
    with (home.run / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
