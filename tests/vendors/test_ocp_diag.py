"""OCP Test & Validation output as a whole: what the run says of itself, and what we see besides."""

import json

import pytest
from ocp_runs import START, diagnosis, end, measured, numbered, run, said, signatures, step

from gatehouse.model.status import FindingClass, Measured


@pytest.mark.parametrize(
    ("status", "result", "measured_as", "complete"),
    [
        ("COMPLETE", "PASS", Measured.COMPLETE, True),
        ("COMPLETE", "FAIL", Measured.COMPLETE, True),
        ("COMPLETE", "NOT_APPLICABLE", Measured.COMPLETE, False),
        ("COMPLETE", "", Measured.COMPLETE, False),
        ("PAUSED", "PASS", Measured.COMPLETE, False),
        ("ERROR", "NOT_APPLICABLE", Measured.COMPLETE, False),
        ("ERROR", "FAIL", Measured.COMPLETE, False),
        ("SKIP", "NOT_APPLICABLE", Measured.SKIP, False),
        ("SKIP", "PASS", Measured.SKIP, False),
    ],
)
def test_what_the_run_says_of_itself(status: str, result: str, measured_as: Measured, complete: bool) -> None:
    """It should be a whole answer only where the run completed with a result."""
    report = run(measured(40), status=status, result=result)
    assert (report.status, report.complete) == (measured_as, complete)
    assert bool(report.errors) is not complete


def test_a_skip_says_why() -> None:
    """It should give the error of the run as its reason, and otherwise that it was skipped."""
    why = step("error", symptom="no-gpu", message="nothing to test")
    assert run(why, status="SKIP", result="NOT_APPLICABLE").errors == ("no-gpu: nothing to test",)
    assert run(status="SKIP", result="NOT_APPLICABLE").errors == ("the run was skipped",)


def test_a_fault_outlives_a_run_that_broke() -> None:
    """It should keep the finding of a failed diagnosis when the run then ended as ERROR or SKIP."""
    for status in ("ERROR", "SKIP"):
        report = run(diagnosis("FAIL"), status=status, result="NOT_APPLICABLE")
        assert (report.status, report.complete) == (Measured.COMPLETE, False)
        assert [f.signature for f in report.findings if f.kind is FindingClass.HARDWARE] == ["ocp.v"]


def test_a_pass_that_contradicts_its_diagnosis_is_no_pass() -> None:
    """It should not believe a run that passes with a failed diagnosis, nor one that looked at nothing."""
    assert not run(diagnosis("FAIL")).complete
    assert signatures(run()) == ["ocp.empty"]


def test_the_exit_code_of_a_fail_is_an_answer_and_that_of_a_pass_is_not() -> None:
    """It should take exit code 1 with FAIL for what it is, and with PASS for trouble of the tool."""
    assert run(diagnosis("FAIL"), result="FAIL", code=1).complete
    assert not run(diagnosis("PASS"), code=1).complete


def test_a_failed_run_without_a_reason_is_a_finding() -> None:
    """It should not lose the result where no diagnosis explains it, nor blame the machine where the run broke."""
    report = run(result="FAIL")
    assert [(f.kind, f.part, f.signature) for f in report.findings] == [
        (FindingClass.HARDWARE, "host", "ocp.run_failed")
    ]
    assert run(status="ERROR", result="FAIL").findings == ()


def test_an_undecided_diagnosis_is_no_pass() -> None:
    """It should say that something could not be told."""
    report = run(diagnosis("UNKNOWN"))
    assert not report.complete
    assert report.facts["diagnoses.unknown"] == 1


def test_parts_are_called_by_their_names() -> None:
    """It should say the name of hardware whose identity is a bare number, unless several bear it."""
    hardware = [
        {"hardwareInfoId": "0", "name": "gpu0"},
        {"hardwareInfoId": "1", "name": "gpu"},
        {"hardwareInfoId": "2", "name": "gpu"},
        {"hardwareInfoId": "3", "fruLocation": {"devpath": "/phys/DIMM3"}},
    ]
    start = {"testRunArtifact": {"testRunStart": {"name": "t", "dutInfo": [{"hardwareComponents": hardware}]}}}
    diagnoses = [diagnosis("FAIL", each) for each in "0123"]
    values = [measured(40, hardwareInfoId=each) for each in "0123"]
    report = run(*diagnoses, *values, result="FAIL", start=start)
    called = ["gpu0", "1", "2", "DIMM3"]
    assert [finding.part for finding in report.findings] == called
    assert [reading.part for reading in report.readings if reading.name == "measurement.temp"] == called


def test_steps_in_parallel() -> None:
    """It should tell steps apart by identity, numbers or words, however they interleave."""
    report = run(
        step("testStepStart", of=1, name="a"),
        step("testStepStart", of="b", name="b"),
        step("testStepEnd", of=1, status="COMPLETE"),
        step("testStepEnd", of="b", status="SKIP"),
    )
    assert (report.facts["step1.status"], report.facts["stepb.status"]) == ("COMPLETE", "SKIP")
    assert (report.facts["steps.complete"], report.facts["steps.skip"]) == (2, 1)


def test_absent_sequence_numbers_are_a_hole() -> None:
    """It should not call a run complete of which an artifact was lost."""
    lines = [{**START, "sequenceNumber": 0}, {**end(), "sequenceNumber": "2"}]
    report = said("".join(json.dumps(line) + "\n" for line in lines))
    assert report.facts["sequence_gaps"] == 1
    assert not report.complete
    assert "1 artifacts are absent" in report.errors[0]


def test_noise_between_the_lines_is_no_hole() -> None:
    """It should pass over what other programs print, but not over a broken artifact."""
    text = numbered(START, end()).replace("\n", "\nnoise\n")
    report = said(text)
    assert (report.complete, report.facts["noise_lines"]) == (True, 2)
    assert not said(text + '{"testStepArt\n').complete
