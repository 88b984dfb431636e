"""Tests of the doors of a waiver, on a real store: what is asked, signed, refused, taken back, and what is kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from waiver_world import ISSUES, NOW, WaiverWorld, later, plan_exit, request, waiver_world

from gatehouse.catalog.loader import Catalog
from gatehouse.model.errors import NotFoundError, RefusedError, UsageError
from gatehouse.model.status import CriterionStatus, Phase
from gatehouse.model.waivers import StepKind, WaiverRole, WaiverState
from gatehouse.operations.file_waiver import (
    approve_waiver,
    day_of,
    reject_waiver,
    request_waiver,
    withdraw_waiver,
)
from gatehouse.operations.view_waivers import view_waiver, view_waivers, waiver_question
from gatehouse.operations.watch_gate import gate_news
from gatehouse.store import waivers
from gatehouse.store.engine import transaction

ENGINEERING, QUALITY, OPERATIONS = WaiverRole


@pytest.fixture
def world(tmp_path: Path, fresh_store_url: str) -> Iterator[WaiverWorld]:
    """EVT is measured, and two of its three hosts are bad."""
    with waiver_world(tmp_path, fresh_store_url) as made:
        made.measured(bad=["evt-02", "evt-03"])
        yield made


def state(world: WaiverWorld, number: int, now: datetime = NOW) -> WaiverState:
    """Where a waiver stands."""
    return view_waiver(world.workspace, number, now).state


def test_a_waiver_counts_from_its_second_sign_off_on(world: WaiverWorld) -> None:
    """It should hold the gate shut until both have signed, and say whose turn it is."""
    number = world.asked()
    assert world.gate().status is CriterionStatus.NOT_MET
    approve_waiver(world.workspace, number, "Grace", ENGINEERING, "a")
    assert "needs a sign-off by quality or operations" in world.gate().outcomes[1].missing
    approve_waiver(world.workspace, number, "Lin", OPERATIONS, "b", text="we watch the inlet")
    assert world.gate().conditional
    assert world.gate().outcomes[1].waiver == number


def test_its_history_is_kept_whole(world: WaiverWorld) -> None:
    """It should hold who did what in which role, when and why, and nothing of it should go away."""
    number = world.waived()
    withdraw_waiver(world.workspace, number, "Ada Lovelace", "the fans came", "w", now=later(1))
    found = view_waiver(world.workspace, number)
    told = [(step.kind, step.who, step.role, step.text) for step in found.history]
    assert told == [
        (StepKind.REQUESTED, "pat", "", "the fan supplier is late"),
        (StepKind.APPROVED, "Grace", "engineering", ""),
        (StepKind.APPROVED, "Lin", "quality", ""),
        (StepKind.WITHDRAWN, "Ada Lovelace", "", "the fans came"),
    ]
    assert [step.at for step in found.history] == [NOW, NOW, NOW, later(1)]
    assert found.as_json()["history"][3]["text"] == "the fans came"


def test_nothing_is_filed_twice(world: WaiverWorld) -> None:
    """It should file a request, and an answer, once a source, whatever is retried at once."""
    with ThreadPoolExecutor(4) as pool:
        numbers = {world.asked()}
        again = request(reason="asked by a task")
        numbers |= {request_waiver(world.workspace, again, "one task") for _ in range(3)}
        assert len(numbers) == 2
        number = max(numbers)
        signed = list(
            pool.map(lambda _: approve_waiver(world.workspace, number, "Grace", ENGINEERING, "an answer"), range(8))
        )
    assert len(signed) == 8
    assert len(view_waiver(world.workspace, number).waiver.approved_by) == 1


def test_two_who_sign_at_once_cannot_both_take_one_seat(world: WaiverWorld) -> None:
    """It should let one of them through, and refuse the others."""
    number = world.asked()

    def sign(who: str) -> str:
        try:
            approve_waiver(world.workspace, number, who, ENGINEERING, who)
        except RefusedError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(sign, ["Grace", "Lin", "Kim", "Sam"]))
    assert said.count("") == 1
    assert len(view_waiver(world.workspace, number).waiver.approved_by) == 1


def test_units_go_by_name_or_serial_and_sites_by_id(world: WaiverWorld) -> None:
    """It should keep serials, each once, and show hosts by name."""
    number = world.waived(units=("evt-02", "SN-EVT-002"), sites=("south",))
    found = view_waiver(world.workspace, number)
    assert (found.waiver.units, found.waiver.sites) == (("SN-EVT-002",), ("south",))
    assert found.scope == "evt-02, every unit at south"
    assert world.gate().conditional


def test_a_waiver_for_some_units_covers_exactly_those(world: WaiverWorld) -> None:
    """It should not open the gate for a bad host that is not in it, by name or by site."""
    world.waived(units=("evt-02",))
    decision = world.gate()
    assert not decision.open
    assert "covers only SN-EVT-002" in decision.outcomes[1].missing
    world.waived(sites=("south",))
    assert world.gate().conditional


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"program": "nothing"}, NotFoundError, "no program 'nothing'"),
        ({"phase": Phase.PVT}, NotFoundError, "has no PVT"),
        ({"criterion": "cake"}, NotFoundError, "has no criterion 'cake'; there are: coverage, issues, data"),
        ({"criterion": "sign_off"}, RefusedError, "new evidence lifts that"),
        ({"criterion": "earlier_phases"}, RefusedError, "meet or waive there what it lacks"),
        ({"phase": Phase.DVT}, RefusedError, "atlas DVT is not open yet"),
        ({"units": ("dvt-01",)}, RefusedError, "not of this build: dvt-01"),
        ({"reason": "x" * 2001}, RefusedError, "longer than 2,000 characters"),
        ({"expires_at": later(91)}, RefusedError, "the DVT gate has no planned date, so 90 days at most"),
        ({"containment": " "}, RefusedError, "containment is empty"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    world: WaiverWorld, changes: dict[str, Any], error: type[Exception], says: str
) -> None:
    """It should say why and what would allow it, and keep nothing."""
    with pytest.raises(error, match=says):
        world.asked(**changes)
    assert view_waivers(world.workspace) == []


def test_a_blocker_is_refused_when_asked_and_when_signed(world: WaiverWorld) -> None:
    """It should look again at each signature: a unit may have become a blocker since."""
    number = world.asked()
    world.measured(blocked=["evt-02"])
    with pytest.raises(RefusedError, match="an open blocker cannot be waived: SN-EVT-002; repair and retest"):
        world.asked()
    with pytest.raises(RefusedError, match="was not approved: an open blocker cannot be waived"):
        approve_waiver(world.workspace, number, "Grace", ENGINEERING, "a")
    world.measured()
    assert approve_waiver(world.workspace, number, "Grace", ENGINEERING, "b")


def test_it_ends_by_the_planned_date_of_the_next_gate(world: WaiverWorld, tmp_path: Path) -> None:
    """It should take the date from the program's YAML."""
    plan_exit(tmp_path, DVT=f"{later(20):%Y-%m-%d}")
    planned = WaiverWorld(
        type(world.workspace)(
            Catalog((tmp_path / "catalog",)), world.engine, world.workspace.files, world.workspace.login
        )
    )
    with pytest.raises(RefusedError, match=f"the DVT gate is planned for {later(20):%Y-%m-%d}"):
        planned.asked(expires_at=later(22))
    assert planned.asked(expires_at=later(20))


