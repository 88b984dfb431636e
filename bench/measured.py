"""Runs a contender and says what it cost, with everything that it started.

The contender runs under a process of its own that adopts its orphans (ssh's ControlPersist masters, for one), so that
their cost is counted, and nobody else's is: ``python measured.py LIMIT_S COMMAND …`` prints the cost as JSON.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans below us become our children
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


def measure(argv: Sequence[str], limit_s: float) -> Cost:
    """Run ``argv`` for at most ``limit_s`` seconds."""
    said = subprocess.run(
        [sys.executable, __file__, str(limit_s), *argv], stdout=subprocess.PIPE, text=True, check=True
    )
    return Cost(**json.loads(said.stdout.splitlines()[-1]))


def _measured(argv: Sequence[str], limit_s: float) -> Cost:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with _Memory() as memory:
        try:
            out, err = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
    wall = time.monotonic() - began
    _reap()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    hosts, commands = _reached(out)
    complaint = "" if hosts is not None else err[-300:]
    return Cost(used.ru_utime + used.ru_stime, wall, memory.peak_mib, hosts, commands, complaint)


def _reached(out: str) -> tuple[int | None, int | None]:
    lines = out.strip().splitlines()
    with contextlib.suppress(ValueError, KeyError, IndexError):
        said = json.loads(lines[-1])
        return said["hosts"], said["commands"]
    return None, None


def _reap() -> None:
    """Wait for what the contender left behind; end what does not go."""
    _gone, alive = psutil.wait_procs(psutil.Process().children(), timeout=_LINGER_S)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


class _Memory(threading.Thread):
    """Samples the memory of the tree, every process's share of what is shared."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._stop_now, self.peak_mib = threading.Event(), 0.0

    def __enter__(self) -> "_Memory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_now.set()
        self.join()

    def run(self) -> None:
        while not self._stop_now.wait(_SAMPLE_S):
            with contextlib.suppress(psutil.NoSuchProcess):
                tree = psutil.Process().children(recursive=True)
                self.peak_mib = max(self.peak_mib, sum(_pss_kib(process.pid) for process in tree) / 1024)


def _pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(text.split("\nPss:")[1].split()[0])
    return 0


if __name__ == "__main__":
    print(json.dumps(asdict(_measured(sys.argv[2:], float(sys.argv[1])))))
