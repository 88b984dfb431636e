"""Opening a phase in Airflow: it opens, is passed over, or waits without a worker for its entry conditions."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred
from calendar_world import BOREALIS, calendar_world
from filled_store import PROGRAM

from gatehouse.local.postgres import Server
from gatehouse.model.errors import CatalogError
from gatehouse.model.status import Phase
from gatehouse.operations.enter_phase import accept_entry
from gatehouse.operations.watch_gate import entry_news
from gatehouse.operations.workspace import Workspace
from gatehouse.pipeline import open_phase as subject
from gatehouse.pipeline.exit_criteria import MENDING_S
from gatehouse.pipeline.open_phase import OpenPhaseOperator
from gatehouse.store.engine import transaction
from gatehouse.store.tables import PhaseRow


@pytest.fixture
def workspace(postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """``atlas`` has left EVT; DVT is kept shut by a document."""
    with calendar_world(postgres_server, tmp_path) as made:
        with transaction(made.engine) as session:
            session.get_one(PhaseRow, (PROGRAM, "EVT")).closed_at = session.get_one(
                PhaseRow, (BOREALIS, "EVT")
            ).closed_at
        monkeypatch.setattr(subject, "workspace_from_connections", lambda: made)
        yield made


def context(program: str) -> Any:
    """What Airflow hands to a task."""
    return {"params": {"program": program}, "dag_run": SimpleNamespace(triggering_user_name="pm")}


def test_it_waits_for_the_entry_and_opens_when_somebody_lets_it(workspace: Workspace) -> None:
    """It should defer with the news that it has seen, and open after a person's word."""
    task = OpenPhaseOperator(task_id="open_phase", phase=Phase.DVT)
    with pytest.raises(TaskDeferred) as waiting:
        task.execute(context(PROGRAM))
    assert waiting.value.method_name == "look_again"
    assert waiting.value.trigger.seen == list(_news(workspace)), "what it has seen wakes nobody"
    accept_entry(workspace, PROGRAM, Phase.DVT, "Ada", "the plan follows")
    assert waiting.value.trigger.seen != list(_news(workspace))
    task.look_again(context(PROGRAM), {"why": "something new"})
    with transaction(workspace.engine) as session:
        assert session.get_one(PhaseRow, (PROGRAM, "DVT")).opened_by == "pm"


def _news(workspace: Workspace) -> tuple[int, ...]:
    return entry_news(workspace.engine.url.render_as_string(hide_password=False), PROGRAM, Phase.DVT) or ()


@pytest.mark.parametrize(("program", "phase"), [(PROGRAM, Phase.PVT), (BOREALIS, Phase.PVT)])
def test_what_there_is_not_and_what_is_over_is_passed(workspace: Workspace, program: str, phase: Phase) -> None:
    """It should skip a phase that the program has not, and one that has exited."""
    with pytest.raises(AirflowSkipException):
        OpenPhaseOperator(task_id="open_phase", phase=phase).execute(context(program))


def test_a_wait_outlasts_a_mistake_in_yaml(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should wait for the mending: weeks are not lost to a typing mistake; but fail at once when it begins so."""

    def broken() -> Workspace:
        raise CatalogError(["bad.yaml:3: nope"])

    monkeypatch.setattr(subject, "workspace_from_connections", broken)
    task = OpenPhaseOperator(task_id="open_phase", phase=Phase.DVT)
    with pytest.raises(CatalogError):
        task.execute(context(PROGRAM))
    with pytest.raises(TaskDeferred) as waiting:
        task.look_again(context(PROGRAM), {"why": "time to look again"})
    assert waiting.value.trigger.poll_s == MENDING_S
