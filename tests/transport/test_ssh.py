"""The transport against a real OpenSSH server: strictness, limits, floods, cuts, and what is left on the host."""

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator

import paramiko
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openssh import KEYGEN, SSHD, OpenSsh, free_port, running_sshd

from gatehouse.model.commands import Command, Ended
from gatehouse.model.errors import AuthenticationError, ConnectTimeoutError, HostKeyError, UnreachableError
from gatehouse.model.hosts import Endpoint, Host, Login
from gatehouse.transport.fan_out import visit_all
from gatehouse.transport.session import SessionLimits
from gatehouse.transport.ssh import run_commands

KEY = (  # made anew each time
    Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
)
pytestmark = pytest.mark.skipif(not (SSHD and KEYGEN), reason="no OpenSSH server installed: apt install openssh-server")


@pytest.fixture(scope="module")
def sshd() -> Iterator[OpenSsh]:
    with running_sshd() as server:
        yield server


def running(marker: str) -> list[int]:
    """Processes of this machine with that word on their command line."""
    return [p.pid for p in psutil.process_iter(["cmdline"]) if marker in " ".join(p.info["cmdline"] or ())]


def gone(marker: str, limit_s: float = 8.0) -> bool:
    """Whether such processes end within the limit."""
    deadline = time.monotonic() + limit_s
    while running(marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_one_connection_serves_all_commands(sshd: OpenSsh) -> None:
    commands = [Command(str(i), ("echo", str(i))) for i in range(10)]
    session = run_commands(sshd.endpoint, sshd.login, commands)
    assert session.error is None
    assert session.connections == 1
    assert [c.text for c in session.completed] == [f"{i}\n" for i in range(10)]
    assert all(c.whole and c.exit_code == 0 and c.started_at and c.duration_s is not None for c in session.completed)
    assert session.boot_id
    assert abs(session.clock_skew_s or 99) < 5


def test_hanging_missing_and_failing_commands_are_told_apart(sshd: OpenSsh) -> None:
    commands = [
        Command("hang", ("sleep", "30"), limit_s=0.5),
        Command("missing", ("no-such-tool",)),
        Command("fail", ("sh", "-c", "exit 124")),
        Command("fine", ("true",)),
    ]
    done = run_commands(sshd.endpoint, sshd.login, commands).completed
    assert [c.ended for c in done] == [Ended.TIMED_OUT, Ended.MISSING, Ended.EXITED, Ended.EXITED]
    assert [c.exit_code for c in done] == [124, None, 124, 0]
    assert "not installed" in done[1].note


def test_a_flood_is_ended_and_the_commands_after_it_still_run(sshd: OpenSsh) -> None:
    flood = Command("flood", ("sh", "-c", "while :; do echo flood-gatehouse-test; done"), max_bytes=1000)
    limits = SessionLimits(flood_bytes=2**20)
    session = run_commands(sshd.endpoint, sshd.login, [flood, Command("after", ("echo", "after"))], limits)
    assert session.completed[0].ended is Ended.CUT
    assert session.completed[0].truncated
    assert len(session.completed[0].stdout) == 1000
    assert session.completed[1].text == "after\n"
    assert session.connections == 1
    assert gone("flood-gatehouse-test")


def test_a_long_but_finite_output_is_bounded_and_marked(sshd: OpenSsh) -> None:
    command = Command("long", ("sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x"), max_bytes=5000)
    done = run_commands(sshd.endpoint, sshd.login, [command]).completed[0]
    assert (done.ended, len(done.stdout), done.truncated) == (Ended.EXITED, 5000, True)
    assert not done.whole


def test_when_the_total_time_is_up_what_came_is_kept_and_nothing_stays_on_the_host(sshd: OpenSsh) -> None:
    commands = [
        Command("first", ("echo", "first")),
        Command("long", ("sh", "-c", "echo begun; sleep 4321")),
        Command("never", ("true",)),
    ]
    session = run_commands(sshd.endpoint, sshd.login, commands, SessionLimits(total_s=1.5))
    assert [c.ended for c in session.completed] == [Ended.EXITED, Ended.CUT, Ended.NOT_RUN]
    assert session.completed[1].text == "begun\n"
    assert "time was up" in str(session.error)
    assert gone("sleep 4321")


class CuttingProxy:
    """A TCP proxy that cuts the first connections once a process is seen to run, and lets later ones through."""

    def __init__(self, to: Endpoint, process: str, cuts: int = 1) -> None:
        self.port = free_port()
        self._to, self._process, self._cuts = to, process, cuts
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            before = set(running(self._process))  # what an earlier connection left is still on its way out
            far = socket.create_connection((self._to.address, self._to.port))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(a, b), daemon=True).start()
            if self._cuts > 0:
                self._cuts -= 1
                threading.Thread(target=self._cut, args=(near, far, before), daemon=True).start()

    def _cut(self, near: socket.socket, far: socket.socket, before: set[int]) -> None:
        while not set(running(self._process)) - before:
            time.sleep(0.05)
        for end in (near, far):
            end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass

    def close(self) -> None:
        self._listener.close()


