"""OCP Test & Validation output, versions 1 and 2: any executable that prints it can be a diagnostic.

Version 1 says symptom/msg and info/element where version 2 says verdict/message and name/value; both are read alike.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Reading, ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.ocp_measurements import hardware_of, measurements_of, said_text, told_apart
from gatehouse.vendors.ocp_validators import broken_validators
from gatehouse.vendors.quantities import number_or_unknown
from gatehouse.vendors.registry import reads

_ENVELOPES = ("testRunArtifact", "testStepArtifact")


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
    return _ended(gathered, _note_measurements(gathered, artifacts))


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
            "run.name": said_text(start.get("name")),
            "run.version": said_text(start.get("version")),
            "run.status": said_text(end.get("status")),
            "run.result": said_text(end.get("result")),
            "dut.hostname": said_text(dut.get("hostname") or dut.get("name")),
            "hardware_components": len(components) if isinstance(components, list) else 0,
        },
    )
    if not starts:
        gathered.incomplete("the start of the run is absent")
    if not ends:
        gathered.incomplete("the end of the run is absent")


def _note_steps(gathered: Gathered, artifacts: Sequence[_Artifact]) -> None:
    starts, ends = _of_kind(artifacts, "testStepStart"), _of_kind(artifacts, "testStepEnd")
    gathered.fact("steps", len(starts))
    for artifact in starts:
        gathered.fact(f"step{artifact.step}.name", said_text(artifact.content.get("name")))
    for artifact in ends:
        gathered.fact(f"step{artifact.step}.status", said_text(artifact.content.get("status")))
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
        gathered.fact("first_diag.hardware", hardware_of(artifact.content))
    for artifact in diagnoses:
        if str(artifact.content.get("type")).upper() == "FAIL":
            part = ", ".join(hardware_of(artifact.content)) or "host"
            words = artifact.content.get("message", artifact.content.get("msg", ""))
            gathered.found(FindingClass.HARDWARE, part[:100], f"ocp.{_name(artifact.content)}", str(words))


def _name(content: Mapping[str, Any]) -> str | None:
    return said_text(content.get("verdict")) or said_text(content.get("symptom"))


def _note_measurements(gathered: Gathered, artifacts: Sequence[_Artifact]) -> dict[str, Reading]:
    """Values as ``measurement.NAME`` with their hardware.

    What breaks its own validator is the machine's trouble, said once: a failed diagnosis of that hardware says it too.
    """
    kinds = ("measurement", "measurementSeriesStart", "measurementSeriesElement")
    singles, series, elements = ([a.content for a in _of_kind(artifacts, kind)] for kind in kinds)
    gathered.fact("measurements", len(singles) + len(elements))
    addressed: dict[str, Reading] = {}
    diagnosed = {finding.part for finding in gathered.findings if finding.kind is FindingClass.HARDWARE}
    everything = list(measurements_of(singles, series, elements))
    for measured in told_apart(everything):
        gathered.fact(measured.key, measured.value)
        addressed[measured.key] = measured.reading
    for measured in everything:
        if diagnosed & {"host", measured.hardware}:
            continue
        for required in broken_validators(measured.value, measured.validators):
            said = f"{measured.name} is {str(measured.value)[:80]} {measured.unit}".rstrip()
            signature = f"ocp.measurement.{measured.name}"
            gathered.found(FindingClass.HARDWARE, measured.part, signature, f"{said}, must be {required}")
    return addressed


def _ended(gathered: Gathered, addressed: Mapping[str, Reading]) -> ToolReport:
    """The report, with the run's own ending taken into account: ERROR, SKIP and a PASS of nothing are no answers."""
    status, result = (gathered.facts.get(f"run.{name}") for name in ("status", "result"))
    failed = gathered.facts.get("diagnoses.fail")
    if status == Measured.ERROR:
        gathered.incomplete("the run ended with status ERROR")
    elif status == Measured.COMPLETE and result not in ("PASS", "FAIL"):
        gathered.incomplete("the run is complete and has no result")
    elif result == "PASS" and failed:
        gathered.incomplete(f"the run passed, with {failed} failed diagnoses")
    elif result == "PASS" and not (gathered.facts.get("diagnoses") or gathered.facts.get("measurements")):
        gathered.found(FindingClass.TOOL_ERROR, "host", "ocp.empty", "passed without a diagnosis or a measurement")
    report = replace(gathered.done(answers=(0, 1) if result == "FAIL" else (0,)), addressed=addressed)
    if status == Measured.SKIP and not failed:
        why = next(iter(report.errors), "the run was skipped")
        return replace(report, status=Measured.SKIP, complete=False, errors=(why, *report.errors[1:]))
    return report
