"""Renews the text of a sign-off request that is asked again, so that nobody signs what they were not shown.

Airflow 3.3 keeps one human-in-the-loop row a task instance, over its retries too: asked again after a reject, it
clears the answer and leaves the first text. This listens in the API server for just that moment and writes the gate's
table as it stands now. It is the one place that touches a row of Airflow's, and only its text (docs/adr/0005).
"""

import logging
from collections.abc import Callable
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import Connection, event, inspect, select

from gatehouse.model.errors import GatehouseError
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.gate_table import gate_markdown

log = logging.getLogger(__name__)
DAGS = ("npi_program", "npi_phase_out")
_UNREADABLE = "The gate cannot be shown now: {reason}. Look at its page before you answer."


def renew_questions(workspace: Callable[[], Workspace]) -> None:
    """Begin to listen; called once, in the API server."""

    def before_update(_mapper: Any, connection: Connection, question: HITLDetail) -> None:
        if asked_again(question) and (asked := _about(connection, question)):
            question.body = gate_text(workspace, *asked)

    event.listen(HITLDetail, "before_update", before_update)


def asked_again(question: HITLDetail) -> bool:
    """Whether this very change takes an answer away, which is how Airflow asks again."""
    before: Any = inspect(question).attrs.responded_at.history.deleted
    return question.responded_at is None and any(moment is not None for moment in before or ())


def gate_text(workspace: Callable[[], Workspace], program: str, phase: Phase) -> str:
    """The gate's table now; where it cannot be made, a text that says so: the request itself must not fail."""
    try:
        view = evaluate_gate(workspace(), program, phase)
    except GatehouseError as error:
        log.warning("the request of %s %s could not be renewed: %s", program, phase, error)
        return _UNREADABLE.format(reason=error)
    return gate_markdown(view.decision, view.names)


def _about(connection: Connection, question: HITLDetail) -> tuple[str, Phase] | None:
    """The program and phase that a question is about; None where it is not one of ours."""
    query = (
        select(TaskInstance.dag_id, TaskInstance.task_id, DagRun.conf)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(TaskInstance.id == question.ti_id)
    )
    row = connection.execute(query).first()
    if row is None or row[0] not in DAGS or "program" not in (row[2] or {}):
        return None
    phase = str(row[1]).split(".", maxsplit=1)[0].upper()
    return (str(row[2]["program"]), Phase(phase)) if phase in Phase.__members__ else None
