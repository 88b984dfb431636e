"""The form of a simulated tool: a generator of steps, so that output comes piece by piece and is never held whole."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from gatehouse.lab.machine.machine import Machine


@dataclass(frozen=True, slots=True)
class Out:
    """Bytes on standard output."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Err:
    """Bytes on standard error."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes: seconds as the host counts them. The lab shortens them, unless they are ``real``."""

    seconds: float
    real: bool = False


@dataclass(frozen=True, slots=True)
class Do:
    """Something happens to the host: a reboot, or a reset of one part."""

    what: Literal["reboot", "reset_device"]
    part: str = ""


Step = Out | Err | Wait | Do
Steps = Generator[Step, None, int]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool: on which machine, with which arguments, by whom.

    ``start`` runs another command line, with root or without: what ``timeout`` and ``sudo`` do.
    """

    machine: Machine
    argv: tuple[str, ...]
    user: str
    root: bool
    start: Callable[[Sequence[str], bool], Steps]

    @property
    def name(self) -> str:
        """The tool's name without its path."""
        return self.argv[0].rsplit("/", 1)[-1]

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments."""
        return self.argv[1:]


Tool = Callable[[Call], Steps]


def say(stdout: str = "", stderr: str = "", exit_code: int = 0) -> Steps:
    """A tool that prints at once and ends."""
    if stdout:
        yield Out(stdout.encode())
    if stderr:
        yield Err(stderr.encode())
    return exit_code
