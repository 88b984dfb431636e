"""Runs a plan's commands on a host over one connection, and always answers for every command.

One connection and one channel carry the framed script. Only two things open another: a command that floods (the
channel is closed, which ends the flood on the host, and the rest goes on in a new channel), and a connection that
drops (one reconnect takes up the rest, unless the host has rebooted meanwhile).
"""

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import paramiko

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import UnreachableError
from gatehouse.model.hosts import Endpoint, Login
from gatehouse.transport.connect import connect, hang_up
from gatehouse.transport.endings import ending
from gatehouse.transport.frames import FrameReader, Kept
from gatehouse.transport.framing import SHELL, build_script, new_nonce
from gatehouse.transport.session import HostSession, SessionLimits

_NONCE = new_nonce()
_READ_BYTES = 2**16
_LOOK_AGAIN_S = 5.0
# Quick commands answer in a dozen packets: wait this long after the first, and take them in one go.
_SETTLE_S = 0.01
_COMMAND_MARGIN_S = 5.0  # over a command's own limit: its kill grace and the way back


@dataclass(slots=True)
class _Visit:
    """The state of one visit while it goes on."""

    commands: Sequence[Command]
    done: dict[int, Completed] = field(default_factory=dict)
    cut: dict[int, Completed] = field(default_factory=dict)
    boot_id: str | None = None
    clock_skew_s: float | None = None
    uptime_s: float | None = None
    rebooted: bool = False
    finished: bool = False
    connections: int = 0

    @property
    def remaining(self) -> list[int]:
        return [i for i in range(len(self.commands)) if i not in self.done]


class _Wake(threading.Event):
    """Set when either stream has something. paramiko clears it when *one* of them is empty; only we do, before reading.

    Without a pipe, a call into the kernel a packet is saved; without paramiko's clearing, no wake-up is lost.
    """

    def clear(self) -> None:
        """Not on paramiko's word."""

    def rearm(self) -> None:
        """Whatever comes from now on sets it again."""
        super().clear()


class _Channel:
    """One channel with one framed script: reads both streams and files what comes under its command."""

    def __init__(self, visit: _Visit, channel: paramiko.Channel, deadline: float, flood_bytes: int) -> None:
        self._visit, self._channel, self._deadline, self._flood_bytes = visit, channel, deadline, flood_bytes
        self._running: int | None = None
        self._command_deadline = deadline
        self._started: dict[int, datetime] = {}
        self._finished = False
        self._ends: dict[int, list[str]] = {}
        self._errors = FrameReader(_NONCE, self._bound, self._on_error_marker)
        self._output = FrameReader(_NONCE, self._bound, self._on_output_marker)

    def run(self, indices: list[int]) -> str:
        """Send the script and read to its end; returns why we ended it early, or an empty text.

        Raises:
            EOFError: the script did not come to its end, and it was not us who ended it.
        """
        script = build_script(_NONCE, [(i, self._visit.commands[i]) for i in indices], self._visit.boot_id or "")
        self._channel.exec_command(SHELL)
        self._channel.sendall(script.encode())
        why = self._read()
        self._output.close()
        self._errors.close()
        if self._running is not None:
            self._file_cut(self._running, why or "the connection was lost")
        if not (self._finished or why):
            raise EOFError("the connection was lost")
        return why

    def _read(self) -> str:
        wake = _Wake()
        self._channel.in_buffer.set_event(wake)
        self._channel.in_stderr_buffer.set_event(wake)
        while not self._finished or self._ends:
            left = min(self._deadline, self._command_deadline) - time.monotonic()
            if left <= 0:
                return "the session's time was up" if self._deadline <= self._command_deadline else "no end in time"
            if wake.wait(min(left, _LOOK_AGAIN_S)):
                time.sleep(_SETTLE_S)
                wake.rearm()
            if not self._take() and (self._channel.closed or self._channel.eof_received):
                return ""
            flooding = max(self._output.dropped_now, self._errors.dropped_now)
            if flooding > self._flood_bytes:
                return f"it printed over {flooding // 2**20} MiB more than is kept"
        return ""

    def _take(self) -> bool:
        took = False
        while self._channel.recv_ready():
            self._output.feed(self._channel.recv(_READ_BYTES))
            took = True
            if self._output.dropped_now > self._flood_bytes:
                break
        while self._channel.recv_stderr_ready():
            self._errors.feed(self._channel.recv_stderr(_READ_BYTES))
            took = True
            if self._errors.dropped_now > self._flood_bytes:
                break
        return took

    def _bound(self, index: int) -> int:
        return self._visit.commands[index].max_bytes

    def _on_output_marker(self, words: list[str]) -> None:
        match words:
            case ["H", boot_id, epoch, uptime]:
                self._greet(boot_id, float(epoch), float(uptime))
            case ["B", index]:
                self._running = int(index)
                self._started[self._running] = datetime.now(UTC)
                limit = self._visit.commands[self._running].visit_s
                self._command_deadline = time.monotonic() + limit + _COMMAND_MARGIN_S
            case ["E", index, *_]:
                self._running = None
                self._command_deadline = self._deadline
                self._end(int(index), words)
            case ["F"]:
                self._finished = True

    def _on_error_marker(self, words: list[str]) -> None:
        if words[0] == "E":
            self._end(int(words[1]), words)

    def _end(self, index: int, words: list[str]) -> None:
        """A command is done when its end stood in both streams."""
        if index in self._ends:
            del self._ends[index]
            self._file(index, words)
        else:
            self._ends[index] = words

    def _greet(self, boot_id: str, epoch_s: float, uptime_s: float) -> None:
        visit = self._visit
        visit.rebooted |= visit.boot_id not in (None, boot_id)
        visit.boot_id, visit.uptime_s = boot_id, uptime_s
        visit.clock_skew_s = epoch_s - time.time()

    def _kept(self, index: int) -> tuple[Kept, Kept]:
        empty = Kept(0)
        return self._output.kept.pop(index, empty), self._errors.kept.pop(index, empty)

    def _file(self, index: int, words: list[str]) -> None:
        out, err = self._kept(index)
        command = self._visit.commands[index]
        how = ending(command, words)
        self._visit.cut.pop(index, None)  # what an earlier connection lost has come after all
        self._visit.done[index] = Completed(
            command=command,
            ended=how.ended,
            exit_code=how.exit_code,
            stdout=bytes(out.data),
            stderr=bytes(err.data),
            started_at=self._began(index, command, words),
            duration_s=round(float(words[4]) - float(words[3]), 3),
            truncated=bool(out.dropped or err.dropped),
            note=how.note,
        )

    def _began(self, index: int, command: Command, words: list[str]) -> datetime | None:
        """When it began by our clock. A job may have begun long ago: the host says how many seconds."""
        if command.job and len(words) > 5 and words[5].isdecimal():
            return datetime.now(UTC) - timedelta(seconds=int(words[5]))
        return self._started.get(index)

    def _file_cut(self, index: int, why: str) -> None:
        out, err = self._kept(index)
        started = self._started.get(index)
        self._visit.cut[index] = Completed(
            command=self._visit.commands[index],
            ended=Ended.CUT,
            stdout=bytes(out.data),
            stderr=bytes(err.data),
            started_at=started,
            duration_s=(datetime.now(UTC) - started).total_seconds() if started else None,
            truncated=bool(out.dropped or err.dropped),
            note=why,
        )


