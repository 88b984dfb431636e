"""The questions of ``npi_waiver``, with answers as Airflow hands them over, on a real store."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput
from dag_files import dag
from waiver_world import WaiverWorld, waiver_world

from gatehouse.model.waivers import StepKind, WaiverState
from gatehouse.operations.file_waiver import withdraw_waiver
from gatehouse.operations.view_waivers import source_of_run, view_waiver, waiver_of_run
from gatehouse.pipeline import waiver_sign_off, waiver_tasks
from gatehouse.pipeline.sign_off import AskAgain

FIRST, SECOND = "engineering", "quality_or_operations"


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WaiverWorld]:
    """EVT is measured, and a host is bad; tasks work there."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        made.measured(bad=["evt-02"])
        for module in (waiver_sign_off, waiver_tasks):
            monkeypatch.setattr(module, "workspace_from_connections", lambda: made.workspace)
        yield made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that Airflow was given to show."""
    texts: list[str] = []
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **request: texts.append(request["body"]))
    return texts


def task(name: str, number: int) -> Any:
    """A task that asks, as it is when its templates are filled in."""
    made = copy.copy(dag("npi_waiver").get_task(name))
    made.waiver = number
    return made


def ask(name: str, number: int) -> None:
    """Ask; it parks without a worker."""
    with pytest.raises(TaskAwaitingInput):
        task(name, number).execute({"task_instance": SimpleNamespace(id="ti")})


def answer(name: str, number: int, who: str, option: str = "Approve", *, attempt: int = 1, **inputs: str) -> Any:
    """Somebody answers."""
    role = "engineering" if name == FIRST else "quality"
    event = {
        "chosen_options": [option],
        "params_input": {"role": role, "comment": "seen", **inputs},
        "responded_by_user": {"id": who, "name": who},
        "responded_at": datetime.now(UTC),
    }
    context: Any = {"ti": SimpleNamespace(id=f"ti of {name}", try_number=attempt)}
    return task(name, number).execute_complete(context, event)


def test_two_people_bring_it_into_force(world: WaiverWorld, asked: list[str]) -> None:
    """It should show each of them the waiver and who signed, and file role, name and comment."""
    number = world.asked()
    ask(FIRST, number)
    assert answer(FIRST, number, "pm").startswith("waits for sign-off")
    ask(SECOND, number)
    assert answer(SECOND, number, "engineer", role="operations") == "in force"
    assert "the fan supplier is late" in asked[0]
    assert "pm as engineering" in asked[1]
    signed = [(s.who, s.role, s.text) for s in view_waiver(world.workspace, number).history[1:]]
    assert signed == [("pm", "engineering", "seen"), ("engineer", "operations", "seen")]
    assert waiver_tasks.in_force.function(number) == number
    assert world.gate().conditional


def test_the_same_person_is_asked_again(world: WaiverWorld) -> None:
    """It should not take the answer, say who may, and be tried again: another one may answer then."""
    number = world.asked()
    answer(FIRST, number, "pm")
    with pytest.raises(
        AskAgain, match="pm has signed it already as engineering: it needs a sign-off by quality"
    ) as again:
        answer(SECOND, number, "pm")
    assert task(SECOND, number).retry_policy.evaluate(again.value, 1, 3).action == RetryAction.RETRY
    assert answer(SECOND, number, "engineer", attempt=2) == "in force"


def test_an_answer_is_filed_once(world: WaiverWorld) -> None:
    """It should not be filed again, or refused, by a task that was killed just after."""
    number = world.asked()
    assert answer(FIRST, number, "pm") == answer(FIRST, number, "pm")
    assert len(view_waiver(world.workspace, number).waiver.approved_by) == 1


def test_a_no_ends_it_and_nobody_else_is_asked(world: WaiverWorld, asked: list[str]) -> None:
    """It should keep who said so and why, and skip what follows."""
    number = world.asked()
    answer(FIRST, number, "engineer", "Reject", comment="measure first")
    last = view_waiver(world.workspace, number).history[-1]
    assert (last.kind, last.who, last.role, last.text) == (
        StepKind.REJECTED,
        "engineer",
        "engineering",
        "measure first",
    )
    with pytest.raises(AirflowSkipException, match="is over: rejected"):
        task(SECOND, number).execute({})
    with pytest.raises(AirflowSkipException, match="is not in force: rejected"):
        waiver_tasks.in_force.function(number)
    assert asked == []


def test_who_signed_in_the_shell_is_not_asked_here(world: WaiverWorld, asked: list[str]) -> None:
    """It should go on where both have signed, or where it was taken back while the question stood."""
    number = world.waived()
    assert task(FIRST, number).execute({}) == task(SECOND, number).execute({}) == "in force"
    assert asked == []
    other = world.asked()
    withdraw_waiver(world.workspace, other, "Ada", "not needed", "w")
    with pytest.raises(AirflowSkipException, match="it is withdrawn: request a new one"):
        answer(FIRST, other, "pm")
    assert view_waiver(world.workspace, other).state is WaiverState.WITHDRAWN


def test_a_run_finds_its_waiver(world: WaiverWorld) -> None:
    """It should be found by the run that asked for it, so that its question can be shown anew."""
    from waiver_world import NOW, request

    from gatehouse.console.fresh_questions import waiver_text
    from gatehouse.operations.file_waiver import request_waiver

    assert waiver_of_run(world.workspace, "manual__1") is None
    assert "no waiver is filed" in waiver_text(lambda: world.workspace, "manual__1")
    number = request_waiver(world.workspace, request(), source_of_run("manual__1"), NOW)
    found = waiver_of_run(world.workspace, "manual__1")
    assert found is not None
    assert found.waiver.id == number
    answer(FIRST, number, "pm")
    assert "pm as engineering" in waiver_text(lambda: world.workspace, "manual__1")
