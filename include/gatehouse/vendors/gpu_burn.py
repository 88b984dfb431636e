"""gpu_burn: the verdict on each GPU, and its last rate, errors and temperature.

Progress is overwritten in place; the verdict stands only at the end, and without it the run proves nothing.
"""

import re
from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads

_LISTED = re.compile(r"GPU (\d{1,4}): (.{1,100}) \(UUID: (\S{1,80})\)\s*$")
_TESTED = re.compile(r"Tested (\d{1,4}) GPUs?:\s*$")
_VERDICT = re.compile(r"\s+GPU (\d{1,4}): (OK|FAULTY)\s*$")
_PROGRESS = re.compile(r"([\d.]{1,8})%\s+proc'd: (.*?)\s+errors: (.*?)\s+temps: (.*)$")
_RATE = re.compile(r"\((\d{1,12}) Gflop/s\)")
_ERRORS = re.compile(r"(\d{1,18})(?:\s+\((?:WARNING|DIED)!?\))?")
_TROUBLE = re.compile(
    r"Couldn't init|No clients are alive|Failure during|CUDA error|Segmentation fault|DIED!", re.IGNORECASE
)


@reads("gpu_burn")
def read_gpu_burn(said: Completed) -> ToolReport:
    """OK or FAULTY by GPU, the count of faulty ones, and the last progress that came whole.

    Raises:
        UnreadableError: it is not gpu_burn's output.
    """
    gathered, text = gather("gpu_burn", said)
    lines = text.split("\n")
    listed = [match for line in lines if (match := _LISTED.match(line[:300]))]
    progress = [match for line in lines[:-1] if (match := _PROGRESS.match(line[:20_000]))]
    verdicts = {int(match[1]): match[2] for line in lines if (match := _VERDICT.match(line[:100]))}
    if not progress and not verdicts and not any("Gflop/s" in line or "burn" in line.lower() for line in lines):
        raise UnreadableError("not the output of gpu_burn")
    for match in listed:
        gathered.facts_of(f"gpu{match[1]}", {"name": match[2], "uuid": match[3]})
    trouble = [line.strip() for line in lines if _TROUBLE.search(line[:500])]
    for line in trouble:
        gathered.found(FindingClass.TOOL_ERROR, "host", "gpu_burn.trouble", line)
        gathered.error(line)
    if trouble and not progress and not verdicts:
        return gathered.failed("no GPU was burned")
    if progress:
        _note_progress(gathered, progress[-1])
    _note_verdicts(gathered, lines, verdicts, len(listed))
    return gathered.done()


def _note_verdicts(gathered: Gathered, lines: Sequence[str], verdicts: dict[int, str], listed: int) -> None:
    tested = next((int(match[1]) for line in lines if (match := _TESTED.match(line))), None)
    for gpu, verdict in verdicts.items():
        gathered.fact(f"gpu{gpu}", verdict)
        if verdict == "FAULTY":
            gathered.found(FindingClass.HARDWARE, f"gpu{gpu}", "gpu_burn.faulty", f"GPU {gpu} computed wrong results")
    gathered.fact("gpus", tested if tested is not None else listed or None)
    gathered.fact("faulty", sum(verdict == "FAULTY" for verdict in verdicts.values()) if verdicts else None)
    if tested is None:
        gathered.was_cut("the verdicts, which come last, are absent")
    else:
        gathered.counted("GPUs", tested, len(verdicts))


def _note_progress(gathered: Gathered, progress: re.Match[str]) -> None:
    rates = [int(rate) for rate in _RATE.findall(progress[2])]
    errors = [match[1] for part in progress[3].split(" - ") if (match := _ERRORS.fullmatch(part.strip()))]
    temperatures = progress[4].strip().split(" - ")
    gathered.fact("progress_pct", number_or_unknown(progress[1]))
    for gpu, rate in enumerate(rates):
        gathered.fact(f"gpu{gpu}.last_gflops", rate)
    for gpu, count in enumerate(errors):
        gathered.fact(f"gpu{gpu}.last_errors", int(count))
    for gpu, words in enumerate(temperatures if len(temperatures) == len(rates) else ()):
        gathered.fact(f"gpu{gpu}.last_temp_c", quantity(words, "c"))
