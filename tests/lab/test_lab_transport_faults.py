"""Hosts that cannot be reached, or not as themselves."""

import socket
import time
from collections.abc import Iterator

import pytest
from lab_driving import GAUDI3, H100

from gatehouse.lab.running import RunningLab
from gatehouse.model.commands import Command, Ended
from gatehouse.model.errors import ConnectTimeoutError, HostKeyError, UnreachableError
from gatehouse.transport.session import HostSession, SessionLimits
from gatehouse.transport.ssh import run_commands

SHORT = SessionLimits(connect_s=1.0, handshake_s=1.0)
LONG_OUTPUT = Command("log", ("lspci", "-vvv"), root=True)


def visit(lab: RunningLab, name: str = GAUDI3) -> HostSession:
    """A visit with little patience."""
    return run_commands(lab.endpoint(name), lab.login, [Command("name", ("hostname",)), LONG_OUTPUT], SHORT)


@pytest.fixture
def lab(quiet_lab: RunningLab) -> Iterator[RunningLab]:
    """The lab, repaired after each test."""
    yield quiet_lab
    quiet_lab.repair(GAUDI3)
    assert visit(quiet_lab).error is None


def test_a_host_that_refuses(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="host_unreachable")
    endpoint = lab.endpoint(GAUDI3)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoint.address, endpoint.port), 2)
    assert isinstance(visit(lab).error, UnreachableError)


def test_a_black_hole(lab: RunningLab) -> None:
    """It should let a connection attempt wait for ever, as a host without power does."""
    lab.inject(host=GAUDI3, fault="host_unreachable", with_={"mode": "black_hole"})
    assert isinstance(visit(lab).error, ConnectTimeoutError)


def test_a_host_that_says_nothing(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="host_silent")
    endpoint = lab.endpoint(GAUDI3)
    with socket.create_connection((endpoint.address, endpoint.port), 2) as line:
        line.settimeout(0.3)
        with pytest.raises(TimeoutError):
            line.recv(1)
    session = visit(lab)
    assert session.error is not None
    assert not isinstance(session.error, ConnectTimeoutError)


def test_a_login_that_hangs(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="auth_hang")
    assert visit(lab).error is not None


def test_another_host_key(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="wrong_host_key")
    assert isinstance(visit(lab).error, HostKeyError)


def test_a_session_that_drops_keeps_what_came(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="session_drop", with_={"after_bytes": 2000})
    session = visit(lab)
    name, log = session.completed
    assert name.text == "gaudi3-evt-01\n"
    assert log.ended is not Ended.EXITED
    assert len(log.stdout) < 4000


def test_a_slow_host_answers_in_the_end(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="host_slow", with_={"delay_s": 0.4})
    began = time.monotonic()
    assert visit(lab).error is None
    assert time.monotonic() - began >= 0.4


def test_other_hosts_do_not_notice(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="host_silent")
    assert visit(lab, H100).error is None


def test_transport_of_a_scenario_that_ends_by_itself(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, transport="refuse", until=0.6, id="short")
    assert visit(lab).error is not None
    time.sleep(1.2)
    assert visit(lab).error is None


def test_a_fault_that_comes_with_some_connections_only(lab: RunningLab) -> None:
    lab.inject(host=GAUDI3, fault="wrong_host_key", intermittent={"probability": 0.5, "seed": 11})
    kinds = {type(visit(lab).error) for _ in range(24)}
    assert kinds == {HostKeyError, type(None)}
