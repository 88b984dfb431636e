"""What a simulated host answers where a framed script is about jobs."""

from dataclasses import dataclass

from gatehouse.lab.host import LabHost
from gatehouse.lab.jobs import Job, JobLook
from gatehouse.lab.machine.machine import Machine
from gatehouse.lab.server.output import Output
from gatehouse.lab.tools.registry import installed
from gatehouse.transport import framing, job_script
from gatehouse.transport.framing import ScriptLine

ROOT = "root"
_TAIL_BYTES = 2000


@dataclass(frozen=True, slots=True)
class JobEnd:
    """What stands in the end marker."""

    code: int | str
    from_s: float = 0.0
    to_s: float = 0.0
    more: int | str = ""


def unable(machine: Machine, line: ScriptLine, user: str) -> str:
    """The word for why a command cannot be started at all; empty where it can."""
    if not installed(machine, line.argv[0]):
        return framing.MISSING
    if line.root and user != ROOT and not installed(machine, "sudo"):
        return framing.NO_ROOT
    return ""


@dataclass
class JobDesk:
    """The jobs of one visit: once one of them runs, everything behind it waits."""

    host: LabHost
    user: str
    output: Output
    new_boot: bool
    waits: bool = False
    halted: bool = False

    def in_the_way(self) -> str:
        """The word for why nothing may be started now; empty where it may."""
        words = ((self.waits, framing.WAITS), (self.halted, framing.HALTED), (self.new_boot, framing.NEW_BOOT))
        return next((word for so, word in words if so), "")

    async def serve(self, line: ScriptLine) -> JobEnd:
        """Answer one line that is about jobs."""
        job = self.host.jobs.jobs.get((self.user, line.job))
        match line.verb:
            case "list":
                return await self._list()
            case "acknowledge":
                return self._acknowledge(job)
            case "stop":
                return self._stop(job)
        if self.waits:
            return JobEnd(framing.WAITS)
        return await self._answer(job) if job else await self._begin(line)

    async def _begin(self, line: ScriptLine) -> JobEnd:
        if word := self.in_the_way() or unable(self.host.look(), line, self.user):
            return JobEnd(word)
        jobs = self.host.jobs
        if other := next((one.name for one in jobs.of(self.user) if jobs.look(one).running), ""):
            return JobEnd(job_script.BUSY, more=other)
        job = Job(
            user=self.user, name=line.job, argv=line.argv, limit_s=line.limit_s, root=line.root or self.user == ROOT,
            max_bytes=line.max_bytes, began_s=self.host.clock(), began_uptime_s=self.host.uptime_s(),
            boot=self.host.boot.count,
        )  # fmt: skip
        jobs.begin(job)
        return await self._answer(job)

    async def _answer(self, job: Job) -> JobEnd:
        look = self.host.jobs.look(job)
        self.waits |= look.running
        self.halted |= look.code == job_script.STOPPED
        most = _TAIL_BYTES if look.running else job.max_bytes + 512
        await self.output.write(look.out[-most:])
        await self.output.write(look.err[-most:], error=True)
        return self._end(job, look)

    def _end(self, job: Job, look: JobLook) -> JobEnd:
        ago = int(self.host.clock() - job.began_s)
        return JobEnd(look.code, job.began_uptime_s, job.began_uptime_s + look.seconds, ago)

    async def _list(self) -> JobEnd:
        for job in self.host.jobs.of(self.user):
            look = self.host.jobs.look(job)
            end = self._end(job, look)
            line = f"{job.name} {look.code} {end.from_s:.2f} {end.to_s:.2f} {job.limit_s:g} {end.more}\n"
            await self.output.write(line.encode())
        return JobEnd(0)

    def _acknowledge(self, job: Job | None) -> JobEnd:
        if job and not self.host.jobs.look(job).running:
            job.collected = True
            self.host.jobs.on_change()
        return JobEnd(0)

    def _stop(self, job: Job | None) -> JobEnd:
        if job is None:
            return JobEnd(job_script.NONE)
        if self.host.jobs.look(job).running:
            job.word = job_script.STOPPED
            self.host.jobs.on_change()
        return self._end(job, self.host.jobs.look(job))
