"""One real stack for all tests of this folder: PostgreSQL, Airflow, and a lab over SSH, in a home of its own."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow_door import Airflow, airflow_as, eventually
from playing import Stage
from small_programs import ENDED, PROGRAMS

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.lab.client import LabClient
from gatehouse.local import postgres, stack
from gatehouse.local.airflow_home import Settings
from gatehouse.local.clean import clean
from gatehouse.local.health import wait_healthy
from gatehouse.local.home import Home, home
from gatehouse.operations.workspace import Workspace, login_from_environment
from gatehouse.store.engine import open_store

START_LIMIT_S = 300
OF_A_PERSON = ("GATEHOUSE_FILES", "GATEHOUSE_CATALOG", postgres.EXTERNAL)  # never the data of whoever runs the tests
WATCH = "npi_watch"  # runs by the clock: only in the test that is about it, lest it takes a slot where none is expected
DAGS = ("npi_phase_out", "npi_program", "npi_round", "npi_waiver", WATCH)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These last: whatever fails quickly is seen first, and no other test runs beside an idle stack."""
    items.sort(key=lambda item: item.path.parent == HERE)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Everything up and healthy, with all small programs in the catalogue and no fault on any host."""
    top = Path(tempfile.mkdtemp(prefix="gatehouse-stack-"))
    place = home(top / "home").make()
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_A_PERSON:
            patch.delenv(name, raising=False)
        try:
            yield _set_up(place)
        finally:
            clean(place)
            shutil.rmtree(top)


def _set_up(place: Home) -> Stage:
    for program in PROGRAMS:
        program.write(place.catalog)
    ENDED.write_end(place.catalog)
    fleet = [word for program in PROGRAMS for batch in program.batches() for word in ("--fleet", batch)]
    lab = (*fleet, "--state", str(place.lab), "--port", str(free_port()))
    stack.up(place, Settings(free_port()), lab)
    wait_healthy(place, START_LIMIT_S)
    client_of_lab = LabClient(place.lab)
    client_of_lab.wait_until_ready(START_LIMIT_S)
    server = postgres.running(place)
    assert server is not None
    store = open_store(server.url("gatehouse"))
    workspace = Workspace(Catalog((SHIPPED, place.catalog)), store, place.files, login_from_environment)
    with airflow_as(place, "pm") as api:
        eventually(lambda: {dag["dag_id"] for dag in api.dags()} >= set(DAGS), "the DAGs are there")
        for dag in DAGS:
            api.unpause(dag, paused=dag == WATCH)
    return Stage(place, client_of_lab, workspace)


@pytest.fixture(scope="session")
def pm(stage: Stage) -> Iterator[Airflow]:
    """Airflow, as the program manager."""
    with airflow_as(stage.place, "pm") as connected:
        yield connected


@pytest.fixture
def viewer(stage: Stage) -> Iterator[Airflow]:
    """Airflow, as somebody who may only look."""
    with airflow_as(stage.place, "viewer") as connected:
        yield connected


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
