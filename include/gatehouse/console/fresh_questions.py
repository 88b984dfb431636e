"""Renews the text of a sign-off request that is asked again, so that nobody signs what they were not shown.

Airflow 3.3 keeps one human-in-the-loop row a task instance, over its retries too: asked again after a reject, it
clears the answer and leaves the first text. This listens in the API server for just that moment and writes the gate's
table, or the waiver, as it stands now. It is the one place that touches a row of Airflow's, and only its text
(docs/adr/0005).
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import Connection, event, inspect, select

from gatehouse.model.errors import GatehouseError
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.view_waivers import WAIVER_DAG, waiver_of_run, waiver_question
from gatehouse.operations.workspace import Workspace
from gatehouse.reports.gate_table import gate_markdown

log = logging.getLogger(__name__)
DAGS = ("npi_program", "npi_phase_out")
_UNREADABLE = "It cannot be shown now: {reason}. Look at the gate's page before you answer."
Text = Callable[[Callable[[], Workspace]], str]


def renew_questions(workspace: Callable[[], Workspace]) -> None:
    """Begin to listen; called once, in the API server."""

    def before_update(_mapper: Any, connection: Connection, question: HITLDetail) -> None:
        if asked_again(question) and (text := _about(connection, question)):
            question.body = text(workspace)

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


def waiver_text(workspace: Callable[[], Workspace], run_id: str) -> str:
    """The waiver that a run has asked for, with whoever signed meanwhile."""
    try:
        place = workspace()
        view = waiver_of_run(place, run_id)
        return waiver_question(place, view) if view else _UNREADABLE.format(reason="no waiver is filed")
    except GatehouseError as error:
        log.warning("the request of %s could not be renewed: %s", run_id, error)
        return _UNREADABLE.format(reason=error)


def _about(connection: Connection, question: HITLDetail) -> Text | None:
    """What renews the text of a question; None where it is not one of ours."""
    query = (
        select(TaskInstance.dag_id, TaskInstance.task_id, DagRun.conf, TaskInstance.run_id)
        .join(DagRun, (DagRun.dag_id == TaskInstance.dag_id) & (DagRun.run_id == TaskInstance.run_id))
        .where(TaskInstance.id == question.ti_id)
    )
    row = connection.execute(query).first()
    if row is None or "program" not in (row[2] or {}):
        return None
    if row[0] == WAIVER_DAG:
        return partial(waiver_text, run_id=str(row[3]))
    phase = str(row[1]).split(".", maxsplit=1)[0].upper()
    if row[0] not in DAGS or phase not in Phase.__members__:
        return None
    return partial(gate_text, program=str(row[2]["program"]), phase=Phase(phase))
