"""Runs a contender as a process of its own and says what it cost, everything that it started included."""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans of our children become ours, so that their cost is counted too
_LINGER_S = 15.0  # ssh's ControlPersist masters end by themselves within this
_SAMPLE_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of the whole process tree, wall seconds, peak proportional set size in MiB, and what was reached.

    ``hosts`` is how many hosts gave an answer and ``commands`` how many commands; None where it was ended by us.
    """

    cpu_s: float
    wall_s: float
    peak_mib: float
    hosts: int | None = None
    commands: int | None = None
    complaint: str = ""


def measure(
    argv: Sequence[str], limit_s: float, strangers: Collection[int] = (), environment: dict[str, str] | None = None
) -> Cost:
    """Run ``argv`` for at most ``limit_s`` seconds. ``strangers`` are child processes of ours that are not its own."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    memory = _Memory(set(strangers))
    with memory:
        try:
            out, err = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
    wall = time.monotonic() - began
    _reap(set(strangers))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    reached = _reached(out)
    return Cost(cpu, wall, memory.peak_mib, *reached, complaint="" if reached[0] is not None else err[-300:])


def _reached(out: str) -> tuple[int | None, int | None]:
    lines = out.strip().splitlines()
    with contextlib.suppress(ValueError, KeyError, IndexError):
        said = json.loads(lines[-1])
        return said["hosts"], said["commands"]
    return None, None


def _ours(strangers: Collection[int]) -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.pid not in strangers]


def _reap(strangers: Collection[int]) -> None:
    """Wait for what the contender left behind; end what does not go."""
    _gone, alive = psutil.wait_procs(_ours(strangers), timeout=_LINGER_S)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


class _Memory(threading.Thread):
    """Samples the memory of the tree, every process's share of what is shared."""

    def __init__(self, strangers: Collection[int]) -> None:
        super().__init__(daemon=True)
        self._strangers, self._stop_now, self.peak_mib = strangers, threading.Event(), 0.0

    def __enter__(self) -> "_Memory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_now.set()
        self.join()

    def run(self) -> None:
        while not self._stop_now.wait(_SAMPLE_S):
            with contextlib.suppress(psutil.NoSuchProcess):
                tree = [p for child in _ours(self._strangers) for p in (child, *child.children(recursive=True))]
                self.peak_mib = max(self.peak_mib, sum(_pss_kib(p.pid) for p in tree) / 1024)


def _pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(text.split("\nPss:")[1].split()[0])
    return 0
