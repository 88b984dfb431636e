"""Reads from a callback's context what failed, and which units, round or gate it was about."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from gatehouse.model.round_ids import ROUND_DAG, round_id_of
from gatehouse.model.status import Phase
from gatehouse.operations.alert import Failure

log = logging.getLogger(__name__)
_LONGEST_ERROR = 2000  # characters; the log has the rest


def failure_of(context: Mapping[str, Any]) -> Failure:
    """What the context of a task-level or DAG-level callback tells.

    A task-level context holds the ``exception``, or comes for a killed task from the dag processor; a DAG-level one has
    a ``reason`` and at best the last task instance.
    """
    ti = context.get("ti") or context.get("task_instance")
    dag_id = str(getattr(context.get("dag"), "dag_id", "") or getattr(ti, "dag_id", ""))
    run_id = str(context.get("run_id") or getattr(ti, "run_id", ""))
    asked = context.get("params") or getattr(context.get("dag_run"), "conf", None) or {}
    round_id = round_id_of(run_id) if dag_id == ROUND_DAG else str(asked.get("round") or "")
    program = str(asked.get("program") or "")
    if ti is None or "reason" in context:
        failed = _failed_tasks(ti, dag_id, run_id)
        return Failure(
            dag_id,
            run_id,
            error=_reason(context.get("reason")),
            round_id=round_id,
            program=program,
            failed_tasks=failed,
        )
    exception = context.get("exception")
    return Failure(
        dag_id=dag_id,
        run_id=run_id,
        task_id=ti.task_id,
        map_index=ti.map_index if ti.map_index is not None else -1,
        try_number=ti.try_number or 1,
        error=str(exception)[:_LONGEST_ERROR] if exception else "the task's process was killed",
        deliberate=isinstance(exception, AirflowFailException),
        log_url=str(getattr(ti, "log_url", "")),
        round_id=round_id,
        serials=tuple(_serials(getattr(context.get("task"), "op_kwargs", None))),
        program=program,
        phase=_phase(ti.task_id),
    )


def _reason(reason: object) -> str:
    """Why a run failed, where Airflow says more than that a task did."""
    return "" if reason in (None, "task_failure") else str(reason)


def _serials(kwargs: object) -> Iterator[str]:
    """The serials among a task's arguments: a shard (``{"name", "serials"}``) by whatever name it goes."""
    for value in kwargs.values() if isinstance(kwargs, Mapping) else ():
        if isinstance(value, Mapping) and isinstance(value.get("serials"), list | tuple):
            yield from (str(serial) for serial in value["serials"])


def _phase(task_id: str) -> str:
    """The phase whose task group a task is in: ``evt.sign_off`` is of EVT."""
    group = task_id.partition(".")[0].upper()
    return group if group in Phase.__members__ else ""


def _failed_tasks(ti: Any, dag_id: str, run_id: str) -> tuple[str, ...]:
    """The failed task instances of a run, as Airflow writes them; empty where it does not say."""
    ask = getattr(ti, "get_task_states", None)
    if ask is None:
        return ()
    try:
        states: Mapping[str, str] = ask(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    except (AirflowException, RuntimeError, OSError) as error:  # the callback matters more than this list
        log.warning("Airflow does not say which tasks failed: %s", error)
        return ()
    return tuple(name for name, state in states.items() if state == "failed")
