"""Finding, marking and ending the processes of a stack, and never a stranger's."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

import psutil

from gatehouse.local.home import MARKER, Home

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PR_SET_CHILD_SUBREAPER = 36
_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess)
_KILLED_S = 5.0  # the kernel needs a moment for a process that waits for a disk
_LIBC = ctypes.CDLL(None, use_errno=True)


def dies_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel sends it ``sign`` when its parent's thread ends.

    None where there is no such call (macOS): there ``stop`` finds the orphans later, by their marker.
    """
    if not sys.platform.startswith("linux"):
        return None
    parent = os.getpid()

    def arm() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:  # it died between our fork and here
            os._exit(1)

    return arm


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent dies (Linux; elsewhere nothing)."""
    if sys.platform.startswith("linux"):
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_process(pid: int, create_time: float) -> bool:
    """Whether ``pid`` still is the process that was born at ``create_time`` (seconds since the epoch)."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - create_time) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def marked(home: Home) -> list[psutil.Process]:
    """Every living process that carries this home's marker, ourselves and our ancestors left out."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in ours and _carries(process, home)]


def _carries(process: psutil.Process, home: Home) -> bool:
    try:
        return process.environ().get(MARKER) == str(home.root) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):  # somebody else's, or gone
        return False


def descendants(pid: int) -> list[psutil.Process]:
    """Every process below ``pid``, deepest last; empty when it is gone."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except _GONE:
        return []


def end(processes: Iterable[psutil.Process], sign: signal.Signals, grace_s: float) -> list[psutil.Process]:
    """Send ``sign``, wait ``grace_s`` seconds, then SIGKILL. Returns those that needed it."""
    _, left = tell(processes, sign, grace_s)
    tell(left, signal.SIGKILL, _KILLED_S)
    return left


def tell(
    processes: Iterable[psutil.Process], sign: signal.Signals, grace_s: float
) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Send ``sign`` and wait up to ``grace_s`` seconds. Returns those that ended and those that did not."""
    told = list(processes)
    for process in told:
        with contextlib.suppress(*_GONE):  # it went by itself
            process.send_signal(sign)
    wait_until(lambda: all(_is_over(process) for process in told), grace_s)
    left = [process for process in told if not _is_over(process)]
    return [process for process in told if process not in left], left


def _is_over(process: psutil.Process) -> bool:
    """Whether it ended. One that only waits for its parent to take notice has ended: the parent may never do."""
    try:
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return False
    except psutil.NoSuchProcess:
        return True
    with contextlib.suppress(ChildProcessError):  # it was not ours to bury
        os.waitpid(process.pid, os.WNOHANG)
    return True


def reap() -> dict[int, int]:
    """Exit codes by pid of every child that ended since the last call; negative is the signal that ended it."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):  # there is no child at all
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended


def wait_until(ready: Callable[[], bool], limit_s: float, every_s: float = 0.05) -> bool:
    """Ask ``ready`` until it says yes or ``limit_s`` seconds have passed; returns its last answer."""
    deadline = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True
