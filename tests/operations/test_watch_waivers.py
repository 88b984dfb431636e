"""Tests of the watch: it notices, remembers and tells, each thing once, and is one query when there is nothing."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filled_store import PROGRAM, counted_queries
from waiver_world import WaiverWorld, later, waiver_world

from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind, WaiverRole
from gatehouse.operations.alert import Alert, Links
from gatehouse.operations.file_waiver import approve_waiver, withdraw_waiver
from gatehouse.operations.tell_failure import ChannelError
from gatehouse.operations.view_gate import view_gate
from gatehouse.operations.view_waivers import view_waiver
from gatehouse.operations.watch_waivers import Noticed, watch_waivers
from gatehouse.store import conditional_exits
from gatehouse.store.engine import transaction

LINKS = Links("http://gatehouse.example")


@dataclass
class Inbox:
    """A channel that keeps what it gets, or fails so many times first."""

    name: str = "inbox"
    fails: int = 0
    got: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        """Keep it."""
        if self.fails:
            self.fails -= 1
            raise ChannelError("busy")
        self.got.append(alert)

    @property
    def subjects(self) -> list[str]:
        """What it was told, without the prefix that all have."""
        return [alert.subject.removeprefix("Gatehouse: ") for alert in self.got]


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[WaiverWorld]:
    """EVT is open."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        yield made


@pytest.fixture
def inbox() -> Inbox:
    """A channel that works."""
    return Inbox()


def watch(world: WaiverWorld, days: float, *channels: Inbox) -> Noticed:
    """One look after some days."""
    return watch_waivers(world.workspace, LINKS, channels, later(days))


def history(world: WaiverWorld) -> Sequence[tuple[bool, str]]:
    """How EVT's exit was found to stand."""
    with transaction(world.engine) as session:
        return [(row.stands, row.cause) for row in conditional_exits.history(session, PROGRAM, Phase.EVT)]


def test_it_is_one_query_when_there_is_nothing(world: WaiverWorld, inbox: Inbox) -> None:
    """It should cost nothing with waivers that are far from their end, and exits that nothing has changed."""
    world.left_on_conditions(expires_at=later(60))
    watch(world, 0.1, inbox)
    with counted_queries(world.engine) as seen:
        assert watch(world, 0.2, inbox) == Noticed()
    assert len(seen) == 1
    assert inbox.got == []


def test_an_expired_waiver_is_told_to_its_owner_once(world: WaiverWorld, inbox: Inbox) -> None:
    """It should say what is reopened, what is held and what would close it, in one alert, and record all of it."""
    number = world.left_on_conditions()
    noticed = watch(world, 10, inbox)
    assert noticed.recorded == (
        f"atlas EVT is reopened: No open issues is not met: waiver {number} expired on {later(10):%Y-%m-%d}",
    )
    (alert,) = inbox.got
    assert alert.subject == f"Gatehouse: waiver {number} of Ada Lovelace has expired; atlas EVT is reopened"
    assert alert.people == ("Ada Lovelace",)
    for said in (
        "the fan supplier is late", "inlet below 22 degC", "gates of the phases behind it are held",
        "repair and retest SN-EVT-002", "Whose trouble: the waiver", "http://gatehouse.example/gatehouse/programs/atlas/EVT",
    ):  # fmt: skip
        assert said in alert.text, said
    assert watch(world, 10.1, inbox) == watch(world, 20, inbox) == Noticed()
    assert len(inbox.got) == 1
    assert [stands for stands, _ in history(world)] == [False]
    (told,) = [step for step in view_waiver(world.workspace, number).history if step.kind is StepKind.TOLD]
    assert (told.who, told.at) == ("npi_watch", later(10))


def test_it_is_told_a_week_before(world: WaiverWorld, inbox: Inbox) -> None:
    """It should warn once, with what will follow."""
    number = world.left_on_conditions(expires_at=later(30))
    for days in (1, 22.9):
        watch(world, days, inbox)
        assert inbox.got == []
    for days in (23.5, 24, 29):
        watch(world, days, inbox)
    assert inbox.subjects == [f"waiver {number} of Ada Lovelace expires on {later(30):%Y-%m-%d}, in 6 days"]
    assert (
        "the phase is reopened and the gates behind it are held, unless it is met or waived anew" in inbox.got[0].text
    )
    watch(world, 30, inbox)
    assert len(inbox.got) == 2


