"""A unit whose visit goes on because a job runs on its host: what is stored of it, and what is still to be asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.hosts import Host
from gatehouse.model.jobs import JobProgress, span
from gatehouse.operations.ask_plan import AskedCommand
from gatehouse.store.jobs import JobSeen
from gatehouse.store.raw import RawStore
from gatehouse.store.tables import JobRow, OutputRow
from gatehouse.transport.session import HostSession

JOB_AWAY_S = 1800.0  # how long a host may be out of reach while its job runs: a server boots for up to half of that
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A unit of a round. ``said`` and ``jobs`` are what earlier visits stored, by the command's key.

    ``asked`` is what the host is asked by SSH, ``of_bmc`` what its BMC is asked in the visit that ends the unit.
    """

    host: Host
    asked: tuple[AskedCommand, ...]
    of_bmc: tuple[AskedCommand, ...] = ()
    said: Mapping[str, OutputRow] = field(default_factory=dict)
    jobs: Mapping[str, JobRow] = field(default_factory=dict)
    boot_id: str | None = None

    @property
    def todo(self) -> tuple[AskedCommand, ...]:
        """What no visit has an answer to yet."""
        return tuple(one for one in self.asked if one.command.key not in self.said)

    @property
    def has_jobs(self) -> bool:
        """Whether the next visit may find a job that goes on."""
        return any(one.command.job for one in self.todo)

    @property
    def stored_jobs(self) -> tuple[str, ...]:
        """Names of jobs whose answer is stored, which the host does not know yet."""
        return tuple(j.name for j in self.jobs.values() if j.key in self.said and j.acknowledged_at is None)

    @property
    def commands(self) -> tuple[Command, ...]:
        """What the next visit sends: first that answers are stored, then what is to be asked."""
        return (*acknowledgements(self.stored_jobs), *(one.command for one in self.todo))


@dataclass(frozen=True, slots=True)
class Look:
    """What one more visit brought: answers that stand, and the job that keeps the unit from its end, if any."""

    answers: tuple[tuple[AskedCommand, Completed], ...]
    running: JobProgress | None = None
    key: str = ""
    gave_up: str = ""

    @property
    def jobs(self) -> Iterator[JobSeen]:
        """The jobs that were answered."""
        return (_seen(asked, said, over=True) for asked, said in self.answers if asked.command.job and _began(said))


def acknowledgements(names: Sequence[str]) -> tuple[Command, ...]:
    """Commands that tell a host that the answers of these jobs are stored."""
    return tuple(Command(f"acknowledge {name}", (), job=name, job_verb="acknowledge") for name in names)


def look(unit: Unfinished, back: HostSession, now: datetime | None = None) -> Look:
    """Tell a unit that is complete from one whose job goes on.

    A host that is out of reach while its job runs is waited for, up to half an hour; then the job is LOST.
    """
    at = now or datetime.now(UTC)
    said = [
        (asked, _since(unit, completed))
        for asked, completed in zip(unit.todo, back.completed[len(unit.stored_jobs) :], strict=True)
    ]
    for place, (asked, completed) in enumerate(said):
        why = str(back.error or completed.note)
        away = (back.error or completed.ended is Ended.CUT) and _was_running(unit, asked, completed)
        if completed.ended is not Ended.RUNNING and not away:
            continue
        progress = _progress(unit, asked, completed, why if away else "", at)
        if progress.trouble_since and at - progress.trouble_since > timedelta(seconds=JOB_AWAY_S):
            gave_up = f"the host has been out of reach for {span(JOB_AWAY_S)} while it ran: {progress.trouble}"
            said[place] = asked, replace(completed, ended=Ended.LOST, note=gave_up)
            return Look(tuple(said), gave_up=gave_up)
        return Look(tuple(said[:place]), progress, asked.command.key)
    return Look(tuple(said))


def whole(unit: Unfinished, looked: Look, back: HostSession, raw: RawStore) -> HostSession:
    """The session as if one visit had brought all of it: what was stored before, then the answers of this one."""
    now = {asked.command.key: completed for asked, completed in looked.answers}
    completed = tuple(
        now[one.command.key] if one.command.key in now else _again(unit.said[one.command.key], one.command, raw)
        for one in unit.asked
    )
    return replace(back, completed=completed)


def progress_of(row: JobRow, host: str) -> JobProgress:
    """A job as it stood at the last look."""
    return JobProgress(
        host, row.diagnostic, row.name, row.began_at, row.elapsed_s, row.limit_s, row.last_line, row.seen_at,
        row.trouble or "", row.trouble_since,
    )  # fmt: skip


def seen_running(unit: Unfinished, looked: Look) -> JobSeen:
    """The running job in the store's form."""
    asked = next(one for one in unit.asked if one.command.key == looked.key)
    job = looked.running
    assert job is not None  # noqa: S101 -- for the type checker: callers ask only where one runs
    return JobSeen(
        looked.key, job.name, asked.diagnostic, job.limit_s, job.began_at, job.elapsed_s, job.last_line, over=False
    )


def _since(unit: Unfinished, completed: Completed) -> Completed:
    """A job began when the first look saw it begin; the host's clock may have been set since."""
    row = unit.jobs.get(completed.command.key)
    return replace(completed, started_at=row.began_at) if row and row.began_at else completed


def _was_running(unit: Unfinished, asked: AskedCommand, completed: Completed) -> bool:
    """Whether a job that has no answer may run on its host: it did at the last look, or was just being started."""
    if not asked.command.job or completed.ended not in (Ended.CUT, Ended.NOT_RUN):
        return False
    return completed.ended is Ended.CUT or asked.command.key in unit.jobs


def _progress(unit: Unfinished, asked: AskedCommand, completed: Completed, trouble: str, at: datetime) -> JobProgress:
    row = unit.jobs.get(asked.command.key)
    if trouble and row:
        return replace(progress_of(row, unit.host.name), trouble=trouble, trouble_since=row.trouble_since or at)
    seen = _seen(asked, completed, over=False)
    return JobProgress(
        unit.host.name, asked.diagnostic, seen.name, seen.began_at, seen.elapsed_s, seen.limit_s, seen.last_line, at,
        trouble, at if trouble else None,
    )  # fmt: skip


def _seen(asked: AskedCommand, said: Completed, *, over: bool) -> JobSeen:
    command = asked.command
    return JobSeen(
        command.key, command.job, asked.diagnostic, command.limit_s, said.started_at, said.duration_s or 0.0,
        _last_line(said), over,
    )  # fmt: skip


def _began(said: Completed) -> bool:
    return said.ended in (Ended.EXITED, Ended.TIMED_OUT, Ended.LOST)


def _last_line(said: Completed) -> str:
    """The last line that a job printed, on standard output or else on standard error, as one short plain line."""
    for text in (said.text, said.error_text):
        if lines := [line for line in text[-4 * _LONGEST_LINE :].splitlines() if line.strip()]:
            return "".join(c if c.isprintable() else "\ufffd" for c in lines[-1].strip())[:_LONGEST_LINE]
    return ""


def _again(row: OutputRow, command: Command, raw: RawStore) -> Completed:
    """An answer that was stored by an earlier visit."""
    return Completed(
        command, Ended(row.ended), row.exit_code, raw.get(row.stdout_sha256), raw.get(row.stderr_sha256),
        row.started_at, row.duration_s, row.truncated, row.note,
    )  # fmt: skip
