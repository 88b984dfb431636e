"""A console over a filled store, without Airflow."""

from collections.abc import Iterator

import pytest
from console_client import GOOD_ROUND, OPEN_ROUND, SPOILT_ROUND, Doorkeeper, client_of
from filled_store import PROGRAM, World, answer, new_world
from starlette.testclient import TestClient

from gatehouse.console.app import console_app
from gatehouse.local.postgres import Server
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.store import phases
from gatehouse.store.engine import transaction


@pytest.fixture(scope="session")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An admissible round with Data Docs, a spoilt one, one that is not judged; a decision and a rejection."""
    with new_world(postgres_server, tmp_path_factory.mktemp("console")) as made:
        made.round(GOOD_ROUND)
        made.round(SPOILT_ROUND, admissible=False, problems=("2 of 24 cells are empty",))
        made.round(OPEN_ROUND, admissible=None)
        docs = made.workspace.files / "datadocs" / GOOD_ROUND
        (docs / "validations").mkdir(parents=True)
        (docs / "index.html").write_text("<h1>Data Docs</h1>")
        (docs / "validations" / "a.html").write_text("<script>alert(1)</script>")
        (docs / "notes.txt").write_text("of no known type")
        decision = evaluate_gate(made.workspace, PROGRAM, Phase.EVT, keep=True).decision
        with transaction(made.engine) as session:
            phases.file_sign_off(
                session, PROGRAM, Phase.EVT, answer(decision.evidence_digest, approved=False, comment="repair it"), "t"
            )
        yield made


@pytest.fixture
def doorkeeper() -> Doorkeeper:
    """Lets everyone through until told otherwise."""
    return Doorkeeper()


@pytest.fixture
def client(world: World, doorkeeper: Doorkeeper) -> TestClient:
    """The console where Airflow mounts it."""
    return client_of(console_app(lambda: world.workspace, doorkeeper, "/api/v2/auth/login"))
