"""The DAGs as Airflow reads them: what is in them, what their forms ask, who is told when something fails."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from dag_files import DAG_FILES, dag, parse

from gatehouse.catalog.loader import open_catalog
from gatehouse.model.errors import CatalogError, NotFoundError, RefusedError, UsageError
from gatehouse.model.status import INTRODUCTION, Phase
from gatehouse.pipeline.notifier import GatehouseNotifier

OF_PROGRAMS = ("npi_phase_out", "npi_program", "npi_round", "npi_waiver")
BY_HAND = (*OF_PROGRAMS, "npi_set_aside")
DAG_IDS = (*BY_HAND, "npi_baselines", "npi_watch")
OF_A_PHASE = ("open_phase", "first_round", "exit_criteria", "sign_off", "close_phase")
OF_A_PHASE_OUT = ("announce", "open_phase", "exit_criteria", "sign_off", "close_phase")
OF_A_ROUND = {
    "open_round": set(),
    "measure": {"open_round"},
    "judge": {"measure"},
    "sort_hosts": {"judge"},
    "verdict": {"sort_hosts"},
    "clean": {"measure", "judge", "verdict"},
}
OF_LEARNING = ("learn",)
OF_A_WAIVER = {
    "request": set(),
    "engineering": {"request"},
    "quality_or_operations": {"request", "engineering"},
    "in_force": {"request", "quality_or_operations"},
}
ASKS_PEOPLE = {"sign_off", "engineering", "quality_or_operations"}
OF_SETTING_ASIDE = {"choose": set(), "judge_again": {"choose"}}
PROGRAM = """title: "{title}"
sku: h100-8x
owner: tests
sites: [own]
phases:
  EVT: {{plan: evt, criteria: evt, planned_units: 1}}
"""
SITE = """title: A lab
hosts:
  - name: host-{number}
    serial: S{number}
    sku: h100-8x
    program: h100-8x
    build: EVT
    address: 127.0.0.1
    host_key: ssh-ed25519 AAAA
    connection: lab
"""


def every_task() -> Iterator[Any]:
    """Every task of every DAG."""
    for dag_id in DAG_IDS:
        yield from dag(dag_id).tasks


def questions() -> list[Any]:
    """Every task that asks a person."""
    found = [task for task in every_task() if task.task_id.split(".")[-1] in ASKS_PEOPLE]
    assert len(found) == len(Phase) + 2
    return found


def test_airflow_reads_every_file() -> None:
    """It should find the DAGs that there are files for, one each, without an error."""
    bag = parse()
    assert bag.import_errors == {}
    assert sorted(bag.dags) == [path.stem for path in DAG_FILES] == sorted(DAG_IDS)


def test_parsing_needs_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should leave Airflow's database alone: a parse works before there is one."""
    from airflow import settings

    monkeypatch.setattr(settings, "Session", None)
    assert parse().import_errors == {}


def test_the_round_goes_from_hosts_to_verdicts() -> None:
    """It should measure, judge the data, and only then speak of machines."""
    tasks = {task.task_id: set(task.upstream_task_ids) for task in dag("npi_round").tasks}
    assert tasks == OF_A_ROUND


def test_baselines_are_learned_after_a_round_where_somebody_wants_it() -> None:
    """It should follow judged rounds, one run at a time, and do nothing until a person turns it on."""
    learns = dag("npi_baselines")
    assert [task.task_id for task in learns.tasks] == list(OF_LEARNING)
    assert learns.is_paused_upon_creation
    assert learns.max_active_runs == 1
    assert "gatehouse://rounds/judged" in str(learns.timetable.asset_condition)


def test_bad_hosts_hide_nothing() -> None:
    """It should judge and sort whatever measuring came to, and be red at its end when anything was."""
    from airflow.sdk import TriggerRule

    rules = {task.task_id: TriggerRule(task.trigger_rule).value for task in dag("npi_round").tasks}
    assert {rules[name] for name in ("judge", "sort_hosts", "verdict")} == {"all_done"}
    assert rules["clean"] == "none_failed"


@pytest.mark.parametrize(("task", "names"), [("measure", "shard"), ("verdict", "group")])
def test_mapped_tasks_carry_their_hosts_names(task: str, names: str) -> None:
    """It should name each square of the grid by the host, from an argument that is there before the work."""
    template = dag("npi_round").get_task(task).map_index_template
    assert template == f"{{{{ task.op_kwargs['{names}']['name'] }}}}"


@pytest.mark.parametrize("phase", INTRODUCTION)
def test_a_phase_goes_from_open_to_closed(phase: Phase) -> None:
    """It should open, measure, wait at the gate, be signed off, close, in one group."""
    program = dag("npi_program")
    for before, after in pairwise(OF_A_PHASE):
        assert f"{phase.lower()}.{after}" in program.get_task(f"{phase.lower()}.{before}").downstream_task_ids
    assert phase.lower() in program.task_group.children


