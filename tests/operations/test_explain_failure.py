"""Tests of what people are told when something fails."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from filled_store import PROGRAM, World, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.status import Phase
from gatehouse.operations.alert import Alert, Failure, Links, Trouble
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.operations.explain_failure import explain_failure, explain_without_store
from gatehouse.store import rounds
from gatehouse.store.engine import transaction

LINKS = Links("https://airflow.example/base/")
FAILED = Failure("npi_round", "manual__1", "verdict", 3, error="evt-02 is bad", deliberate=True, round_id="good")


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An admissible round, one that is not, one that was only opened, and a kept decision."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world"), hosts=8) as made:
        made.round("good")
        made.round("spoilt", admissible=False, problems=("2 of 24 cells are empty", "one clock is off"))
        with transaction(made.engine) as session:
            rounds.open_round(session, "opened", PROGRAM, "EVT", "evt", "pat", "", {}, made.hosts)
        evaluate_gate(made.workspace, PROGRAM, Phase.EVT, keep=True)
        yield made


def _told(world: World, failure: Failure, *leave_out: str) -> Alert:
    alert = explain_failure(world.workspace, failure, LINKS, leave_out)
    assert alert is not None
    return alert


def test_a_bad_machine(world: World) -> None:
    """It should name host and part, what was seen, what was required, and what to do next."""
    alert = _told(world, replace(FAILED, serials=("SN00002",)))
    assert alert.trouble is Trouble.MACHINE
    assert "evt-02 is bad: gpu0 temp_c" in alert.subject
    assert "evt-02 (SN00002): gpu0 temp_c: seen 97 degC, required at most 85 degC" in alert.lines[0]
    assert alert.next_step == "swap the part (evt-02)"


def test_a_host_that_was_not_reached(world: World) -> None:
    """It should not blame the machine, and send people to the network."""
    alert = _told(world, replace(FAILED, serials=("SN00003",)))
    assert alert.trouble is Trouble.REACH
    assert "nothing answered in time" in alert.lines[0]
    assert "network" in alert.next_step


def test_a_check_that_failed_to_measure(world: World) -> None:
    """It should not blame the machine either, and name the diagnostic. A skip is nobody's trouble."""
    alert = _told(world, replace(FAILED, serials=("SN00004",)))
    assert alert.trouble is Trouble.CHECK
    assert "memory_stress could not be measured: stressapptest: timed out" in alert.lines[0]
    assert not any("kernel_log" in line for line in alert.lines)


def test_a_crash_of_a_task_whose_hosts_are_good(world: World) -> None:
    """It should blame the pipeline, and say what Airflow said."""
    alert = _told(world, replace(FAILED, serials=("SN00001",), error="MemoryError", deliberate=False))
    assert alert.trouble is Trouble.PIPELINE
    assert "Airflow said: MemoryError" in alert.lines
    assert "log" in alert.next_step


def test_a_crash_is_told_beside_a_bad_machine(world: World) -> None:
    """It should not let what is bad hide that the task crashed; and not repeat what the task said on purpose."""
    crashed = _told(world, replace(FAILED, serials=("SN00002",), error="MemoryError", deliberate=False))
    assert "Airflow said: MemoryError" in crashed.lines
    assert not any("Airflow said" in line for line in _told(world, replace(FAILED, serials=("SN00002",))).lines)


def test_data_that_may_not_count(world: World) -> None:
    """It should list the problems of the round, and send people to the Data Docs."""
    alert = _told(world, replace(FAILED, task_id="judge", map_index=-1, round_id="spoilt"))
    assert alert.trouble is Trouble.DATA
    assert alert.lines[:2] == ("2 of 24 cells are empty", "one clock is off")
    assert "Data Docs" in alert.next_step


def test_hosts_that_nobody_visited(world: World) -> None:
    """It should say that the task ended before, and blame the pipeline."""
    alert = _told(world, replace(FAILED, serials=("SN00001", "SN00002"), round_id="opened", error="killed"))
    assert alert.trouble is Trouble.PIPELINE
    assert "evt-01 (SN00001): it was not visited" in alert.lines[0]


def test_a_run_that_failed_before_its_round(world: World) -> None:
    """It should tell what Airflow said when the store knows nothing."""
    alert = _told(world, replace(FAILED, task_id="open_round", map_index=-1, round_id="none", error="no open phase"))
    assert alert.trouble is Trouble.PIPELINE
    assert "Airflow said: no open phase" in alert.lines


