"""The kernel's log since boot: the boot itself, and what faults made it say."""

from collections.abc import Iterable
from dataclasses import dataclass, field

DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL, ALERT, EMERGENCY = 7, 6, 5, 4, 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class KernelLine:
    """One record: ``at_s`` is seconds since 1970, ``level`` the kernel's (0 gravest, 7 debug)."""

    at_s: float
    text: str
    level: int = INFO


@dataclass(slots=True)
class KernelLog:
    """Lines of one boot. ``booted_s`` is seconds since 1970."""

    booted_s: float
    boot_lines: tuple[tuple[float, str, int], ...] = ()  # seconds since boot, text, level: shared by all of a SKU
    events: list[KernelLine] = field(default_factory=list)

    def say(self, at_s: float, text: str, level: int = INFO) -> None:
        """Add one line."""
        self.events.append(KernelLine(at_s, text, level))

    def say_each(self, until_s: float, spacing_s: float, texts: Iterable[str], level: int = WARNING) -> None:
        """Add lines with equal spacing, the last of them at ``until_s``; none before the boot is over."""
        lines = list(texts)
        earliest = self.booted_s + 20.0
        first = until_s - spacing_s * (len(lines) - 1)
        step = spacing_s
        if first < earliest:  # a short time since boot: closer together, never before it
            first = min(earliest, until_s)
            step = (until_s - first) / max(len(lines) - 1, 1)
        for index, text in enumerate(lines):
            self.say(first + index * step, text, level)

    def lines(self, now_s: float) -> list[KernelLine]:
        """Everything said until ``now_s``, in time order."""
        boot = [KernelLine(self.booted_s + offset, text, level) for offset, text, level in self.boot_lines]
        return boot + sorted((line for line in self.events if line.at_s <= now_s), key=lambda line: line.at_s)
