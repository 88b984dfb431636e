"""The one process that starts everything of a stack, keeps it alive and stops it.

Run as ``python -m gatehouse.local.supervisor``. On Linux it adopts the orphans of its children, and the kernel ends its
children with it: not even SIGKILL leaves a rest.
Its home comes from the environment, what is asked of it from the request file there.
"""

import fcntl
import os
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from gatehouse.local import migration, postgres
from gatehouse.local.airflow_home import Settings, environment
from gatehouse.local.child import Child
from gatehouse.local.components import MIGRATE_AIRFLOW, MIGRATE_STORE, POSTGRES, Component, components
from gatehouse.local.errors import LocalStackError, UnhealthyError
from gatehouse.local.home import Home, home
from gatehouse.local.processes import adopt_orphans, descendants, end, reap, tell
from gatehouse.local.secret_files import load
from gatehouse.local.status import ProcessStatus, Request, StackPhase, Status, read_request, status_file, write

_TICK_S = 1.0
_GRACE_S = 3.0


class _StopAsked(Exception):  # noqa: N818 - not an error: somebody wants the stack to stop
    """SIGTERM or SIGINT came."""


@dataclass(slots=True)
class Supervisor:
    """A stack's state while it runs."""

    home: Home
    request: Request
    phase: StackPhase = StackPhase.STARTING
    problem: str = ""
    started_at: float = field(default_factory=time.time)
    server: postgres.Server | None = None
    server_restarts: int = 0
    env: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    stop_asked: bool = False
    news: int = -1  # a pipe that every signal writes to

    def run(self) -> int:
        """Until somebody says stop, or it cannot go on. Returns the exit code."""
        adopt_orphans()
        self._listen()
        try:
            self._start()
            while True:
                self._tick()
        except _StopAsked:
            self._enter(StackPhase.STOPPING)
        except (LocalStackError, OSError) as error:
            self.problem = str(error)
            say(f"giving up: {error}")
        self._stop()
        self._enter(StackPhase.FAILED if self.problem else StackPhase.STOPPED)
        return 1 if self.problem else 0

    def _start(self) -> None:
        self._enter(StackPhase.STARTING)
        self.server = postgres.start(self.home, tied=True)
        asked = self.request
        settings = Settings(asked.port, Path(asked.dags), Path(asked.plugins), asked.parallelism)
        self.env = environment(self.home, settings, self.server, load(self.home), os.environ)
        self._enter(StackPhase.MIGRATING)
        needed = migration.is_needed(self.home, self.server)
        self._run_to_end(MIGRATE_STORE, *([MIGRATE_AIRFLOW] if needed else []))
        migration.note(self.home, self.server)
        self.children = [self._child(part) for part in components(asked.lab)]
        self._enter(StackPhase.RUNNING)

    def _child(self, component: Component) -> Child:
        return Child(component, self.home.logs / f"{component.name}.log")

    def _run_to_end(self, *parts: Component) -> None:
        """Run them side by side until all have ended.

        Raises:
            UnhealthyError: one failed; the text names its log.
        """
        self.children = [self._child(part) for part in parts]
        for child in self.children:
            child.start(self.env)
        while any(child.pid for child in self.children):
            self._wait()
            self._reap()
        if failed := [child for child in self.children if child.last_exit != 0]:
            raise UnhealthyError(f"{failed[0].component.name} failed: see {failed[0].log}")

    def _tick(self) -> None:
        """Start what is due, wait for news, note who was lost."""
        if self._keep_postgres() | self._start_due():
            self._enter(self.phase)
        self._wait()
        if self._reap():
            self._enter(self.phase)

    def _keep_postgres(self) -> bool:
        """Start PostgreSQL again if it was lost; returns whether that happened."""
        if postgres.running(self.home) is not None:
            return False
        say(f"{POSTGRES} was lost, starting it again")
        self.server = postgres.start(self.home, tied=True)
        self.server_restarts += 1
        return True

    def _start_due(self) -> bool:
        due = [child for child in self.children if child.pid is None and time.monotonic() >= child.due]
        for child in due:
            child.start(self.env)
            say(f"{child.component.name} started ({child.pid})")
        return bool(due)

    def _reap(self) -> bool:
        """Collect everybody who ended, adopted orphans too; returns whether one of ours was among them."""
        lost = reap()
        mine = [child for child in self.children if child.pid in lost]
        for child in mine:
            exit_code, pid = lost[child.pid or 0], child.pid
            pause_s = child.lost(exit_code)
            again = f", starts again in {pause_s:g} s" if self.phase is StackPhase.RUNNING else ""
            say(f"{child.component.name} ({pid}) ended with {exit_code}{again}")
        if mine:
            self._end_leftovers()
        return bool(mine)

    def _end_leftovers(self) -> None:
        """End what a lost child left behind: its forks are ours now, and nobody reads their results any more."""
        known = {child.pid for child in self.children} | {self.server.pid if self.server else None}
        left = [process for process in psutil.Process().children() if process.pid not in known]
        end([process for each in left for process in (*descendants(each.pid), each)], signal.SIGTERM, _GRACE_S)

    def _stop(self) -> None:
        """First who uses the others, then who serves, then what tasks left behind, PostgreSQL last.

        A running task is cut off and not failed: the next start finds it orphaned and runs it again.
        """
        self.stop_asked = True
        _, busy = tell(self._processes(serves=False), signal.SIGTERM, _GRACE_S)
        end(busy, signal.SIGTERM, 1.0)  # a scheduler with running tasks wants to hear it twice, and signs off then
        end(self._processes(serves=True), signal.SIGTERM, 2 * _GRACE_S)
        server = self.server.pid if self.server and self.server.pid else 0
        for _ in range(3):  # a process may fork while it is told to go
            database = {server, *(process.pid for process in descendants(server))} if server else set()
            end([p for p in descendants(os.getpid()) if p.pid not in database], signal.SIGTERM, _GRACE_S)
        postgres.stop(self.home)

    def _processes(self, *, serves: bool) -> list[psutil.Process]:
        chosen = [child.pid for child in self.children if child.component.serves is serves]
        return [psutil.Process(pid) for pid in chosen if pid and psutil.pid_exists(pid)]

    def _listen(self) -> None:
        """Every signal wakes the loop up. Those that mean stop only leave a note: no step is cut in the middle."""
        self.news, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _ask_to_stop(self, *_: object) -> None:
        self.stop_asked = True

    def _wait(self) -> None:
        """Sleep until a signal or the next tick.

        Raises:
            _StopAsked: somebody wants the stack to stop.
        """
        if not self.stop_asked and select.select([self.news], [], [], _TICK_S)[0]:
            os.read(self.news, 4096)
        if self.stop_asked:
            raise _StopAsked

    def _enter(self, phase: StackPhase) -> None:
        """Tell everybody how things are."""
        self.phase = phase
        processes = {child.component.name: child.status for child in self.children}
        if self.server and self.server.pid:
            processes[POSTGRES] = _process_status(self.server.pid, self.server_restarts)
        own = _process_status(os.getpid())
        status = Status(own, self.request, phase, self.started_at, self.problem, processes)
        write(status_file(self.home), status)


def _process_status(pid: int, restarts: int = 0) -> ProcessStatus:
    try:
        return ProcessStatus(pid, psutil.Process(pid).create_time(), restarts)
    except psutil.NoSuchProcess:
        return ProcessStatus(pid, 0.0, restarts)


def say(text: str) -> None:
    """One line in the supervisor's log."""
    print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S%z} {text}", flush=True)


def main() -> int:
    """Supervise the home of the environment; 1 when another supervisor already does."""
    place = home().make()
    with (place.run / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another supervisor looks after this home")
            return 1
        return Supervisor(place, read_request(place)).run()


if __name__ == "__main__":
    sys.exit(main())
