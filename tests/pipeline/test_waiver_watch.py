"""The watch as its task runs it: Connections, a real mail server and a real web hook, on a real store."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alert_servers import Hook, Mailbox, mail_server, served
from waiver_world import WaiverWorld, later, waiver_world

from gatehouse.operations.alert import Links
from gatehouse.operations.file_waiver import withdraw_waiver
from gatehouse.operations.view_waivers import view_waivers
from gatehouse.operations.watch_waivers import watch_waivers
from gatehouse.pipeline import waiver_tasks
from gatehouse.pipeline.notifier import channels_from_connections


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[WaiverWorld]:
    """EVT has exited on conditions; its waiver is Ada's and ends in ten days."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        made.left_on_conditions(owner="Ada Lovelace <ada@example.org>")
        yield made


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server with its Connection."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        extra = {"to": "npi@example.org", "from_email": "g@example.org", "disable_ssl": True, "disable_tls": True}
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_SMTP", json.dumps(connection))
        yield mailbox


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A web hook with its Connection."""
    with served(Hook()) as listening:
        connection = {"conn_type": "http", "host": listening.url, "password": "sesame"}
        monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_WEBHOOK", json.dumps(connection))
        yield listening


def test_the_owner_gets_a_letter(world: WaiverWorld, box: Mailbox, hook: Hook) -> None:
    """It should be mailed to the owner among others and posted, a week before and at its end, once each."""
    for days in (1, 3.5, 4, 10, 10.1, 11):
        watch_waivers(world.workspace, Links("http://airflow.example"), channels_from_connections(), later(days))
    assert [recipients for recipients, _ in box.got] == [["npi@example.org", "ada@example.org"]] * 2
    subjects = [message["Subject"] for _, message in box.got]
    assert f"expires on {later(10):%Y-%m-%d}, in 6 days" in subjects[0]
    assert subjects[1].endswith("has expired; atlas EVT is reopened")
    assert [body["subject"] for _, body in hook.got] == subjects
    text = box.got[1][1].get_content()
    for said in ("The gates of the phases behind it are held", "repair and retest SN-EVT-002", "atlas/EVT"):
        assert said in text, said


@pytest.mark.usefixtures("box")
def test_the_task_says_what_it_found(
    world: WaiverWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It should log what was recorded and told, and then that there is nothing new."""
    monkeypatch.setattr(waiver_tasks, "workspace_from_connections", lambda: world.workspace)
    (waiver,) = view_waivers(world.workspace)
    withdraw_waiver(world.workspace, waiver.waiver.id, "Ada", "the fans came", "w")
    with caplog.at_level("INFO"):
        waiver_tasks.watch.function()
    assert "atlas EVT is reopened: No open issues is not met: waiver 1 was withdrawn by Ada" in caplog.text
    assert "told: Gatehouse: atlas EVT is reopened" in caplog.text
    caplog.clear()
    with caplog.at_level("INFO"):
        waiver_tasks.watch.function()
    assert "nothing new" in caplog.text
