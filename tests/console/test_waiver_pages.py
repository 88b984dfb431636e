"""The pages of a gate with waivers, of programs, and of a host: state, scope, end, and what is reopened."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_client import Doorkeeper, client_of
from filled_store import HOSTILE
from starlette.testclient import TestClient
from waiver_world import WaiverWorld, later, request, waiver_world

from gatehouse.console.app import console_app
from gatehouse.operations.alert import Links
from gatehouse.operations.file_waiver import request_waiver, withdraw_waiver
from gatehouse.operations.view_waivers import source_of_run
from gatehouse.operations.watch_waivers import watch_waivers


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[WaiverWorld]:
    """EVT has exited on a waiver of two of its hosts; one more waits, with a hostile reason."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        made.left_on_conditions(units=("evt-02",), sites=("south",))
        made.asked(reason=HOSTILE)
        yield made


@pytest.fixture
def client(world: WaiverWorld) -> TestClient:
    """The console where Airflow mounts it."""
    return client_of(console_app(lambda: world.workspace, Doorkeeper(), "/api/v2/auth/login"))


def shown(client: TestClient, path: str) -> str:
    """The words of a page."""
    answer = client.get(f"/gatehouse{path}")
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_a_gate_shows_its_waivers(client: TestClient) -> None:
    """It should tell each one's state, scope, end, owner, signatures and conditions."""
    page = shown(client, "/programs/atlas/EVT")
    for said in (
        "EVT exited on conditions: waived criteria remain", "in use", "evt-02, every unit at south", "every unit",
        "waits for sign-off", "lacks a sign-off by engineering", f"{later(10):%Y-%m-%d}", "Ada Lovelace",
        "Grace (engineering), Lin (quality)", "Containment: inlet below 22 degC", "Re-test: when the new fans are in",
    ):  # fmt: skip
        assert said in page, said
    assert "<script>alert" not in client.get("/gatehouse/programs/atlas/EVT").text


def test_a_run_leads_to_the_gate_of_its_waiver(client: TestClient, world: WaiverWorld) -> None:
    """It should lead there once the request is filed."""
    path = "/gatehouse/runs/npi_waiver/manual__1"
    assert client.get(path).status_code == 200
    request_waiver(world.workspace, request(), source_of_run("manual__1"), later(0))
    assert client.get(path).headers["Location"] == "/gatehouse/programs/atlas/EVT"


def test_what_is_reopened_is_seen(client: TestClient, world: WaiverWorld) -> None:
    """It should stand on the pages of programs, of both gates and of the host, with when and why."""
    assert "⚠ exited on conditions" in shown(client, "/programs")
    assert "exited on conditions" in shown(client, "/hosts/SN-EVT-002")
    assert "waiver 1 of Ada Lovelace: issues until" in shown(client, "/hosts/SN-EVT-002")
    withdraw_waiver(world.workspace, 1, "Ada Lovelace", "the fans came", "w")
    watch_waivers(world.workspace, Links(""), ())
    programs = shown(client, "/programs")
    assert "✗ reopened" in programs
    assert "waiver 1 was withdrawn by Ada Lovelace" in programs
    evt, dvt = (shown(client, f"/programs/atlas/{phase}") for phase in ("EVT", "DVT"))
    assert "✗ EVT exited on conditions and is reopened: No open issues is not met: waiver 1 was withdrawn" in evt
    assert "Since its exit reopened 20" in evt
    assert "Withdrawn by Ada Lovelace" in evt
    assert "earlier phases stand" in dvt
    assert "EVT: No open issues: repair and retest evt-02" in dvt
    assert "waiver 1" not in shown(client, "/hosts/SN-EVT-002")
