"""A door that can be shut, and a client of a console mounted as Airflow mounts it."""

from dataclasses import dataclass

from fastapi import HTTPException, Request
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp

GOOD_ROUND, SPOILT_ROUND, OPEN_ROUND = "1a2b3c4d5e6f", "aabbccddeeff", "00112233aabb"


@dataclass(eq=False)  # FastAPI wants to hash it
class Doorkeeper:
    """Says who may look; a real log-in stands here inside Airflow."""

    status: int = 200

    def __call__(self, request: Request) -> None:
        """Refuse, or let through."""
        if self.status != 200:
            raise HTTPException(self.status, "Not authenticated")


def client_of(console: ASGIApp) -> TestClient:
    """A client of a console mounted at ``/gatehouse``; redirects are not followed."""
    outer = Starlette()
    outer.mount("/gatehouse", console)
    return TestClient(outer, follow_redirects=False)
