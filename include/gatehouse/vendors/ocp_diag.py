"""OCP Test & Validation output, versions 1 and 2: any executable that prints it can be a diagnostic.

What the tool concluded (diagnoses, the run's result) is kept apart from what we see: measurements outside of their own
validators, sequence numbers that are absent, a result that does not fit its status.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.gathered import Gathered, gather
from gatehouse.vendors.json_lines import json_lines
from gatehouse.vendors.ocp_artifacts import (
    Artifact,
    artifact_of,
    hardware_of,
    message_of,
    of_kind,
    outcome_of,
    part_of,
    sequence_of,
    symptom_of,
    text,
    word_of,
)
from gatehouse.vendors.ocp_measurements import note_measurements
from gatehouse.vendors.ocp_run import ended, note_run
from gatehouse.vendors.registry import reads

_SHOWN_GAPS = 5


@reads("ocp-diag-jsonl")
def read_ocp_diag(said: Completed) -> ToolReport:
    """The run's status and result, steps, diagnoses, measurements; failed diagnoses and errors are findings.

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
    _note_sequence(gathered, read.objects, runs=len(of_kind(artifacts, "testRunStart")))
    names = note_run(gathered, artifacts)
    _note_steps(gathered, artifacts)
    _note_errors(gathered, artifacts)
    _note_diagnoses(gathered, artifacts, names)
    addressed = note_measurements(gathered, artifacts, names)
    _note_others(gathered, artifacts)
    return ended(gathered, addressed)


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
    kinds = Counter(outcome_of(artifact.content) for artifact in diagnoses)
    gathered.fact("diagnoses", len(diagnoses))
    for kind in ("pass", "fail", "unknown"):
        gathered.fact(f"diagnoses.{kind}", kinds[kind.upper()])
    undecided = len(diagnoses) - kinds["PASS"] - kinds["FAIL"]
    if undecided:
        gathered.incomplete(f"{undecided} of {len(diagnoses)} diagnoses could not tell")
    if diagnoses:
        _note_diagnosis(gathered, "first_diag", diagnoses[0])
    failed = [artifact for artifact in diagnoses if outcome_of(artifact.content) == "FAIL"]
    if failed:
        _note_diagnosis(gathered, "first_fail", failed[0])
    for artifact in failed:
        signature = f"ocp.{word_of(artifact.content) or 'failed'}"
        gathered.found(FindingClass.HARDWARE, part_of(artifact.content, names), signature, message_of(artifact.content))


def _note_diagnosis(gathered: Gathered, name: str, artifact: Artifact) -> None:
    gathered.facts_of(
        name,
        {
            "symptom": symptom_of(artifact.content),
            "type": outcome_of(artifact.content),
            "message": message_of(artifact.content) or None,
            "hardware": list(hardware_of(artifact.content)),
            "step": artifact.step or None,
        },
    )


def _note_others(gathered: Gathered, artifacts: Sequence[Artifact]) -> None:
    logs = of_kind(artifacts, "log")
    gathered.total("logs", len(logs))
    levels = Counter(str(artifact.content.get("severity")).upper() for artifact in logs)
    for level in ("warning", "error", "fatal"):
        gathered.total(f"logs.{level}", levels[level.upper()])
    gathered.total("files", len(of_kind(artifacts, "file")))
    gathered.total("extensions", len(of_kind(artifacts, "extension", "artifactExtension")))
