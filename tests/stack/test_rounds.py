"""Rounds that go wrong: a killed task, hosts that cannot be measured. Nothing is lost, nothing is there twice."""

import psutil
import pytest
from airflow_door import Airflow, Run, eventually
from playing import Kept, Play, Stage
from small_programs import CRASHED, ILL

from gatehouse.local.errors import AirflowApiError
from gatehouse.model.round_ids import round_id_of
from gatehouse.operations.summarise_round import RoundSummary, summarise_round

pytestmark = pytest.mark.stack
FOR_EVER_S = 3600


@pytest.fixture(scope="module")
def ill(stage: Stage, pm: Airflow) -> Play:
    """A program whose first three hosts never answer, flood, and show another host key; started."""
    made = Play(stage, pm, ILL)
    silent, flooding, stranger, _ = made.hosts()
    stage.lab.inject({"id": "silent", "host": silent, "fault": "host_silent"})
    stage.lab.inject({"id": "flood", "host": flooding, "fault": "tool_flood"})
    stage.lab.inject({"id": "key", "host": stranger, "fault": "wrong_host_key"})
    made.start()
    return made


@pytest.fixture(scope="module")
def crashed(stage: Stage, pm: Airflow, ill: Play) -> Play:
    """A program whose hosts are measured in one task, of which one does not come to its end; started."""
    made = Play(stage, pm, CRASHED)
    settings = {"tool": "stress-ng", "delay_s": FOR_EVER_S}
    stage.lab.inject({"id": "slow", "host": made.hosts()[-1], "fault": "tool_slow", "with": settings})
    made.start()
    return made


def test_a_killed_task_is_tried_again_and_takes_up_where_it_was(crashed: Play) -> None:
    """It should lose no host that was measured, double none, and measure the one that was missing."""
    hosts = crashed.hosts()
    run = crashed.first_round()
    first_try = run.reach("measure", "running")
    eventually(
        lambda: all(f"{host}: measured" in run.log("measure", 0) for host in hosts[:-1]), "all but one", run.explain
    )
    _kill(first_try["pid"], first_try["id"])
    crashed.stage.lab.repair(hosts[-1])
    assert run.end() == "success", run.explain()
    (task,) = run.tasks("measure")
    assert task["try_number"] == 2
    log = run.log("measure", 0, try_number=2)
    assert log.count("was measured before this try") == len(hosts) - 1
    assert f"{hosts[-1]}: measured" in log
    _nothing_lost_nothing_double(crashed, run)
    assert len({kept.readings for kept in crashed.kept(run).values()}) == 1, "the hosts are alike"
    crashed.asked()


def test_red_measure_is_exactly_who_could_not_be_measured(ill: Play) -> None:
    """It should show the silent host and the one with another key in red, by name; a flood is measured around."""
    silent, flooding, stranger, well = ill.hosts()
    run = ill.first_round()
    assert run.end() == "failed", run.explain()
    assert run.by_label("measure") == {
        silent: "failed",
        flooding: "success",
        stranger: "failed",
        well: "success",
    }, run.explain()
    tries = {task["rendered_map_index"]: task["try_number"] for task in run.tasks("measure")}
    assert tries[stranger] == 1, "another host key is for a person, not for a retry"
    assert "not the one in the inventory" in _said(ill, run, stranger)


def test_who_was_not_measured_is_not_called_bad(ill: Play) -> None:
    """It should skip the verdict of a machine that could not be asked, or not all: neither good nor bad."""
    silent, flooding, stranger, well = ill.hosts()
    run = ill.first_round()
    run.end()
    assert run.by_label("verdict") == {silent: "skipped", flooding: "skipped", stranger: "skipped", well: "success"}
    assert not any(unit.bad for unit in _summary(ill, run).units)


def test_ill_hosts_hide_no_result_of_others(ill: Play) -> None:
    """It should file every planned result of every host once, with what is known of each."""
    silent, flooding, stranger, well = ill.hosts()
    run = ill.first_round()
    run.end()
    _nothing_lost_nothing_double(ill, run)
    units = {unit.host: unit for unit in _summary(ill, run).units}
    evt = ill.stage.workspace.catalog.plans["evt"].diagnostics
    by_ssh = sum(not each.diagnostic.startswith("redfish_") for each in evt)  # its BMC answers for itself
    assert {host: len(unit.not_measured) for host, unit in units.items()} == {
        silent: by_ssh,
        stranger: by_ssh,
        flooding: 4,  # what nvidia-smi answers
        well: 0,
    }
    assert "more than is kept" in units[flooding].not_measured["accelerator_health"]
    assert ill.run.reach("evt.exit_criteria", "deferred")


def test_a_round_may_be_about_some_units_only(ill: Play, crashed: Play) -> None:
    """It should measure those that were chosen, and refuse one of another build at once, by name."""
    *_, well = ill.hosts()
    stranger = crashed.hosts()[0]
    ill.first_round().end()
    refused, chosen = ill.round("not ours", units=[well, stranger]), ill.round("only this one", units=[well])
    assert chosen.end() == "success", chosen.explain()
    assert chosen.by_label("measure") == chosen.by_label("verdict") == {well: "success"}
    assert refused.end() == "failed"
    opened = refused.task("open_round")
    assert opened["try_number"] == 1, "a person must choose otherwise; a retry cannot"
    said = ill.api.errors(refused.dag_id, refused.run_id, "open_round", 1, -1)
    assert "not of ill's EVT build" in said
    assert stranger in said


def test_a_form_that_does_not_fit_is_refused_when_it_is_sent(ill: Play) -> None:
    """It should answer 400 to what the form could not have sent."""
    for form in ({}, {"program": "nothing-8x"}, {"program": ILL.name, "units": ill.hosts()[0]}):
        with pytest.raises(AirflowApiError) as error:
            ill.api.trigger("npi_round", form)
        assert error.value.status == 400, form


def _kill(pid: int, task_instance: str) -> None:
    """SIGKILL to a task's process, once it is clear that it is that."""
    process = psutil.Process(pid)
    title = " ".join(process.cmdline())
    assert "airflow worker" in title
    assert task_instance[:18] in title
    process.kill()


def _nothing_lost_nothing_double(play: Play, run: Run) -> None:
    planned = play.planned()
    kept = play.kept(run)
    catalog = play.stage.workspace.catalog
    assert set(kept) == {catalog.host(name).serial for name in play.hosts()}
    assert {Kept(unit.results, unit.outputs, 0) for unit in kept.values()} == {planned}


def _summary(play: Play, run: Run) -> RoundSummary:
    return summarise_round(play.stage.workspace, round_id_of(run.run_id))


def _said(play: Play, run: Run, label: str) -> str:
    task = next(task for task in run.tasks("measure") if task["rendered_map_index"] == label)
    return play.api.errors(run.dag_id, run.run_id, "measure", task["try_number"], task["map_index"])
