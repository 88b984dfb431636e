"""The jobs that lie on a host: which there are, and the end of one."""

import re
from dataclasses import dataclass

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import RefusedError, UnreachableError
from gatehouse.model.hosts import Endpoint, Login
from gatehouse.transport import job_script
from gatehouse.transport.ssh import run_commands

_MOST_BYTES = 2**20
_ROW = re.compile(
    rf"^({job_script.NAME}) ([a-z]+|\d{{1,3}}) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (-?\d+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class HostJob:
    """A job as its host tells it. ``state`` is a word such as ``running``; ``exit_code`` is set when it is ``ended``.

    ``elapsed_s`` is None where nobody knows how long it ran: it was killed, or died with its boot.
    """

    name: str
    state: str
    exit_code: int | None
    elapsed_s: float | None
    limit_s: float
    began_s_ago: int


def list_jobs(endpoint: Endpoint, login: Login) -> tuple[HostJob, ...]:
    """Every job that our user has on a host: those that run, and those whose record is still there.

    Raises:
        UnreachableError: the host could not be asked.
        RefusedError: the folder on the host is not our user's alone.
    """
    said = _asked(endpoint, login, Command("jobs", (), job_verb="list", max_bytes=_MOST_BYTES))
    return tuple(_job(match) for match in _ROW.finditer(said.text))


def stop_job(endpoint: Endpoint, login: Login, name: str) -> str:
    """End a job, and wait some seconds for it; the words for how it stands then.

    Raises:
        UnreachableError: the host could not be asked.
        RefusedError: there is no such job, or it could not be ended.
    """
    said = _asked(endpoint, login, Command(name, (), job=name, job_verb="stop"))
    if said.ended in (Ended.RUNNING, Ended.TIMED_OUT):
        raise RefusedError(f"{name} goes on: this user cannot end it, look on the host who runs it")
    return said.note or f"it was over before, exit code {said.exit_code}"


def _asked(endpoint: Endpoint, login: Login, command: Command) -> Completed:
    session = run_commands(endpoint, login, [command])
    said = session.completed[0]
    if session.error:
        raise session.error
    if said.ended is Ended.CUT:
        raise UnreachableError(said.note)
    if said.ended is Ended.NOT_RUN:
        raise RefusedError(said.note)
    return said


def _job(match: re.Match[str]) -> HostJob:
    name, code, began, until, limit, ago = match.groups()
    known = code not in (job_script.KILLED, job_script.REBOOTED)
    return HostJob(
        name=name,
        state="ended" if code.isdecimal() else code,
        exit_code=int(code) if code.isdecimal() else None,
        elapsed_s=round(float(until) - float(began), 2) if known else None,
        limit_s=float(limit),
        began_s_ago=int(ago),
    )
