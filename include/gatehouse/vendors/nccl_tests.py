"""nccl-tests and rccl-tests: rows by message size, wrong values, average bus bandwidth.

"validation: 0" means that nothing was compared, whatever "0 OK" says; and without its last lines a run proves nothing.
"""

import re
from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.cuda_errors import OF_HARDWARE
from gatehouse.vendors.gathered import Gathered, gather, whole_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_SETTINGS = re.compile(r"#\s*nThread (\d+) nGpus (\d+) minBytes (\d+) maxBytes (\d+).*validation: (\d+)")
_ITERATIONS = re.compile(r"warmup iters: (\d{1,9}) iters: (\d{1,9})")
_COLLECTIVE = re.compile(r"\b([a-z]{2,20}(?:_[a-z]{1,20}){0,3}_perf)\b")
_REDUCED = re.compile(r"#\s*Reducing maxBytes to (\d{1,20}) due to memory")
# What launchers put before each line: Open MPI's --tag-output, srun's --label.
_LABEL = re.compile(r"^(?:\[\d{1,6},\d{1,6}\]<std(?:out|err)>:? ?|\d{1,6}: (?=\s*(?:#|\d)))")
_RANK = re.compile(
    r"#\s*Rank\s+(\d{1,6})\s+(?:Group\s+\d+\s+)?Pid\s+(\d+)\s+(?:on\s+(\S+)\s+)?device\s+(\d{1,4})\s+"
    r"\[([0-9a-fA-Fx:.]{2,20})\](?:\s+(\S.{0,80})|\s*)$"
)
_OUT_OF_BOUNDS = re.compile(r"#\s*Out of bounds values\s*:\s*(\d{1,12}) (OK|FAILED)")
_AVERAGE = re.compile(r"#\s*Avg bus bandwidth\s*:\s*([\d.]{1,20}(?:e[+-]?\d{1,3})?)(?: (OK|FAILED))?\s*$")
_VERSION = re.compile(
    r"nccl-tests version (\S{1,20})|NCCL version (\S{1,30})|RCCL version\s*:?\s*(\S{1,30})|"
    r"rccl-tests: Version (\S{1,40})"
)
_FAILURE = re.compile(
    r"Test (?:(NCCL|CUDA) )?(?:failure|timeout \(\d{1,6}s\)) (?:\S{0,20} )?(\w[\w./]{0,60}\.\w{1,4}:\d{1,6})"
)
_EXIT = re.compile(r"(?:Exit code|exited):?\s+(\d{1,4})\s*$")
_RANK_ERROR = re.compile(r"\[Rank (\d{1,6})\].*(?:FATAL|ERROR|WARN)|\[rank(\d{1,6})\]:.*Error", re.IGNORECASE)
_GPU_ERROR = re.compile(r"(?:NCCL|RCCL) ERROR .{0,120}?\bGPU (\d{1,4})\b.{0,200}")
_HARDWARE_WORDS = re.compile(
    rf"HW error|hardware error|\bECC\b|Xid|NVLink error|xGMI link|{OF_HARDWARE.pattern}", re.IGNORECASE
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|N/A|nan|inf", re.IGNORECASE)
_SIDE = ("time_us", "algbw", "busbw")


@reads("nccl-tests")
def read_nccl_tests(said: Completed) -> ToolReport:
    """Rows as ``row.SIZE.oop.busbw`` (out of place) and ``.ip.`` (in place) in GB/s and µs, totals and errors.

    Raises:
        UnreadableError: it is not the output of nccl-tests.
    """
    return _read("nccl-tests", said)


@reads("rccl-tests")
def read_rccl_tests(said: Completed) -> ToolReport:
    """The same as :func:`read_nccl_tests`: rccl-tests print the same form.

    Raises:
        UnreadableError: it is not the output of rccl-tests.
    """
    return _read("rccl-tests", said)


def _read(tool: str, said: Completed) -> ToolReport:
    gathered, text = gather(tool, said)
    lines = [_LABEL.sub("", line[:2000]) for line in whole_lines(gathered, text)]
    settings = next((match for line in lines if (match := _SETTINGS.match(line))), None)
    if settings is None:
        _note_errors(gathered, lines)
        if "test_failure" in gathered.facts:
            return gathered.failed(f"the test did not start: {gathered.errors[0]}")
        raise UnreadableError("no line of settings (# nThread … nGpus …)")
    _note_settings(gathered, lines, settings)
    _note_ranks(gathered, lines, int(settings[2]))
    rows = _note_rows(gathered, lines)
    _note_totals(gathered, lines, validated=settings[5] != "0")
    _note_errors(gathered, lines)
    if rows == 0:
        gathered.incomplete("no measurement was made")
    return gathered.done()


def _note_settings(gathered: Gathered, lines: Sequence[str], settings: re.Match[str]) -> None:
    iterations = _ITERATIONS.search(settings[0])
    collective = next((match for line in lines if (match := _COLLECTIVE.search(line))), None)
    reduced = next((match for line in lines if (match := _REDUCED.match(line))), None)
    gathered.facts_of(
        "",
        {
            "validation": settings[5] != "0",
            "min_bytes": int(settings[3]),
            "max_bytes": int(settings[4]),
            "warmup_iters": int(iterations[1]) if iterations else None,
            "iters": int(iterations[2]) if iterations else None,
            "collective": collective[1] if collective else None,
        },
    )
    if reduced is not None:
        gathered.fact("max_bytes_reduced", int(reduced[1]))


def _note_ranks(gathered: Gathered, lines: Sequence[str], gpus_per_thread: int) -> None:
    ranks = [match for line in lines if (match := _RANK.match(line))]
    gathered.fact("ranks_listed", len(ranks))
    gathered.fact("gpus", len(ranks) or gpus_per_thread)
    gathered.total("hosts", len({rank[3] for rank in ranks if rank[3]}) or None)
    for rank in ranks:
        gathered.facts_of(
            f"device{rank[1]}",
            {"name": word_or_unknown(rank[6] or ""), "pci": rank[5], "index": int(rank[4]), "host": rank[3]},
        )
    version = next((match for line in lines if (match := _VERSION.search(line))), None)
    gathered.fact("version", next((word for word in version.groups() if word), None) if version else None)


def _note_rows(gathered: Gathered, lines: Sequence[str]) -> int:
    """Rows start with size and count in digits; the two sides are the numbers after type, operation and root.

    Of several rows of a size (several types or operations) the first is given; old versions print the largest
    deviation where others count wrong values.
    """
    headings = " ".join(line for line in lines if line.startswith("#") and "algbw" in line)
    last = "error" if "error" in headings and "#wrong" not in headings else "wrong"
    sizes: dict[str, dict[str, Fact]] = {}
    rates: list[int | float] = []
    count = 0
    for line in lines:
        words = line.split()
        if len(words) < 10 or not words[0].isdigit() or not words[1].isdigit() or words[2][:1].isdigit():
            continue
        sides = [word for word in words if _NUMBER.fullmatch(word)]
        numbers = sides[-9:-1] if "#iters" in headings else sides[-8:]
        if len(numbers) != 8:
            gathered.incomplete("a row was left out")
            continue
        count += 1
        values = [number_or_unknown(word) for word in numbers]
        rates += [value for value in (values[2], values[6]) if value is not None]
        row: dict[str, Fact] = {
            f"{side}.{name}": values[4 * half + place]
            for half, side in enumerate(("oop", "ip"))
            for place, name in enumerate((*_SIDE, last))
        }
        sizes.setdefault(words[0], row)
    for size, facts in sizes.items():
        gathered.facts_of(f"row.{size}", facts)
    gathered.fact("rows", count)
    gathered.fact("max_busbw", max(rates, default=None))
    return count


def _note_totals(gathered: Gathered, lines: Sequence[str], *, validated: bool) -> None:
    wrong = next((match for line in lines if (match := _OUT_OF_BOUNDS.match(line))), None)
    average = next((match for line in lines if (match := _AVERAGE.match(line))), None)
    gathered.fact("oob", int(wrong[1]) if wrong else None)
    gathered.fact("oob_ok", wrong[2] == "OK" if wrong else None)
    gathered.fact("errors", int(wrong[1]) if wrong and validated else None)
    value = number_or_unknown(average[1]) if average else None
    gathered.fact("avg_busbw", float(value) if value is not None else None)
    if average is not None and average[2]:
        gathered.fact("avg_busbw_ok", average[2] == "OK")
    if wrong is not None and (wrong[2] != "OK" or wrong[1] != "0"):
        gathered.found(FindingClass.HARDWARE, "host", "collective.wrong_values", wrong[0])
    if average is None or wrong is None:
        gathered.incomplete("the lines with the totals are absent")


def _note_errors(gathered: Gathered, lines: Sequence[str]) -> None:
    for line in lines:
        if (failure := _FAILURE.search(line)) is not None:
            gathered.facts.setdefault("test_failure", failure[2])
            gathered.error(line.strip())
            if failure[1]:
                kind = FindingClass.HARDWARE if _HARDWARE_WORDS.search(line) else FindingClass.TOOL_ERROR
                gathered.found(kind, "host", "collective.failure", line)
        if (code := _EXIT.search(line)) is not None:
            gathered.fact("exit_code", int(code[1]))
            if code[1] != "0":
                gathered.error(line.strip())
        if (gpu := _GPU_ERROR.search(line)) is not None:
            gathered.facts.setdefault("error.gpu", int(gpu[1]))
            kind = FindingClass.HARDWARE if _HARDWARE_WORDS.search(line) else FindingClass.TOOL_ERROR
            gathered.found(kind, f"gpu{gpu[1]}", "collective.device_error", line)
        if (rank := _RANK_ERROR.search(line)) is not None:
            gathered.facts.setdefault("error.rank", int(rank[1] or rank[2]))
