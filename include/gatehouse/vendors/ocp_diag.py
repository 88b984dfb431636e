"""OCP Test & Validation output, versions 1 and 2: any executable that prints it can be a diagnostic.

Version 1 says symptom/msg and info/element where version 2 says verdict/message and name/value; both are read alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_ENVELOPES = ("testRunArtifact", "testStepArtifact")
_MAX_VALUES = 500


@dataclass(frozen=True, slots=True)
class _Artifact:
    """One line: its kind (``diagnosis``, ``log``, …), its content, its step and its sequence number."""

    kind: str
    content: Mapping[str, Any]
    step: str
    sequence: int | float | None


@reads("ocp-diag-jsonl")
def read_ocp_diag(said: Completed) -> ToolReport:
    """The run's status and result, steps, diagnoses, measurements; failed diagnoses and errors are findings.

    Raises:
        UnreadableError: no line is an artifact of OCP's specification.
    """
    gathered, text = gather("ocp-diag-jsonl", said)
    objects = json_lines(gathered, text).objects
    artifacts = [artifact for item in objects if (artifact := _artifact(item)) is not None]
    if not artifacts:
        raise UnreadableError("no artifact of the OCP specification")
    gathered.fact("lines", len(objects))
    gathered.fact("first.kind", artifacts[0].kind)
    gathered.fact("last_seq", artifacts[-1].sequence)
    version = next((item["schemaVersion"] for item in objects if isinstance(item.get("schemaVersion"), Mapping)), None)
    gathered.fact("has_schema_version", version is not None)
    if version is not None:
        gathered.fact("schema_version", f"{version.get('major')}.{version.get('minor')}")
    _note_run(gathered, artifacts)
    _note_steps(gathered, artifacts)
    _note_diagnoses(gathered, artifacts)
    _note_measurements(gathered, artifacts)
    return gathered.done()


def _artifact(item: Mapping[str, Any]) -> _Artifact | None:
    for envelope in _ENVELOPES:
        body = item.get(envelope)
        if isinstance(body, Mapping):
            kind = next((name for name, content in body.items() if isinstance(content, Mapping)), None)
            if kind is not None:
                step = str(body.get("testStepId", ""))
                return _Artifact(kind, body[kind], step, number_or_unknown(item.get("sequenceNumber")))
    return None


def _of_kind(artifacts: Sequence[_Artifact], kind: str) -> list[_Artifact]:
    return [artifact for artifact in artifacts if artifact.kind == kind]


def _note_run(gathered: Gathered, artifacts: Sequence[_Artifact]) -> None:
    starts, ends = _of_kind(artifacts, "testRunStart"), _of_kind(artifacts, "testRunEnd")
    start = starts[0].content if starts else {}
    end = ends[-1].content if ends else {}
    duts = start.get("dutInfo")
    dut = duts[0] if isinstance(duts, list) and duts else duts
    dut = dut if isinstance(dut, Mapping) else {}
    components = dut.get("hardwareComponents") or dut.get("hardwareInfos") or []
    gathered.facts_of(
        "",
        {
            "run.name": _text(start.get("name")),
            "run.version": _text(start.get("version")),
            "run.status": _text(end.get("status")),
            "run.result": _text(end.get("result")),
            "dut.hostname": _text(dut.get("hostname") or dut.get("name")),
            "hardware_components": len(components) if isinstance(components, list) else 0,
        },
    )
    if not starts:
        gathered.incomplete("the start of the run is absent")
    if not ends:
        gathered.incomplete("the end of the run is absent")


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _note_steps(gathered: Gathered, artifacts: Sequence[_Artifact]) -> None:
    starts, ends = _of_kind(artifacts, "testStepStart"), _of_kind(artifacts, "testStepEnd")
    gathered.fact("steps", len(starts))
    for artifact in starts:
        gathered.fact(f"step{artifact.step}.name", _text(artifact.content.get("name")))
    for artifact in ends:
        gathered.fact(f"step{artifact.step}.status", _text(artifact.content.get("status")))
    if len(ends) < len(starts):
        gathered.incomplete(f"{len(starts) - len(ends)} of {len(starts)} steps did not end")
    errors = _of_kind(artifacts, "error")
    gathered.fact("error_artifacts", len(errors))
    for artifact in errors:
        words = (
            f"{artifact.content.get('symptom', '')}: {artifact.content.get('message', artifact.content.get('msg', ''))}"
        )
        gathered.found(FindingClass.TOOL_ERROR, "host", "ocp.error", words)
        gathered.error(words[:200])


def _note_diagnoses(gathered: Gathered, artifacts: Sequence[_Artifact]) -> None:
    diagnoses = _of_kind(artifacts, "diagnosis")
    kinds = Counter(str(artifact.content.get("type")).upper() for artifact in diagnoses)
    gathered.fact("diagnoses", len(diagnoses))
    for kind in ("pass", "fail", "unknown"):
        gathered.fact(f"diagnoses.{kind}", kinds[kind.upper()])
    for artifact in diagnoses[:1]:
        gathered.fact("first_diag.symptom", _name(artifact.content))
        gathered.fact("first_diag.hardware", _hardware(artifact.content))
    for artifact in diagnoses:
        if str(artifact.content.get("type")).upper() == "FAIL":
            part = ", ".join(_hardware(artifact.content)) or "host"
            words = artifact.content.get("message", artifact.content.get("msg", ""))
            gathered.found(FindingClass.HARDWARE, part[:100], f"ocp.{_name(artifact.content)}", str(words))


def _name(content: Mapping[str, Any]) -> str | None:
    return _text(content.get("verdict")) or _text(content.get("symptom"))


def _hardware(content: Mapping[str, Any]) -> list[str]:
    """Version 1 gives a list of hardware, version 2 one."""
    said = content.get("hardwareInfoId")
    return [str(item) for item in said] if isinstance(said, list) else [str(said)] if said else []


def _note_measurements(gathered: Gathered, artifacts: Sequence[_Artifact]) -> None:
    """Values as ``measurement.NAME`` with their hardware; of equal names the first of each hardware counts."""
    measurements = _of_kind(artifacts, "measurement")
    series = _of_kind(artifacts, "measurementSeriesElement")
    gathered.fact("measurements", len(measurements) + len(series))
    for artifact in measurements[:_MAX_VALUES]:
        info, element = artifact.content.get("info"), artifact.content.get("element")
        content = (
            {**info, **element} if isinstance(info, Mapping) and isinstance(element, Mapping) else artifact.content
        )
        name, hardware = _text(content.get("name")), _hardware(content)
        if name is not None:
            key = ".".join(["measurement", name, *hardware[:1]])
            gathered.facts.setdefault(key, _value(content.get("value")))


def _value(value: Any) -> Fact:
    if isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else value[:500]
    return number_or_unknown(value)
