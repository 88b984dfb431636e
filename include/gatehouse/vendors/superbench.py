"""SuperBench: the samples of its monitor, or the summary of its results; a JSON object a line.

Samples hold values by GPU under ``name:index``; a summary's line is a node with its metrics, or a defective node.
"""

import re
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown
from gatehouse.vendors.registry import reads

_OF_GPU = re.compile(r"(gpu_\w{1,60}):(\d{1,4})")
_OF_SAMPLE = re.compile(r"cpu_usage$|gpu_(?:usage|temperature|mem_used):\d")
_OF_RESULT = re.compile(r"[\w.-]{1,100}/return_code(?::\d{1,4})?$")  # every benchmark reports one
_MAX_FACT_LINES = 50  # samples are seconds apart for hours: all are counted, the first are given as facts
# Summaries over all samples, by GPU: what was the worst.
_WORST = {
    "gpu_temperature": "max_temp_c",
    "gpu_remap_uncorrectable": "remapped.uncorrectable",
    "gpu_remap_correctable": "remapped.correctable",
    "gpu_uncorrected_ecc": "ecc.uncorrectable",
    "gpu_corrected_ecc": "ecc.correctable",
}


@reads("superbench-monitor-jsonl")
def read_superbench_monitor(said: Completed) -> ToolReport:
    """Samples as ``lineN.*`` with the monitor's own names, and the worst of each GPU over all samples.

    Raises:
        UnreadableError: no line is a sample of the monitor, or a node's results.
    """
    gathered, text = gather("superbench-monitor-jsonl", said)
    objects = json_lines(gathered, text).objects
    samples = [item for item in objects if "time" in item and any(_OF_SAMPLE.match(key) for key in item)]
    nodes = [item for item in objects if any(_OF_RESULT.match(key) for key in item)]
    if not samples and not nodes:
        raise UnreadableError("no sample of SuperBench's monitor, and no results of a node")
    if not samples:
        return _results(gathered, nodes)
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


def _results(gathered: Gathered, nodes: list[dict[str, Any]]) -> ToolReport:
    """Nodes as ``lineN.*``. A benchmark that returned another code than 0 did not measure: no fault of hardware."""
    for index, node in enumerate(nodes):
        name = word_or_unknown(node.get("node") or node.get("index")) or f"line{index}"
        for key, said_value in node.items():
            number = number_or_unknown(said_value)
            if index < _MAX_FACT_LINES:
                gathered.fact(f"line{index}.{key}", number if number is not None else word_or_unknown(said_value))
            if _OF_RESULT.match(key) and number not in (0, None):
                benchmark = key.partition("/return_code")[0]
                text = f"{benchmark} returned {number} on {name}"
                gathered.found(FindingClass.TOOL_ERROR, name, f"superbench.{benchmark}", text)
        if (defects := word_or_unknown(node.get("Defective Details"))) is not None:
            category = str(node.get("Category"))
            kind = FindingClass.TOOL_ERROR if "FailedTest" in category else FindingClass.HARDWARE
            gathered.found(kind, name, f"superbench.{category}", defects)
    gathered.fact("lines", len(nodes))
    gathered.total("nodes", len(nodes))
    return gathered.done()
