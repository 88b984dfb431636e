"""The records of a kernel log in every form it is kept in: dmesg (plain, -T, iso, decoded), journal, syslog,
/dev/kmsg, pstore, or messages alone.

A last line without its newline may be cut: its message ends in CUT, so that no pattern takes a number there for whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CUT = "\u2026"
END = rf"(?![\w{CUT}])"  # what must follow a number for it to be whole

_SEVERITIES = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
ERROR_SEVERITY = 3  # "err"; lower is worse (syslog(3))
_DECODED = re.compile(rf"(?:kern|user|daemon|auth|syslog|local\d)\s{{0,8}}:({'|'.join(_SEVERITIES)})\s{{0,8}}:\s*")
_KMSG = re.compile(r"(\d{1,5}),(\d{1,20}),(\d{1,20}),[^;]{0,40};")
_LEVEL = re.compile(r"<(\d{1,3})>")
_SECONDS = re.compile(r"\[\s{0,10}(\d{1,10}\.\d{3,9})(?:\s*<[^>]{0,24}>)?\](?:\[\s{0,8}[TC]\d{1,8}\])?\s?")
_DATED = re.compile(r"\[([A-Z][a-z]{2} [A-Z][a-z]{2}\s{1,2}\d{1,2} \d\d:\d\d:\d\d \d{4})\]\s?")
_RELATIVE = re.compile(r"\[\s{0,4}(\+\d{1,8}\.\d{1,9}|[A-Z][a-z]{2}\s?\d{1,2} \d\d:\d\d)\]\s?")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)([.,]\d{1,9})?(Z|[+-]\d\d:?\d\d)?\s+")
_SYSLOG = re.compile(r"([A-Z][a-z]{2}\s{1,2}\d{1,2} \d\d:\d\d:\d\d(?:\.\d{1,9})?)\s+")
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d{1,9})?)\s+")
_SOURCE = re.compile(r"([A-Za-z0-9][\w.-]{0,252}) ([\w./@()-]{1,64})(?:\[\d{1,10}\])?: ?")
_DEVICE = re.compile(r"[a-z][\w-]{0,30} (?:[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|[a-z]{1,10}\d{1,4}): ")


@dataclass(frozen=True, slots=True)
class Record:
    """One message: ``time`` is seconds since boot, or the words of a date; ``severity`` as syslog counts.

    ``source`` is the program that wrote it in a journal or syslog; None where the form has none.
    """

    message: str
    time: float | str | None = None
    host: str | None = None
    source: str | None = None
    severity: int | None = None
    priority: int | None = None
    sequence: int | None = None
    microseconds: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether its end may be absent."""
        return self.message.endswith(CUT)

    @property
    def from_kernel(self) -> bool:
        """Whether it is the kernel's own word, as far as the form tells."""
        return self.source in (None, "kernel")


@dataclass(slots=True)
class KernelLog:
    """All records, and which of them told of a fault."""

    records: list[Record]
    faults: set[int] = field(default_factory=set)

    def mentioning(self, *words: str) -> Iterator[Record]:
        """The kernel's records that hold one of these words as written; the last may be cut."""
        return (record for record in self.records if record.from_kernel and any(w in record.message for w in words))

    def whole_mentioning(self, *words: str) -> Iterator[Record]:
        """The same without a record that may be cut, for what must be read to the end of its line."""
        return (record for record in self.mentioning(*words) if not record.is_cut)

    def fault(self, record: Record) -> None:
        """Remember that this record told of a fault."""
        self.faults.add(id(record))

    @property
    def errors(self) -> int:
        """Records that told of a fault, or that were logged as errors or worse."""
        return sum(
            id(record) in self.faults or (record.severity is not None and record.severity <= ERROR_SEVERITY)
            for record in self.records
        )


def records_of(text: str) -> tuple[list[Record], float]:
    """The records of a log, and the share of its lines that look like a log's."""
    *lines, tail = text.split("\n")
    if tail.strip():
        lines.append(tail + CUT)
    records = [
        _record(line[:4000]) for line in lines if line.strip() and not line.startswith((" SUBSYSTEM=", " DEVICE="))
    ]
    looks = sum(record.time is not None or bool(_DEVICE.match(record.message)) for record in records)
    return records, looks / len(records) if records else 0.0


def _record(line: str) -> Record:
    severity = priority = sequence = microseconds = None
    time: float | str | None = None
    host = source = None
    if (match := _DECODED.match(line)) is not None:
        severity, line = _SEVERITIES.index(match[1]), line[match.end() :]
    if (match := _KMSG.match(line)) is not None:
        priority, sequence, microseconds = int(match[1]), int(match[2]), int(match[3])
        return Record(
            line[match.end() :], microseconds / 1e6, None, None, priority & 7, priority, sequence, microseconds
        )
    if (match := _LEVEL.match(line)) is not None:
        severity, line = int(match[1]) & 7, line[match.end() :]
    time, rest, may_have_source = _stamp(line)
    if may_have_source and (match := _SOURCE.match(rest)) is not None:
        host, source, rest = match[1], match[2], rest[match.end() :]
        if source == "kernel" and (match := _SECONDS.match(rest)) is not None:
            rest = rest[match.end() :]
    return Record(rest, time, host, source, severity)


def _stamp(line: str) -> tuple[float | str | None, str, bool]:
    """Time, the rest of the line, and whether host and program stand before the message."""
    if (match := _SECONDS.match(line)) is not None:
        return float(match[1]), line[match.end() :], False
    if (match := _DATED.match(line) or _RELATIVE.match(line)) is not None:
        return match[1], line[match.end() :], False
    if (match := _ISO.match(line)) is not None:
        fraction, zone = match[2] or "", match[3] or ""
        # dmesg writes a decimal comma and no host; the journal and syslog write a point, or none, and a host.
        return match[1] + fraction.replace(",", ".") + zone, line[match.end() :], not fraction.startswith(",")
    if (match := _SYSLOG.match(line)) is not None:
        return match[1], line[match.end() :], True
    if (match := _CLOCK.match(line)) is not None:
        return match[1], line[match.end() :], False
    return None, line, False
