"""OCP Test & Validation output, versions 1 and 2: any executable that prints it can be a diagnostic.

What the tool concluded (diagnoses, the run's result) is kept apart from what we see: measurements outside of their own
validators, sequence numbers that are absent, a result that does not fit its status.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.ocp_artifacts import (
    Artifact,
    artifact_of,
    components_of,
    hardware_names,
    hardware_of,
    message_of,
    of_kind,
    sequence_of,
    symptom_of,
    text,
    word_of,
)
from gatehouse.vendors.ocp_measurements import note_measurements
from gatehouse.vendors.registry import reads

_LEGAL = {("COMPLETE", "PASS"), ("COMPLETE", "FAIL"), ("ERROR", "NOT_APPLICABLE"), ("SKIP", "NOT_APPLICABLE")}
_SHOWN_GAPS = 5


@reads("ocp-diag-jsonl")
def read_ocp_diag(said: Completed) -> ToolReport:
    """The run's status and result, steps, diagnoses, measurements; failed diagnoses and errors are findings.

    A run that says that it was skipped, and found nothing wrong, is a SKIP.

    Raises:
        UnreadableError: no line is an artifact of OCP's specification.
    """
    gathered, output = gather("ocp-diag-jsonl", said)
    read = json_lines(gathered, output, noise=True)
    artifacts = [artifact for item in read.objects if (artifact := artifact_of(item)) is not None]
    if not artifacts:
        raise UnreadableError("no artifact of the OCP specification")
    gathered.fact("lines", len(read.objects))
    gathered.fact("noise_lines", read.broken)
    gathered.fact("first.kind", artifacts[0].kind)
    _note_version(gathered, read.objects)
    _note_sequence(gathered, read.objects, len(of_kind(artifacts, "testRunStart")))
    names = _note_run(gathered, artifacts)
    _note_steps(gathered, artifacts)
    _note_errors(gathered, artifacts)
    _note_diagnoses(gathered, artifacts, names)
    note_measurements(gathered, artifacts, names)
    _note_others(gathered, artifacts)
    report = gathered.done()
    if report.facts.get("run.status") == "SKIP" and not report.findings:
        return replace(report, status=Measured.SKIP, complete=False)
    return report


def _note_version(gathered: Gathered, objects: Sequence[Mapping[str, Any]]) -> None:
    said = next((item["schemaVersion"] for item in objects if isinstance(item.get("schemaVersion"), Mapping)), None)
    gathered.fact("has_schema_version", said is not None)
    if said is not None:
        gathered.fact("schema_version", f"{said.get('major')}.{said.get('minor')}"[:20])


def _note_sequence(gathered: Gathered, objects: Sequence[Mapping[str, Any]], runs: int) -> None:
    """Artifacts are numbered one by one, so that a reader sees when one was lost; a new run starts anew."""
    numbers = [number for item in objects if (number := sequence_of(item)) is not None]
    gathered.fact("last_seq", numbers[-1] if numbers else None)
    if not numbers or runs > 1:
        return
    known = set(numbers)
    absent = [number for number in range(min(known), min(max(known), min(known) + 100_000)) if number not in known]
    gathered.total("sequence_gaps", len(absent))
    gathered.total("sequence_repeated", len(numbers) - len(known))
    if absent:
        shown = ", ".join(map(str, absent[:_SHOWN_GAPS]))
        gathered.incomplete(f"{len(absent)} artifacts are absent by their sequence numbers: {shown}")


def _note_run(gathered: Gathered, artifacts: Sequence[Artifact]) -> dict[str, str]:
    """The run and the device under test; answers the names of its hardware by identity."""
    starts, ends = of_kind(artifacts, "testRunStart"), of_kind(artifacts, "testRunEnd")
    start = starts[0].content if starts else {}
    end = ends[-1].content if ends else {}
    said = start.get("dutInfo")
    duts = [dut for dut in (said if isinstance(said, list) else [said]) if isinstance(dut, Mapping)]
    dut = duts[0] if duts else {}
    status, result = text(end.get("status")), text(end.get("result"))
    gathered.facts_of(
        "",
        {
            "run.name": text(start.get("name")),
            "run.version": text(start.get("version")),
            "run.command_line": text(start.get("commandLine")),
            "run.status": status,
            "run.result": result,
            "dut.id": text(dut.get("dutInfoId")),
            "dut.hostname": text(dut.get("hostname") or dut.get("name")),
            "hardware_components": len(components_of(duts)) if starts else None,
            "software_components": sum(len(_list(one, "softwareInfos")) for one in duts) if starts else None,
        },
    )
    platforms = [info for info in _list(dut, "platformInfos") if isinstance(info, Mapping)]
    if platforms:
        gathered.fact("dut.platform", text(platforms[0].get("info")))
    if len(starts) > 1:
        gathered.total("runs", len(starts))
    if not starts:
        gathered.incomplete("the start of the run is absent")
    _note_how_it_ended(gathered, artifacts, status, result)
    return hardware_names(duts)


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    said = content.get(name)
    return said if isinstance(said, list) else []


def _note_how_it_ended(
    gathered: Gathered, artifacts: Sequence[Artifact], status: str | None, result: str | None
) -> None:
    if not of_kind(artifacts, "testRunEnd"):
        gathered.was_cut("the end of the run is absent")
        return
    if status is not None and result is not None and (status, result) not in _LEGAL:
        gathered.incomplete(f"status {status} does not go with result {result}")
    elif status != "COMPLETE":
        gathered.incomplete(f"the run ended with status {status}")
    failed = any(_type(artifact) == "FAIL" for artifact in of_kind(artifacts, "diagnosis"))
    if result == "FAIL" and not failed:
        text_ = "the run's result is FAIL, and no diagnosis says why"
        gathered.found(FindingClass.HARDWARE, "host", "ocp.run_failed", text_)


def _note_steps(gathered: Gathered, artifacts: Sequence[Artifact]) -> None:
    starts, ends = of_kind(artifacts, "testStepStart"), of_kind(artifacts, "testStepEnd")
    gathered.fact("steps", len(starts))
    for artifact in starts:
        gathered.fact(f"step{artifact.step}.name", text(artifact.content.get("name")))
    for artifact in ends:
        status = text(artifact.content.get("status"))
        gathered.fact(f"step{artifact.step}.status", status)
        if status == "ERROR":
            gathered.incomplete(f"step {artifact.step} ended with status ERROR")
    statuses = Counter(str(artifact.content.get("status")).upper() for artifact in ends)
    for status in ("complete", "error", "skip"):
        gathered.total(f"steps.{status}", statuses[status.upper()])
    if len(ends) < len(starts):
        gathered.incomplete(f"{len(starts) - len(ends)} of {len(starts)} steps did not end")


def _note_errors(gathered: Gathered, artifacts: Sequence[Artifact]) -> None:
    errors = of_kind(artifacts, "error")
    gathered.fact("error_artifacts", len(errors))
    for artifact in errors:
        words = f"{symptom_of(artifact.content) or ''}: {message_of(artifact.content)}"
        gathered.found(FindingClass.TOOL_ERROR, "host", "ocp.error", words)
        gathered.error(words[:200])
    if errors:
        gathered.fact("first_error.symptom", symptom_of(errors[0].content))
        gathered.fact("first_error.message", message_of(errors[0].content) or None)


def _note_diagnoses(gathered: Gathered, artifacts: Sequence[Artifact], names: Mapping[str, str]) -> None:
    diagnoses = of_kind(artifacts, "diagnosis")
    kinds = Counter(_type(artifact) for artifact in diagnoses)
    gathered.fact("diagnoses", len(diagnoses))
    for kind in ("pass", "fail", "unknown"):
        gathered.fact(f"diagnoses.{kind}", kinds[kind.upper()])
    undecided = len(diagnoses) - kinds["PASS"] - kinds["FAIL"]
    if undecided:
        gathered.incomplete(f"{undecided} of {len(diagnoses)} diagnoses could not tell")
    if diagnoses:
        _note_diagnosis(gathered, "first_diag", diagnoses[0])
    failed = [artifact for artifact in diagnoses if _type(artifact) == "FAIL"]
    if failed:
        _note_diagnosis(gathered, "first_fail", failed[0])
    for artifact in failed:
        signature = f"ocp.{word_of(artifact.content) or 'failed'}"
        gathered.found(FindingClass.HARDWARE, _part(artifact, names), signature, message_of(artifact.content))


def _type(artifact: Artifact) -> str:
    return str(artifact.content.get("type")).upper()


def _note_diagnosis(gathered: Gathered, name: str, artifact: Artifact) -> None:
    gathered.facts_of(
        name,
        {
            "symptom": symptom_of(artifact.content),
            "type": _type(artifact)[:20],
            "message": message_of(artifact.content) or None,
            "hardware": list(hardware_of(artifact.content)),
            "step": artifact.step or None,
        },
    )


def _part(artifact: Artifact, names: Mapping[str, str]) -> str:
    """The hardware by name, with the part of it that the diagnosis names."""
    part = ", ".join(names.get(identity) or identity for identity in hardware_of(artifact.content)) or "host"
    sub = artifact.content.get("subcomponent")
    name = text(sub.get("name")) if isinstance(sub, Mapping) else None
    return f"{part}.{name}"[:100] if name and part != "host" else part[:100]


def _note_others(gathered: Gathered, artifacts: Sequence[Artifact]) -> None:
    logs = of_kind(artifacts, "log")
    gathered.total("logs", len(logs))
    levels = Counter(str(artifact.content.get("severity")).upper() for artifact in logs)
    for level in ("warning", "error", "fatal"):
        gathered.total(f"logs.{level}", levels[level.upper()])
    gathered.total("files", len(of_kind(artifacts, "file")))
    gathered.total("extensions", len(of_kind(artifacts, "extension", "artifactExtension")))
