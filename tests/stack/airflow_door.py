"""What these tests ask of Airflow beside what people ask, and how they wait: always by its REST API."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from gatehouse.local.airflow_home import base_url
from gatehouse.local.client import FINISHED, AirflowClient, Json
from gatehouse.local.errors import AirflowApiError
from gatehouse.local.home import Home
from gatehouse.local.secret_files import load
from gatehouse.local.stack import status

LIMIT_S = 240.0  # for things that take seconds: how fast they are is nobody's promise here
_EVERY_S = 0.4
_LOG_LINES = 40
T = TypeVar("T")


class Airflow(AirflowClient):
    """Airflow as one user."""

    def xcoms(self, dag_id: str, run_id: str) -> dict[tuple[str, str, int], Any]:
        """Every value that a run's tasks have left for each other: (task, key, map index) → value."""
        entries = list(self._pages(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/~/xcomEntries", "xcom_entries"))
        keys = [(entry["task_id"], entry["key"], entry["map_index"]) for entry in entries]
        return {key: self.xcom(dag_id, run_id, *key) for key in keys}

    def pool(self) -> Json:
        """The pool that all tasks run in, with its slots."""
        return self._call("GET", "/pools/default_pool")

    def errors(self, dag_id: str, run_id: str, task_id: str, try_number: int, map_index: int) -> str:
        """The exceptions that a try of a task ended with."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}"
        lines = self._call("GET", path, params={"map_index": map_index, "full_content": True})["content"]
        details = [detail for line in lines if isinstance(line, dict) for detail in line.get("error_detail") or ()]
        return "\n".join(f"{detail['exc_type']}: {detail['exc_value']}" for detail in details)


def airflow_as(place: Home, user: str) -> Airflow:
    """Airflow as one of the stack's users."""
    found = status(place)
    assert found is not None, "the stack is not up"
    return Airflow(base_url(found.request.port), user, load(place).passwords[user])


def eventually(ask: Callable[[], T | None], what: str, explain: Callable[[], str] = lambda: "") -> T:
    """Ask until there is an answer; a part of Airflow that was killed may be away meanwhile."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with suppress(AirflowApiError):
            if found := ask():
                return found
        time.sleep(_EVERY_S)
    pytest.fail(f"{what}: not within {LIMIT_S:g} s\n{explain()}")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a DAG."""

    api: Airflow
    dag_id: str
    run_id: str

    def tasks(self, task_id: str = "") -> list[Json]:
        """Its task instances, or those of one task."""
        found = self.api.task_instances(self.dag_id, self.run_id)
        return [task for task in found if task_id in ("", task["task_id"])]

    def task(self, task_id: str) -> Json:
        """The only instance of a task."""
        (found,) = self.tasks(task_id)
        return found

    def by_label(self, task_id: str) -> dict[str, str]:
        """States of a mapped task's instances, by the names that the grid shows."""
        return {task["rendered_map_index"]: task["state"] for task in self.tasks(task_id)}

    def states(self) -> dict[str, str]:
        """States of the tasks that are not mapped."""
        return {task["task_id"]: task["state"] for task in self.tasks() if task["map_index"] < 0}

    def log(self, task_id: str, map_index: int = -1, try_number: int = 1) -> str:
        """What a try of a task logged."""
        return self.api.log(self.dag_id, self.run_id, task_id, try_number, map_index)

    def reach(self, task_id: str, state: str) -> Json:
        """Wait until a task is in a state; returns it. A task that has failed instead is told with its log."""

        def there() -> Json | None:
            task = self.task(task_id)
            if task["state"] == "failed" != state:
                pytest.fail(f"{task_id} failed\n{self.explain()}")
            return task if task["state"] == state else None

        return eventually(there, f"{self.run_id}: {task_id} is {state}", self.explain)

    def end(self) -> str:
        """Wait until it is over; returns its state."""

        def over() -> str | None:
            state = str(self.api.run(self.dag_id, self.run_id)["state"])
            return state if state in FINISHED else None

        return eventually(over, f"{self.dag_id} {self.run_id} is over", self.explain)

    def explain(self) -> str:
        """Every task's state, and the end of each log that may say why."""
        tasks = [task for task in self.tasks() if task["state"]]
        lines = [f"{t['task_id']} {t['rendered_map_index'] or ''} {t['state']}, try {t['try_number']}" for t in tasks]
        for task in tasks:
            if task["state"] not in ("success", "skipped", "upstream_failed", "scheduled"):
                lines.append(f"--- {task['task_id']} {task['rendered_map_index'] or ''}")
                with suppress(AirflowApiError):
                    lines += self._last_words(task)
        return "\n".join(lines)

    def _last_words(self, task: Json) -> list[str]:
        which = (task["task_id"], task["try_number"], task["map_index"])
        log = self.api.log(self.dag_id, self.run_id, *which).splitlines()[-_LOG_LINES:]
        return [*log, self.api.errors(self.dag_id, self.run_id, *which)]
