"""What we ask a host to run, and what came back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

DEFAULT_LIMIT_S = 30.0
DEFAULT_MAX_BYTES = 8 * 2**20
JOB_LOOK_S = 60.0  # seconds that a visit gives a detached job: to start, look, or fetch what it printed
JobVerb = Literal["run", "acknowledge", "stop", "list"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, without a shell: ``argv`` is what the host executes.

    ``key`` names it within a plan; ``limit_s`` is wall seconds on the host, after which its process group dies;
    ``max_bytes`` bounds what is kept of stdout and of stderr each; ``root`` asks for ``sudo -n`` where the user is
    not root.

    A ``job`` is a name on the host: the command then runs detached under it, started by the first visit and looked
    at by the later ones. ``job_verb`` asks for something else than to run: acknowledge that its answer is stored,
    stop it, or list all jobs (no ``argv`` then, and no ``job`` for the list).
    """

    key: str
    argv: tuple[str, ...]
    limit_s: float = DEFAULT_LIMIT_S
    root: bool = False
    max_bytes: int = DEFAULT_MAX_BYTES
    job: str = ""
    job_verb: JobVerb = "run"

    @property
    def visit_s(self) -> float:
        """Seconds that a visit waits for it at most."""
        return JOB_LOOK_S if self.job or self.job_verb != "run" else self.limit_s


class Ended(StrEnum):
    """How a command came to its end."""

    EXITED = "exited"  # by itself; there is an exit code
    TIMED_OUT = "timed out"  # its limit ended it
    MISSING = "missing"  # no such tool on the host's PATH
    CUT = "cut"  # the connection or the session's limit ended it in the middle
    NOT_RUN = "not run"  # it was never started
    RUNNING = "running"  # a detached job goes on; what it printed so far ends in this output
    WAITING = "waiting"  # not asked yet: a detached job before it still runs
    LOST = "lost"  # a detached job ended without an exit code: a reboot, a kill, somebody stopped it


@dataclass(frozen=True, slots=True)
class Completed:
    """Everything a command said, kept together: output, errors, exit code and how it ended.

    ``stdout`` and ``stderr`` are raw bytes, cut at the command's ``max_bytes`` (then ``truncated``).
    """

    command: Command
    ended: Ended
    exit_code: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    started_at: datetime | None = None
    duration_s: float | None = None
    truncated: bool = False
    note: str = ""

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 become U+FFFD."""
        return self.stdout.decode("utf-8", errors="replace")

    @property
    def error_text(self) -> str:
        """Standard error as text."""
        return self.stderr.decode("utf-8", errors="replace")

    @property
    def whole(self) -> bool:
        """Whether nothing is missing from the output."""
        return self.ended is Ended.EXITED and not self.truncated
