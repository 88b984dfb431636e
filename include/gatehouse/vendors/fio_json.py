"""``fio --output-format=json``: throughput, latency and verification of a storage test.

fio 3 prints latencies in ns under ``lat_ns``, fio 2 in µs under ``lat``; ``bw`` is KiB/s in both. A job's ``error`` is
an errno; 84 (EILSEQ) is what fio sets when verification finds other data than it wrote.
"""

import re
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import json_of, text_of, with_errors
from gatehouse.vendors.draft import Draft
from gatehouse.vendors.json_paths import at, items_at, text_at
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_TOOL = "fio-json"
_WAYS = ("read", "write", "trim")
_LATENCIES = ("slat", "clat", "lat")
_NS_PER_US = 1000
_PERCENTILES = {
    "50.000000": "p50_ns",
    "95.000000": "p95_ns",
    "99.000000": "p99_ns",
    "99.900000": "p99_9_ns",
    "99.990000": "p99_99_ns",
}
_SAID = re.compile(r"^(?:fio: |verify: ).{1,300}", re.MULTILINE)
_EIO, _ENOSPC, _EILSEQ, _EROFS = 5, 28, 84, 30
_ERRORS = {
    _EIO: (FindingClass.HARDWARE, "fio.io_error", "input/output error"),
    _EILSEQ: (FindingClass.HARDWARE, "fio.verify", "verification found other data than was written"),
    _ENOSPC: (FindingClass.CONFIGURATION, "fio.no_space", "no space left"),
    _EROFS: (FindingClass.CONFIGURATION, "fio.read_only", "the file system is read-only"),
}
_ANSWERS = (0, 1)  # 1: a job ended with an error, which its record holds


@reads(_TOOL)
def read_fio_json(said: Completed) -> ToolReport:
    """Of each job and way: KiB/s, operations/s and latencies in ns; of each disk its use in %.

    A way without any operation has no latency (None), as there was nothing to time.

    Raises:
        UnreadableError: not fio's JSON, or it ran no job.
    """
    text = text_of(with_errors(said))
    complaints = list(dict.fromkeys(_SAID.findall(text)))
    if "{" not in text:
        raise UnreadableError(f"fio printed no JSON{f': {complaints[0]}' if complaints else ''}")
    document = json_of(said)
    jobs = items_at(document, "jobs") or items_at(document, "client_stats")
    if text_at(document, "fio version") is None:
        raise UnreadableError("JSON without 'fio version'")
    if not jobs:
        raise UnreadableError(f"fio ran no job{f': {complaints[0]}' if complaints else ''}")
    draft = Draft(_TOOL, said)
    draft.fact("fio", text_at(document, "fio version"))
    draft.fact("jobs", len(jobs))
    for index, job in enumerate(jobs):
        _note_job(draft, f"job{index}", job)
    for index, disk in enumerate(items_at(document, "disk_util")):
        draft.fact(f"disk{index}.name", text_at(disk, "name"))
        draft.fact(f"disk{index}.util", number_or_unknown(at(disk, "util")))
    for complaint in complaints[:10]:
        draft.error(complaint)
    return draft.done(_ANSWERS)


def _note_job(draft: Draft, part: str, job: Any) -> None:
    draft.fact(f"{part}.name", text_at(job, "jobname"))
    error = number_or_unknown(at(job, "error"))
    draft.fact(f"{part}.error", error)
    draft.fact(f"{part}.elapsed_s", number_or_unknown(at(job, "elapsed")))
    if at(job, "total_err") is not None:  # of jobs that go on after errors
        draft.fact(f"{part}.total_errors", number_or_unknown(at(job, "total_err")))
        first = number_or_unknown(at(job, "first_error"))
        draft.fact(f"{part}.first_error", first)
        error = error or first
    for way in _WAYS:
        if isinstance(at(job, way), dict) and (way != "trim" or at(job, way, "total_ios")):
            _note_way(draft, f"{part}.{way}", job[way])
    if isinstance(error, int) and error:
        unknown = (FindingClass.TOOL_ERROR, "fio.error", "see errno(3)")
        kind, signature, text = _ERRORS.get(error, unknown)
        draft.finding(kind, "storage", signature, f"{part} ended with error {error}: {text}")


def _note_way(draft: Draft, prefix: str, way: Any) -> None:
    operations = number_or_unknown(at(way, "total_ios"))
    draft.fact(f"{prefix}.bw_kib", number_or_unknown(at(way, "bw")))
    draft.fact(f"{prefix}.iops", number_or_unknown(at(way, "iops")))
    if at(way, "bw_bytes") is not None:  # since fio 3, where io_bytes became bytes too
        draft.fact(f"{prefix}.bw_bytes", number_or_unknown(at(way, "bw_bytes")))
        draft.fact(f"{prefix}.io_b", number_or_unknown(at(way, "io_bytes")))
    draft.fact(f"{prefix}.total_ios", operations)
    draft.fact(f"{prefix}.runtime_ms", number_or_unknown(at(way, "runtime")))
    moved = operations or (operations is None and number_or_unknown(at(way, "io_bytes")))  # fio 2.1 counts bytes only
    for kind in _LATENCIES:
        for name, value in _latency(way, kind).items():
            draft.fact(f"{prefix}.{kind}_{name}", value if moved else None)


def _latency(way: Any, kind: str) -> dict[str, int | float | None]:
    """Mean, largest and percentiles in ns, from the unit that the key's suffix names."""
    in_us = at(way, f"{kind}_ns") is None
    record = at(way, kind) if in_us else at(way, f"{kind}_ns")
    found = {f"{name}_ns": at(record, name) for name in ("mean", "min", "max")}
    for key, name in _PERCENTILES.items():
        if at(record, "percentile", key) is not None:
            found[name] = at(record, "percentile", key)
    numbers = {name: number_or_unknown(value) for name, value in found.items()}
    return {name: n * _NS_PER_US if n is not None and in_us else n for name, n in numbers.items()}
