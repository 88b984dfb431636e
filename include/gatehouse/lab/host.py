"""One simulated host between looks: its boots, how often it was looked at, and the model when somebody looks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.lab.faultbook import FaultBook
from gatehouse.lab.faults.spec import TransportFault
from gatehouse.lab.jobs import Job, JobBook
from gatehouse.lab.machine.machine import Boot, Machine
from gatehouse.lab.machine.part_names import part_named
from gatehouse.lab.plan import PlannedHost
from gatehouse.lab.tools.clock import DEFAULT_TIME_SCALE
from gatehouse.lab.tools.registry import start
from gatehouse.lab.tools.spec import Steps
from gatehouse.lab.tools.timeout import limited
from gatehouse.transport import job_script

_UPTIME_AFTER_REBOOT_S = 30.0  # a simulated boot takes no time; the host has been up this long when it answers


@dataclass
class LabHost:
    """A host of the running lab."""

    planned: PlannedHost
    book: FaultBook
    boot: Boot
    looks: int = 0
    clock: Callable[[], float] = field(default=time.time)
    time_scale: float = DEFAULT_TIME_SCALE
    jobs: JobBook = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = JobBook(self.time_scale, self._start_job, clock=self.clock)

    def _start_job(self, job: Job) -> Steps:
        return limited(start(self.look(), job.user, job.argv, job.root), job.limit_s)

    @property
    def name(self) -> str:
        """Its name."""
        return self.planned.name

    def uptime_s(self) -> float:
        """Seconds since boot."""
        return self.clock() - self.boot.at_s

    def look(self) -> Machine:
        """The model as it is now."""
        now_s = self.clock()
        self.looks += 1
        machine = Machine(self.planned.profile, self.name, self.planned.serial, self.boot, now_s, self.looks)
        self.book.apply(self.book.active(self.name, now_s, self.boot, self.looks), machine)
        return machine

    def transport_fault(self, arrival: bool = False) -> TransportFault | None:
        """What happens to connections now; an ``arrival`` counts as a look."""
        if self.name not in self.book.placed:
            return None
        self.looks += arrival
        for one in self.book.active(self.name, self.clock(), self.boot, self.looks):
            if one.transport is not None:
                return one.transport
        return None

    def reboot(self) -> list[str]:
        """Boot again, which ends what a reboot ends; the ids of the faults it ended."""
        self.jobs.end_all(job_script.REBOOTED)
        self.boot = Boot(self.boot.count + 1, self.clock() - _UPTIME_AFTER_REBOOT_S)
        return self.book.clear(self.name, "reboot")

    def reset_device(self, part: str) -> list[str]:
        """Reset one part; the ids of the faults that this ended."""
        return self.book.clear(self.name, "reset_device", part=part_named(self.planned.profile, part))
