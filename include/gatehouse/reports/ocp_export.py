"""A round as JSON lines of the OCP Test & Validation output specification v2.0 (opencomputeproject/ocp-diag-core).

One run a round, one step a unit and diagnostic. The specification knows four endings of a run: COMPLETE with PASS or
FAIL, ERROR and SKIP with NOT_APPLICABLE; so a round that may not count, or is not judged, ends as ERROR.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gatehouse.model.status import Measured, Verdict

SCHEMA_VERSION = {"major": 2, "minor": 0}
_SURROGATE = re.compile("[\ud800-\udfff]")
HOST = "host"  # the part that is the whole machine
Artifact = tuple[datetime, dict[str, Any]]
Value = int | float | str | bool


@dataclass(frozen=True, slots=True)
class OcpUnit:
    """A unit of the round, as hardware under test."""

    serial: str
    host: str
    site: str
    sku: str


@dataclass(frozen=True, slots=True)
class OcpReading:
    """A measured value with the ends it was held against; ``value`` None is "the tool gave no value"."""

    part: str
    name: str
    value: Value | None
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class OcpFinding:
    """Something a tool said, or, where ``required`` is set, a limit that broke."""

    part: str
    signature: str
    text: str
    required: str | None = None
    severity: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class OcpFile:
    """A raw output that the result rests on, by its hash."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class OcpResult:
    """One diagnostic on one unit."""

    serial: str
    diagnostic: str
    measured: Measured
    verdict: Verdict
    reason: str
    at: datetime
    duration_s: float | None = None
    readings: tuple[OcpReading, ...] = ()
    findings: tuple[OcpFinding, ...] = ()
    files: tuple[OcpFile, ...] = ()


@dataclass(frozen=True, slots=True)
class OcpRound:
    """What the run's first and last artifacts say."""

    round_id: str
    program: str
    phase: str
    plan: str
    requested_by: str
    created_at: datetime
    judged_at: datetime | None
    admissible: bool | None
    units: Sequence[OcpUnit]
    problems: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: str = "unknown"


def ocp_lines(round_: OcpRound, results: Iterable[OcpResult]) -> Iterator[str]:
    """The artifacts in order, one JSON object a line, numbered from 0. ``results`` is read once and never held."""
    for number, (at, artifact) in enumerate(_artifacts(round_, results)):
        stamped = {**artifact, "sequenceNumber": number, "timestamp": _stamp(at)}
        # What a tool printed may hold halves of UTF-16 pairs, which no file in UTF-8 can.
        yield _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", json.dumps(stamped, ensure_ascii=False, allow_nan=False))


