"""README's walk from nothing to a measured machine of one's own, typed on a whole stack. Takes two minutes.

The practice lab is what README says it is: hosts that are reached as any other. Between the page's last two commands on
the gate, this test does in Airflow what the page asks its reader to do there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from doc_pages import README, DocCommand, Step, steps
from doc_shell import DocShell, free_port, missing_tools, typed

from gatehouse.local.clean import clean
from gatehouse.local.client import AirflowClient
from gatehouse.local.errors import AirflowApiError
from gatehouse.local.health import client
from gatehouse.local.home import Home, home

pytestmark = pytest.mark.stack
FIRST, LAST = "gatehouse down", "GATEHOUSE_HOME=$MINE/practice gatehouse lab down"
LIMIT_S = 300.0
ROUND = "npi_round"


def walk() -> list[Step]:
    """README's steps on one's own machines."""
    every = steps(README)
    texts = [step.text if isinstance(step, DocCommand) else "" for step in every]
    return every[texts.index(FIRST) : texts.index(LAST) + 1]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[DocShell]:
    """A session that knows of no stack; whatever it starts is stopped and forgotten."""
    port = free_port()
    session = DocShell(tmp_path, {"GATEHOUSE_HOME": str(tmp_path / "none"), "PORT": port})
    try:
        yield session
    finally:
        session.run(LAST)
        session.close()
        for place in ("home", "practice"):
            clean(home(tmp_path / "my-gatehouse" / place))


def test_readme_leads_to_a_measured_machine(shell: DocShell, tmp_path: Path) -> None:
    """It should be enough to type what README says: the machine's evidence then counts at its gate."""
    if missing := missing_tools(typed(step) for step in walk()):
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    taken = []
    for step in walk():
        if isinstance(step, DocCommand) and step.text.startswith("gatehouse gate"):
            start_the_program(home(tmp_path / "my-gatehouse" / "home"))
        shell.take(step)
        taken.append(step)
        if isinstance(step, DocCommand) and step.text.startswith("gatehouse gate"):
            assert "1 unit of 1 tested" in shell.run(step.text).output
    assert {"gatehouse up", "gatehouse status"} <= {step.text for step in taken if isinstance(step, DocCommand)}


def start_the_program(place: Home) -> None:
    """What README asks its reader to do in Airflow: trigger the program."""
    with client(place, "pm") as api:
        _eventually(api, lambda: {dag["dag_id"] for dag in api.dags()} >= {ROUND, "npi_program"})
        for dag in (ROUND, "npi_program"):
            api.unpause(dag)
        api.trigger("npi_program", {"program": "bench"}, run_id="walk")
        first = _eventually(api, lambda: next(iter(api.runs(ROUND)), None))
        ended = api.wait_for_run(ROUND, str(first["dag_run_id"]), LIMIT_S)
        states = {task["task_id"]: task["state"] for task in api.task_instances(ROUND, str(first["dag_run_id"]))}
        assert ended["state"] == "success", states


def _eventually(api: AirflowClient, ask: Callable[[], Any]) -> Any:
    """Ask until there is an answer: DAG files are read after the start."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        with suppress(AirflowApiError):
            if found := ask():
                return found
        time.sleep(0.5)
    raise AssertionError(f"Airflow had no answer within {LIMIT_S:g} s; import errors: {api.import_errors()}")
