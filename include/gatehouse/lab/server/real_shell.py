"""Sessions of the one host that is real: this machine. Its commands run in a shell of their own session."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import asyncssh

_PIECE_B = 65_536
_POLL_S = 0.02
_GRACE_S = 5.0  # a framed script needs three seconds to end what it runs
_PASSED_ON = ("PATH", "HOME", "LANG", "USER", "LOGNAME", "TMPDIR")
Process = asyncssh.SSHServerProcess[bytes]


async def serve_real(process: Process) -> int:
    """Run the command in ``/bin/sh``, connected to the channel; its exit code."""
    if process.command is None:
        process.stdout.write(b"This machine, by way of the Gatehouse lab. Give a command, there is no shell.\r\n")
        return 0
    child = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        process.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd="/",
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )
    feeding = asyncio.ensure_future(_feed(process, child))
    try:
        await asyncio.gather(_drain(child.stdout, process.stdout), _drain(child.stderr, process.stderr))
        code = await child.wait()
    except BaseException:  # the client left: what it started must not outlive it
        await asyncio.shield(_end(child))
        raise
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
    return code if code >= 0 else 128 - code


async def _feed(process: Process, child: asyncio.subprocess.Process) -> None:
    if child.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionError, asyncssh.Error):
        while piece := await process.stdin.read(_PIECE_B):
            child.stdin.write(piece)
            await child.stdin.drain()
    child.stdin.close()


async def _drain(source: asyncio.StreamReader | None, sink: asyncssh.SSHWriter[bytes]) -> None:
    while source is not None and (piece := await source.read(_PIECE_B)):
        sink.write(piece)
        await sink.drain()


async def _end(child: asyncio.subprocess.Process) -> None:
    """End everything that the session started: politely, then not."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
    for _ in range(round(_GRACE_S / _POLL_S)):
        if child.returncode is not None:
            break
        await asyncio.sleep(_POLL_S)  # not wait(): that also waits for whoever else holds the pipes
    for pid in session_members(child.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def session_members(session: int, proc: Path = Path("/proc")) -> list[int]:
    """Processes whose session is that one: also those that made a process group of their own."""
    members = []
    for entry in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                members.append(int(entry.name))
    return members
