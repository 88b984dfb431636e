"""HTTPS to one BMC: strict about who answers, bounded in bytes and seconds, one connection for all requests.

httpx's own engine (httpcore, h11) without httpx around it: only at this level can the certificate be compared before
the first byte of a request, and every read be held to one deadline (docs/adr/0012).
"""

import contextlib
import hashlib
import select
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpcore

from gatehouse.model.errors import ConnectTimeoutError, HostKeyError, UnreachableError
from gatehouse.model.hosts import Bmc

Headers = dict[bytes | str, bytes | str]
_HEADERS: Headers = {"Accept": "application/json", "OData-Version": "4.0", "User-Agent": "gatehouse"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a BMC answered: ``headers`` by lower-case name, ``body`` cut at the request's bound (then ``truncated``)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


class BadAnswerError(UnreachableError):
    """The BMC answered in a way that is no HTTP, or broke the connection off in the middle."""


class NoAnswerError(UnreachableError):
    """The BMC did not answer a request in time."""


@dataclass
class Clock:
    """The deadlines of a visit: one for all of it and one for the request that runs now."""

    end: float
    request_end: float = 0.0
    limit_s: float = 0.0

    def start(self, limit_s: float) -> None:
        """A request begins."""
        self.limit_s, self.request_end = limit_s, time.monotonic() + limit_s

    def left(self) -> float:
        """Seconds that the running request still has.

        Raises:
            NoAnswerError: none.
        """
        now = time.monotonic()
        if now >= self.end:
            raise NoAnswerError("the time for the whole visit to the BMC was up")
        if now >= self.request_end:
            raise NoAnswerError(f"the BMC did not answer within {self.limit_s:g} s")
        return min(self.end, self.request_end) - now


@cache
def _any_certificate() -> ssl.SSLContext:
    """For a pinned certificate: nothing is trusted by it, the comparison with the pin is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@cache
def _signed_certificate() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Stream(httpcore.NetworkStream):
    """A socket whose every wait ends at the clock's deadline, however the bytes trickle."""

    def __init__(self, sock: socket.socket, bmc: Bmc, clock: Clock) -> None:
        self._sock, self._bmc, self._clock = sock, bmc, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come.

        Raises:
            NoAnswerError: nothing, until the deadline.
        """
        self._sock.settimeout(self._clock.left())
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError:
            self._clock.left()
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        if buffer:
            self._sock.settimeout(self._clock.left())
            self._sock.sendall(buffer)

    def close(self) -> None:
        """Hang up."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "httpcore.NetworkStream":
        """The same connection under TLS, to the one who has the inventory's certificate.

        Raises:
            HostKeyError: another certificate.
        """
        self._sock.settimeout(self._clock.left())
        try:
            tls = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            raise HostKeyError(_untrusted(self._bmc, error)) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(f"{where(self._bmc)} took the connection and never spoke TLS") from error
        except OSError as error:
            said = getattr(error, "reason", None) or error.strerror or error
            raise UnreachableError(f"{where(self._bmc)} answered, but no TLS came about: {said}") from error
        shown = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
        if self._bmc.certificate not in ("", shown):
            tls.close()
            raise HostKeyError(
                f"{where(self._bmc)} shows a certificate that is not the one in the inventory: find out why before "
                f"you change the inventory (its SHA-256 is {shown})"
            )
        return _Stream(tls, self._bmc, self._clock)

    def get_extra_info(self, info: str) -> Any:
        """``is_readable``: whether an idle connection was closed by the other side."""
        return bool(select.select([self._sock], [], [], 0)[0]) if info == "is_readable" else None


class _Backend(httpcore.NetworkBackend):
    """Connects to the one BMC, whatever else is asked."""

    def __init__(self, bmc: Bmc, clock: Clock, connect_s: float) -> None:
        self._bmc, self._clock, self._connect_s = bmc, clock, connect_s
        self.connections = 0

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """A TCP connection.

        Raises:
            ConnectTimeoutError: nothing answered.
            UnreachableError: it was refused, or there is no way.
        """
        limit_s = min(self._connect_s, self._clock.left())
        try:
            sock = socket.create_connection((self._bmc.address, self._bmc.port), timeout=limit_s)
        except TimeoutError as error:
            raise ConnectTimeoutError(f"{where(self._bmc)} did not answer within {limit_s:.3g} s") from error
        except OSError as error:
            raise UnreachableError(f"{where(self._bmc)}: {error.strerror or error}") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        return _Stream(sock, self._bmc, self._clock)


@dataclass
class Wire:
    """One BMC for the time of one visit; ``clock`` holds its deadlines, ``headers`` who we are once logged in."""

    bmc: Bmc
    clock: Clock
    connect_s: float
    headers: Headers = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._backend = _Backend(self.bmc, self.clock, self.connect_s)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_any_certificate() if self.bmc.certificate else _signed_certificate(),
            max_connections=1,
            network_backend=self._backend,
        )

    @property
    def connections(self) -> int:
        """How many connections it took so far."""
        return self._backend.connections

    def ask(self, method: str, path: str, limit_s: float, max_bytes: int, body: bytes = b"") -> Answer:
        """One request. Where the BMC has closed the connection since the last one it is opened again, once.

        Raises:
            HostKeyError, ConnectTimeoutError, UnreachableError: nobody there, or not the BMC that we know.
            NoAnswerError, BadAnswerError: no answer in time, or none that is HTTP.
        """
        self.clock.start(limit_s)
        before = self.connections
        try:
            return self._ask(method, path, max_bytes, body)
        except BadAnswerError:
            if method == "POST" or before == 0 or self.connections != before:
                raise
            return self._ask(method, path, max_bytes, body)

    def _ask(self, method: str, path: str, max_bytes: int, body: bytes) -> Answer:
        host = f"[{self.bmc.address}]" if ":" in self.bmc.address else self.bmc.address
        headers: Headers = {**_HEADERS, "Host": f"{host}:{self.bmc.port}", **self.headers}
        if method == "POST":
            headers |= {"Content-Type": "application/json"}
        if method != "GET":
            headers |= {"Content-Length": str(len(body))}
        url = httpcore.URL(scheme=b"https", host=self.bmc.address.encode(), port=self.bmc.port, target=path.encode())
        try:
            with self._pool.stream(method, url, headers=headers, content=body) as response:
                kept = bytearray()
                for chunk in response.iter_stream():
                    kept += chunk
                    if len(kept) > max_bytes:
                        break
                return Answer(response.status, _plain(response.headers), bytes(kept[:max_bytes]), len(kept) > max_bytes)
        except UnreachableError:
            raise
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
            why = str(error) or type(error).__name__
            raise BadAnswerError(f"{where(self.bmc)} broke off, or did not speak HTTP: {why[:200]}") from error

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError, httpcore.NetworkError):
            self._pool.close()


def where(bmc: Bmc) -> str:
    """Its address as people write it."""
    return f"BMC {bmc.address}:{bmc.port}"


def _untrusted(bmc: Bmc, error: ssl.SSLCertVerificationError) -> str:
    return (
        f"{where(bmc)} shows a certificate that nobody we trust has signed for it ({error.verify_message}): pin it by "
        "its fingerprint in the inventory (bmc.certificate), or install its authority on this machine"
    )


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
