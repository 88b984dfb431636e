"""dcgmi diag as a table."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import FindingClass, Measured

V4 = recording("dcgmi-diag-text", "v4_one_gpu_fails_memory")
V3 = recording("dcgmi-diag-text", "v3_all_pass")


@pytest.mark.parametrize(
    ("words", "result", "scope"),
    [
        ("Skip - All", "Skip", "All"),
        ("Fail - GPUs: 0, 3", "Fail", "GPUs: 0, 3"),
        ("Pass - All", "Pass", "All"),
        ("Not Run", "Not Run", None),
        ("Mystery", "Mystery", None),
    ],
)
def test_results_and_scopes(words: str, result: str, scope: str | None) -> None:
    """It should part a result from what it covers."""
    text = V3.replace(
        "| Denylist                  | Pass ".ljust(40), f"| Denylist                  | {words}".ljust(40)
    )
    facts = reading("dcgmi-diag-text", text).facts
    assert facts["Denylist.result"] == result
    assert facts.get("Denylist.scope") == scope


def test_a_banner_of_success_is_no_result() -> None:
    """It should read the results, not "Successfully ran diagnostic"."""
    assert V4.startswith("Successfully ran diagnostic")
    assert reading("dcgmi-diag-text", V4).facts["overall"] == "fail"


def test_a_failure_in_the_harness_is_the_tools() -> None:
    """It should not blame a GPU when all GPUs passed and the test says that it failed itself."""
    text = V4.replace("GPU1: Fail", "GPU1: Pass").replace("3 miscompares on GPU 1 at ", "trouble of some sort at  ")
    (finding,) = found(reading("dcgmi-diag-text", text))
    assert finding == ("tool_error", "gpu1", "dcgm.memory")


def test_notes_run_over_rows_in_the_middle_of_words() -> None:
    """It should join the pieces of a note without adding or losing a blank."""
    warning = reading("dcgmi-diag-text", V4).facts["memory.warning0"]
    assert warning == (
        "GPU1: Memory test found 3 miscompares on GPU 1 at address 0x7f001200. Run a field diagnostic on the GPU."
    )


def test_without_its_bottom_border_a_table_is_cut() -> None:
    """It should keep the tests that it has."""
    lines = V3.rstrip("\n").split("\n")
    report = reading("dcgmi-diag-text", "\n".join(lines[:-1]) + "\n")
    assert report.facts["tests"] == 3
    assert not report.complete


def test_a_note_that_may_go_on_is_left_out() -> None:
    """It should not quote half a warning as the whole."""
    lines = V4.split("\n")
    middle = next(index for index, line in enumerate(lines) if "| Warning" in line)
    assert "memory.warning0" not in reading("dcgmi-diag-text", "\n".join(lines[: middle + 1]) + "\n").facts


def test_an_error_under_a_section() -> None:
    """It should keep what DCGM says before any test ran."""
    text = (
        V3[: V3.index("| Denylist")] + "| Error".ljust(28) + "| GPU 2 has a pending page retirement".ljust(49) + "|\n"
    )
    report = reading("dcgmi-diag-text", text)
    assert report.facts["error0"] == "GPU 2 has a pending page retirement"
    assert report.facts["error0.gpu"] == 2
    assert report.facts["overall"] == "fail"
    assert found(report) == [("hardware", "gpu2", "dcgm.deployment.error")]


def test_no_diagnostic() -> None:
    """It should refuse other tables."""
    assert reading("dcgmi-diag-text", "+---+---+\n| a | b |\n+---+---+\n").status is Measured.ERROR


def test_a_host_engine_that_does_not_run_is_no_fault_of_hardware() -> None:
    """It should be an error of the tool: nothing was measured."""
    report = reading(
        "dcgmi-diag-text", "Error: Unable to connect to host engine. Host engine connection invalid.\n", 255
    )
    assert report.status is Measured.ERROR
    assert [finding.kind for finding in report.findings] == [FindingClass.TOOL_ERROR]


def test_iterations_that_end_early_say_nothing() -> None:
    """It should not take the first passes of several for the result."""
    table = recording("dcgmi-diag-text", "v3_all_pass")
    said = f"\nRunning iteration 1 of 3...\n{table}\nRunning iteration 2 of 3...\n{table}"
    assert reading("dcgmi-diag-text", said).status is Measured.ERROR
    assert reading("dcgmi-diag-text", said.replace("of 3", "of 2")).facts["iterations"] == 2


def test_a_test_is_called_diagnostic_as_the_headings_are() -> None:
    """It should take the row for a test, not for another table."""
    row = "| Diagnostic                | Fail - GPU: 2                                  |\n"
    report = reading("dcgmi-diag-text", V3.replace("| Page Retirement", row + "| Page Retirement", 1))
    assert report.facts["Diagnostic.result"] == "Fail"
    assert report.facts["Diagnostic.gpu2"] == "Fail"
    assert report.facts["dcgm_version"] == reading("dcgmi-diag-text", V3).facts["dcgm_version"]
    assert report.facts["tests"] == reading("dcgmi-diag-text", V3).facts["tests"] + 1
