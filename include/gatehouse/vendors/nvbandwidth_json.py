"""nvbandwidth -j: the same facts as of its text, and the result of each test by name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.cuda_errors import OF_HARDWARE
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.json_recovery import gathered_json
from gatehouse.vendors.quantities import number_or_unknown, word_or_unknown

_TEST_DEPTH = 3  # document, nvbandwidth, testcases: their members are records
_DEVICE = re.compile(r"(\d{1,4}): (.{1,100}?)(?: \(([0-9A-Fa-f:.]{7,20})\))?\s*")
_UNIT = re.compile(r"\((GB/s|ns|us)\)\s*$")
_SUFFIXES = {"GB/s": "gbps", "ns": "ns", "us": "us"}
_TOTALS = ("sum", "min", "max", "average")


def read_nvbandwidth_json(gathered: Gathered, text: str) -> ToolReport:
    """Sums as ``sum.TEST``, cells as ``TEST.row0.col1_gbps``, results as ``TEST.status``, how many were waived.

    Raises:
        UnreadableError: it is not nvbandwidth's document.
    """
    found = gathered_json(gathered, text, _TEST_DEPTH)
    body = found.value.get("nvbandwidth") if isinstance(found.value, Mapping) else None
    if not isinstance(body, Mapping):
        raise UnreadableError("no document of nvbandwidth")
    tests = [test for test in _list(body.get("testcases")) if isinstance(test, Mapping) and "name" in test]
    error = word_or_unknown(body.get("error"))
    if not tests and error is None:
        raise UnreadableError("nvbandwidth's document holds no test")
    _note_versions(gathered, body)
    for test in tests:
        _note_test(gathered, test)
    statuses = [str(test.get("status", "")).lower() for test in tests]
    gathered.total("waived", statuses.count("waived"))
    gathered.total("tests", statuses.count("passed"))
    gathered.total("failed", statuses.count("error"))
    if error is not None:
        gathered.found(FindingClass.TOOL_ERROR, "host", "nvbandwidth.start", error)
        gathered.error(error)
    return gathered.done() if tests else gathered.failed(f"nvbandwidth did not run: {error}")


def _note_versions(gathered: Gathered, body: Mapping[str, Any]) -> None:
    devices = [
        match
        for key in ("GPU Device list", "Device list")
        for item in _list(body.get(key))
        if (match := _DEVICE.fullmatch(str(item)))
    ]
    gathered.facts_of(
        "",
        {
            "version": word_or_unknown(body.get("version") or body.get("git_version")),
            "cuda_runtime": number_or_unknown(body.get("CUDA Runtime Version")),
            "cuda_driver": number_or_unknown(body.get("CUDA Driver Version")),
            "driver": word_or_unknown(body.get("Driver Version")),
            "gpus": len(devices) or None,
            "unit": "GB/s",
        },
    )
    for device in devices:
        gathered.facts_of(f"device{device[1]}", {"name": device[2], "bus": device[3]})


def _note_test(gathered: Gathered, test: Mapping[str, Any]) -> None:
    name, status = str(test["name"])[:100], word_or_unknown(test.get("status"))
    unit = _UNIT.search(str(test.get("bandwidth_description", "")))
    gathered.fact(f"{name}.status", status)
    for total in _TOTALS:
        if total in test:
            gathered.fact(f"{total}.{name}", number_or_unknown(test[total]))
    for row, column, cell in _cells(test.get("bandwidth_matrix")):
        gathered.fact(f"{name}.row{row}.col{column}_{_SUFFIXES[unit[1]] if unit else 'gbps'}", number_or_unknown(cell))
    if status is not None and status.lower() == "error":
        text = f"{name}: {test.get('error', 'failed')}"
        is_hardware = "invalid value" in text.lower() or OF_HARDWARE.search(text)
        kind = FindingClass.HARDWARE if is_hardware else FindingClass.TOOL_ERROR
        gathered.found(kind, "host", f"nvbandwidth.{name}", text)


def _cells(matrix: Any) -> Iterator[tuple[int, int, Any]]:
    for row, cells in enumerate(_list(matrix)):
        for column, cell in enumerate(_list(cells)):
            yield row, column, cell


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
