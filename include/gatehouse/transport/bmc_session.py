"""What one visit to a BMC brought back, and the limits it kept to."""

from dataclasses import dataclass

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreachableError


@dataclass(frozen=True, slots=True)
class BmcLimits:
    """Bounds of a visit; each request has its command's own ``limit_s`` and ``max_bytes`` too.

    ``total_s`` is for everything but the log-out, which gets ``logout_s`` more: a BMC has few session slots.
    ``members`` bounds a collection, ``requests`` and ``kept_bytes`` the visit, ``entries`` what is read of a log.
    ``strikes``: after so many requests in a row without an answer the BMC is left alone.
    """

    connect_s: float = 5.0
    total_s: float = 180.0
    logout_s: float = 3.0
    members: int = 512
    requests: int = 2_000
    kept_bytes: int = 32 * 2**20
    entries: int = 1_000
    strikes: int = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """One resource. ``part`` is what it is about (``chassis_1``); ``expanded``: a collection with its members in it."""

    part: str
    completed: Completed
    expanded: bool = False


@dataclass(frozen=True, slots=True)
class BmcSession:
    """One visit: for every command at least one answer, whatever happened.

    ``error`` is set when the BMC could not be reached, was not the one we know, or did not let us in.
    """

    fetched: tuple[tuple[Fetched, ...], ...]
    error: UnreachableError | None = None
    connections: int = 0
