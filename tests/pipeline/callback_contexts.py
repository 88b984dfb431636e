"""Contexts as Airflow gives them to callbacks."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from airflow.sdk import DAG

RUN = "manual__2025-11-20T09:30:00+00:00"


@dataclass
class TaskInstance:
    """What of a task instance is read."""

    task_id: str = "verdict"
    map_index: int = 3
    try_number: int = 2
    dag_id: str = "npi_round"
    run_id: str = RUN
    log_url: str = "http://airflow.example/log"
    states: dict[str, str] = field(default_factory=dict)
    broken: bool = False

    def get_task_states(self, dag_id: str, run_ids: list[str]) -> dict[str, dict[str, str]]:
        """The states of a run's task instances, as Airflow's API gives them."""
        if self.broken:
            raise RuntimeError("the API server does not answer")
        return {run_ids[0]: self.states} if dag_id == self.dag_id else {}


def task_context(ti: TaskInstance, op_kwargs: object = None, **more: Any) -> dict[str, Any]:
    """A context as Airflow gives it to a callback: with ``exception`` for a task, with ``reason`` for a run."""
    return {
        "dag": DAG(ti.dag_id, schedule=None), "ti": ti, "run_id": ti.run_id, "params": {"program": "atlas"},
        "task": SimpleNamespace(op_kwargs=op_kwargs), **more,
    }  # fmt: skip
