"""What one visit to a host brought back, and the limits it kept to."""

from dataclasses import dataclass, field

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreachableError


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Seconds a visit may take: TCP connect, key exchange with log-in, and all of it.

    ``total_s`` None means the sum of the commands' own limits with a margin. ``flood_bytes``: a command that prints
    so much beyond what is kept is ended, so that memory and time stay flat however much a host prints.
    """

    connect_s: float = 5.0
    handshake_s: float = 10.0
    total_s: float | None = None
    flood_bytes: int = 8 * 2**20


@dataclass(frozen=True, slots=True)
class HostSession:
    """One visit: an answer for every command asked, whatever happened.

    ``error`` is set when the host could not be reached at all, or was lost and not found again.
    ``boot_id`` tells one boot from another; ``clock_skew_s`` is the host's clock minus ours;
    ``connections`` counts the connections it took.
    """

    completed: tuple[Completed, ...]
    error: UnreachableError | None = None
    boot_id: str | None = None
    clock_skew_s: float | None = None
    uptime_s: float | None = None
    connections: int = 0
    rebooted: bool = False
    notes: tuple[str, ...] = field(default=())
