"""The tasks of ``npi_set_aside`` on a real store: what a person sets aside by the form is judged again."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.execution_time.context import set_current_context
from filled_store import World, new_world
from measured_rounds import filed
from sqlalchemy import update

from gatehouse.local.postgres import Server
from gatehouse.model.errors import RefusedError
from gatehouse.operations.admit_round import admit_round
from gatehouse.operations.view_quality import view_quality
from gatehouse.pipeline import round_tasks, set_aside_tasks
from gatehouse.store.engine import transaction
from gatehouse.store.tables import RoundUnitRow

WHY = "the wrong tray was pulled"


@pytest.fixture
def world(postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Six hosts; the tasks find their workspace here, as a Connection would say."""
    with new_world(postgres_server, tmp_path) as made:
        for tasks in (round_tasks, set_aside_tasks):
            monkeypatch.setattr(tasks, "workspace_from_connections", lambda: made.workspace)
        yield made


def run(**params: Any) -> None:
    """One run of the DAG, started by ``sam``."""
    given = {"action": set_aside_tasks.SET_ASIDE, "unit": None, "diagnostic": None, "problem": None, "reason": WHY}
    context: Any = {"params": given | params, "dag_run": SimpleNamespace(triggering_user_name="sam")}
    with set_current_context(context):
        set_aside_tasks.judge_again.function(set_aside_tasks.choose.function())


def test_what_the_form_sets_aside_is_judged_again_and_can_be_given_back(world: World) -> None:
    """It should admit the round without the unit, name who did it, go red when it is back, and bear a retry."""
    round_id = filed(world, 0)
    with transaction(world.engine) as session:
        rows = update(RoundUnitRow).where(RoundUnitRow.round_id == round_id, RoundUnitRow.host == "evt-02")
        session.execute(rows.values(claimed_serial="SN99999"))
    assert not admit_round(world.workspace, round_id).admissible
    run(round=round_id, problem=1)
    run(round=round_id, unit="evt-02")  # a retry, or a second person
    view = view_quality(world.workspace, round_id)
    assert (view.admissible, view.number) == (True, 2)
    assert {(a.serial, a.who, a.reason) for a in view.set_aside} == {("SN00002", "sam", WHY)}
    with pytest.raises(AirflowFailException, match="inadmissible, so no evidence for any gate: one host with another"):
        run(round=round_id, unit="evt-02", action=set_aside_tasks.GIVE_BACK)
    assert [line.judged_by for line in view_quality(world.workspace, round_id).history] == ["gatehouse", "sam", "sam"]


def test_too_much_is_refused(world: World) -> None:
    """It should fail with what to do, and judge nothing."""
    round_id = filed(world, 0)
    admit_round(world.workspace, round_id)
    run(round=round_id, unit="evt-01")
    with pytest.raises(RefusedError, match="run a new round"):
        run(round=round_id, unit="evt-02")
    assert view_quality(world.workspace, round_id).number == 2
