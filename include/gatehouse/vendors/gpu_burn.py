"""gpu_burn: the verdict on each GPU, and its last rate, errors and temperature.

Progress is overwritten in place; the verdict stands only at the end, and without it the run proves nothing.
"""

import re
from collections.abc import Sequence

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.cuda_errors import OF_HARDWARE
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.quantities import number_or_unknown, quantity
from gatehouse.vendors.registry import reads

_LISTED = re.compile(r"GPU (\d{1,4}): (.{1,100}) \(UUID: (\S{1,80})\)\s*$")
_TESTED = re.compile(r"Tested (\d{1,4}) GPUs?:\s*$")
_VERDICT = re.compile(r"\s+GPU (\d{1,4}): (OK|FAULTY)\s*$")
_PROGRESS = re.compile(r"([\d.]{1,8})%\s+proc'd: (.*?)\s+errors: (.*?)\s+temps: (.*)$")
_RATE = re.compile(r"\((\d{1,12}) Gflop/s\)")
_PROCESSED = re.compile(r"(-?\d{1,18}) \(\d{1,12} Gflop/s\)\s*(\(DIED!\))?")
_ERRORS = re.compile(r"(-?\d{1,18})\s*(\((?:WARNING|DIED)!?\))?\s*(?:- |$)")
_TROUBLE = re.compile(
    r"Couldn't init|No clients are alive|Failure during|CUDA error|Segmentation fault|No CUDA (?:devices|capable)|"
    r"cuInit returned|Low mem for result|Could not invoke|read\[\d{1,4}\] error|^Killed\b",
    re.IGNORECASE,
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
        is_hardware = OF_HARDWARE.search(line[:1000])
        kind = FindingClass.HARDWARE if is_hardware else FindingClass.TOOL_ERROR
        gathered.found(kind, "host", "gpu_burn.hardware_error" if is_hardware else "gpu_burn.trouble", line)
        gathered.error(line)
    if trouble and not progress and not verdicts:
        return gathered.failed("no GPU was burned")
    died = _note_progress(gathered, progress) if progress else set()
    _note_verdicts(gathered, lines, verdicts, len(listed))
    _note_bad(gathered, verdicts, died)
    return gathered.done()


def _note_verdicts(gathered: Gathered, lines: Sequence[str], verdicts: dict[int, str], listed: int) -> None:
    tested = next((int(match[1]) for line in lines if (match := _TESTED.match(line))), None)
    for gpu, verdict in verdicts.items():
        gathered.fact(f"gpu{gpu}", verdict)
    gathered.fact("gpus", tested if tested is not None else listed or None)
    gathered.fact("faulty", sum(verdict == "FAULTY" for verdict in verdicts.values()) if verdicts else None)
    if tested is None:
        gathered.was_cut("the verdicts, which come last, are absent")
    else:
        gathered.counted("GPUs", tested, len(verdicts))


def _note_bad(gathered: Gathered, verdicts: dict[int, str], died: set[int]) -> None:
    """Wrong results are the GPU's. A worker that died may have met anything: a build for another GPU, no memory, a
    GPU that fell off the bus; and one that computed nothing proves nothing, whatever the verdict says."""
    for gpu in sorted(died):
        text = f"the worker of GPU {gpu} died; see the kernel log for why"
        gathered.found(FindingClass.TOOL_ERROR, f"gpu{gpu}", "gpu_burn.died", text)
    for gpu, verdict in verdicts.items():
        wrong = gathered.facts.get(f"gpu{gpu}.errors")
        if verdict == "FAULTY" and (gpu not in died or (isinstance(wrong, int) and wrong > 0)):
            gathered.found(FindingClass.HARDWARE, f"gpu{gpu}", "gpu_burn.faulty", f"GPU {gpu} computed wrong results")
        elif verdict == "OK" and gathered.facts.get(f"gpu{gpu}.processed") == 0:
            text = f"GPU {gpu} is called OK but computed nothing"
            gathered.found(FindingClass.TOOL_ERROR, f"gpu{gpu}", "gpu_burn.no_work", text)
            gathered.incomplete(text)


def _note_progress(gathered: Gathered, progress: Sequence[re.Match[str]]) -> set[int]:
    """The last progress, the errors of all of it (a summary clears them), and the GPUs whose worker died."""
    last = progress[-1]
    processed = _PROCESSED.findall(last[2])
    errors = _ERRORS.findall(last[3])
    gathered.fact("progress_pct", number_or_unknown(last[1]))
    for gpu, rate in enumerate(_RATE.findall(last[2])):
        gathered.fact(f"gpu{gpu}.last_gflops", int(rate))
    for gpu, (count, _) in enumerate(processed):
        gathered.total(f"gpu{gpu}.processed", int(count) if int(count) >= 0 else None)
    for gpu, (count, _) in enumerate(errors):
        gathered.fact(f"gpu{gpu}.last_errors", int(count))
    for gpu, count in enumerate(_all_errors(progress, len(errors))):
        gathered.total(f"gpu{gpu}.errors", count)
    temperatures = last[4].strip().split(" - ")
    for gpu, words in enumerate(temperatures if len(temperatures) == len(processed) else ()):
        gathered.fact(f"gpu{gpu}.last_temp_c", quantity(words, "c"))
    dead = {gpu for gpu, (count, note) in enumerate(processed) if int(count) < 0 or note}
    return dead | {gpu for gpu, (_, note) in enumerate(errors) if "DIED" in note}


def _all_errors(progress: Sequence[re.Match[str]], gpus: int) -> list[int]:
    """Wrong results by GPU: counters grow until a summary clears them, so each fall ends one count."""
    totals, before = [0] * gpus, [0] * gpus
    for step in progress:
        counts = [int(count) for count, _ in _ERRORS.findall(step[3])]
        if len(counts) != gpus:
            continue
        totals = [total + max(was, 0) * (now < was) for total, was, now in zip(totals, before, counts, strict=True)]
        before = counts
    return [total + max(now, 0) for total, now in zip(totals, before, strict=True)]
