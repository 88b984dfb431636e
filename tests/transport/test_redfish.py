"""The Redfish client against the lab's real HTTPS: what BMCs do, and what they must not be able to do to us."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from gatehouse.lab.bmc.sessions import SLOTS
from gatehouse.lab.plan import FleetPlan
from gatehouse.lab.running import RunningLab, running_lab
from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import AuthenticationError, ConnectTimeoutError, HostKeyError, UnreachableError
from gatehouse.model.hosts import Bmc, BmcLogin
from gatehouse.transport.bmc_session import BmcLimits, BmcSession
from gatehouse.transport.redfish import fetch_resources
from gatehouse.transport.redfish_login import log_in, log_out
from gatehouse.transport.redfish_wire import Clock, Wire

NEW, OLD, BOTH = "h100-evt-01", "mi300x-evt-01", "gaudi3-evt-01"
SYSTEMS = Command("systems", ("/redfish/v1/Systems/*",), limit_s=2)
PROCESSORS = Command("processors", ("/redfish/v1/Systems/*/Processors/*",), limit_s=2)
LOG = Command("log", ("/redfish/v1/Systems/*/LogServices/*/Entries",), limit_s=5)
POWER = Command("power", ("/redfish/v1/Chassis/*/Power", "/redfish/v1/Chassis/*/PowerSubsystem/PowerSupplies/*"), 2)


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab(FleetPlan.parse(["h100-8x:EVT:1", "mi300x-8x:EVT:1", "gaudi3-8x:EVT:1"])) as running:
        yield running


@pytest.fixture(autouse=True)
def mended(lab: RunningLab) -> Iterator[None]:
    """Every test finds healthy BMCs, and leaves no session open on one."""
    yield
    for name in lab.hosts:
        lab.repair(name)
    assert {name: lab.lab.bmcs.sessions.open_on(name) for name in lab.hosts} == dict.fromkeys(lab.hosts, 0)


def bmc_of(lab: RunningLab, name: str) -> Bmc:
    bmc = lab.hosts[name].bmc
    assert bmc is not None
    return bmc


def visit(lab: RunningLab, name: str, *commands: Command, **limits: float) -> BmcSession:
    bounds = replace(BmcLimits(connect_s=2, total_s=20, logout_s=2), **limits)
    return fetch_resources(bmc_of(lab, name), lab.bmc_login, commands, bounds)


def only(session: BmcSession) -> Completed:
    """The one answer to the one command."""
    ((fetched,),) = session.fetched
    return fetched.completed


def parts(session: BmcSession, command: int = 0) -> list[str]:
    return [one.part for one in session.fetched[command]]


def test_a_visit_is_one_connection_and_one_session_given_back(lab: RunningLab) -> None:
    """It should read everything over one TLS connection, old BMCs without expansion too, and log out."""
    for name in (NEW, OLD, BOTH):
        for _ in range(SLOTS + 1):  # more visits than a BMC has slots
            session = visit(lab, name, SYSTEMS, PROCESSORS, LOG, POWER)
            assert session.error is None
            assert session.connections == 1
            assert all(one.completed.exit_code == 0 for of_one in session.fetched for one in of_one)


def test_members_come_in_one_answer_where_the_bmc_can_and_one_by_one_where_not(lab: RunningLab) -> None:
    """It should expand collections on a BMC that offers it, and find the same parts on one that does not."""
    new, old = visit(lab, NEW, PROCESSORS), visit(lab, OLD, PROCESSORS)
    assert [(one.part, one.expanded) for one in new.fetched[0]] == [("system_1", True)]
    assert only(new).stdout.startswith(b'{"@odata.type": "#ProcessorCollection')
    assert parts(old) == [f"system_1.processor_{kind}" for kind in ("CPU_0", "CPU_1", *(f"GPU_{i}" for i in range(8)))]
    assert not any(one.expanded for one in old.fetched[0])


def test_every_generation_is_asked_for_what_it_has(lab: RunningLab) -> None:
    """It should read the old resource, the new ones, or both, and call only what nobody has absent."""
    assert parts(visit(lab, OLD, POWER)) == ["chassis_1"]
    assert parts(visit(lab, NEW, POWER)) == ["chassis_1"]
    assert parts(visit(lab, BOTH, POWER)) == ["chassis_1", *(f"chassis_1.supply_PSU_{i}" for i in range(6))]
    missing = only(visit(lab, OLD, Command("x", ("/redfish/v1/Chassis/*/Sensors/*", "/redfish/v1/Fabrics/*"))))
    assert missing.ended is Ended.MISSING
    assert missing.note == "the BMC has no /redfish/v1/Chassis/*/Sensors/* and no /redfish/v1/Fabrics/*"


def test_a_member_may_be_named(lab: RunningLab) -> None:
    """It should take a word of the pattern for a member's id where the collection has no such link."""
    named = visit(lab, NEW, Command("x", ("/redfish/v1/Systems/1/LogServices/SEL/Entries",)))
    assert only(named).exit_code == 0
    assert only(visit(lab, NEW, Command("x", ("/redfish/v1/Systems/2",)))).ended is Ended.MISSING


