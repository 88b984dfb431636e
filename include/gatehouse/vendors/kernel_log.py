"""The kernel log, in every form that it is kept in: what it tells of the hardware, each event counted once."""

from collections.abc import Callable
from dataclasses import replace

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
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
from gatehouse.vendors.kernel_log_records import KernelLog, records_of
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
    note_system,
)
_LOOKS_ENOUGH = 0.5  # share of lines with a time or a device in front; less is another kind of text
_MAX_NUL_SHARE = 0.05


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
    if share < _LOOKS_ENOUGH:
        raise UnreadableError(f"only {share:.0%} of the lines look like a kernel log's")
    gathered = Gathered("kernel-log", said)
    if text.rsplit("\n", 1)[-1].strip():
        gathered.was_cut("the last line has no end")
    log = KernelLog(records)
    for note in _FAMILIES:
        note(log, gathered)
    _note_log(log, gathered)
    return gathered.done()


def _without_nul_blocks(said: Completed) -> Completed:
    """A crash leaves blocks of NUL bytes in syslog files; a few are no reason to refuse the rest.

    A line with NUL bytes in it is dropped with them: what stood there is lost.
    """
    if b"\0" not in said.stdout or said.stdout.count(b"\0") > len(said.stdout) * _MAX_NUL_SHARE:
        return said
    lines = [line.strip(b"\0") for line in said.stdout.split(b"\n")]
    return replace(said, stdout=b"\n".join(line for line in lines if b"\0" not in line))


def _note_log(log: KernelLog, gathered: Gathered) -> None:
    first = log.records[0]
    gathered.fact("lines", sum(not record.is_cut for record in log.records))
    gathered.fact("errors", log.errors)
    gathered.fact("host", next((record.host for record in log.records if record.host), None))
    gathered.fact("first_line", first.time)
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