def test_a_phase_that_exited_clean_has_nothing_to_waive(world: WaiverWorld) -> None:
    """It should refuse a waiver that nobody needs any more."""
    world.measured()
    world.left()
    with pytest.raises(RefusedError, match="there is nothing to waive"):
        world.asked()


def test_the_same_person_cannot_sign_twice(world: WaiverWorld) -> None:
    """It should ask for another one, whatever the role."""
    number = world.asked()
    approve_waiver(world.workspace, number, "Grace", ENGINEERING, "a")
    with pytest.raises(RefusedError, match="grace has signed it already as engineering"):
        approve_waiver(world.workspace, number, "grace", QUALITY, "b")
    assert state(world, number) is WaiverState.WAITING


def test_owner_and_requester_may_not_be_both(world: WaiverWorld) -> None:
    """It should need somebody who has no hand in it."""
    number = world.asked()
    approve_waiver(world.workspace, number, "Ada Lovelace", ENGINEERING, "a")
    with pytest.raises(RefusedError, match="both own or requested it: somebody else must sign"):
        approve_waiver(world.workspace, number, "pat", QUALITY, "b")
    approve_waiver(world.workspace, number, "Lin", QUALITY, "c")
    assert state(world, number) is WaiverState.IN_FORCE


def test_what_is_over_cannot_be_signed_rejected_or_withdrawn(world: WaiverWorld) -> None:
    """It should end once: by a no, by being taken back, or by its day."""
    rejected, withdrawn, expired = world.asked(), world.waived(), world.asked(expires_at=later(2))
    reject_waiver(world.workspace, rejected, "Lin", "measure first", "r")
    withdraw_waiver(world.workspace, withdrawn, "Ada", "not needed", "w")
    for number, what in ((rejected, "rejected"), (withdrawn, "withdrawn"), (expired, "expired")):
        with pytest.raises(RefusedError, match=f"it is {what}: request a new one"):
            approve_waiver(world.workspace, number, "Kim", QUALITY, f"a{number}", now=later(3))
        with pytest.raises(RefusedError, match=f"it is {what} already"):
            reject_waiver(world.workspace, number, "Kim", "no", f"r{number}", now=later(3))
        with pytest.raises(RefusedError, match=f"it is {what} already"):
            withdraw_waiver(world.workspace, number, "Kim", "no", f"w{number}", now=later(3))
    assert not world.gate().open


