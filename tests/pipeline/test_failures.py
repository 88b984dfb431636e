"""Tests of reading a callback's context."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException
from callback_contexts import RUN, TaskInstance, task_context

from gatehouse.model.round_ids import round_id_of
from gatehouse.pipeline.failures import failure_of


def test_a_failed_mapped_task() -> None:
    """It should tell task, try, error, round, program and the units of its shard."""
    context = task_context(
        TaskInstance(), {"group": {"name": "x", "serials": ["SN1", "SN2"]}}, exception=AirflowFailException("bad")
    )
    failure = failure_of(context)
    assert (failure.task, failure.try_number, failure.error, failure.deliberate) == ("verdict_3", 2, "bad", True)
    assert failure.round_id == round_id_of(RUN)
    assert failure.serials == ("SN1", "SN2")
    assert failure.program == "atlas"
    assert failure.log_url == "http://airflow.example/log"


@pytest.mark.parametrize(
    "op_kwargs", [None, {}, {"x": 1}, {"shard": {"name": "x"}}, {"shard": {"serials": "SN1"}}, "text", {"shard": None}]
)
def test_a_task_without_units(op_kwargs: object) -> None:
    """It should name no unit where the arguments hold none."""
    assert failure_of(task_context(TaskInstance(), op_kwargs, exception=ValueError("x"))).serials == ()


def test_an_error_that_was_not_meant() -> None:
    """It should tell a crash from a task that failed itself."""
    assert failure_of(task_context(TaskInstance(), exception=ValueError("x"))).deliberate is False


def test_a_killed_task_has_no_exception() -> None:
    """It should say that the process was killed."""
    failure = failure_of(task_context(TaskInstance()))
    assert failure.task_id == "verdict"
    assert "killed" in failure.error


def test_a_gate_task_is_of_a_phase() -> None:
    """It should take the phase from the task group, and have no round."""
    failure = failure_of(task_context(TaskInstance("evt.exit_criteria", -1, dag_id="npi_program"), exception=OSError()))
    assert (failure.phase, failure.round_id, failure.task) == ("EVT", "", "evt.exit_criteria")
    assert failure_of(task_context(TaskInstance("other.task", -1), exception=OSError())).phase == ""


def test_a_failed_run() -> None:
    """It should list the failed task instances, and not those that were only stopped by them."""
    states = {"measure_1": "failed", "measure_2": "success", "judge": "upstream_failed", "verdict_0": "failed"}
    failure = failure_of(task_context(TaskInstance(states=states), reason="task_failure"))
    assert failure.task_id == ""
    assert failure.failed_tasks == ("measure_1", "verdict_0")
    assert failure.error == ""
    assert failure.round_id == round_id_of(RUN)


def test_a_run_says_why_where_airflow_knows_more() -> None:
    """It should keep a reason that is more than 'a task failed'."""
    assert failure_of(task_context(TaskInstance(), reason="timed_out")).error == "timed_out"


@pytest.mark.parametrize("ti", [None, TaskInstance(broken=True)])
def test_a_run_of_which_airflow_tells_little(ti: TaskInstance | None) -> None:
    """It should do with the ids of DAG and run."""
    context = {"dag": SimpleNamespace(dag_id="npi_round"), "run_id": RUN, "reason": "task_failure", "ti": ti}
    failure = failure_of(context)
    assert (failure.dag_id, failure.run_id, failure.failed_tasks) == ("npi_round", RUN, ())


def test_a_run_about_a_round_names_it() -> None:
    """It should know the round that a form asked for, so that the alert tells of its data."""
    context = {**task_context(TaskInstance("judge_again", dag_id="npi_set_aside")), "params": {"round": "0a5e7a51de00"}}
    assert failure_of(context).round_id == "0a5e7a51de00"


def test_a_long_error_is_cut() -> None:
    """It should keep an alert readable whatever an exception carries."""
    assert len(failure_of(task_context(TaskInstance(), exception=ValueError("x" * 100_000))).error) <= 2000
