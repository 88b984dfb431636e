"""Carry steps out on an SSH channel: bytes as they come, time as the lab counts it."""

import asyncio
from dataclasses import dataclass

import asyncssh

from gatehouse.lab.host import LabHost
from gatehouse.lab.tools.spec import Do, Err, Out, Steps, Wait


class HostGoneError(Exception):
    """The host went away under the session: it reboots, or its connection is to be dropped."""


@dataclass
class Output:
    """The two streams of a session. ``drop_after`` ends the connection after that many bytes."""

    process: asyncssh.SSHServerProcess[bytes]
    host: LabHost
    time_scale: float
    drop_after: int | None = None
    sent: int = 0
    simulated_s: float = 0.0  # time that the session spent on the host's clock and not on ours

    async def write(self, data: bytes, error: bool = False) -> None:
        """Send bytes; waits while the client does not read.

        Raises:
            HostGoneError: the connection has carried all that it may.
        """
        if self.drop_after is not None and self.sent + len(data) > self.drop_after:
            data = data[: max(self.drop_after - self.sent, 0)]
            self.sent = self.drop_after + 1
        else:
            self.sent += len(data)
        stream = self.process.stderr if error else self.process.stdout
        stream.write(data)
        await stream.drain()
        if self.drop_after is not None and self.sent > self.drop_after:
            raise HostGoneError("dropped")

    async def both(self, marker: bytes) -> None:
        """The same bytes on both streams."""
        await self.write(marker)
        await self.write(marker, error=True)

    async def carry_out(self, steps: Steps) -> int:
        """Everything a command does; its exit code.

        Raises:
            HostGoneError: the command rebooted the host.
        """
        try:
            while True:
                await self._step(next(steps))
        except StopIteration as end:
            return int(end.value or 0)
        finally:
            steps.close()

    async def _step(self, step: Out | Err | Wait | Do) -> None:
        if isinstance(step, Out | Err):
            await self.write(step.data, isinstance(step, Err))
        elif isinstance(step, Wait):
            await asyncio.sleep(step.seconds if step.real else step.seconds * self.time_scale)
            self.simulated_s += 0.0 if step.real else step.seconds
        elif step.what == "reboot":
            raise HostGoneError("reboot")
        else:
            self.host.reset_device(step.part)
