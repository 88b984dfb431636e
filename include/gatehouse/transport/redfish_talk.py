"""Reads resources of one BMC, each once a visit, and keeps to the visit's bounds."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import UnreachableError
from gatehouse.transport.bmc_session import BmcLimits
from gatehouse.transport.redfish_login import REFUSED, path_of
from gatehouse.transport.redfish_wire import Answer, BadAnswerError, Wire

ROOT = "/redfish/v1/"
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 2
_ABSENT = (404, 410)


@dataclass(frozen=True, slots=True)
class Got:
    """One GET: the completed fetch, and the document where it is a JSON object."""

    completed: Completed
    document: dict[str, Any] | None = None

    @property
    def absent(self) -> bool:
        """Whether the BMC has no such resource."""
        return self.completed.ended is Ended.MISSING


@dataclass
class Talk:
    """Requests of one visit. ``gave_up`` says why the BMC is asked no more, once it is not."""

    wire: Wire
    limits: BmcLimits
    gave_up: str = ""
    requests: int = 0
    kept_bytes: int = 0
    strikes: int = 0
    _got: dict[str, Got] = field(default_factory=dict)

    def get(self, path: str, command: Command) -> Got:
        """A resource, from this visit's memory where it was read already. Never raises for what the BMC does."""
        if path not in self._got:
            self._got[path] = self._fetched(path, command)
        return self._got[path]

    def read(self, path: str, command: Command) -> Got:
        """A resource, from the BMC.

        Raises:
            UnreachableError: it did not answer.
        """
        started = datetime.now(UTC)
        answer = self._answer(path, command)
        self.kept_bytes += len(answer.body)
        self._got[path] = _got(replace(command, argv=("GET", path)), answer, started)
        return self._got[path]

    def keep(self, path: str, document: dict[str, Any]) -> None:
        """Remember a resource that came inside another one, for the walk."""
        known = Completed(Command("", ("GET", path)), Ended.EXITED, 200)
        self._got.setdefault(path, Got(known, document))

    def came_inside(self, path: str) -> bool:
        """Whether a resource is known only from inside another one: its own bytes were never read."""
        return path in self._got and not self._got[path].completed.command.key

    def forget(self, path: str) -> None:
        """Read it again when it is asked for."""
        self._got.pop(path, None)

    def _fetched(self, path: str, command: Command) -> Got:
        asked = replace(command, argv=("GET", path))
        started = datetime.now(UTC)
        why = self.gave_up or self._over()
        if why:
            return Got(Completed(asked, Ended.NOT_RUN, note=why))
        try:
            got = self.read(path, command)
        except UnreachableError as error:
            return Got(self._struck(asked, error, started))
        self.strikes = 0
        return got

    def _over(self) -> str:
        if self.requests >= self.limits.requests:
            return f"more than {self.limits.requests} requests in one visit"
        if self.kept_bytes >= self.limits.kept_bytes:
            return f"the BMC sent more than {self.limits.kept_bytes // 2**20} MiB in one visit"
        return ""

    def _answer(self, path: str, command: Command) -> Answer:
        """The answer, at its new place on the same BMC where it has moved.

        Raises:
            UnreachableError: none.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            self.requests += 1
            answer = self.wire.ask("GET", path, command.limit_s, command.max_bytes)
            if answer.status not in _REDIRECTS:
                return answer
            to = path_of(answer.headers.get("location", ""), self.wire)
            if to is None:
                raise BadAnswerError("the BMC redirects to another place than itself, where we do not follow")
            path = to
        raise BadAnswerError(f"the BMC redirects more than {_MOST_REDIRECTS} times")

    def _struck(self, asked: Command, error: UnreachableError, started: datetime) -> Completed:
        self.strikes += 1
        if self.strikes >= self.limits.strikes:
            self.gave_up = f"the BMC did not answer {self.strikes} times in a row; the last time: {error}"
        ended = Ended.CUT if isinstance(error, BadAnswerError) else Ended.TIMED_OUT
        return Completed(asked, ended, started_at=started, duration_s=_since(started), note=str(error))


def _got(asked: Command, answer: Answer, started: datetime) -> Got:
    path = asked.argv[1]
    completed = Completed(
        command=asked,
        ended=Ended.MISSING if answer.status in _ABSENT else Ended.EXITED,
        exit_code=0 if answer.status == 200 else answer.status,
        stdout=answer.body,
        started_at=started,
        duration_s=_since(started),
        truncated=answer.truncated,
        note=_note(answer, path),
    )
    return Got(completed, _document(answer) if completed.exit_code == 0 else None)


def _note(answer: Answer, path: str) -> str:
    if answer.truncated:
        return f"{path} is larger than what is kept"
    if answer.status == 200:
        return ""
    if answer.status in _ABSENT:
        return f"the BMC has no {path}"
    if answer.status in REFUSED:
        return f"HTTP {answer.status} to {path}: check the credentials of the BMC's Connection, and the user's role"
    return f"HTTP {answer.status} to {path}"


def _document(answer: Answer) -> dict[str, Any] | None:
    if answer.truncated:
        return None
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _since(started: datetime) -> float:
    return round((datetime.now(UTC) - started).total_seconds(), 3)