def test_a_long_log_is_read_from_its_end(lab: RunningLab) -> None:
    """It should bring the newest entries, and say how many there are, without reading all pages."""
    lab.inject(host=NEW, fault="bmc_long_log", with_={"count": 3000})
    log = only(visit(lab, NEW, LOG, entries=120))
    assert log.ended is Ended.EXITED
    assert log.note == "the newest 120 of 3003 entries"
    assert log.text.count('"LogEntry.') + log.text.count("#LogEntry.") >= 120
    assert '"Id": "3003"' in log.text
    assert '"Id": "2883"' not in log.text


def test_a_log_of_more_pages_than_we_read_is_cut_and_says_so(lab: RunningLab) -> None:
    """It should not call a log whole when there is no end of pages."""
    lab.inject(host=NEW, fault="bmc_endless_pages")
    log = only(visit(lab, NEW, replace(LOG, argv=("/redfish/v1/Systems/1/LogServices/SEL/Entries",))))
    assert log.ended is Ended.CUT
    assert "more than 40 pages" in log.note


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("bmc_unreachable", UnreachableError, "BMC 127.20.0.1"),
        ("bmc_silent", ConnectTimeoutError, "never spoke TLS"),
        ("bmc_wrong_certificate", HostKeyError, "not the one in the inventory"),
        ("bmc_login_refused", AuthenticationError, "check user and password of Connection 'gatehouse_lab_bmc'"),
    ],
)
def test_a_bmc_without_a_session_answers_every_command_with_why(
    lab: RunningLab, fault: str, error: type[UnreachableError], said: str
) -> None:
    """It should say once and for every command what kept us out, soon."""
    lab.inject(host=NEW, fault=fault)
    began = time.monotonic()
    session = visit(lab, NEW, SYSTEMS, LOG, total_s=3)
    assert time.monotonic() - began < 8
    assert type(session.error) is error
    assert said in str(session.error)
    for (fetched,) in session.fetched:
        assert fetched.completed.ended is Ended.NOT_RUN
        assert said in fetched.completed.note


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("bmc_hang", "did not answer within 0.5 s"),
        ("bmc_errors", "HTTP 500"),
        ("bmc_garbage", "is no JSON object"),
        ("bmc_trickle", "did not answer within 0.5 s"),
        ("bmc_flood", "larger than what is kept"),
        ("bmc_headers", "did not speak HTTP"),
        ("bmc_no_http", "did not speak HTTP"),
        ("bmc_drop", "broke off"),
        ("bmc_redirect", "redirects to another place than itself"),
        ("bmc_foreign_links", "no place of this BMC"),
    ],
)
@pytest.mark.parametrize("name", [NEW, OLD])
def test_a_bmc_that_misbehaves_is_an_error_that_says_how(lab: RunningLab, name: str, fault: str, said: str) -> None:
    """It should end soon, keep little, follow nothing to anywhere else, and still give its session back."""
    lab.inject(host=name, fault=fault)
    began = time.monotonic()
    session = visit(lab, name, replace(SYSTEMS, limit_s=0.5, max_bytes=2**18))
    assert time.monotonic() - began < 6
    completed = only(session)
    assert said in completed.note
    assert not completed.whole or completed.exit_code != 0
    assert len(completed.stdout) <= 2**18
    assert session.error is None


def test_pages_without_end_are_bounded(lab: RunningLab) -> None:
    """It should give up a collection that lists more members than any machine has, here the same for ever."""
    lab.inject(host=OLD, fault="bmc_endless_pages")
    session = visit(lab, OLD, SYSTEMS, PROCESSORS, members=20)
    assert [one.completed.note for of_one in session.fetched for one in of_one] == [
        "/redfish/v1/Systems lists more than 20 members"
    ] * 2