def test_a_program_has_the_phases_in_order_and_nothing_else() -> None:
    """It should open a phase only after the phase before it was closed."""
    program = dag("npi_program")
    assert {task.task_id for task in program.tasks} == {
        f"{p.lower()}.{name}" for p in INTRODUCTION for name in OF_A_PHASE
    }
    for before, after in pairwise(INTRODUCTION):
        assert program.get_task(f"{after.lower()}.open_phase").upstream_task_ids == {f"{before.lower()}.close_phase"}


def test_a_waiver_is_signed_by_two_one_after_the_other() -> None:
    """It should file, ask engineering, ask the other side, and say at its end whether it is in force."""
    asked = dag("npi_waiver")
    assert {task.task_id: set(task.upstream_task_ids) for task in asked.tasks} == OF_A_WAIVER
    roles = {name: asked.get_task(name).params.get_param("role").schema["enum"] for name in list(OF_A_WAIVER)[1:3]}
    assert roles == {"engineering": ["engineering"], "quality_or_operations": ["quality", "operations"]}


def test_the_watch_looks_by_itself_and_never_twice_at_once() -> None:
    """It should run every quarter of an hour, and catch up on nothing: it derives what it tells."""
    watch = dag("npi_watch")
    assert (watch.schedule, watch.catchup, watch.max_active_runs) == ("*/15 * * * *", False, 1)
    assert [task.task_id for task in watch.tasks] == ["watch"]


@pytest.mark.parametrize("name", ["owner", "reason", "containment", "retest", "criterion", "phase", "expires"])
def test_the_waiver_s_form_cannot_be_sent_without(name: str) -> None:
    """It should be refused when the form is sent, not when the first task runs."""
    from airflow.sdk.exceptions import ParamValidationError

    for given in (None, "", 5):
        with pytest.raises(ParamValidationError):
            copy.deepcopy(dag("npi_waiver").params.get_param(name)).resolve(given)


def test_a_round_may_be_of_a_phase_that_exited_on_conditions() -> None:
    """It should offer the phases, and take the open one where none is named."""
    phase = copy.deepcopy(dag("npi_round").params.get_param("phase"))
    assert [phase.resolve(given) for given in (None, "EVT")] == [None, "EVT"]


def test_a_phase_out_is_one_phase_that_nothing_starts_by_itself() -> None:
    """It should announce the end, open EOL, wait at its gate, be signed off, close; no round comes first."""
    ending = dag("npi_phase_out")
    assert {task.task_id for task in ending.tasks} == {f"eol.{name}" for name in OF_A_PHASE_OUT}
    for before, after in pairwise(OF_A_PHASE_OUT):
        assert ending.get_task(f"eol.{before}").downstream_task_ids == {f"eol.{after}"}
    assert not any("eol" in task.task_id for task in dag("npi_program").tasks)


def test_a_phase_out_asks_for_what_people_must_know() -> None:
    """It should want a program and a reason, and take a successor and days that may be left out."""
    params = dag("npi_phase_out").params
    assert list(params) == ["program", "successor", "last_time_buy", "support_until", "reason"]
    for name in ("last_time_buy", "support_until"):
        assert params.get_param(name).schema["format"] == "date"
        assert params.get_param(name).value is None
    assert params.get_param("reason").schema["minLength"] == 1


@pytest.mark.parametrize("dag_id", OF_PROGRAMS)
def test_the_form_asks_for_a_program_of_the_catalogue(dag_id: str) -> None:
    """It should be a drop-down with every program and its title."""
    programs = open_catalog().programs
    param = dag(dag_id).params.get_param("program")
    assert param.schema["enum"] == sorted(programs)
    assert param.schema["type"] == "string"
    assert param.value is None, "nobody triggers a program by accident"
    for name, shown in param.schema["values_display"].items():
        assert programs[name].title in shown
        assert name in shown


def test_the_form_offers_the_hosts_to_choose_from() -> None:
    """It should be a multi-select that may stay empty, not a field for JSON."""
    units = dag("npi_round").params.get_param("units")
    assert set(units.schema["type"]) == {"null", "array"}
    assert units.schema["items"] == {"type": "string"}
    assert units.schema["examples"] == sorted(open_catalog().hosts)
    assert units.value is None


@pytest.mark.parametrize("dag_id", OF_PROGRAMS)
def test_nobody_needs_json(dag_id: str) -> None:
    """It should ask with fields of their own, each with a title and an explanation."""
    params = dag(dag_id).params
    assert list(params)
    for name in params:
        param = params.get_param(name)
        assert "object" not in param.schema["type"], name
        assert param.schema["title"], name
        assert param.description, name


def test_setting_aside_is_judged_again() -> None:
    """It should change what is set aside, and then judge the round."""
    tasks = {task.task_id: set(task.upstream_task_ids) for task in dag("npi_set_aside").tasks}
    assert tasks == OF_SETTING_ASIDE


@pytest.mark.parametrize(("name", "given"), [("reason", "-"), ("reason", None), ("round", None), ("action", "delete")])
def test_setting_aside_without_a_reason_is_refused(name: str, given: object) -> None:
    """It should be refused when the form is sent."""
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        copy.deepcopy(dag("npi_set_aside").params.get_param(name)).resolve(given)


