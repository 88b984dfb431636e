"""The records of a kernel log: lines or journal entries, in the order they were written, repeats spelt out.

A last line without its newline may be cut: its message ends in CUT, so that no pattern takes a number there for whole.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gatehouse.vendors.kernel_log_journal import journal_records
from gatehouse.vendors.kernel_log_lines import CUT, END, Record, record_of, without_time

__all__ = ["CUT", "END", "KernelLog", "Record", "in_parts", "records_of", "whole_lines"]

ERROR_SEVERITY = 3  # "err"; lower is worse (syslog(3))
_CONTINUES = re.compile(r" [A-Z_]{2,40}=")  # what /dev/kmsg says of the device, after a message
_HEADING = re.compile(
    r"-- .{0,200}(?: --|\.)$|-- (?:Journal begins|Logs begin) |Hint: You are currently"
    r"|      (?:Users in groups|Pass -q)|={4}\d{1,12}[.-]\d{1,12}-[CD]$"
)
_PART = re.compile(
    r"(?:<\d>)?(Panic|Oops|Emergency|Shutdown|Restart|Halt|Poweroff|Unknown|Error)#(\d{1,6}) Part(\d{1,6})\s*$"
)
_REPEATED = re.compile(rf"last message repeated (\d{{1,7}}){END} times")
_REPEATS = re.compile(rf"message repeated (\d{{1,7}}){END} times: \[ ?(.{{1,4000}})\]\s*$")
_MAX_REPEATS = 1_000  # each; a log that repeats more tells no more
_MAX_LINE = 4_000


@dataclass(slots=True)
class KernelLog:
    """All records, and which of them told of a fault."""

    records: list[Record]
    faults: set[int] = field(default_factory=set)
    _of_kernel: list[Record] = field(init=False)

    def __post_init__(self) -> None:
        """The kernel's own records are looked through for each kind of fault: sort them out once."""
        self._of_kernel = [record for record in self.records if record.from_kernel]

    def mentioning(self, *words: str) -> Iterator[Record]:
        """The kernel's records that hold one of these words as written; the last may be cut."""
        if len(words) == 1:
            (word,) = words
            return (record for record in self._of_kernel if word in record.message)
        return (record for record in self._of_kernel if any(w in record.message for w in words))

    def whole_mentioning(self, *words: str) -> Iterator[Record]:
        """The same without a record that may be cut, for what must be read to the end of its line."""
        return (record for record in self.mentioning(*words) if not record.is_cut)

    def fault(self, record: Record) -> None:
        """Remember that this record told of a fault."""
        self.faults.add(id(record))

    @property
    def is_cut(self) -> bool:
        """Whether its last record may be cut."""
        return any(record.is_cut for record in self.records)

    @property
    def errors(self) -> int:
        """Records that told of a fault, or that were logged as errors or worse."""
        return sum(
            id(record) in self.faults or (record.severity is not None and record.severity <= ERROR_SEVERITY)
            for record in self.records
        )


def records_of(text: str) -> tuple[list[Record], float]:
    """The records of a log, and the share of its lines that look like a log's."""
    found = journal_records(text)
    records, looks = found if found is not None else _of_lines(text)
    return list(_spelt_out(records)), looks


def whole_lines(text: str) -> int:
    """Lines with a message in them, without a last one that may be cut."""
    return sum(bool(line.strip()) and not _CONTINUES.match(line) for line in text.split("\n")[:-1])


def in_parts(text: str) -> bool:
    """Whether the log is pstore's: parts with a heading, the newest first."""
    return any(_PART.match(line) for line in text.split("\n", 50)[:50])


def _of_lines(text: str) -> tuple[list[Record], float]:
    *lines, tail = text.split("\n")
    if tail.strip():
        lines.append(tail + CUT)
    parts: dict[tuple[str, int, int], list[Record]] = {("", 0, 0): []}
    part = parts["", 0, 0]
    total = looks = 0
    for line in lines:
        if not line.strip() or _CONTINUES.match(line):
            continue
        if (heading := _PART.match(line)) is not None:
            part = parts.setdefault((heading[1], int(heading[2]), int(heading[3])), [])
        elif _HEADING.match(line) is None:
            part.append(record_of(line[:_MAX_LINE]))
            total += 1
            looks += part[-1].looks
    return [record for records in _oldest_first(parts) for record in records], looks / total if total else 0.0


def _oldest_first(parts: dict[tuple[str, int, int], list[Record]]) -> Iterator[list[Record]]:
    """pstore counts from the end: Part1 holds the newest lines of a crash."""
    crashes = {name: place for place, name in enumerate(dict.fromkeys(part[:2] for part in parts))}
    return (parts[part] for part in sorted(parts, key=lambda part: (crashes[part[:2]], -part[2])))


def _spelt_out(records: Iterable[Record]) -> Iterator[Record]:
    """What syslog folds into "repeated N times" counts N times."""
    last: Record | None = None
    for record in records:
        if (folded := _REPEATED.search(record.message)) is not None:
            yield from [last] * min(int(folded[1]), _MAX_REPEATS) if last is not None else []
            continue
        if record.message.startswith("message repeated") and (folded := _REPEATS.match(record.message)) is not None:
            said = replace(record, message=without_time(folded[2]))
            yield from [said] * min(int(folded[1]), _MAX_REPEATS)
            continue
        last = record
        yield record