def test_a_trickle_does_not_outlive_the_visit(lab: RunningLab) -> None:
    """It should hold the whole visit to its deadline, whatever each request may take."""
    lab.inject(host=NEW, fault="bmc_trickle")
    began = time.monotonic()
    session = visit(lab, NEW, *(replace(one, limit_s=60) for one in (SYSTEMS, PROCESSORS, LOG)), total_s=1.5)
    assert time.monotonic() - began < 4
    assert "time for the whole visit" in session.fetched[0][0].completed.note


def test_a_bmc_that_stops_answering_is_left_alone(lab: RunningLab) -> None:
    """It should not wait out every single request of a BMC that hangs."""
    lab.inject(host=OLD, fault="bmc_hang")
    many = [replace(SYSTEMS, key=f"k{i}", argv=(f"/redfish/v1/{n}/*",), limit_s=0.3) for i, n in
            enumerate(("Systems", "Chassis", "Managers", "UpdateService"))]  # fmt: skip
    began = time.monotonic()
    session = visit(lab, OLD, *many)
    assert time.monotonic() - began < 5
    assert session.fetched[3][0].completed.ended is Ended.NOT_RUN
    assert "3 times in a row" in session.fetched[3][0].completed.note


def test_without_session_service_the_password_goes_with_each_request(lab: RunningLab) -> None:
    """It should fall back to basic authentication where a BMC has no sessions."""
    lab.inject(host=OLD, fault="bmc_no_sessions")
    assert visit(lab, OLD, SYSTEMS).fetched[0][0].completed.exit_code == 0


def test_without_a_free_slot_the_password_goes_with_each_request(lab: RunningLab) -> None:
    """It should still get in when others hold all sessions, and take none of theirs."""
    bmc, held = bmc_of(lab, NEW), []
    for _ in range(SLOTS):
        wire = Wire(bmc, Clock(time.monotonic() + 20), 2)
        held.append((wire, log_in(wire, lab.bmc_login, None, 5)))
    assert only(visit(lab, NEW, SYSTEMS)).exit_code == 0
    assert lab.lab.bmcs.sessions.open_on(NEW) == SLOTS
    assert [log_out(wire, session, 5) for wire, session in held] == [""] * SLOTS
    for wire, _ in held:
        wire.close()


def test_a_wrong_password_is_tried_once(lab: RunningLab) -> None:
    """It should not lock the account by trying the refused password again another way."""
    session = fetch_resources(bmc_of(lab, NEW), BmcLogin("gatehouse", "wrong"), [SYSTEMS])
    assert isinstance(session.error, AuthenticationError)
    assert "wrong" not in str(session.error).replace("user name or password is wrong", "")


def test_a_self_signed_certificate_needs_its_pin(lab: RunningLab) -> None:
    """It should never talk to a BMC whose certificate is neither pinned nor signed by somebody we trust."""
    session = fetch_resources(replace(bmc_of(lab, NEW), certificate=""), lab.bmc_login, [SYSTEMS])
    assert isinstance(session.error, HostKeyError)
    assert "pin it by its fingerprint in the inventory" in str(session.error)


def test_a_port_where_nobody_listens_is_refused_at_once(lab: RunningLab) -> None:
    """It should say so, and not wait."""
    began = time.monotonic()
    session = fetch_resources(replace(bmc_of(lab, NEW), port=1), lab.bmc_login, [SYSTEMS])
    assert time.monotonic() - began < 2
    assert "Connection refused" in str(session.error)


def test_an_ssh_server_is_no_bmc(lab: RunningLab) -> None:
    """It should not take another service for a BMC."""
    host = lab.hosts[NEW]
    session = fetch_resources(replace(bmc_of(lab, NEW), port=host.endpoint.port), lab.bmc_login, [SYSTEMS])
    assert "no TLS came about" in str(session.error)


def test_answers_carry_the_time_they_were_asked(lab: RunningLab) -> None:
    """It should let a judge see that the data is fresh."""
    completed = [one.completed for one in visit(lab, OLD, PROCESSORS).fetched[0]]
    times = [one.started_at for one in completed if one.started_at]
    assert len(times) == len(completed) == 10
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert len({one.command.key for one in completed}) == 10
