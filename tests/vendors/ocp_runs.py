"""Runs of OCP Test & Validation output, made for tests: a step of its own around what is given, every line numbered."""

import json
from typing import Any

from golden_pairs import completed

from gatehouse.model.readings import ToolReport
from gatehouse.vendors.registry import read

START: dict[str, Any] = {
    "testRunArtifact": {"testRunStart": {"name": "t", "version": "1", "parameters": {}, "dutInfo": {"dutInfoId": "1"}}}
}


def step(kind: str, *, of: Any = "0", **content: Any) -> dict[str, Any]:
    """An artifact of a step."""
    return {"testStepArtifact": {"testStepId": of, kind: content}}


def end(status: str = "COMPLETE", result: str = "PASS") -> dict[str, Any]:
    """The end of a run."""
    return {"testRunArtifact": {"testRunEnd": {"status": status, "result": result}}}


def measured(value: Any, **more: Any) -> dict[str, Any]:
    """A temperature of gpu0."""
    return step("measurement", **{"name": "temp", "value": value, "unit": "degC", "hardwareInfoId": "gpu0", **more})


def diagnosis(kind: str, hardware: str = "gpu0", **more: Any) -> dict[str, Any]:
    """A diagnosis."""
    return step("diagnosis", **{"verdict": "v", "type": kind, "hardwareInfoId": hardware, **more})


def series(values: list[Any], total: int, **start: Any) -> list[dict[str, Any]]:
    """A series 1 of temperatures of gpu0 whose end declares a total."""
    one = {"measurementSeriesId": "1"}
    opened = step("measurementSeriesStart", **one, name="temp", unit="degC", hardwareInfoId="gpu0", **start)
    elements = [step("measurementSeriesElement", **one, index=i, value=value) for i, value in enumerate(values)]
    return [opened, *elements, step("measurementSeriesEnd", **one, totalCount=total)]


def numbered(*lines: dict[str, Any]) -> str:
    """JSON lines with sequence numbers from 0."""
    return "".join(json.dumps({**line, "sequenceNumber": number}) + "\n" for number, line in enumerate(lines))


def run(*artifacts: dict[str, Any], status: str = "COMPLETE", result: str = "PASS", code: int = 0,
        start: dict[str, Any] = START) -> ToolReport:  # fmt: skip
    """What our reader finds in a whole run."""
    opened, closed = step("testStepStart", name="s"), step("testStepEnd", status="COMPLETE")
    return said(numbered(start, opened, *artifacts, closed, end(status, result)), code)


def said(text: str, code: int = 0) -> ToolReport:
    """What our reader finds in a text."""
    return read("ocp-diag-jsonl", completed(text.encode(), code))


def signatures(report: ToolReport) -> list[str]:
    """The signatures of its findings."""
    return [finding.signature for finding in report.findings]
