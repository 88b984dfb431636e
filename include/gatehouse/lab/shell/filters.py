"""What may stand behind a pipe: head, tail, grep, wc, cat, sort. Each takes bytes as they come and gives bytes."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

from gatehouse.lab.shell.patterns import matcher
from gatehouse.lab.shell.words import NotSimulatedError

_LONGEST_LINE_B = 65_536
_MOST_HELD_B = 16 * 2**20


class Filter(ABC):
    """Bytes in, bytes out, line by line; ``done`` once nothing more can come out of it."""

    exit_code = 0
    done = False

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Take a piece; what comes out because of it."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[-_LONGEST_LINE_B:]
        return b"".join(self.line(line + b"\n") for line in lines)

    def finish(self) -> bytes:
        """No more pieces come; what comes out at the end."""
        return self.line(self._rest) if self._rest else b""

    @abstractmethod
    def line(self, line: bytes) -> bytes:
        """What comes out because of one line."""


class Cat(Filter):
    """Everything."""

    def line(self, line: bytes) -> bytes:
        """The line itself."""
        return line


class Head(Filter):
    """The first lines."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    def line(self, line: bytes) -> bytes:
        """The line, while any is left."""
        self._left -= 1
        self.done = self._left <= 0
        return line if self._left >= 0 else b""


class Tail(Filter):
    """The last lines."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._kept: deque[bytes] = deque(maxlen=count)

    def line(self, line: bytes) -> bytes:
        """Nothing yet."""
        self._kept.append(line)
        return b""

    def finish(self) -> bytes:
        """What was kept."""
        super().finish()
        return b"".join(self._kept)


class Grep(Filter):
    """Lines that match, or do not, or how many."""

    def __init__(self, flags: set[str], pattern: str) -> None:
        super().__init__()
        self._matches = matcher(pattern, extended="E" in flags, fixed="F" in flags, fold="i" in flags)
        self._invert, self._count, self._quiet = "v" in flags, "c" in flags, "q" in flags
        self._found = 0
        self.exit_code = 1

    def line(self, line: bytes) -> bytes:
        """The line, if it is wanted."""
        if self._matches(line) == self._invert:
            return b""
        self._found += 1
        self.exit_code = 0
        self.done = self._quiet
        return b"" if self._count or self._quiet else line

    def finish(self) -> bytes:
        """The count, when that was asked."""
        last = super().finish()
        return f"{self._found}\n".encode() if self._count else last


class Count(Filter):
    """``wc -l``, ``wc -c``."""

    def __init__(self, of_bytes: bool) -> None:
        super().__init__()
        self._bytes, self._total = of_bytes, 0

    def line(self, line: bytes) -> bytes:
        """Nothing yet."""
        self._total += len(line) if self._bytes else 1
        return b""

    def finish(self) -> bytes:
        """The number."""
        super().finish()
        return f"{self._total}\n".encode()


class Sort(Filter):
    """``sort``, ``sort -u``, ``sort -r``; bounded, as nothing here may grow without end."""

    def __init__(self, flags: set[str]) -> None:
        super().__init__()
        self._flags, self._held = flags, 0
        self._lines: list[bytes] = []

    def line(self, line: bytes) -> bytes:
        """Nothing yet."""
        self._held += len(line)
        if self._held <= _MOST_HELD_B:
            self._lines.append(line)
        return b""

    def finish(self) -> bytes:
        """All lines in order."""
        super().finish()
        lines = set(self._lines) if "u" in self._flags else self._lines
        return b"".join(sorted(lines, reverse="r" in self._flags))


def _lines_asked(args: Sequence[str]) -> int:
    text = "".join(args).removeprefix("-n").removeprefix("-") if args else "10"
    if not text.isdecimal() or len(text) > 9:
        raise NotSimulatedError(f"head or tail {' '.join(args)}")
    return int(text)


def _flags(args: Sequence[str], known: str) -> tuple[set[str], list[str]]:
    flags: set[str] = set()
    rest: list[str] = []
    for arg in args:
        if arg.startswith("-") and len(arg) > 1 and set(arg[1:]) <= set(known) and not rest:
            flags.update(arg[1:])
        elif arg != "--":
            rest.append(arg)
    return flags, rest


def _grep(args: Sequence[str]) -> Filter:
    flags, rest = _flags(args, "ivcEFqe")
    if len(rest) != 1:
        raise NotSimulatedError(f"grep {' '.join(args)}")
    return Grep(flags, rest[0])


def _wc(args: Sequence[str]) -> Filter:
    if list(args) not in (["-l"], ["-c"]):
        raise NotSimulatedError(f"wc {' '.join(args)}")
    return Count(list(args) == ["-c"])


def _sort(args: Sequence[str]) -> Filter:
    flags, rest = _flags(args, "ur")
    if rest:
        raise NotSimulatedError(f"sort {' '.join(args)}")
    return Sort(flags)


_FILTERS: dict[str, Callable[[Sequence[str]], Filter]] = {
    "cat": lambda _args: Cat(),
    "head": lambda args: Head(_lines_asked(args)),
    "tail": lambda args: Tail(_lines_asked(args)),
    "grep": _grep,
    "egrep": lambda args: _grep(["-E", *args]),
    "wc": _wc,
    "sort": _sort,
}


def filter_of(argv: Sequence[str]) -> Filter:
    """The filter of one command behind a pipe.

    Raises:
        NotSimulatedError: the lab has no such filter, or not with these arguments.
    """
    if not argv:
        raise NotSimulatedError("a pipe into nothing")
    if argv[0] not in _FILTERS:
        raise NotSimulatedError(f"a pipe into {argv[0]}; there are: {', '.join(sorted(_FILTERS))}")
    return _FILTERS[argv[0]](argv[1:])
