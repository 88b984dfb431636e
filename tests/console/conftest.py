"""A console over a filled store, without Airflow, and a browser to look at it with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from fastapi import HTTPException, Request
from filled_store import PROGRAM, World, answer, new_world
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gatehouse.console.app import console_app
from gatehouse.local.postgres import Server
from gatehouse.model.status import Phase
from gatehouse.operations.evaluate_gate import evaluate_gate
from gatehouse.store import phases
from gatehouse.store.engine import transaction

GOOD_ROUND, SPOILT_ROUND, OPEN_ROUND = "1a2b3c4d5e6f", "aabbccddeeff", "00112233aabb"


@dataclass
class Doorkeeper:
    """Says who may look; a real log-in stands here inside Airflow."""

    status: int = 200

    def __call__(self, request: Request) -> None:
        """Refuse, or let through."""
        if self.status != 200:
            raise HTTPException(self.status, "Not authenticated")


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


def client_of(console: Callable[..., object]) -> TestClient:
    """A client of a console mounted at ``/gatehouse``; redirects are not followed."""
    outer = Starlette()
    outer.mount("/gatehouse", console)  # type: ignore[arg-type] -- any ASGI application
    return TestClient(outer, follow_redirects=False)
