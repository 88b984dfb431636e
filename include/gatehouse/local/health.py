"""Whether the stack is healthy, and waiting until it is."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.local.airflow_home import base_url
from gatehouse.local.client import AirflowClient
from gatehouse.local.errors import AirflowApiError, UnhealthyError
from gatehouse.local.home import Home
from gatehouse.local.secret_files import load
from gatehouse.local.stack import Progress, status
from gatehouse.local.status import StackPhase, Status, read_status

_PARTS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
_TOO_OFTEN = 4  # lives of a component within one start: it will not get better by itself


@dataclass(frozen=True, slots=True)
class Health:
    """``waiting_for`` are the parts that are not healthy yet; empty means all is well."""

    waiting_for: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether everything works."""
        return not self.waiting_for


def client(home: Home, user: str = "admin") -> AirflowClient:
    """Airflow's REST API as one of the stack's users.

    Raises:
        UnhealthyError: the stack is not up.
    """
    found = status(home)
    if found is None:
        raise UnhealthyError("the stack is not up: run `gatehouse up`")
    return AirflowClient(base_url(found.request.port), user, load(home).passwords[user])


def health(found: Status) -> Health:
    """How the stack is, by what Airflow itself says of its parts."""
    if found.phase is not StackPhase.RUNNING:
        return Health((found.phase.value,))
    dead = tuple(name for name, process in found.processes.items() if not process.alive)
    with AirflowClient(base_url(found.request.port), "", "") as api:
        try:
            said = api.health()
        except AirflowApiError:
            return Health(tuple(sorted({*dead, "api-server"})))
    return Health(tuple(sorted({*dead, *_unwell(said, found.started_at)})))


def _unwell(said: dict[str, Any], started_at: float) -> list[str]:
    """Parts that Airflow does not call healthy, or whose heartbeat is older than this stack."""
    names = ["metadatabase"] if said.get("metadatabase", {}).get("status") != "healthy" else []
    for part, name in _PARTS.items():
        told = said.get(part) or {}
        beat = told.get(f"latest_{part}_heartbeat")
        if told.get("status") != "healthy" or not beat or datetime.fromisoformat(beat).timestamp() < started_at:
            names.append(name)
    return names


def wait_healthy(home: Home, limit_s: float = 180.0, progress: Progress = print, every_s: float = 0.5) -> Status:
    """Wait until everything works; says each time that the list of what is missing changes.

    Raises:
        UnhealthyError: the supervisor gave up, a component cannot stay alive, or the time is over.
    """
    started, told = time.monotonic(), ""
    while True:
        found = _alive(home)
        now = health(found)
        if now.healthy:
            progress(f"healthy after {time.monotonic() - started:.0f} s")
            return found
        if (line := "waiting for " + ", ".join(now.waiting_for)) != told:
            progress(line)
            told = line
        _refuse_loops(home, found)
        if time.monotonic() - started > limit_s:
            raise UnhealthyError(f"not healthy after {limit_s:g} s, still {line}: see {home.logs}")
        time.sleep(every_s)


def _alive(home: Home) -> Status:
    found = read_status(home)
    if found is None:
        raise UnhealthyError("the stack is not up: run `gatehouse up`")
    if found.phase is StackPhase.FAILED or not found.alive:
        raise UnhealthyError(found.problem or f"the supervisor ended: see {home.logs / 'supervisor.log'}")
    return found


def _refuse_loops(home: Home, found: Status) -> None:
    for name, process in found.processes.items():
        if process.restarts >= _TOO_OFTEN:
            raise UnhealthyError(f"{name} cannot stay alive (exit {process.last_exit}): see {home.logs / name}.log")
