"""A program on its way: it passes EVT, is stopped in DVT by two bad machines, is repaired, retested and signed off."""

import json
from pathlib import Path

import pytest
from airflow_door import Airflow, Run, eventually
from playing import Play, Stage
from small_programs import STORY, TITLES

from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate

pytestmark = pytest.mark.stack
GATE = "dvt.exit_criteria"
UNITS, COVERAGE, ISSUES, DATA = TITLES


@pytest.fixture(scope="module")
def play(stage: Stage, pm: Airflow) -> Play:
    """The program, not started; its second DVT unit has bad memory, its third the serial number of the first."""
    made = Play(stage, pm, STORY)
    first, second, third = made.hosts(Phase.DVT)
    stage.lab.inject({"id": "ecc", "host": second, "part": "gpu3", "fault": "ecc_uncorrectable"})
    stage.lab.inject({"id": "twin", "host": third, "fault": "duplicate_serial", "as": first})
    return made


@pytest.fixture(scope="module")
def stopped(play: Play) -> Run:
    """The first DVT round, over, and seen by the gate; EVT was signed off before."""
    play.start()
    play.asked(Phase.EVT)
    play.answer("Approve", Phase.EVT)
    found = play.first_round(Phase.DVT)
    found.end()
    eventually(lambda: play.looks(GATE)[-1][DATA] == "not met", "the gate has seen the round", play.run.explain)
    return found


@pytest.fixture(scope="module")
def signed_off(play: Play, stopped: Run) -> str:
    """The body of DVT's sign-off request, approved, and the program's run over."""
    for host in play.hosts(Phase.DVT):
        play.stage.lab.repair(host)
    again = play.round("retest after the repair")
    assert again.end() == "success", again.explain()
    body = play.asked(Phase.DVT)
    play.answer("Approve", Phase.DVT, "repaired and retested")
    assert play.run.end() == "success", play.run.explain()
    return body


def test_the_grid_says_which_machine_is_bad(play: Play, stopped: Run) -> None:
    """It should measure everything, and show one red verdict with the host's name beside green ones."""
    first, second, third = play.hosts(Phase.DVT)
    assert stopped.by_label("measure") == dict.fromkeys((first, second, third), "success"), stopped.explain()
    assert stopped.by_label("verdict") == {first: "success", second: "failed", third: "success"}, stopped.explain()
    bad = next(task for task in stopped.tasks("verdict") if task["state"] == "failed")
    said = play.api.errors(stopped.dag_id, stopped.run_id, "verdict", bad["try_number"], bad["map_index"])
    assert second in said
    assert "gpu3" in said
    assert "next: RESET_DEVICE" in said
    assert bad["try_number"] == 1, "a bad machine is not asked again"


def test_the_grid_says_that_the_data_may_not_be_trusted(play: Play, stopped: Run) -> None:
    """It should show a red judge, and its log the two units that claim one serial."""
    first, _, third = play.hosts(Phase.DVT)
    assert stopped.task("judge")["state"] == "failed", stopped.explain()
    problem = next(line for line in stopped.log("judge").splitlines() if "two units report the serial" in line)
    assert first in problem
    assert third in problem
    assert play.api.run("npi_round", stopped.run_id)["state"] == "failed"


def test_the_gate_stays_shut_and_its_log_says_why(play: Play, stopped: Run) -> None:
    """It should name each criterion's state at each look, and what stands in the way."""
    play.run.reach(GATE, "deferred")
    looks = play.looks(GATE)
    assert all(set(look) == set(TITLES) for look in looks)
    assert looks[-1][ISSUES] == looks[-1][DATA] == "not met"
    assert looks[-1][UNITS] == looks[-1][COVERAGE] == "not enough evidence"
    last = play.run.log(GATE).splitlines()
    issues = next(line for line in reversed(last) if f"{ISSUES}; observed" in line)
    assert "gpu3" in issues
    assert "repair and retest" in issues
    data = next(line for line in reversed(last) if f"{DATA}; observed" in line)
    assert "one host with another serial than the inventory" in data


def test_the_retest_opens_the_gate_by_itself(play: Play, signed_off: str) -> None:
    """It should notice the new round without anybody touching the gate, and ask with the gate table."""
    looks = play.looks(GATE)
    assert len(looks) >= 2
    assert looks[-1] == dict.fromkeys(TITLES, "met")
    assert all(f"| ✓ met | {title} |" in signed_off for title in TITLES)
    assert play.run.task(GATE)["try_number"] == 1, "waiting is not failing"


def test_the_phase_closes_with_a_report(play: Play, signed_off: str) -> None:
    """It should write the page and the JSON, with who signed off and why."""
    for phase in (Phase.EVT, Phase.DVT):
        page = play.report(phase)
        assert page == Path(play.stage.place.files / "reports" / STORY.name / f"{phase}.html")
        assert "<html" in page.read_text()
        json.loads(page.with_suffix(".json").read_text())
    evidence = evaluate_gate(play.stage.workspace, STORY.name, Phase.DVT).evidence
    answer = evidence.sign_offs[-1]
    assert (answer.who, answer.approved, answer.comment) == ("pm", True, "repaired and retested")
    assert "repaired and retested" in play.report(Phase.DVT).read_text()


def test_the_program_ends_where_its_phases_end(play: Play, signed_off: str) -> None:
    """It should have done every task of its phases, and skipped those that it does not have."""
    states = play.run.states()
    done = {task for task, state in states.items() if state == "success"}
    assert done == {task for task in states if task.startswith(("evt.", "dvt."))}
    assert {state for task, state in states.items() if task not in done} == {"skipped"}


def test_tasks_leave_each_other_ids_only(play: Play, signed_off: str, stopped: Run) -> None:
    """It should keep evidence in the store: what Airflow carries are ids, names and links, all short."""
    for run in (play.run, stopped):
        values = play.api.xcoms(run.dag_id, run.run_id)
        assert values
        for key, value in values.items():
            assert all(isinstance(word, int | str) and len(str(word)) < 200 for word in _words(value)), (key, value)
            assert len(str(value)) < 1000, key


def _words(value: object) -> list[object]:
    """The leaves of a value: shards are lists of a name and serials."""
    if isinstance(value, dict):
        return [word for item in value.values() for word in _words(item)]
    return [word for item in value for word in _words(item)] if isinstance(value, list) else [value]
