"""The monitor of SuperBench: a JSON object a line, with values by GPU under ``name:index``."""

import re

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.vendors.gathered import gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_OF_GPU = re.compile(r"(gpu_\w{1,60}):(\d{1,4})")
_MAX_FACT_LINES = 50  # samples are seconds apart for hours: all are counted, the first are given as facts
# Summaries over all samples, by GPU: what was the worst.
_WORST = {
    "gpu_temperature": "max_temp_c",
    "gpu_uncorrected_ecc": "ecc.uncorrectable",
    "gpu_corrected_ecc": "ecc.correctable",
}


@reads("superbench-monitor-jsonl")
def read_superbench_monitor(said: Completed) -> ToolReport:
    """Samples as ``lineN.*`` with the monitor's own names, and the worst of each GPU over all samples.

    Raises:
        UnreadableError: no line is a sample of the monitor.
    """
    gathered, text = gather("superbench-monitor-jsonl", said)
    samples = [item for item in json_lines(gathered, text).objects if "time" in item and "cpu_usage" in item]
    if not samples:
        raise UnreadableError("no sample of SuperBench's monitor")
    gpus: set[int] = set()
    worst: dict[str, int | float] = {}
    for index, sample in enumerate(samples):
        for key, said_value in sample.items():
            value = number_or_unknown(said_value)
            if index < _MAX_FACT_LINES:
                gathered.fact(f"line{index}.{key}", word_or_unknown(said_value) if key == "time" else value)
            if (of_gpu := _OF_GPU.fullmatch(key)) is None:
                continue
            gpus.add(int(of_gpu[2]))
            if value is not None and of_gpu[1] in _WORST:
                name = f"gpu{of_gpu[2]}.{_WORST[of_gpu[1]]}"
                worst[name] = max(worst.get(name, value), value)
    gathered.facts_of("", dict(worst))
    gathered.fact("lines", len(samples))
    gathered.fact("gpus", len(gpus))
    return gathered.done()