def _stamp(at: datetime) -> str:
    """The time as the specification wants it: in UTC, written with a Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def run_end(admissible: bool | None, seen: set[tuple[Measured, Verdict]]) -> tuple[Measured, Verdict]:
    """How the run ends: what may not count is an ERROR; then a fault outweighs a hole, and a hole outweighs a pass."""
    if admissible is not True or not seen:
        return Measured.ERROR, Verdict.NOT_APPLICABLE
    if (Measured.COMPLETE, Verdict.FAIL) in seen:
        return Measured.COMPLETE, Verdict.FAIL
    for hole in (Measured.ERROR, Measured.SKIP):
        if any(measured is hole for measured, _ in seen):
            return hole, Verdict.NOT_APPLICABLE
    return Measured.COMPLETE, Verdict.PASS


def _artifacts(round_: OcpRound, results: Iterable[OcpResult]) -> Iterator[Artifact]:
    start = round_.created_at
    yield start, {"schemaVersion": SCHEMA_VERSION}
    yield start, _run({"testRunStart": _run_start(round_)})
    seen: set[tuple[Measured, Verdict]] = set()
    last = start
    for step, result in enumerate(results):
        for at, artifact in _step(result):
            last = max(last, at)
            yield last, {"testStepArtifact": {"testStepId": str(step), **artifact}}
        seen.add((result.measured, result.verdict))
    end = max(last, round_.judged_at or last)
    for symptom, message in _run_errors(round_):
        yield end, _run({"error": {"symptom": symptom, "message": message}})
    status, result_word = run_end(round_.admissible, seen)
    yield end, _run({"testRunEnd": {"status": status.value, "result": result_word.value}})


def _run(content: dict[str, Any]) -> dict[str, Any]:
    return {"testRunArtifact": content}


def _run_start(round_: OcpRound) -> dict[str, Any]:
    return {
        "name": f"{round_.program} {round_.phase} {round_.plan}",
        "version": round_.version,
        "commandLine": f"gatehouse run {round_.plan}",
        "parameters": dict(round_.parameters),
        "dutInfo": {
            "dutInfoId": round_.round_id,
            "name": f"{round_.program} {round_.phase} build",
            "platformInfos": [{"info": sku} for sku in sorted({unit.sku for unit in round_.units})],
            "softwareInfos": [],
            "hardwareInfos": [_hardware(unit) for unit in round_.units],
        },
        "metadata": {"round": round_.round_id, "requestedBy": round_.requested_by},
    }


def _hardware(unit: OcpUnit) -> dict[str, str]:
    return {
        "hardwareInfoId": unit.serial,
        "name": unit.host,
        "serialNumber": unit.serial,
        "partNumber": unit.sku,
        "partType": "server",
        "location": unit.site,
    }


def _run_errors(round_: OcpRound) -> Iterator[tuple[str, str]]:
    if round_.admissible is None:
        yield "gatehouse-round-not-judged", "nobody has said yet whether the data of this round may count"
    if round_.admissible is False:
        for problem in round_.problems or ("the round is not admissible",):
            yield "gatehouse-round-inadmissible", problem


def _step(result: OcpResult) -> Iterator[Artifact]:
    end_at = _after(result.at, result.duration_s)
    yield result.at, {"testStepStart": {"name": f"{result.diagnostic} on {result.serial}"}}
    for content in _contents(result):
        yield end_at, content
    yield end_at, {"testStepEnd": {"status": result.measured.value}}


def _after(at: datetime, seconds: float | None) -> datetime:
    """The end of what began then; the beginning where no calendar holds the end."""
    try:
        return at + timedelta(seconds=max(0.0, seconds or 0.0))
    except (OverflowError, ValueError):
        return at


def _contents(result: OcpResult) -> Iterator[dict[str, Any]]:
    without = [f"{r.part} {r.name}" for r in result.readings if not _has_value(r)]
    yield from ({"measurement": _measurement(r, result.serial)} for r in result.readings if _has_value(r))
    if without:
        yield {"log": {"severity": "INFO", "message": f"no value: {', '.join(without)}"}}
    yield from (_finding(finding, result.serial) for finding in result.findings)
    yield from ({"file": _file(file)} for file in result.files)
    if result.measured is not Measured.COMPLETE:
        symptom = "gatehouse-not-measured" if result.measured is Measured.ERROR else "gatehouse-skipped"
        yield {"error": {"symptom": symptom, "message": result.reason}}
    else:
        yield {"diagnosis": _conclusion(result)}


def _has_value(reading: OcpReading) -> bool:
    value = reading.value
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _measurement(reading: OcpReading, serial: str) -> dict[str, Any]:
    number = isinstance(reading.value, int | float) and not isinstance(reading.value, bool)
    ends = (("GREATER_THAN_OR_EQUAL", reading.low), ("LESS_THAN_OR_EQUAL", reading.high)) if number else ()
    validators = [{"type": kind, "value": end} for kind, end in ends if end is not None and math.isfinite(end)]
    value = reading.value
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return {
        "name": reading.name,
        "value": int(value) if whole and isinstance(value, float) else value,
        "hardwareInfoId": serial,
        **({"unit": reading.unit} if reading.unit else {}),
        **({"validators": validators} if validators else {}),
        **_subcomponent(reading.part),
    }


def _finding(finding: OcpFinding, serial: str) -> dict[str, Any]:
    if finding.required is None:
        return {"log": {"severity": "WARNING", "message": f"{finding.part} {finding.signature}: {finding.text}"}}
    fails = finding.severity in ("blocker", "major")
    message = f"seen {finding.text}, required {finding.required}; class {finding.severity}, action {finding.action}"
    diagnosis = {"verdict": finding.signature, "type": "FAIL" if fails else "UNKNOWN", "message": message}
    return {"diagnosis": {**diagnosis, "hardwareInfoId": serial, **_subcomponent(finding.part)}}


def _conclusion(result: OcpResult) -> dict[str, Any]:
    known = {Verdict.PASS: "PASS", Verdict.FAIL: "FAIL"}
    kind = known.get(result.verdict, "UNKNOWN")
    verdict = f"{result.diagnostic}-{kind.lower()}"
    message = {"message": result.reason} if result.reason else {}
    return {"verdict": verdict, "type": kind, "hardwareInfoId": result.serial, **message}


def _file(file: OcpFile) -> dict[str, Any]:
    return {
        "displayName": file.name,
        "uri": f"urn:sha256:{file.sha256}",
        "isSnapshot": True,
        "contentType": "text/plain",
    }


def _subcomponent(part: str) -> dict[str, Any]:
    return {} if part == HOST else {"subcomponent": {"name": part, "type": "UNSPECIFIED"}}
