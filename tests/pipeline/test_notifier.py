"""Tests of the notifier with real Connections, a real web hook, a real mail server and a real store."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from alert_servers import Hook, Mailbox, mail_server, served
from callback_contexts import RUN, TaskInstance, task_context
from filled_store import World, new_world

from gatehouse.local.postgres import Server
from gatehouse.model.errors import StoreError
from gatehouse.model.round_ids import round_id_of
from gatehouse.operations.workspace import Workspace
from gatehouse.pipeline import channels
from gatehouse.pipeline.notifier import GatehouseNotifier, channels_from_connections

SHARD = {"shard": {"name": "evt-02", "serials": ["SN00002"]}}


@pytest.fixture
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The round of the run that fails."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round(round_id_of(RUN))
        yield made


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A web hook with its Connection; waits between tries are left out."""
    monkeypatch.setattr(channels, "FIRST_WAIT_S", 0.0)
    with served(Hook()) as listening:
        connection = {"conn_type": "http", "host": listening.url, "password": "sesame"}
        monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_WEBHOOK", json.dumps(connection))
        yield listening


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server with its Connection."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        extra = {"to": "on-call@example.org", "from_email": "g@example.org", "disable_ssl": True, "disable_tls": True}
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_SMTP", json.dumps(connection))
        yield mailbox


def _fail(world: World, ti: TaskInstance | None = None, **more: Any) -> None:
    context = task_context(ti or TaskInstance("verdict", 1), SHARD, **more)
    GatehouseNotifier(lambda: world.workspace)(context)


def _task_fails(world: World) -> None:
    _fail(world, exception=AirflowFailException("evt-02 is bad"))


def _run_fails(world: World, **states: str) -> None:
    _fail(world, TaskInstance(states=states), reason="task_failure")


def test_a_failed_task_is_told_by_both_channels(world: World, hook: Hook, box: Mailbox) -> None:
    """It should post and mail the same alert, which names host, part and what to do."""
    _task_fails(world)
    ((token, body),) = hook.got
    assert token == "Bearer sesame"
    assert "evt-02 is bad: gpu0 temp_c" in body["subject"]
    assert body["next"] == "swap the part (evt-02)"
    ((recipients, message),) = box.got
    assert recipients == ["on-call@example.org"]
    assert message["Subject"] == body["subject"]


def test_the_same_failure_is_told_once(world: World, hook: Hook) -> None:
    """It should stay silent when Airflow calls back again for the same try."""
    _task_fails(world)
    _task_fails(world)
    assert len(hook.got) == 1


def test_the_callback_of_the_run_tells_what_was_missed(world: World, hook: Hook) -> None:
    """It should name the task whose process was killed, and not the host that people know of."""
    _task_fails(world)
    _run_fails(world, verdict_1="failed", measure_4="failed", clean="upstream_failed")
    assert len(hook.got) == 2
    last = hook.got[1][1]
    assert last["tasks"] == ["measure_4"]
    assert "SN00002" not in last["serials"]
    _run_fails(world, verdict_1="failed", measure_4="failed", clean="upstream_failed")
    assert len(hook.got) == 2


def test_a_channel_that_fails_neither_stops_the_other_nor_the_task(
    world: World, hook: Hook, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """It should mail all the same, log why the hook did not take it, and raise nothing."""
    hook.answers = [(500, {})]
    with caplog.at_level(logging.WARNING):
        _task_fails(world)
    assert len(box.got) == 1
    assert "the receiver answered 500" in caplog.text


def test_what_failed_to_be_sent_is_tried_again(world: World, hook: Hook, box: Mailbox) -> None:
    """It should send by the channel that failed, and not a second time by the one that did not."""
    hook.answers = [(500, {}), (500, {}), (500, {}), (200, {})]
    _task_fails(world)
    _task_fails(world)
    assert len(hook.got) == 4
    assert len(box.got) == 1


def test_without_connections_nobody_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """It should log one line for each, and touch nothing: the workspace is not even asked for."""

    def never() -> Workspace:
        raise AssertionError("asked for the workspace")

    with caplog.at_level(logging.INFO):
        GatehouseNotifier(never)(task_context(TaskInstance(), SHARD))
    lines = [record.message for record in caplog.records if "no Connection" in record.message]
    assert len(lines) == 2


def test_one_connection_is_enough(world: World, box: Mailbox) -> None:
    """It should use the channel that there is."""
    assert [channel.name for channel in channels_from_connections()] == ["e-mail"]
    _task_fails(world)
    assert len(box.got) == 1


def test_a_connection_that_cannot_be_used_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It should say what it lacks, and go on."""
    monkeypatch.setenv("AIRFLOW_CONN_GATEHOUSE_SMTP", json.dumps({"conn_type": "smtp", "host": "127.0.0.1"}))
    with caplog.at_level(logging.WARNING):
        assert channels_from_connections() == []
    assert "from_email" in caplog.text


def _store_is_down() -> Workspace:
    raise StoreError("the store does not answer")


def _something_breaks() -> Workspace:
    raise ZeroDivisionError("not thought of")


@pytest.mark.parametrize(
    ("broken", "why"), [(_store_is_down, "the store does not answer"), (_something_breaks, "ZeroDivisionError")]
)
def test_people_hear_of_it_even_without_the_store(hook: Hook, broken: Callable[[], Workspace], why: str) -> None:
    """It should send what Airflow says, with the reason why there is no more."""
    GatehouseNotifier(broken)(task_context(TaskInstance(), SHARD, exception=ValueError("boom")))
    ((_, body),) = hook.got
    assert body["trouble"] == "pipeline"
    assert any(why in line for line in body["lines"])
    assert "Airflow said: boom" in body["lines"]
