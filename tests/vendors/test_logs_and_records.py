"""The fabric manager's log, gpu_burn, SuperBench's monitor, pci_lmt, OCP's records, NVLink counters of DCGM."""

import json
from typing import Any

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

FABRIC = recording("fabricmanager-log", "fatal_sxid_and_multicast")
BURN = recording("gpu_burn", "two_gpus_one_faulty")
MONITOR = recording("superbench-monitor-jsonl", "three_samples_two_gpus")
MARGINS = recording("pci_lmt-csv", "two_devices_one_failing_step")
OCP = recording("ocp-diag-jsonl", "v2_memory_check_fails")


@pytest.mark.parametrize(("word", "fatal"), [("fatal", True), ("non-fatal", False)])
def test_nvswitch_errors(word: str, fatal: bool) -> None:
    """It should read the SXid with its switch and port, on one line or with text behind it."""
    place = "on fid 0 on NVSwitch pci bus id 00000000:86:00.0 physical id 3 port 61"
    line = f"[Jun 11 2025 02:14:09] [ERROR] [tid 1] detected NVSwitch {word} error 12028 {place}\nmore of it\n"
    report = reading("fabricmanager-log", line)
    assert report.facts["error0.fatal"] is fatal
    assert report.facts["error0.sxid"] == 12028
    assert report.facts["error0.port"] == 61
    assert found(report) == [("hardware", "0000:86:00.0", "sxid.12028")]


def test_an_error_that_nobody_knows_is_the_tools() -> None:
    """It should pass on an unknown error without blaming the hardware."""
    report = reading("fabricmanager-log", "[Jun 11 2025 02:14:09] [ERROR] [tid 1] something new\n")
    assert found(report) == [("tool_error", "host", "fabric.error")]


def test_continuation_lines_belong_to_their_record() -> None:
    """It should not count lines for records."""
    assert reading("fabricmanager-log", FABRIC).facts["records"] == 4


def test_gpu_burn_without_a_verdict_proves_nothing() -> None:
    """It should not take progress without errors for a pass."""
    report = reading("gpu_burn", BURN[: BURN.index("Killing")] + "\n")
    assert "gpu0" not in report.facts
    assert "faulty" not in report.facts
    assert not report.complete


def test_gpu_burn_counts_its_verdicts() -> None:
    """It should notice a GPU without one."""
    assert reading("gpu_burn", BURN).complete
    assert not reading("gpu_burn", BURN.replace("\tGPU 1: FAULTY\n", "")).complete


def test_gpu_burn_that_could_not_start() -> None:
    """It should be the tool's trouble, and not complete."""
    report = reading(
        "gpu_burn",
        "Burning for 10 seconds.\nCouldn't init a GPU test: Error in load module\nNo clients are alive!  Aborting\n",
    )
    assert found(report) == [("tool_error", "host", "gpu_burn.trouble")]
    assert not report.complete


def test_the_worst_of_many_samples() -> None:
    """It should keep the hottest and the most errors of each GPU over all samples."""
    facts = reading("superbench-monitor-jsonl", MONITOR).facts
    assert facts["gpu1.max_temp_c"] == 81
    assert facts["gpu1.ecc.uncorrectable"] == 1
    assert facts["gpu0.ecc.uncorrectable"] == 0


def test_lines_that_are_no_json() -> None:
    """It should read the others and say so; a last line that was cut is no broken one."""
    broken = reading("superbench-monitor-jsonl", MONITOR + "oops\n" + MONITOR)
    assert broken.facts["lines"] == 6
    assert any("1 of 7 lines" in error for error in broken.errors)
    cut = reading("superbench-monitor-jsonl", MONITOR[:-20])
    assert cut.facts["lines"] == 2
    assert cut.errors == ("the last line has no end",)


def test_long_numbers_stay_texts() -> None:
    """It should not lose digits of a run's number."""
    assert reading("pci_lmt-csv", MARGINS).facts["run_id"] == "900719925474099312345678901234567890"


