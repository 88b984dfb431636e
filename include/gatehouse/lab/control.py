"""The control socket: one JSON object a line in, one out."""

import asyncio
import contextlib
import json
import os
from typing import Any

from gatehouse.lab.lab import Lab
from gatehouse.lab.scenario import parse_fault
from gatehouse.model.errors import GatehouseError, UsageError

_LONGEST_LINE_B = 2**20


class Control:
    """Answers on the lab's control socket. ``stopping`` is set once somebody asked for the end."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.stopping = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._talks: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def open(self) -> None:
        """Listen; only this user may connect. From here on ``status`` answers, and the lab counts as ready."""
        path = self._lab.folder.socket_path()
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=str(path), limit=_LONGEST_LINE_B)
        finally:
            os.umask(before)
        self._lab.folder.write_lab(
            self._lab.status()
            | {
                "socket": str(path),
                "fleet": self._lab.plan.texts(),
                "scenario": self._lab.scenario.title,
                "time_scale": self._lab.time_scale,
            }
        )

    async def close(self) -> None:
        """Answer no more, and wait until every talk is over."""
        if self._server is not None:
            self._server.close()
        talks = dict(self._talks)
        for writer in talks:
            writer.close()
        await asyncio.gather(*(talk for talk in talks.values() if talk is not None), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks[writer] = asyncio.current_task()
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()
        del self._talks[writer]

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise UsageError("a JSON object is expected")
            return {"ok": True} | self._done(asked)
        except (GatehouseError, ValueError) as error:
            return {"ok": False, "error": str(error)}

    def _done(self, asked: dict[str, Any]) -> dict[str, Any]:
        what, host = asked.get("do"), str(asked.get("host", ""))
        if what == "status":
            return self._lab.status()
        if what == "list":
            return {"hosts": [_listed(self._lab, name) for name in self._lab.hosts], "faults": self._lab.faults()}
        if what == "inject":
            return {"hosts": self._lab.inject(parse_fault(dict(asked.get("fault") or {})))}
        if what == "repair":
            return {"ended": self._lab.repair(host, str(asked.get("fault", "")))}
        if what == "reboot":
            return {"ended": self._lab.reboot(host)}
        if what == "kill_jobs":
            return {"ended": self._lab.kill_jobs(host)}
        if what == "stop":
            self.stopping.set()
            return {}
        raise UsageError(f"cannot do {what!r}; there are: status, list, inject, repair, reboot, kill_jobs, stop")


def _listed(lab: Lab, name: str) -> dict[str, Any]:
    host = lab.hosts[name]
    return {
        "name": name,
        "serial": host.serial,
        "sku": host.sku,
        "build": host.build,
        "address": host.endpoint.address,
        "port": host.endpoint.port,
    }
