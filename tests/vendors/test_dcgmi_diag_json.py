"""dcgmi diag -j."""

import json
from typing import Any

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured
from gatehouse.vendors.dcgm_causes import class_of, overall, worst

V4 = recording("dcgmi-diag-json", "v4_two_h100_memory_fails")


def document(*tests: dict[str, Any]) -> str:
    """A diagnostic of DCGM 3 with these tests."""
    body = {"test_categories": [{"category": "Deployment", "tests": list(tests)}], "version": "3.3.5"}
    return json.dumps({"DCGM GPU Diagnostic": body}) + "\n"


def one_test(status: str, **more: Any) -> dict[str, Any]:
    """A test with one result on GPU 0."""
    return {"name": "PCIe", "results": [{"gpu_id": "0", "status": status, **more}]}


@pytest.mark.parametrize(
    ("status", "result", "verdict"),
    [
        ("PASS", "Pass", "pass"),
        ("Pass", "Pass", "pass"),
        ("FAIL", "Fail", "fail"),
        ("WARN", "Warn", "warn"),
        ("SKIP", "Skip", None),
        ("NOT RUN", "Not Run", None),
        ("PERHAPS", "PERHAPS", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_only_a_pass_is_a_pass(status: str, result: str, verdict: str | None) -> None:
    """It should keep skipped, waived and unknown words from passing."""
    facts = reading("dcgmi-diag-json", document(one_test(status))).facts
    assert facts["PCIe.result"] == result
    assert facts["PCIe.gpu0.result"] == result
    assert facts["overall"] == verdict


def test_gpu_ids_in_all_their_forms() -> None:
    """It should read a list in a string, a list, a number and a string."""
    for said, gpus in (("0,1,2", 3), ([0, 1], 2), (5, 1), ("7", 1)):
        test = {"name": "Denylist", "results": [{"gpu_ids": said, "status": "PASS"}]}
        assert reading("dcgmi-diag-json", document(test)).facts["gpus"] == gpus


@pytest.mark.parametrize(
    ("warning", "part", "kind"),
    [
        ("GPU 3 has uncorrectable memory errors and row remappings are pending", "gpu3", "hardware"),
        (
            "There was an internal error during the test: 'Output of child process couldn't be parsed'",
            "gpu0",
            "tool_error",
        ),
        ("Error using CUDA API cuInit. 'system not yet initialized'", "gpu0", "configuration"),
        ({"error_id": 85, "warning": "Persistence mode …"}, "gpu0", "hardware"),
        ({"error_id": 29, "warning": "x"}, "gpu0", "configuration"),
        ({"error_id": 44, "warning": "miscompare"}, "gpu0", "tool_error"),
    ],
)
def test_causes(warning: Any, part: str, kind: str) -> None:
    """It should go by the error's number, else by its words."""
    (finding,) = found(reading("dcgmi-diag-json", document(one_test("FAIL", warnings=warning))))
    assert finding == (kind, "gpu0" if part == "gpu3" else part, "dcgm.pcie")


def test_a_failure_without_words_is_the_hardwares() -> None:
    """It should name the GPUs that failed when DCGM says no more."""
    assert found(reading("dcgmi-diag-json", document(one_test("FAIL")))) == [("hardware", "gpu0", "dcgm.pcie")]


def test_a_cut_test_says_only_that_it_failed() -> None:
    """It should not call a test passed whose other GPUs may have failed in what was cut off."""
    end = V4.index('"Fail"', V4.index('"memory"'))
    report = reading("dcgmi-diag-json", V4[: end - 60])
    assert report.facts["memory.gpu0.result"] == "Pass"
    assert "memory.result" not in report.facts
    assert "overall" not in report.facts
    assert not report.complete


def test_a_failed_test_is_an_answer_whatever_the_exit_code() -> None:
    """It should not call the tool broken because it exits with the number of an error."""
    report = reading("dcgmi-diag-json", V4, exit_code=226)
    assert report.status is Measured.COMPLETE
    assert not report.errors


def test_a_diagnostic_that_did_not_run() -> None:
    """It should be an error with DCGM's reason."""
    said = json.dumps({"DCGM GPU Diagnostic": {"runtime_error": "The NVVS binary has no permission to run"}})
    report = reading("dcgmi-diag-json", said)
    assert report.status is Measured.ERROR
    assert found(report) == [("configuration", "host", "dcgm.runtime_error")]


@pytest.mark.parametrize(
    "said", ["{}", "[]", '{"a": {"b": 1}}', '{"DCGM GPU Diagnostic": {"test_categories": null}}', "[1, 2"]
)
def test_no_diagnostic(said: str) -> None:
    """It should refuse other JSON."""
    assert reading("dcgmi-diag-json", said).status is Measured.ERROR


def test_summaries() -> None:
    """It should let the worst decide, and nothing pass that did not run."""
    assert worst(["Pass", "Warn", "Fail"]) == "Fail"
    assert worst(["Pass", "Odd"]) == "Odd"
    assert worst(["Pass", "Skip"]) == "Skip"
    assert worst([]) is None
    assert overall(["Pass", "Skip"]) == "pass"
    assert overall(["Skip", "Not Run"]) is None
    assert overall([]) is None


@pytest.mark.parametrize("error_id", [4, 13, 52, 80, 95, 98, 120])
def test_numbers_of_the_hardware(error_id: int) -> None:
    """It should blame the hardware for memory, links, PCIe and a GPU off the bus, whatever the words."""
    assert class_of("internal error", error_id) == "hardware"


def test_what_an_info_measured() -> None:
    """It should give the rates and latencies of the PCIe test, whether DCGM lists infos or joins them."""
    told = ["GPU 0 GPU to Host bandwidth:\t\t24.02 GB/s", "GPU 0 Host to GPU latency:\t\t3.715 us"]
    for info in (told, ", ".join(told)):
        result = {"gpu_id": "0", "status": "PASS", "info": info}
        document = {"DCGM GPU Diagnostic": {"test_categories": [{"tests": [{"name": "PCIe", "results": [result]}]}]}}
        facts = reading("dcgmi-diag-json", json.dumps(document)).facts
        assert facts["PCIe.gpu0.gpu_to_host_bandwidth_gbps"] == 24.02
        assert facts["PCIe.gpu0.host_to_gpu_latency_us"] == 3.715


def test_a_warning_in_the_summary_as_well_is_one() -> None:
    """It should not count twice what DCGM 4.5 says of a GPU and again in the summary."""
    warning = {"error_category": 7, "error_id": 4, "error_severity": 2, "warning": "A DBE memory error was detected."}
    result = {"entity_group": "GPU", "entity_id": 3, "status": "Fail", "warnings": [warning]}
    test = {"name": "memory", "results": [result], "test_summary": {"status": "Fail", "warnings": [warning]}}
    report = reading("dcgmi-diag-json", json.dumps({"DCGM Diagnostic": {"test_categories": [{"tests": [test]}]}}))
    assert found(report) == [("hardware", "gpu3", "dcgm.memory")]
    assert report.facts["memory.warnings"] == 1


def test_a_setting_that_fails_without_a_word() -> None:
    """It should not blame the hardware for the persistence mode, nor count GPUs that are not named."""
    tests = [
        {"name": "Persistence Mode", "results": [{"status": "Fail"}]},
        {"name": "Environment Variables", "results": [{"status": "Warn"}]},
        {"name": "Inforom", "results": [{"status": "Fail"}]},
    ]
    report = reading("dcgmi-diag-json", json.dumps({"DCGM GPU Diagnostic": {"test_categories": [{"tests": tests}]}}))
    assert found(report) == [
        ("configuration", "host", "dcgm.persistence_mode"),
        ("hardware", "host", "dcgm.inforom"),
    ]
    assert report.facts["gpus"] is None
    assert (report.facts["failed"], report.facts["warned"], report.facts["overall"]) == (2, 1, "fail")


def test_words_instead_of_a_document() -> None:
    """It should give what dcgmi says when it cannot reach its engine, and blame no hardware."""
    said = "Error: unable to establish a connection to the specified host: localhost\n"
    report = reading("dcgmi-diag-json", said, 255)
    assert report.status is Measured.ERROR
    assert report.facts["runtime_error"] == said.strip()
    assert found(report) == [("tool_error", "host", "dcgm.runtime_error")]
