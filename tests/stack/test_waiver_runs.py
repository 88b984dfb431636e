"""A waiver from its form to its end: two people sign, the phase exits on conditions, and is reopened later."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from airflow_door import Airflow, Run, airflow_as, eventually
from playing import Play, Stage
from small_programs import WAIVED

from gatehouse.local.errors import AirflowApiError
from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind
from gatehouse.operations.file_waiver import withdraw_waiver
from gatehouse.operations.view_programs import GateState, view_programs
from gatehouse.operations.view_waivers import view_waivers

pytestmark = pytest.mark.stack
A_PERSON_S = 3.0
FORM = {
    "program": WAIVED.name,
    "phase": "EVT",
    "criterion": "size",
    "owner": "tests",
    "reason": "two units are late",
    "containment": "the lab is small",
    "retest": "when they come",
    "expires": f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}",
}


@pytest.fixture(scope="module")
def play(stage: Stage, pm: Airflow) -> Play:
    """The program, waiting at EVT's gate for two units that will not come."""
    made = Play(stage, pm, WAIVED)
    made.start()
    assert made.first_round().end() == "success"
    made.run.reach("evt.exit_criteria", "deferred")
    return made


@pytest.fixture(scope="module")
def engineer(stage: Stage) -> Iterator[Airflow]:
    """Airflow, as somebody else."""
    with airflow_as(stage.place, "engineer") as connected:
        yield connected


@pytest.fixture(scope="module")
def waiver(play: Play) -> Run:
    """The run of a waiver, asked for by the manager, who has signed it as engineering."""
    run = Run(play.api, "npi_waiver", play.api.trigger("npi_waiver", FORM))
    run.reach("engineering", "awaiting_input")
    assert "two units are late" in play.api.question("npi_waiver", run.run_id, "engineering")["body"]
    _answer(play.api, run, "engineering", "engineering")
    run.reach("quality_or_operations", "awaiting_input")
    return run


def _answer(who: Airflow, run: Run, task: str, role: str) -> None:
    time.sleep(A_PERSON_S)
    who.answer("npi_waiver", run.run_id, task, ["Approve"], {"role": role, "comment": "seen"})


def test_what_cannot_be_waived_is_red_with_its_reason(play: Play) -> None:
    """It should fail at once, say what would allow it, and ask nobody."""
    run = Run(play.api, "npi_waiver", play.api.trigger("npi_waiver", {**FORM, "sites": ["nowhere"]}))
    assert run.end() == "failed"
    assert "leave units and sites out" in run.api.errors("npi_waiver", run.run_id, "request", 1, -1)
    assert run.states()["engineering"] == "upstream_failed"


def test_the_same_person_is_asked_again_and_another_one_signs(play: Play, waiver: Run, engineer: Airflow) -> None:
    """It should not take a second signature of the first person, and show the next one who has signed."""
    _answer(play.api, waiver, "quality_or_operations", "quality")

    def again() -> bool:
        task = waiver.task("quality_or_operations")
        return bool(task["try_number"] >= 2 and task["state"] == "awaiting_input")

    eventually(again, "asked again", waiver.explain)
    shown = engineer.question("npi_waiver", waiver.run_id, "quality_or_operations")["body"]
    assert "pm as engineering" in shown
    _answer(engineer, waiver, "quality_or_operations", "operations")
    assert waiver.end() == "success", waiver.explain()
    assert waiver.states() == dict.fromkeys(waiver.states(), "success")
    (found,) = view_waivers(play.stage.workspace, WAIVED.name)
    told = [(step.kind, step.who, step.role) for step in found.history]
    assert told == [
        (StepKind.REQUESTED, "pm", ""),
        (StepKind.APPROVED, "pm", "engineering"),
        (StepKind.APPROVED, "engineer", "operations"),
    ]


@pytest.fixture(scope="module")
def reopened(play: Play, waiver: Run) -> Run:
    """EVT has exited on conditions, DVT waits, and then the waiver is taken back: the watch that notices."""
    assert "⚠ waived" in play.asked()
    play.answer("Approve")
    play.run.reach("dvt.exit_criteria", "deferred")
    (found,) = view_waivers(play.stage.workspace, WAIVED.name)
    withdraw_waiver(play.stage.workspace, found.waiver.id, "tests", "they will not come", "a test")
    play.api.unpause("npi_watch")
    run = Run(play.api, "npi_watch", play.api.trigger("npi_watch", {}))
    assert run.end() == "success", run.explain()
    return run


def test_the_watch_records_that_the_phase_is_reopened(play: Play, reopened: Run) -> None:
    """It should stand in its log, and on the page of programs."""
    assert "waived EVT is reopened: Units tested is not enough evidence" in reopened.log("watch") or _noticed(play)
    line = next(line for line in view_programs(play.stage.workspace) if line.program == WAIVED.name)
    assert [gate.state for gate in line.gates[:2]] == [GateState.REOPENED, GateState.OPEN]


def _noticed(play: Play) -> bool:
    """Whether an earlier run of the watch, by its schedule, has noticed first."""
    from gatehouse.store import conditional_exits
    from gatehouse.store.engine import transaction

    with transaction(play.stage.workspace.engine) as session:
        return [row.stands for row in conditional_exits.history(session, WAIVED.name, Phase.EVT)] == [False]


def test_the_gate_behind_keeps_waiting_and_says_why(play: Play, reopened: Run) -> None:
    """It should look again by itself, hold, and name what reopened in its log; the program's run goes on."""

    def told() -> bool:
        try:
            log = play.run.log("dvt.exit_criteria", try_number=play.run.task("dvt.exit_criteria")["try_number"])
        except AirflowApiError:
            return False
        return "EVT is reopened: Units tested is not enough evidence" in log

    eventually(told, "the sensor of DVT says what holds it", play.run.explain)
    play.run.reach("dvt.exit_criteria", "deferred")
    assert play.api.run("npi_program", WAIVED.name)["state"] == "running"
