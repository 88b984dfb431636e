"""A command that runs detached on a host, as people are told of it."""

from dataclasses import dataclass
from datetime import datetime


def span(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 20 min``: what people can take in at a glance."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{minutes} min" if not hours else f"{hours} h {rest} min" if rest else f"{hours} h"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is: ``elapsed_s`` on the host's clock of at most ``limit_s``, and the last line that it printed.

    ``trouble`` says why it could not be looked at, since ``trouble_since``; it may run all the same.
    """

    host: str
    diagnostic: str
    name: str
    began_at: datetime | None
    elapsed_s: float
    limit_s: float
    last_line: str
    seen_at: datetime
    trouble: str = ""
    trouble_since: datetime | None = None

    @property
    def percent(self) -> float:
        """How much of its limit has passed."""
        return min(100.0, 100.0 * self.elapsed_s / self.limit_s) if self.limit_s else 0.0

    def __str__(self) -> str:
        far = f"{self.percent:.0f} %, {span(self.elapsed_s)} of at most {span(self.limit_s)}"
        words = f"{self.diagnostic} runs: {far}"
        if self.trouble:
            return f"{words}; the host cannot be reached now: {self.trouble}"
        return f"{words}; last line: {self.last_line}" if self.last_line else words
