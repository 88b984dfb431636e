"""The BMCs on the wire: one listening socket a host, one TLS context for all, and a task only while somebody talks."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

from gatehouse.lab.bmc.behaviours import STREAMS
from gatehouse.lab.bmc.credentials import BmcCredentials
from gatehouse.lab.bmc.documents import ROOT
from gatehouse.lab.bmc.http import Request, read_request
from gatehouse.lab.bmc.service import answer
from gatehouse.lab.bmc.sessions import Sessions
from gatehouse.lab.bmc.tree import SESSIONS
from gatehouse.lab.host import LabHost
from gatehouse.lab.server.listening import Listener, allow_open_files

_HANDSHAKE_S = 10.0
_HEAD_BYTES = 2**16


class BmcFleet:
    """The BMCs of a lab's simulated hosts, served from the running event loop. A BMC is there while its host is not."""

    def __init__(self, hosts: Mapping[str, LabHost], credentials: BmcCredentials) -> None:
        self._hosts, self._credentials = hosts, credentials
        self.sessions = Sessions(credentials.password)
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, endpoints: Mapping[str, tuple[str, int]]) -> None:
        """Listen for every host's BMC at its address and port.

        Raises:
            RefusedError: a port is taken; nothing listens then.
        """
        allow_open_files(2 * len(endpoints))  # this socket and the host's own
        try:
            for name, (address, port) in endpoints.items():
                listener = Listener(address, port, partial(self._accepted, name))
                self._listeners.append(listener)
                listener.set_mode("open")
        except BaseException:
            self.close_listeners()
            raise

    def close_listeners(self) -> None:
        """Listen no more."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    async def close(self) -> None:
        """End every connection and listen no more."""
        self.close_listeners()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accepted(self, name: str, accepted: socket.socket) -> None:
        work: Coroutine[Any, Any, None] = self._connection(self._hosts[name], accepted)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, host: LabHost, accepted: socket.socket) -> None:
        behaviour = host.look().bmc.behaviour
        if behaviour == "refuse":
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
            return
        if behaviour == "silent":
            await _say_nothing(accepted)
            return
        wrong = behaviour == "wrong_certificate"
        context = self._credentials.other_context if wrong else self._credentials.context
        with contextlib.suppress(OSError, ssl.SSLError, ConnectionError):
            await self._converse(host, accepted, context)

    async def _converse(self, host: LabHost, accepted: socket.socket, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_HEAD_BYTES)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, accepted, ssl=context, ssl_handshake_timeout=_HANDSHAKE_S, ssl_shutdown_timeout=1.0
        )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            while (request := await read_request(reader)) is not None:
                if not await self._answered(host, request, writer):
                    break
        finally:
            writer.close()

    async def _answered(self, host: LabHost, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection may go on."""
        machine = host.look()
        response = answer(machine, request, self.sessions)
        stream = STREAMS.get(machine.bmc.behaviour) if _is_resource(request) else None
        if stream is None:
            writer.write(response.encoded())
            await writer.drain()
            return True
        return await _misbehave(stream(response), writer)


async def _misbehave(pieces: Any, writer: asyncio.StreamWriter) -> bool:
    async for piece in pieces:
        if writer.transport.is_closing():
            break
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)  # a drain that has nothing to wait for lets nobody else run
    return False


def _is_resource(request: Request) -> bool:
    """Whether it is one that a failing BMC fails: the root, log-in and log-out still work."""
    return request.path.rstrip("/") != ROOT and not request.path.startswith(SESSIONS)


async def _say_nothing(accepted: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while await loop.sock_recv(accepted, 4096):
            pass
    accepted.close()
