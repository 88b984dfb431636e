"""One line of a kernel log in every form that it is kept in: dmesg (plain, -T, iso, relative, decoded, raw), journal
(short and its variants), syslog of both RFCs, /dev/kmsg, and the same behind the prefix of a container's or a shell's
collector."""

import re
from dataclasses import dataclass, replace

CUT = "\u2026"
END = rf"(?![\w{CUT}])"  # what must follow a number for it to be whole

SEVERITIES = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
_DECODED = re.compile(rf"[a-z]{{2,8}}\d?\s{{0,8}}:({'|'.join(SEVERITIES)})\s{{0,8}}:\s?")
_KMSG = re.compile(r"(\d{1,5}),(\d{1,20}),(\d{1,20}),[^;]{0,40};")
_LEVEL = re.compile(r"<(\d{1,3})>(?!1 )")
_SECONDS = re.compile(r"\[\s{0,10}(\d{1,10}\.\d{3,9})(?:\s*<[^>]{0,24}>)?\](?:\[\s{0,8}[TC]\d{1,8}\])?\s?")
_DATED = re.compile(r"\[(\w{1,6}\.? \w{1,8}\.?\s{1,2}\d{1,2} \d\d:\d\d:\d\d \d{4})(?:\s*<[^>]{0,24}>)?\]\s?")
_RELATIVE = re.compile(r"\[\s{0,4}(\+\d{1,8}\.\d{1,9}|[A-Z][a-z]{2}\s?\d{1,2} \d\d:\d\d)\]\s?")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)([.,]\d{1,9})?(Z|[+-]\d\d:?\d\d)?\s+")
_RFC5424 = re.compile(
    r"<(\d{1,3})>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) \S{1,128} \S{1,32} (?:-|(?:\[[^\]]{0,500}\]){1,8})(?: \ufeff?|$)"
)
_SYSLOG = re.compile(r"([A-Z][a-z]{2}\s{1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?)\s+")
_FULL = re.compile(r"([A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [A-Z+-][\w:+-]{0,6})\s+")
_UNIX = re.compile(r"(\d{9,10}\.\d{6})\s+(?=\S{1,255} \S{1,64}: )")
_CLOCK = re.compile(r"(\d\d:\d\d:\d\d(?:\.\d{1,9})?)\s+")
_SOURCE = re.compile(r"([A-Za-z0-9][\w.-]{0,252}) ([\w./@()-]{1,64})(?:\[\d{1,10}\])?: ?")
_MONOTONIC_SOURCE = re.compile(r"([A-Za-z0-9][\w.-]{0,252}) (?:(kernel)|([\w./@()-]{1,64})\[\d{1,10}\]): ?")
_COLLECTORS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] ",  # CRI of Kubernetes
        r"\[\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]\s?(?=[\[<])",  # a console server's
        r"\[pod/[^\]\s]{1,300}\] ",
        r"[\w.-]{1,63}\s{0,40}\| (?=[\[<\d])",  # docker compose
        r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s+\d{1,8} [\w.-]{1,60}:\d{1,6}\] (?=[\[<]|NVRM)",  # klog
    )
)
_SHELL_PREFIX = re.compile(
    r"([A-Za-z][\w.-]{0,62}): (?=\[\s{0,10}\d{1,10}\.\d{6}\]|\[[A-Z][a-z]{2} [A-Z]|<\d>\[|\d{4}-)"
)
# How messages of the kernel begin where nothing stands before them (journalctl -o cat, dmesg -t).
_MESSAGE = re.compile(
    r"[a-z][\w-]{0,30} (?:[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]|[a-z]{1,10}\d{1,4})(?: [\w@.-]{1,32})?: "
    r"|NVRM: |nvidia-(?:nvswitch\d|peermem|nvlink|modeset|uvm)|amdgpu: |\[drm[\]:]|pcieport "
    r"|EDAC \w|(?:\{\d{1,6}\})?\[Hardware Error\]: |mce: |Memory failure: |CPU\d{1,5}: |CPU: \d"
    r"|Out of memory: |Memory cgroup out|oom-kill:|oom_reaper: |INFO: task |(?:NMI )?watchdog: |rcu: "
    r"|Kernel panic - |BUG: |RIP: |Call Trace:|EXT4-fs |XFS \(|BTRFS |md/raid|Buffer I/O error |blk_update_request: "
    r"|I/O error, dev |critical (?:medium|target) error|Linux version \d|ACPI: |IPv6: |usb \d"
)


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

    @property
    def looks(self) -> bool:
        """Whether it looks like a record of a kernel log: a time before it, or the kernel's way to begin a message."""
        return self.time is not None or self.sequence is not None or bool(_MESSAGE.match(self.message))