def run_commands(
    endpoint: Endpoint, login: Login, commands: Sequence[Command], limits: SessionLimits | None = None,
    boot_id: str | None = None,
) -> HostSession:  # fmt: skip
    """Run ``commands`` on a host, one after another, over one connection.

    A command with a ``job`` is started or looked at, not waited for; what stands behind one that runs is WAITING.
    ``boot_id`` is what an earlier visit saw: a host that has rebooted since then starts nothing.

    Never raises for what a host does: ``error`` of the answer says why it could not be reached, and every command
    has its :class:`Completed`, be it NOT_RUN.
    """
    limits = limits or SessionLimits()
    visit = _Visit(commands, boot_id=boot_id)
    budget = sum(c.visit_s + _COMMAND_MARGIN_S for c in commands) + limits.handshake_s
    deadline = time.monotonic() + (limits.total_s or budget)
    error: UnreachableError | None = None
    for _attempt in range(2):  # the visit, and one reconnect after a drop
        try:
            transport = connect(endpoint, login, limits)
        except UnreachableError as failure:
            error = failure
            break
        visit.connections += 1
        try:
            error = _run_remaining(visit, transport, deadline, limits)
        finally:
            hang_up(transport)
        if error is None or visit.rebooted or time.monotonic() >= deadline:
            break
    return _answer(visit, error)


def _run_remaining(
    visit: _Visit, transport: paramiko.Transport, deadline: float, limits: SessionLimits
) -> UnreachableError | None:
    """Run what is left, in one channel, or one more after each command that had to be ended from here."""
    while (indices := visit.remaining) and not visit.rebooted:
        try:
            channel = transport.open_session(timeout=limits.handshake_s)
            why = _Channel(visit, channel, deadline, limits.flood_bytes).run(indices)
        except (paramiko.SSHException, OSError, EOFError) as failure:
            broke = UnreachableError(f"the session broke: {failure or type(failure).__name__}")
            return broke if visit.remaining else None
        except (ValueError, IndexError) as failure:
            return UnreachableError(f"the host's answer is not in the form that our script gives it: {failure}")
        with contextlib.suppress(EOFError, OSError):  # the reader thread may have closed its end of it already
            channel.close()
        cut = [i for i in indices if i in visit.cut]
        if why and (not cut or time.monotonic() >= deadline):
            return UnreachableError(why)
        if visit.remaining == indices and not cut:
            return UnreachableError("the host's shell came to its end without running anything")
        for i in cut:
            visit.done[i] = visit.cut.pop(i)
    return None


def _answer(visit: _Visit, error: UnreachableError | None) -> HostSession:
    reason = "the host rebooted during the visit" if visit.rebooted else str(error or "it was not reached")
    completed = tuple(
        visit.done.get(i) or visit.cut.get(i) or Completed(command, Ended.NOT_RUN, note=reason)
        for i, command in enumerate(visit.commands)
    )
    return HostSession(
        completed=completed,
        error=error,
        boot_id=visit.boot_id,
        clock_skew_s=visit.clock_skew_s,
        uptime_s=visit.uptime_s,
        connections=visit.connections,
        rebooted=visit.rebooted,
    )