def test_a_shard_of_hosts_is_told_worst_first(world: World) -> None:
    """It should put bad machines before those not reached, and those before checks."""
    alert = _told(world, replace(FAILED, serials=tuple(h.serial for h in world.hosts)))
    assert [line.split()[0] for line in alert.lines[:3]] == ["evt-02", "evt-03", "evt-04"]
    assert alert.trouble is Trouble.MACHINE


def test_a_gate_task(world: World) -> None:
    """It should say what the gate still lacks, beside the error."""
    failure = Failure("npi_program", "r", "evt.close_phase", error="boom", program=PROGRAM, phase="EVT")
    alert = _told(world, failure)
    assert f"{PROGRAM} EVT" in alert.subject
    assert any(line.startswith("still missing at the gate: Every unit measured") for line in alert.lines)
    assert ("Gate", "https://airflow.example/base/gatehouse/programs/atlas/EVT") in alert.links


def test_a_run_tells_what_its_tasks_have_not(world: World) -> None:
    """It should leave out what people know, and say nothing when they know everything."""
    run = Failure("npi_round", "manual__1", round_id="good", failed_tasks=("measure_5",))
    everything = _told(world, run)
    assert {key.split("/")[0] for key in everything.told} == {"SN00002", "SN00003", "SN00004"}
    rest = _told(world, run, *everything.told)
    assert rest.told == ()
    assert any("measure_5" in line for line in rest.lines)
    nothing = replace(run, failed_tasks=())
    assert explain_failure(world.workspace, nothing, LINKS, everything.told) is None


def test_data_problems_are_left_out_when_told(world: World) -> None:
    """It should not repeat at the end of a run what its judge has said."""
    judge = _told(world, replace(FAILED, task_id="judge", map_index=-1, round_id="spoilt"))
    run = Failure("npi_round", "manual__1", round_id="spoilt", failed_tasks=("measure_4",))
    alert = _told(world, run, *judge.told)
    assert "2 of 24 cells are empty" not in alert.lines


def test_about_names_the_try_of_a_task_and_the_content_of_a_run(world: World) -> None:
    """It should tell a second failure apart from a repetition of the first."""
    one, again = _told(world, FAILED), _told(world, replace(FAILED, try_number=2))
    assert one.about == "npi_round/manual__1/verdict_3#1"
    assert again.about != one.about
    run = Failure("npi_round", "manual__1", round_id="good", failed_tasks=("a",))
    assert _told(world, run).about == _told(world, run).about
    assert _told(world, run).about != _told(world, replace(run, failed_tasks=("b",))).about


def test_links_lead_to_round_host_and_log(world: World) -> None:
    """It should lead below Airflow's base URL, with everything quoted."""
    alert = _told(world, replace(FAILED, serials=("SN00002",), log_url="https://airflow.example/log"))
    assert alert.links == (
        ("Round", "https://airflow.example/base/gatehouse/rounds/good"),
        ("Host SN00002", "https://airflow.example/base/gatehouse/hosts/SN00002"),
        ("Log", "https://airflow.example/log"),
    )
    assert Links("http://x").run("d", "manual__1+00:00/x") == "http://x/dags/d/runs/manual__1%2B00%3A00%2Fx"


def test_hostile_text_cannot_act(world: World) -> None:
    """It should show control characters by name, and keep every line a line."""
    alert = _told(world, replace(FAILED, serials=("SN00001",), error="x\n\x1b[31m\u202e", deliberate=False))
    assert "\x1b" not in alert.text
    assert "\u202e" not in alert.text
    assert any("‹ESC›" in line for line in alert.lines)
    assert all("\n" not in line for line in (*alert.lines, alert.subject))


def test_many_hosts_make_one_bounded_alert(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """It should tell the first, count the others, and stay short."""
    with new_world(postgres_server, tmp_path_factory.mktemp("many"), hosts=300) as many:
        with transaction(many.engine) as session:
            rounds.open_round(session, "opened", PROGRAM, "EVT", "evt", "pat", "", {}, many.hosts)
        alert = _told(many, Failure("npi_round", "r", round_id="opened", failed_tasks=("measure_1",)))
    assert any("100 more hosts" in line for line in alert.lines)
    assert len(alert.text) < 5000
    assert len(alert.subject) <= 160


def test_without_the_store_there_is_still_an_alert() -> None:
    """It should say what Airflow says, and why there is no more."""
    alert = explain_without_store(replace(FAILED, error="boom", deliberate=False), LINKS, "the store does not answer")
    assert alert.trouble is Trouble.PIPELINE
    assert "no explanation: the store does not answer" in alert.lines
    assert "Airflow said: boom" in alert.lines
