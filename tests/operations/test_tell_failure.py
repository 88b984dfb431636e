"""Tests of telling people once, and not too often."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from filled_store import World, new_world

from gatehouse.local.postgres import Server
from gatehouse.operations.alert import Alert, Failure, Links
from gatehouse.operations.tell_failure import MOST_SINGLE, ChannelError, tell_failure

LINKS = Links("http://airflow.example")


@dataclass
class Recorder:
    """A channel that keeps what it is given, or refuses it."""

    name: str = "recorder"
    broken: bool = False
    taken: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        """Keep it."""
        if self.broken:
            raise ChannelError("out of order")
        self.taken.append(alert)


@pytest.fixture
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One judged round."""
    with new_world(postgres_server, tmp_path_factory.mktemp("world")) as made:
        made.round("r1")
        yield made


def _task(number: int = 1, serial: str = "SN00002") -> Failure:
    return Failure(
        "npi_round", "run", "verdict", number, round_id="r1", serials=(serial,), error="bad", deliberate=True
    )


def _run(*failed: str) -> Failure:
    return Failure("npi_round", "run", round_id="r1", failed_tasks=failed)


def test_a_task_is_told_once(world: World) -> None:
    """It should send the first time, and nothing when the same failure is reported again."""
    channel = Recorder()
    assert tell_failure(world.workspace, _task(), LINKS, [channel])
    assert tell_failure(world.workspace, _task(), LINKS, [channel]) is None
    assert len(channel.taken) == 1


def test_the_run_adds_only_what_was_missed(world: World) -> None:
    """It should leave out the host whose task has spoken, and tell the others with the task that was killed."""
    channel = Recorder()
    tell_failure(world.workspace, _task(1, "SN00002"), LINKS, [channel])
    alert = tell_failure(world.workspace, _run("verdict_1", "measure_3"), LINKS, [channel])
    assert alert is not None
    assert {key.split("/")[0] for key in alert.told} == {"SN00003", "SN00004"}
    assert alert.tasks == ("measure_3",)
    assert tell_failure(world.workspace, _run("verdict_1", "measure_3"), LINKS, [channel]) is None
    assert len(channel.taken) == 2


def test_a_run_of_which_everything_is_known_is_silent(world: World) -> None:
    """It should not repeat at the end what each task has said."""
    channel = Recorder()
    for number, serial in enumerate(("SN00002", "SN00003", "SN00004")):
        tell_failure(world.workspace, _task(number, serial), LINKS, [channel])
    assert tell_failure(world.workspace, _run("verdict_0", "verdict_1", "verdict_2"), LINKS, [channel]) is None
    assert len(channel.taken) == 3


def test_many_failures_do_not_become_a_storm(world: World) -> None:
    """It should stop after a few, and tell the rest in one alert when the run has ended."""
    channel = Recorder()
    for number in range(MOST_SINGLE + 20):
        tell_failure(world.workspace, replace(_task(number), error=str(number), deliberate=False), LINKS, [channel])
    assert len(channel.taken) == MOST_SINGLE
    failed = tuple(f"verdict_{number}" for number in range(MOST_SINGLE + 20))
    alert = tell_failure(world.workspace, _run(*failed), LINKS, [channel])
    assert alert is not None
    assert len(alert.tasks) == 20
    assert len(channel.taken) == MOST_SINGLE + 1


def test_a_broken_channel_does_not_stop_the_other(world: World) -> None:
    """It should send by what works, and try only the broken one again."""
    good, bad = Recorder("good"), Recorder("bad", broken=True)
    tell_failure(world.workspace, _task(), LINKS, [bad, good])
    assert len(good.taken) == 1
    bad.broken = False
    tell_failure(world.workspace, _task(), LINKS, [bad, good])
    assert (len(good.taken), len(bad.taken)) == (1, 1)


def test_what_did_not_get_through_is_told_with_the_run(world: World) -> None:
    """It should not count an alert that nobody received as told."""
    channel = Recorder(broken=True)
    tell_failure(world.workspace, _task(), LINKS, [channel])
    channel.broken = False
    alert = tell_failure(world.workspace, _run("verdict_1"), LINKS, [channel])
    assert alert is not None
    assert any(key.startswith("SN00002/") for key in alert.told)


def test_without_channels_nothing_is_claimed(world: World) -> None:
    """It should leave the alert to a later try, when a channel exists."""
    assert tell_failure(world.workspace, _task(), LINKS, []) is None
    channel = Recorder()
    assert tell_failure(world.workspace, _task(), LINKS, [channel])


def test_an_alert_survives_as_json(world: World) -> None:
    """It should be the same in the store and on the wire."""
    channel = Recorder()
    tell_failure(world.workspace, _task(), LINKS, [channel])
    sent = json.loads(json.dumps(channel.taken[0].as_json()))
    assert sent["trouble"] == "machine"
    assert sent["serials"] == ["SN00002"]
    assert sent["tasks"] == ["verdict_1"]
