"""Listening sockets: one for each host, with no task and no thread until somebody connects."""

import asyncio
import contextlib
import errno
import ipaddress
import resource
import socket
from collections.abc import Callable

from gatehouse.model.errors import RefusedError

_BACKLOG = 128
_SPARE_FILES = 512
Accept = Callable[[socket.socket], None]


def allow_open_files(count: int) -> None:
    """Raise the limit of open files to what that many hosts need.

    Raises:
        RefusedError: the hard limit is lower; the text says what to do.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count * 2 + _SPARE_FILES
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < count + _SPARE_FILES:
        raise RefusedError(
            f"{count} hosts need {count + _SPARE_FILES} open files, the limit is {hard}: raise ulimit -Hn"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard == resource.RLIM_INFINITY else min(needed, hard), hard))


class Listener:
    """The socket of one host. ``refuse`` and ``black_hole`` change what a client meets."""

    def __init__(self, address: str, port: int, accept: Accept) -> None:
        self.address, self.port = address, port
        self._accept = accept
        self._socket: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self.mode = "closed"

    def set_mode(self, mode: str) -> None:
        """``open``, ``refuse`` (nothing listens) or ``black_hole`` (a queue that is full: connecting takes for ever).

        Raises:
            RefusedError: something else has the port.
        """
        if mode == self.mode:
            return
        self.close()
        if mode != "refuse":
            self._open(_BACKLOG if mode == "open" else 0)
        if mode == "open" and self._socket is not None:
            asyncio.get_running_loop().add_reader(self._socket.fileno(), self._ready)
        elif mode == "black_hole":
            self._fill()
        self.mode = mode

    def _open(self, backlog: int) -> None:
        if not ipaddress.ip_address(self.address).is_loopback:
            raise RefusedError(f"{self.address} is no loopback address, and the lab listens on no other")
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setblocking(False)
        try:
            listening.bind((self.address, self.port))
            listening.listen(backlog)
        except OSError as error:
            listening.close()
            raise RefusedError(_busy(self.address, self.port, error)) from error
        self._socket = listening

    def _ready(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(BlockingIOError, ConnectionError):
            accepted, _ = self._socket.accept()
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._accept(accepted)

    def _fill(self) -> None:
        """Take the only places in the queue, so that the kernel drops whoever comes next."""
        for _ in range(4):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex((self.address, self.port))
            self._fillers.append(filler)

    def close(self) -> None:
        """Listen no more."""
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._socket is not None:
            if self.mode == "open":
                asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self.mode = "closed"


def _busy(address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {address} is in use, by another lab most likely: stop that one "
            "(python -m gatehouse.lab stop --state DIR) or start this one with another --port"
        )
    return f"cannot listen on {address}:{port}: {error.strerror}"


def free_port() -> int:
    """A port that is free on 127.0.0.1 now, and so most likely on its neighbours."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