def test_a_no_needs_a_reason_and_a_name(world: WaiverWorld) -> None:
    """It should refuse silence, and send back who would reject what is in force."""
    number = world.asked()
    with pytest.raises(RefusedError, match="say the reason"):
        reject_waiver(world.workspace, number, "Lin", " ", "a")
    with pytest.raises(RefusedError, match="say who"):
        withdraw_waiver(world.workspace, number, " ", "why", "b")
    world.signed(number)
    with pytest.raises(RefusedError, match="withdraw it instead"):
        reject_waiver(world.workspace, number, "Lin", "no", "c")
    with pytest.raises(NotFoundError, match="no waiver 999; `gatehouse waiver list`"):
        reject_waiver(world.workspace, 999, "Lin", "no", "d")


def test_a_waiting_gate_hears_of_every_step(world: WaiverWorld) -> None:
    """It should have news at a request, at each signature, and when it is taken back; not when its owner is told."""
    url, seen = world.engine.url.render_as_string(hide_password=False), []

    def look() -> None:
        seen.append(gate_news(url, "atlas", Phase.EVT))

    look()
    number = world.asked()
    look()
    approve_waiver(world.workspace, number, "Grace", ENGINEERING, "a")
    look()
    approve_waiver(world.workspace, number, "Lin", QUALITY, "b")
    look()
    withdraw_waiver(world.workspace, number, "Ada", "not needed", "c")
    look()
    assert len(set(seen)) == 5


def test_a_waiver_is_shown_to_who_signs_it(world: WaiverWorld) -> None:
    """It should tell all of it, how its criterion stands, who signed, and let no text act."""
    number = world.asked(reason="see [this](http://x.example) <b>now</b>")
    before = waiver_question(world.workspace, view_waiver(world.workspace, number))
    assert "[this](" not in before
    assert "<b>" not in before.replace("\\<b", "")
    assert "repair and retest SN\\-EVT\\-002" in before
    approve_waiver(world.workspace, number, "Grace", ENGINEERING, "a")
    after = waiver_question(world.workspace, view_waiver(world.workspace, number))
    assert "Grace as engineering" in after
    assert "Whoever has signed cannot sign again." in after


def test_all_waivers_of_a_program_are_listed(world: WaiverWorld) -> None:
    """It should list those that are over too, oldest first, and say so of a program that there is not."""
    numbers = [world.asked(), world.waived()]
    withdraw_waiver(world.workspace, numbers[1], "Ada", "not needed", "c")
    assert [each.waiver.id for each in view_waivers(world.workspace, "atlas", NOW)] == numbers
    assert [each.state for each in view_waivers(world.workspace)] == [WaiverState.WAITING, WaiverState.WITHDRAWN]
    with pytest.raises(NotFoundError, match="no program"):
        view_waivers(world.workspace, "nothing")


def test_no_row_is_changed_or_deleted(world: WaiverWorld) -> None:
    """It should keep what was asked as it was asked, whatever follows."""
    number = world.asked()
    with transaction(world.engine) as session:
        before = waivers.get(session, number)
    world.signed(number)
    withdraw_waiver(world.workspace, number, "Ada", "not needed", "c")
    with transaction(world.engine) as session:
        after = waivers.get(session, number)
    assert after.history[:1] == before.history
    said = [(w.waiver.criterion, w.waiver.reason, w.waiver.expires_at, w.waiver.units) for w in (before, after)]
    assert said[0] == said[1] == (ISSUES, "the fan supplier is late", later(10), ())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-11", datetime(2026, 4, 11, tzinfo=UTC)),
        ("2026-04-11T18:00", datetime(2026, 4, 11, 18, tzinfo=UTC)),
        ("2026-04-11T18:00+02:00", datetime(2026, 4, 11, 16, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_of_utc(text: str, moment: datetime) -> None:
    """It should mean the same wherever it is typed."""
    assert day_of(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "11.04.2026", "2026-02-30"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """It should say how to write one."""
    with pytest.raises(UsageError, match="write it as 2026-04-11"):
        day_of(text)