@pytest.mark.parametrize("given", [None, "nothing-8x", 5, ["h100-8x"]])
def test_what_is_no_program_is_refused(given: object) -> None:
    """It should be refused when the form is sent, not when the first task runs."""
    from airflow.sdk.exceptions import ParamValidationError

    for dag_id in OF_PROGRAMS:
        param = copy.deepcopy(dag(dag_id).params.get_param("program"))
        assert param.resolve("h100-8x") == "h100-8x"
        with pytest.raises(ParamValidationError):
            param.resolve(given)


def test_a_catalogue_of_ones_own_is_in_the_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It should show programs and hosts of a folder that is added, as the catalogue stands when the file is read."""
    for kind, name, text in (
        ("programs", "own-8x", PROGRAM.format(title="Our own")),
        ("sites", "own", SITE.format(number=7)),
    ):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"{name}.yaml").write_text(text)
    monkeypatch.setenv("GATEHOUSE_CATALOG", str(tmp_path))
    bag = parse()
    assert bag.import_errors == {}
    params = bag.dags["npi_round"].params
    assert params.get_param("program").schema["values_display"]["own-8x"] == "own-8x: Our own"
    assert "host-7" in params.get_param("units").schema["examples"]


def test_a_broken_catalogue_stands_on_the_pages_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It should be seen in the UI, and take no DAG away: gates are waiting in them."""
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "broken.yaml").write_text("title: 5\n")
    monkeypatch.setenv("GATEHOUSE_CATALOG", str(tmp_path))
    bag = parse()
    assert bag.import_errors == {}
    assert len(bag.dags) == len(DAG_FILES)
    assert all("broken.yaml:1" in bag.dags[name].doc_md for name in OF_PROGRAMS)


def test_people_are_told_of_every_failed_task() -> None:
    """It should have the notifier on every task."""
    tasks = list(every_task())
    phases = len(INTRODUCTION) * len(OF_A_PHASE) + len(OF_A_PHASE_OUT)
    assert len(tasks) == len(OF_A_ROUND) + phases + len(OF_A_WAIVER) + len(OF_LEARNING) + len(OF_SETTING_ASIDE) + 1
    for task in tasks:
        assert _notifies(task.on_failure_callback), task.task_id


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_people_are_told_of_every_failed_run(dag_id: str) -> None:
    """It should have it on the DAG too: a killed task runs no callback of its own."""
    assert _notifies(dag(dag_id).on_failure_callback)


def test_what_was_killed_is_tried_again() -> None:
    """It should give every task some retries, soon."""
    for task in every_task():
        assert task.retries >= 3, task.task_id
        assert task.retry_delay <= timedelta(seconds=5), task.task_id


@pytest.mark.parametrize("error", [CatalogError(["x"]), NotFoundError("x"), RefusedError("x"), UsageError("x")])
def test_what_a_person_must_mend_is_not_tried_again(error: Exception) -> None:
    """It should fail at once where another try cannot help; the sign-off waits for people in its own way."""
    from airflow.sdk import RetryAction

    asked = [task for task in every_task() if task.task_id.split(".")[-1] not in ASKS_PEOPLE]
    every = {*OF_A_ROUND, *OF_A_PHASE, *OF_A_PHASE_OUT, *OF_A_WAIVER, *OF_LEARNING, *OF_SETTING_ASIDE, "watch"}
    assert {task.task_id.split(".")[-1] for task in asked} == every - ASKS_PEOPLE
    for task in asked:
        decision = task.retry_policy.evaluate(error, 1, 3)
        assert decision.action == RetryAction.FAIL, task.task_id


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (CatalogError(["x"]), True),
        (NotFoundError("x"), True),
        (RefusedError("x"), False),
        (UsageError("x"), False),
        (ZeroDivisionError("ours"), False),
    ],
)
def test_a_sign_off_outlasts_what_somebody_mends_and_shows_what_is_our_fault(error: Exception, again: bool) -> None:
    """It should not lose a question of weeks to a typing mistake, nor retry a bug for hours."""
    from airflow.sdk import RetryAction

    for task in questions():
        wanted = RetryAction.RETRY if again else RetryAction.FAIL
        assert task.retry_policy.evaluate(error, 1, 3).action == wanted


def test_a_person_is_waited_for_without_an_end() -> None:
    """It should neither time out nor answer by itself."""
    for task in questions():
        assert task.response_timeout is None
        assert task.defaults is None
        assert task.options == ["Approve", "Reject"]
        assert task.execution_timeout is None


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_explains_itself(dag_id: str) -> None:
    """It should have words for people: a title, a line, and a page."""
    made = dag(dag_id)
    assert made.dag_display_name != dag_id
    assert made.description
    assert "Required Actions" in made.doc_md or "red" in made.doc_md
    assert "gatehouse" in made.tags
    assert (made.schedule is None) is (dag_id in BY_HAND)
    assert made.catchup is False


def _notifies(callbacks: object) -> bool:
    return isinstance(callbacks, list) and [type(each) for each in callbacks] == [GatehouseNotifier]
