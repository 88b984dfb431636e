"""The run of OCP output as a whole: what it says of itself and its machine, and what its ending is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatehouse.model.readings import Reading, ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.gathered import Gathered
from gatehouse.vendors.ocp_artifacts import Artifact, components_of, hardware_names, of_kind, text

_LEGAL = {("COMPLETE", "PASS"), ("COMPLETE", "FAIL"), ("ERROR", "NOT_APPLICABLE"), ("SKIP", "NOT_APPLICABLE")}


def note_run(gathered: Gathered, artifacts: Sequence[Artifact]) -> dict[str, str]:
    """The run and the device under test; answers the names of its hardware by identity."""
    starts, ends = of_kind(artifacts, "testRunStart"), of_kind(artifacts, "testRunEnd")
    start = starts[0].content if starts else {}
    end = ends[-1].content if ends else {}
    gathered.facts_of(
        "run",
        {
            "name": text(start.get("name")),
            "version": text(start.get("version")),
            "command_line": text(start.get("commandLine")),
            "status": text(end.get("status")),
            "result": text(end.get("result")),
        },
    )
    if len(starts) > 1:
        gathered.total("runs", len(starts))
    if not starts:
        gathered.incomplete("the start of the run is absent")
    if not ends:
        gathered.was_cut("the end of the run is absent")
    said = start.get("dutInfo")
    duts = [dut for dut in (said if isinstance(said, list) else [said]) if isinstance(dut, Mapping)]
    _note_duts(gathered, duts, told=bool(starts))
    return hardware_names(duts)


def _note_duts(gathered: Gathered, duts: Sequence[Mapping[str, Any]], *, told: bool) -> None:
    """The device under test, the first where there are several; ``told`` says that the run's start is there."""
    dut = duts[0] if duts else {}
    gathered.facts_of(
        "",
        {
            "dut.id": text(dut.get("dutInfoId")),
            "dut.hostname": text(dut.get("hostname") or dut.get("name")),
            "hardware_components": len(components_of(duts)) if told else None,
            "software_components": sum(len(_list(one, "softwareInfos")) for one in duts) if told else None,
        },
    )
    platforms = [info for info in _list(dut, "platformInfos") if isinstance(info, Mapping)]
    if platforms:
        gathered.fact("dut.platform", text(platforms[0].get("info")))


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    said = content.get(name)
    return said if isinstance(said, list) else []


def ended(gathered: Gathered, addressed: Mapping[str, Reading]) -> ToolReport:
    """The report, with the run's own ending taken into account: ERROR, SKIP and a PASS of nothing are no answers.

    A run that says that it was skipped, and found nothing wrong, is a SKIP. Exit code 1 beside a FAIL is an answer.
    """
    status, result = (gathered.facts.get(f"run.{name}") for name in ("status", "result"))
    if status == Measured.ERROR:
        gathered.incomplete("the run ended with status ERROR")
    elif status == Measured.SKIP:
        gathered.incomplete(gathered.errors[0] if gathered.errors else "the run was skipped")
    elif not gathered.cut and (status, result) not in _LEGAL:
        gathered.incomplete(f"status {status} does not go with result {result}")
    elif status == Measured.COMPLETE:
        _weigh(gathered, passed=result == "PASS")
    report = replace(gathered.done(answers=(0, 1) if result == "FAIL" else (0,)), addressed=addressed)
    if status == Measured.SKIP and not any(finding.kind is FindingClass.HARDWARE for finding in report.findings):
        return replace(report, status=Measured.SKIP, complete=False)
    return report


def _weigh(gathered: Gathered, *, passed: bool) -> None:
    """Hold the result of a run that completed against its diagnoses."""
    diagnoses, failed = gathered.facts.get("diagnoses"), gathered.facts.get("diagnoses.fail")
    if passed and failed:
        gathered.incomplete(f"the run passed, with {failed} failed diagnoses")
    elif passed and not (diagnoses or gathered.facts.get("measurements")):
        gathered.found(FindingClass.TOOL_ERROR, "host", "ocp.empty", "passed without a diagnosis or a measurement")
    elif not passed and not failed:
        text_ = "the run's result is FAIL, and no diagnosis says why"
        gathered.found(FindingClass.HARDWARE, "host", "ocp.run_failed", text_)
