"""Detached jobs of a simulated host: nothing runs, a job is worked out when somebody looks at it.

What a job has printed, and whether it is over, follows from its command line and the time since it began, which the
lab shortens as it shortens everything. Jobs outlive connections, and the lab too: its memory keeps their records.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from gatehouse.lab.tools.spec import Err, Out, Steps, Wait
from gatehouse.transport import job_script


@dataclass
class Job:
    """A job's record. ``word`` says how it ended where it left no exit code; ``began_s`` is since 1970, real time."""

    user: str
    name: str
    argv: tuple[str, ...]
    limit_s: float
    root: bool
    max_bytes: int
    began_s: float
    began_uptime_s: float
    boot: int
    word: str = ""
    collected: bool = False


@dataclass(frozen=True, slots=True)
class JobLook:
    """A job at one moment: the word or exit code, the host's seconds it took so far, and what it printed."""

    code: int | str
    seconds: float
    out: bytes = b""
    err: bytes = b""

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.code == job_script.RUNNING


Start = Callable[[Job], Steps]


@dataclass
class JobBook:
    """The jobs of one host, by user and name. ``time_scale`` is real seconds for one of the host's."""

    time_scale: float
    start: Start
    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    on_change: Callable[[], None] = lambda: None

    def begin(self, job: Job) -> None:
        """Start a job; one of that name is started once."""
        self.jobs.setdefault((job.user, job.name), job)
        self.on_change()

    def of(self, user: str) -> Iterator[Job]:
        """Those of a user."""
        return (job for job in self.jobs.values() if job.user == user)

    def look(self, job: Job) -> JobLook:
        """How a job stands."""
        seconds = (self.clock() - job.began_s) / self.time_scale
        if job.collected or job.word:
            return JobLook(job_script.COLLECTED if job.collected else job.word, 0.0)
        return _worked_out(self.start(job), seconds, job.max_bytes)

    def end_all(self, word: str) -> list[str]:
        """End every job that runs now, without an exit code; their names. Those that were over stay as they are."""
        ended = [job for job in self.jobs.values() if self.look(job).running]
        for job in ended:
            job.word = word
        self.on_change()
        return [job.name for job in ended]

    def as_json(self) -> list[dict[str, Any]]:
        """What the lab's memory keeps."""
        return [asdict(job) for job in self.jobs.values()]

    def remember(self, kept: list[dict[str, Any]]) -> None:
        """Take back what an earlier lab kept."""
        for one in kept:
            job = Job(**{**one, "argv": tuple(one["argv"])})
            self.jobs[job.user, job.name] = job


def _worked_out(steps: Steps, seconds: float, max_bytes: int) -> JobLook:
    """Go through the steps that fit into so many seconds."""
    spent, out, err = 0.0, bytearray(), bytearray()
    try:
        while True:
            step = next(steps)
            if isinstance(step, Out | Err):
                kept = out if isinstance(step, Out) else err
                kept += step.data[: max_bytes + 512 - len(kept)]
            elif isinstance(step, Wait):
                spent += step.seconds
                if spent > seconds:
                    return JobLook(job_script.RUNNING, seconds, bytes(out), bytes(err))
    except StopIteration as end:
        return JobLook(int(end.value or 0), spent, bytes(out), bytes(err))
    finally:
        steps.close()