def test_columns_of_pci_lmt_may_move() -> None:
    """It should read rows by their headings."""
    moved = "\n".join(",".join(reversed(line.split(","))) for line in MARGINS.strip().split("\n")[:4]) + "\n"
    facts = reading("pci_lmt-csv", moved).facts
    assert facts["first_error.step"] == 6
    assert facts["rows_with_errors"] == 2


def test_a_cut_row_of_pci_lmt() -> None:
    """It should leave out a row that has not all its cells."""
    report = reading("pci_lmt-csv", MARGINS[: MARGINS.rindex("voltage_up")] + "\n")
    assert report.facts["rows"] == 3
    assert not report.complete


def artifact(kind: str, **content: Any) -> str:
    """A line of a step."""
    return json.dumps({"testStepArtifact": {"testStepId": "1", kind: content}, "sequenceNumber": 5}) + "\n"


def test_both_versions_of_ocp_read_alike() -> None:
    """It should give the same facts for the names of version 1 and of version 2."""
    one = artifact("diagnosis", symptom="bad-dimm", type="FAIL", msg="12 errors", hardwareInfoId=["d1"])
    two = artifact("diagnosis", verdict="bad-dimm", type="FAIL", message="12 errors", hardwareInfoId="d1")
    reports = [reading("ocp-diag-jsonl", line) for line in (one, two)]
    assert reports[0].facts == reports[1].facts
    assert found(reports[0]) == found(reports[1]) == [("hardware", "d1", "ocp.bad-dimm")]


def test_values_of_both_versions() -> None:
    """It should find a value in an element or beside its name."""
    one = artifact("measurement", info={"name": "temp", "hardwareInfoId": "d1"}, element={"value": 41.5})
    two = artifact("measurement", name="temp", hardwareInfoId="d1", value=41.5)
    for line in (one, two):
        assert reading("ocp-diag-jsonl", line).facts["measurement.temp.d1"] == 41.5


@pytest.mark.parametrize(
    ("kind", "fails", "unknown"), [("PASS", 0, 0), ("FAIL", 1, 0), ("UNKNOWN", 0, 1), ("MAYBE", 0, 0)]
)
def test_only_a_pass_counts_as_a_pass(kind: str, fails: int, unknown: int) -> None:
    """It should keep words that it does not know from passing."""
    facts = reading("ocp-diag-jsonl", artifact("diagnosis", verdict="v", type=kind)).facts
    assert facts["diagnoses.pass"] == (kind == "PASS")
    assert facts["diagnoses.fail"] == fails
    assert facts["diagnoses.unknown"] == unknown


def test_a_run_without_its_end_is_not_complete() -> None:
    """It should not give a result that was not stated."""
    report = reading("ocp-diag-jsonl", OCP[: OCP.rindex('{"testRunArtifact"')])
    assert "run.result" not in report.facts
    assert report.facts["run.name"] == "memory_check"
    assert not report.complete


def test_counters_of_dcgm_are_texts() -> None:
    """It should read numbers in strings, and N/A as no number."""
    body = {"Link 4": {"children": {"Replay Error": {"value": "9"}, "Recovery Error": {"value": "N/A"}}}}
    facts = reading("dcgmi-nvlink-json", json.dumps({"header": ["x", "GPU 2"], "body": body})).facts
    assert facts["gpu"] == 2
    assert facts["link4.replay_error"] == 9
    assert facts["link4.recovery_error"] is None


@pytest.mark.parametrize(
    "tool",
    ["fabricmanager-log", "gpu_burn", "superbench-monitor-jsonl", "pci_lmt-csv", "ocp-diag-jsonl", "dcgmi-nvlink-json"],
)
@pytest.mark.parametrize("text", ['{"a": 1}\n', "a,b\n1,2\n", "[x] plain\n", "null\n", '{"body": {"Link": 1}}\n'])
def test_other_texts(tool: str, text: str) -> None:
    """It should refuse what is not its tool's."""
    assert reading(tool, text).status is Measured.ERROR
