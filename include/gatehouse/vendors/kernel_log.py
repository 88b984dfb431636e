"""The kernel log, in every form that it is kept in: what it tells of the hardware, each event counted once."""

import re
from collections.abc import Callable
from dataclasses import replace

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.vendors.documents import text_of
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.kernel_log_amdgpu import note_amdgpu
from gatehouse.vendors.kernel_log_apei import note_apei
from gatehouse.vendors.kernel_log_habana import note_habana
from gatehouse.vendors.kernel_log_machine_checks import note_machine_checks
from gatehouse.vendors.kernel_log_memory import note_memory
from gatehouse.vendors.kernel_log_network import note_network
from gatehouse.vendors.kernel_log_nvidia import note_nvidia
from gatehouse.vendors.kernel_log_pcie import note_pcie
from gatehouse.vendors.kernel_log_records import CUT, END, KernelLog, Record, in_parts, records_of, whole_lines
from gatehouse.vendors.kernel_log_storage import note_storage
from gatehouse.vendors.kernel_log_system import note_system
from gatehouse.vendors.registry import reads

_FAMILIES: tuple[Callable[[KernelLog, Gathered], None], ...] = (
    note_nvidia,
    note_amdgpu,
    note_memory,
    note_machine_checks,
    note_apei,
    note_habana,
    note_pcie,
    note_network,
    note_storage,
    note_system,
)
_LOOKS_ENOUGH = 0.5  # share of lines with a time or a device in front; less is another kind of text
_CONSOLE_ENOUGH, _CONSOLE_LINES = 0.2, 20
_MAX_NUL_SHARE = 0.05
_FIRST_LINES = 5  # a boot's first message is among the first lines of its log
_SUPPRESSED = re.compile(rf"(\d{{1,9}}){END} callbacks suppressed")
_MISSED = re.compile(rf"Missed (\d{{1,9}}){END} kernel messages")


@reads("kernel-log")
def read_kernel_log(said: Completed) -> ToolReport:
    """Counts by family (0 where the log tells of none), first occurrences, and a finding for each cause and part.

    Raises:
        UnreadableError: it is not a kernel log, or holds no messages.
    """
    text = text_of(_without_nul_blocks(said))
    if "-- No entries --" in text[:1000]:
        raise UnreadableError("the journal holds no messages of the kernel")
    records, share = records_of(text)
    if not records or (share < _LOOKS_ENOUGH and not _is_console(records)):
        raise UnreadableError(f"only {share:.0%} of the lines look like a kernel log's")
    gathered = Gathered("kernel-log", said)
    if text.rsplit("\n", 1)[-1].strip():
        gathered.was_cut("the last line has no end")
    log = KernelLog(records)
    for note in _FAMILIES:
        note(log, gathered)
    _note_log(log, gathered, text)
    gathered.facts = {name: value for name, value in gathered.facts.items() if not _is_cut(value)}
    return gathered.done()


def _is_cut(value: Fact) -> bool:
    return isinstance(value, str) and CUT in value


def _is_console(records: list[Record]) -> bool:
    """Whether the kernel speaks among firmware, boot loader and services, as on a serial console."""
    stamped = sum(isinstance(record.time, float) for record in records)
    return stamped >= max(_CONSOLE_LINES, len(records) * _CONSOLE_ENOUGH)


def _without_nul_blocks(said: Completed) -> Completed:
    """A crash leaves blocks of NUL bytes in syslog files; a few are no reason to refuse the rest.

    A line with NUL bytes in it is dropped with them: what stood there is lost.
    """
    if b"\0" not in said.stdout or said.stdout.count(b"\0") > len(said.stdout) * _MAX_NUL_SHARE:
        return said
    lines = [line.strip(b"\0") for line in said.stdout.split(b"\n")]
    return replace(said, stdout=b"\n".join(line for line in lines if b"\0" not in line))


def _note_log(log: KernelLog, gathered: Gathered, text: str) -> None:
    """How much the log holds, from which host and time, of how many boots, and what it says that it lost."""
    first = log.records[0]
    gathered.fact("lines", whole_lines(text))
    gathered.fact("records", sum(not record.is_cut for record in log.records))
    gathered.fact("errors", log.errors)
    gathered.fact("host", next((record.host for record in log.records if record.host), None))
    if not (log.is_cut and in_parts(text)):  # the parts before it may be absent
        gathered.fact("first_line", None if first.is_cut else first.time)
        gathered.fact("last_line", next((r.time for r in reversed(log.records) if not r.is_cut), None))
    starts = [place for place, record in enumerate(log.records) if record.message.startswith("Linux version ")]
    gathered.total("boots", len(starts) + (not starts or starts[0] > _FIRST_LINES))
    _note_lost(log, gathered)
    if first.priority is not None:
        gathered.facts_of(
            "first",
            {
                "prio": first.priority,
                "seq": first.sequence,
                "usec": first.microseconds,
                "message": None if first.is_cut else first.message,
            },
        )


def _note_lost(log: KernelLog, gathered: Gathered) -> None:
    """Rate limits leave lines out: counts are of what was written. Messages that a journal missed are a hole."""
    limited = [
        match for r in log.whole_mentioning("suppressed") if (match := _SUPPRESSED.search(r.message)) is not None
    ]
    if limited:
        gathered.total("suppressed_lines", sum(int(match[1]) for match in limited))
    missed = [match for r in log.records if (match := _MISSED.match(r.message)) is not None]
    if missed:
        gathered.total("missed_lines", sum(int(match[1]) for match in missed))
        gathered.incomplete("the journal missed messages of the kernel")
