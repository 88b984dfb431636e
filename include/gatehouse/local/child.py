"""One supervised process over its lives: started, lost, started again after a growing pause."""

import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gatehouse.local.components import Component
from gatehouse.local.processes import dies_with_parent
from gatehouse.local.status import ProcessStatus

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_PROVEN_S = 60.0  # who lived that long starts again without a pause that grew
_LOG_BYTES = 20 * 2**20


@dataclass(slots=True)
class Child:
    """``pid`` is None between two lives; ``due`` is the monotonic time of the next start."""

    component: Component
    log: Path
    pid: int | None = None
    create_time: float = 0.0
    restarts: int = 0
    last_exit: int | None = None
    due: float = 0.0
    born: float = 0.0
    pause_s: float = field(default=_FIRST_PAUSE_S)

    def start(self, env: Mapping[str, str]) -> None:
        """Start it in a session of its own, tied to this thread's life (Linux), with its output in its log."""
        _cut(self.log)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.component.argv,
                cwd=self.log.parent,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509 - one prctl call, no lock is taken
            )
        self.pid, self.born = process.pid, time.monotonic()
        self.create_time = psutil.Process(process.pid).create_time()
        process.returncode = 0  # the supervisor reaps every child itself; subprocess must not

    def lost(self, exit_code: int) -> float:
        """Note that it ended; returns the pause in seconds before it is due again."""
        if time.monotonic() - self.born > _PROVEN_S:
            self.pause_s = _FIRST_PAUSE_S
        pause_s = self.pause_s
        self.pid, self.last_exit = None, exit_code
        self.restarts += 1
        self.due = time.monotonic() + pause_s
        self.pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return pause_s

    @property
    def status(self) -> ProcessStatus:
        """As it is shown; pid 0 between two lives."""
        return ProcessStatus(self.pid or 0, self.create_time, self.restarts, self.last_exit)


def _cut(log: Path) -> None:
    """Keep one older file of each log, so that no disk fills up over months of restarts."""
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