def test_a_session_cut_in_mid_command_is_taken_up_again_once(sshd: OpenSsh) -> None:
    proxy = CuttingProxy(sshd.endpoint, "sleep 2.345")
    endpoint = dataclasses.replace(sshd.endpoint, port=proxy.port)
    commands = [
        Command("a", ("echo", "a")),
        Command("b", ("sh", "-c", "sleep 2.345; echo b")),
        Command("c", ("echo", "c")),
    ]
    session = run_commands(endpoint, sshd.login, commands)
    proxy.close()
    assert session.error is None
    assert session.connections == 2
    assert [c.text for c in session.completed] == ["a\n", "b\n", "c\n"]


def test_a_session_that_is_cut_again_ends_in_a_clear_state(sshd: OpenSsh) -> None:
    proxy = CuttingProxy(sshd.endpoint, "sleep 4322", cuts=99)
    endpoint = dataclasses.replace(sshd.endpoint, port=proxy.port)
    session = run_commands(endpoint, sshd.login, [Command("a", ("echo", "a")), Command("b", ("sleep", "4322"))])
    proxy.close()
    assert isinstance(session.error, UnreachableError)
    assert session.connections == 2
    assert [c.ended for c in session.completed] == [Ended.EXITED, Ended.CUT]
    assert gone("sleep 4322")


def test_another_host_key_is_refused_before_anything_is_sent(sshd: OpenSsh) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    session = run_commands(dataclasses.replace(sshd.endpoint, host_key=other), sshd.login, [Command("a", ("true",))])
    assert isinstance(session.error, HostKeyError)
    assert "not the one in the inventory" in str(session.error)
    assert session.completed[0].ended is Ended.NOT_RUN


def test_a_user_whom_the_host_refuses_is_an_authentication_error(sshd: OpenSsh) -> None:
    stranger = Login("nobody-gatehouse", sshd.login.private_key)
    session = run_commands(sshd.endpoint, stranger, [Command("a", ("true",))])
    assert isinstance(session.error, AuthenticationError)


def test_a_host_that_accepts_and_says_nothing_costs_one_handshake_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = Endpoint("127.0.0.1", silent.getsockname()[1], "ssh-ed25519 AAAA")
        session = run_commands(endpoint, Login("x", KEY), [Command("a", ("true",))], SessionLimits(handshake_s=0.5))
    assert isinstance(session.error, UnreachableError)
    assert not isinstance(session.error, ConnectTimeoutError)


def test_a_closed_port_is_unreachable_and_says_so() -> None:
    closed = Endpoint("127.0.0.1", free_port(), "ssh-ed25519 AAAA")
    session = run_commands(closed, Login("x", KEY), [Command("a", ("true",))])
    assert "refused" in str(session.error)


def test_a_private_key_that_cannot_be_read_is_an_authentication_error(sshd: OpenSsh) -> None:
    session = run_commands(sshd.endpoint, Login("x", "not a key"), [Command("a", ("true",))])
    assert isinstance(session.error, AuthenticationError)
    assert "private key" in str(session.error)


def test_fan_out_yields_every_host_though_some_cannot_be_reached(sshd: OpenSsh) -> None:
    dead = Endpoint("127.0.0.1", free_port(), sshd.endpoint.host_key)
    hosts = [
        Host(f"h{i}", f"S{i}", "sku", "site", "p", "EVT", dead if i == 3 else sshd.endpoint, "c") for i in range(8)
    ]
    commands = [Command("a", ("true",))]
    visits = visit_all(hosts, lambda h: run_commands(h.endpoint, sshd.login, commands), 4)
    found = {host.name: session.error is None for host, session in visits}
    assert found == {f"h{i}": i != 3 for i in range(8)}


class LyingHost(threading.Thread):
    """An SSH server that knows our framing and answers with markers that no honest shell would send."""

    def __init__(self, lies: str) -> None:
        super().__init__(daemon=True)
        self._lies = lies
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._key = paramiko.RSAKey.generate(2048)
        port = self._listener.getsockname()[1]
        self.endpoint = Endpoint("127.0.0.1", port, f"{self._key.get_name()} {self._key.get_base64()}")

    def run(self) -> None:
        accepted, _ = self._listener.accept()
        server = paramiko.Transport(accepted)
        server.add_server_key(self._key)
        server.start_server(server=_Accepting())
        channel = server.accept(10)
        assert channel is not None
        nonce = channel.recv(4096).decode().split("gatehouse-frame 1 ")[1].split()[0]
        for word in self._lies.split("|"):
            channel.sendall(f"\n@@{nonce} {word}@@\n".encode())
            channel.sendall_stderr(f"\n@@{nonce} {word}@@\n".encode())
        channel.close()


class _Accepting(paramiko.ServerInterface):
    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.common.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return True


@pytest.mark.parametrize("lies", ["F", "E 0", "B 7|E 7 0 0 0", "H x y z", "B -9", "E 0 zero 0 0", "B 0|E 0 0 a b"])
def test_a_host_that_lies_in_our_own_markers_ends_in_an_error(lies: str) -> None:
    host = LyingHost(lies)
    host.start()
    limits = SessionLimits(total_s=5, handshake_s=1)
    session = run_commands(host.endpoint, Login("x", KEY), [Command("a", ("true",))], limits)
    assert isinstance(session.error, UnreachableError)
    assert session.completed[0].ended is not Ended.EXITED
