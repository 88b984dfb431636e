"""What the supervisor says about the stack, in one JSON file that anybody may read at any moment."""

import json
import os
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gatehouse.local.home import Home
from gatehouse.local.processes import is_process


class StackPhase(StrEnum):
    """Where a stack is between nothing and running."""

    STARTING = "starting"
    MIGRATING = "migrating"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """What ``up`` was asked for; another request restarts the stack. ``build`` names the installed packages."""

    port: int
    dags: str
    plugins: str
    parallelism: int
    lab: tuple[str, ...] | None
    build: str


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process: its id, when it was born (seconds since the epoch), how often it had to be started again."""

    pid: int
    create_time: float
    restarts: int = 0
    last_exit: int | None = None  # negative: the signal that ended it

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return is_process(self.pid, self.create_time)


@dataclass(frozen=True, slots=True)
class Status:
    """The whole stack. ``started_at`` is in seconds since the epoch; ``problem`` says why it failed."""

    supervisor: ProcessStatus
    request: Request
    phase: StackPhase
    started_at: float
    problem: str = ""
    processes: dict[str, ProcessStatus] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Whether somebody looks after the stack."""
        return self.supervisor.alive


def status_file(home: Home) -> Path:
    """Where the supervisor writes."""
    return home.run / "status.json"


def request_file(home: Home) -> Path:
    """Where ``up`` leaves what it asks for."""
    return home.run / "request.json"


def write(path: Path, value: Request | Status) -> None:
    """Write whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(asdict(value), indent=1))
    part.replace(path)


def read_request(home: Home) -> Request:
    """What was asked for.

    Raises:
        OSError, ValueError, TypeError, KeyError: there is no such file, or it is damaged.
    """
    return _request(json.loads(request_file(home).read_text()))


def read_status(home: Home) -> Status | None:
    """What the last supervisor said; None when there was none, or its file is damaged."""
    try:
        held: dict[str, Any] = json.loads(status_file(home).read_text())
        return Status(
            supervisor=ProcessStatus(**held["supervisor"]),
            request=_request(held["request"]),
            phase=StackPhase(held["phase"]),
            started_at=float(held["started_at"]),
            problem=str(held["problem"]),
            processes={name: ProcessStatus(**value) for name, value in held["processes"].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _request(held: dict[str, Any]) -> Request:
    lab = held.pop("lab")
    return Request(**held, lab=None if lab is None else tuple(lab))
