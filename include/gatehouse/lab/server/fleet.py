"""All hosts on the wire: accepts connections, and turns each into sessions of the right host."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Coroutine
from functools import lru_cache, partial
from typing import Any

import asyncssh

from gatehouse.lab.faults.spec import TransportFault
from gatehouse.lab.host import LabHost
from gatehouse.lab.server.connection import LAB_USER, Gatekeeper, Process, options
from gatehouse.lab.server.job_desk import ROOT
from gatehouse.lab.server.keys import LabKeys
from gatehouse.lab.server.listening import Listener, allow_open_files
from gatehouse.lab.server.output import HostGoneError, Output
from gatehouse.lab.server.real_shell import serve_real
from gatehouse.lab.server.session import serve

_WATCH_EVERY_S = 0.2
_REBOOT_S = 180.0  # how long a simulated host is away while it boots, before the lab shortens it
_KEPT_KEYS = 512
_USERS = (LAB_USER, ROOT)


class Fleet:
    """The simulated hosts of one lab, served from the running event loop."""

    def __init__(self, hosts: dict[str, LabHost], keys: LabKeys, time_scale: float) -> None:
        self._hosts, self._keys, self._time_scale = hosts, keys, time_scale
        self._listeners: dict[str, Listener] = {}
        self._connections: dict[str, set[asyncssh.SSHServerConnection]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._booting: set[str] = set()
        self._host_key = lru_cache(maxsize=_KEPT_KEYS)(keys.host_key)
        self.on_change: Callable[[], None] = lambda: None

    def open(self, endpoints: dict[str, tuple[str, int]]) -> None:
        """Listen for every host at its address and port.

        Raises:
            RefusedError: a port is taken, or there may be too few open files; nothing listens then.
        """
        allow_open_files(len(endpoints))
        try:
            for name, (address, port) in endpoints.items():
                self._listeners[name] = Listener(address, port, partial(self._accepted, name))
                self._listeners[name].set_mode(self._mode(name))
        except BaseException:
            self.close_listeners()
            raise

    def watch(self) -> None:
        """Begin to look after the hosts that listen."""
        self._start(self._watch())

    def _fault(self, name: str, arrival: bool = False) -> TransportFault | None:
        """What happens to connections now; this machine has no simulated faults."""
        host = self._hosts.get(name)
        return host.transport_fault(arrival) if host is not None else None

    def _mode(self, name: str) -> str:
        fault = self._fault(name)
        if name in self._booting:
            return "refuse"
        return fault.mode if fault is not None and fault.mode in ("refuse", "black_hole") else "open"

    async def _watch(self) -> None:
        """Follow the faults that close a host's socket, and open it when they end."""
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            self.refresh()

    def refresh(self) -> None:
        """Bring every socket into the state that the faults of now ask for."""
        for name, listener in self._listeners.items():
            host = self._hosts.get(name)
            if (host is not None and host.book.placed.get(name)) or listener.mode != "open":
                listener.set_mode(self._mode(name))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accepted(self, name: str, accepted: socket.socket) -> None:
        self._start(self._connection(name, accepted))

    async def _connection(self, name: str, accepted: socket.socket) -> None:
        fault = self._fault(name, arrival=True)
        with contextlib.suppress(OSError, asyncssh.Error):
            if fault is not None and fault.mode == "silent":
                await _say_nothing(accepted)
                return
            if fault is not None and fault.mode == "slow":
                await asyncio.sleep(fault.delay_s)
            await self._converse(name, accepted, fault)
        accepted.close()

    async def _converse(self, name: str, accepted: socket.socket, fault: TransportFault | None) -> None:
        key = self._host_key(name, fault is not None and fault.mode == "wrong_host_key")
        connection = await asyncssh.run_server(
            accepted,
            options=options(
                key, partial(Gatekeeper, self._keys.user_public, _USERS, fault), partial(self._session, name, fault)
            ),
        )
        self._connections.setdefault(name, set()).add(connection)
        try:
            await connection.wait_closed()
        finally:
            self._connections[name].discard(connection)

    async def _session(self, name: str, fault: TransportFault | None, process: Process) -> int:
        host = self._hosts.get(name)
        if host is None:
            return await serve_real(process)
        drop_after = fault.after_bytes if fault is not None and fault.mode == "drop_after_bytes" else None
        output = Output(process, host, self._time_scale, drop_after)
        user = str(process.get_extra_info("username"))
        cleared = len(host.book.cleared)
        try:
            return await serve(process, host, user, output)
        except HostGoneError as why:
            if str(why) == "reboot":
                self.reboot(name)
            process.get_extra_info("connection").abort()
            return 255
        finally:
            if len(host.book.cleared) != cleared:  # a device was reset
                self.on_change()

    def reboot(self, name: str) -> list[str]:
        """Boot a host again: its connections end, and it is away for a moment. The ids of the faults this ended."""
        ended = self._hosts[name].reboot()
        for connection in list(self._connections.get(name, ())):
            connection.abort()
        self._booting.add(name)
        self._listeners[name].set_mode("refuse")
        asyncio.get_running_loop().call_later(_REBOOT_S * self._time_scale, self._booted, name)
        self.on_change()
        return ended

    def _booted(self, name: str) -> None:
        self._booting.discard(name)
        if self._listeners:
            self._listeners[name].set_mode(self._mode(name))

    def close_listeners(self) -> None:
        """Listen no more; connections go on."""
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()

    async def close(self) -> None:
        """End every connection and listen no more."""
        self.close_listeners()
        for connection in [one for of_host in self._connections.values() for one in of_host]:
            connection.abort()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return sum(len(of_host) for of_host in self._connections.values())


async def _say_nothing(accepted: socket.socket) -> None:
    """Read until the client gives up, and close hard."""
    loop = asyncio.get_running_loop()
    try:
        while await loop.sock_recv(accepted, 4096):
            pass
    finally:
        with contextlib.suppress(OSError):
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        accepted.close()
