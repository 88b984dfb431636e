"""One SSH connection to a simulated host: who may come in, and what runs when they ask."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncssh

from gatehouse.lab.faults.spec import TransportFault

LAB_USER = "gatehouse"
_FOR_EVER_S = 86_400.0
Process = asyncssh.SSHServerProcess[bytes]
Work = Callable[[Process], Awaitable[int]]


class Gatekeeper(asyncssh.SSHServer):
    """Lets in the lab's one user key, for the lab's user and for root."""

    def __init__(self, user_key: bytes, users: tuple[str, ...], fault: TransportFault | None) -> None:
        self._user_key, self._users = user_key, users
        self._hangs = fault is not None and fault.mode == "hang_auth"

    async def begin_auth(self, username: str) -> bool:
        """Always asks for a key; never answers at all when that is the fault."""
        if self._hangs:
            await asyncio.sleep(_FOR_EVER_S)
        return True

    def public_key_auth_supported(self) -> bool:
        """The only way in."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether it is the lab's key and one of its users."""
        return username in self._users and key.public_data == self._user_key

    def password_auth_supported(self) -> bool:
        """Never."""
        return False


def options(
    host_key: asyncssh.SSHKey, keeper: Callable[[], Gatekeeper], work: Work
) -> asyncssh.SSHServerConnectionOptions:
    """The settings of a connection: sessions only, no forwarding, no file transfer."""

    async def handle(process: Process) -> None:
        await _until_gone(process, work)

    return asyncssh.SSHServerConnectionOptions(
        server_factory=keeper,
        server_host_keys=[host_key],
        process_factory=handle,
        encoding=None,
        line_editor=False,
        agent_forwarding=False,
        allow_scp=False,
        x11_forwarding=False,
        gss_host=None,
        server_version="OpenSSH_8.9p1",
    )


async def _until_gone(process: Process, work: Work) -> None:
    """Do the session's work; when the client goes, the work is cancelled."""
    working = asyncio.ensure_future(work(process))
    gone = asyncio.ensure_future(process.channel.wait_closed())
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if working.done() and not working.cancelled():
            process.exit(working.result())
    except (BrokenPipeError, ConnectionError, asyncssh.Error):
        process.close()  # the client left while something was on its way
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)