def record_of(line: str) -> Record:
    """The record of one line."""
    line, time, host = _uncollected(line)
    record = _record(line)
    return replace(record, time=time if record.time is None else record.time, host=record.host or host)


def without_time(message: str) -> str:
    """The message without the kernel's own time, which syslog leaves before it."""
    match = _SECONDS.match(message)
    return message[match.end() :] if match else message


def _uncollected(line: str) -> tuple[str, str | None, str | None]:
    """The line without what a collector put before it, and the time and the host of that."""
    time = host = None
    for collector in _COLLECTORS:
        if (match := collector.match(line)) is not None:
            line = line[match.end() :]
            time = time or (match[0].split(" ", 1)[0] if " std" in match[0] else None)
    if (match := _SHELL_PREFIX.match(line)) is not None:
        host, line = match[1], line[match.end() :]
    return line, time, host


def _record(line: str) -> Record:
    if (match := _KMSG.match(line)) is not None:
        priority, sequence, usec = int(match[1]), int(match[2]), int(match[3])
        return Record(line[match.end() :], usec / 1e6, None, None, priority & 7, priority, sequence, usec)
    if (match := _RFC5424.match(line)) is not None:
        message = without_time(line[match.end() :])
        host, source = (None if word == "-" else word for word in (match[3], match[4]))
        return Record(message, match[2], host, source, int(match[1]) & 7)
    severity = None
    if (match := _DECODED.match(line)) is not None:
        severity, line = SEVERITIES.index(match[1]), line[match.end() :].lstrip(" ")
    if (match := _LEVEL.match(line)) is not None:
        severity, line = int(match[1]) & 7, line[match.end() :]
    time, rest, source_form = _stamp(line)
    host = source = None
    if source_form is not None and (match := source_form.match(rest)) is not None:
        host, source, rest = match[1], next(name for name in match.groups()[1:] if name), rest[match.end() :]
        rest = without_time(rest) if source == "kernel" else rest
    return Record(rest, time, host, source, severity)


def _stamp(line: str) -> tuple[float | str | None, str, re.Pattern[str] | None]:
    """Time, the rest of the line, and how host and program stand before the message, where the form has them."""
    if (match := _SECONDS.match(line)) is not None:
        return float(match[1]), line[match.end() :], _MONOTONIC_SOURCE
    if (match := _DATED.match(line) or _RELATIVE.match(line)) is not None:
        return match[1], line[match.end() :], None
    if (match := _ISO.match(line)) is not None:
        fraction, zone = match[2] or "", match[3] or ""
        # dmesg writes a decimal comma and no host; the journal and syslog write a point, or none, and a host.
        source = None if fraction.startswith(",") else _SOURCE
        return match[1] + fraction.replace(",", ".") + zone, line[match.end() :], source
    if (match := _SYSLOG.match(line) or _FULL.match(line) or _UNIX.match(line)) is not None:
        return match[1], line[match.end() :], _SOURCE
    if (match := _CLOCK.match(line)) is not None:
        return match[1], line[match.end() :], None
    return None, line, None