def test_an_expired_waiver_of_an_open_phase_holds_its_gate(world: WaiverWorld, inbox: Inbox) -> None:
    """It should say so, and record no reopening: the phase has not exited."""
    world.measured(bad=["evt-02"])
    number = world.waived()
    watch(world, 10, inbox)
    assert inbox.subjects == [f"waiver {number} of Ada Lovelace has expired"]
    assert "The gate of atlas EVT is held: repair and retest SN-EVT-002" in inbox.got[0].text
    assert history(world) == []


def test_one_that_nobody_needs_any_more_says_so(world: WaiverWorld, inbox: Inbox) -> None:
    """It should not alarm where the criterion is met by evidence."""
    world.left_on_conditions()
    world.measured()
    watch(world, 4, inbox)
    watch(world, 10, inbox)
    assert ["Nothing will be held by that" in inbox.got[0].text, "Nothing is held by that" in inbox.got[1].text] == [
        True
    ] * 2
    assert history(world) == []


def test_one_that_nobody_signed_lapses(world: WaiverWorld, inbox: Inbox) -> None:
    """It should be told apart from one that was in force, and not warned of."""
    world.measured(bad=["evt-02"])
    number = world.asked()
    approve_waiver(world.workspace, number, "Grace", WaiverRole.ENGINEERING, "a")
    watch(world, 9, inbox)
    watch(world, 10, inbox)
    assert inbox.subjects == [f"waiver {number} of Ada Lovelace has lapsed without its sign-offs"]


def test_what_was_taken_back_is_not_told_of(world: WaiverWorld, inbox: Inbox) -> None:
    """It should tell of the reopening, by whom, and nothing when the day of the waiver comes."""
    number = world.left_on_conditions()
    watch(world, 0.1, inbox)
    withdraw_waiver(world.workspace, number, "Ada", "the fans came", "w", now=later(1))
    for days in (1.1, 1.2, 10, 20):
        watch(world, days, inbox)
    assert inbox.subjects == ["atlas EVT is reopened"]
    assert f"waiver {number} was withdrawn by Ada" in inbox.got[0].text


def test_it_stands_again_and_that_is_recorded(world: WaiverWorld, inbox: Inbox) -> None:
    """It should keep every turn with its time and cause, and show them on the gate's page."""
    world.left_on_conditions()
    watch(world, 10, inbox)
    world.waived(now=later(12), expires_at=later(30))
    assert watch(world, 12.1, inbox).recorded[0].startswith("atlas EVT stands again: it stands by waiver until ")
    watch(world, 30, inbox)
    world.measured(at=later(31))
    with transaction(world.engine) as session:
        (due,) = [each for each in conditional_exits.due(session, later(31.5)) if each.waiver is None]
    assert (due.program, due.phase) == (PROGRAM, Phase.EVT)
    watch(world, 31.5, inbox)
    assert [stands for stands, _ in history(world)] == [False, True, False, True]
    assert history(world)[-1][1] == "what was waived is met by evidence now"
    shown = view_gate(world.workspace, PROGRAM, Phase.EVT, later(32)).standings
    assert [row.at for row in shown] == [later(10), later(12.1), later(30), later(31.5)]


def test_what_could_not_be_told_is_told_the_next_time(world: WaiverWorld) -> None:
    """It should try again after a channel failed, and not send twice by one that did not."""
    world.left_on_conditions()
    good, busy = Inbox("good"), Inbox("busy", fails=1)
    assert watch(world, 10, good, busy).told == ()
    assert len(watch(world, 10.1, good, busy).told) == 1
    assert (len(good.got), len(busy.got)) == (1, 1)
    assert watch(world, 10.2, good, busy) == Noticed()


def test_without_a_channel_it_is_recorded_all_the_same(world: WaiverWorld, caplog: pytest.LogCaptureFixture) -> None:
    """It should say that nobody is told, and tell once somebody can be."""
    world.left_on_conditions()
    with caplog.at_level(logging.WARNING):
        assert len(watch(world, 10).recorded) == 1
    assert "nobody is told, no channel is set up" in caplog.text
    inbox = Inbox()
    watch(world, 10.1, inbox)
    assert len(inbox.got) == 1


def test_two_watches_at_once_tell_once(world: WaiverWorld, inbox: Inbox) -> None:
    """It should neither tell nor record twice."""
    from concurrent.futures import ThreadPoolExecutor

    world.left_on_conditions()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: watch(world, 10, inbox), range(4)))
    assert len(inbox.got) == 1
    assert len(history(world)) == 1
