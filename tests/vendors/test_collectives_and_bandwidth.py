"""nccl-tests, rccl-tests, nvbandwidth, TransferBench, rocm-bandwidth-test."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

NCCL = recording("nccl-tests", "h100_two_nodes_validated")
NVBANDWIDTH = recording("nvbandwidth-text", "h100_two_with_latency")
TRANSFERBENCH = recording("transferbench", "one_cpu_two_gpus")
ROCM = recording("rocm-bandwidth-test", "two_mi210")


def test_without_validation_nothing_is_proved() -> None:
    """It should not read "0 OK" as no errors when nothing was compared."""
    facts = reading("nccl-tests", NCCL.replace("validation: 1", "validation: 0")).facts
    assert facts["validation"] is False
    assert facts["oob"] == 0
    assert facts["errors"] is None


def test_wrong_values_are_the_hardwares() -> None:
    """It should find wrong results of a collective."""
    report = reading("nccl-tests", NCCL.replace(": 0 OK", ": 7 FAILED"))
    assert report.facts["errors"] == 7
    assert found(report) == [("hardware", "host", "collective.wrong_values")]


@pytest.mark.parametrize("end", ["# Out of bounds", "# Avg bus"])
def test_a_run_without_its_totals_is_not_complete(end: str) -> None:
    """It should keep the rows and say that the run did not end."""
    report = reading("nccl-tests", NCCL[: NCCL.index(end)])
    assert report.facts["rows"] == 2
    assert report.facts["avg_busbw"] is None
    assert not report.complete


def test_a_crash_before_any_row() -> None:
    """It should name the rank and the device that the log blames."""
    crash = NCCL[: NCCL.index("node01:1821")] + (
        "NCCL ERROR misc/xgmi.cc:412 GPU 3 xGMI link 2 reported HW error\n[Rank 3] RCCL FATAL: cannot initialize\n"
        "  Exit code:    1\n"
    )
    report = reading("rccl-tests", crash, exit_code=1)
    assert report.facts["rows"] == 0
    assert report.facts["error.rank"] == 3
    assert report.facts["exit_code"] == 1
    assert found(report) == [("hardware", "gpu3", "collective.device_error")]
    assert not report.complete


def test_a_column_of_iterations_is_no_result() -> None:
    """It should know that the newest version prints the iterations last."""
    lines = [
        line.rstrip() + " #iters" if "#wrong" in line else line.rstrip() + " 20" if " sum " in line else line
        for line in NCCL.split("\n")
    ]
    facts = reading("nccl-tests", "\n".join(lines)).facts
    assert facts["row.1073741824.ip.busbw"] == 274.62
    assert facts["row.1073741824.ip.wrong"] == 0


def test_waived_is_neither_pass_nor_failure() -> None:
    """It should count waived tests and give them no sum."""
    report = reading("nvbandwidth-text", NVBANDWIDTH)
    assert report.facts["waived"] == 1
    assert "sum.multinode_device_to_device_memcpy_read_ce" not in report.facts
    assert report.complete


def test_a_test_without_its_sum_did_not_end() -> None:
    """It should notice a run that was cut."""
    report = reading("nvbandwidth-text", NVBANDWIDTH[: NVBANDWIDTH.index("SUM device_to_device")])
    assert not report.complete
    assert "sum.host_to_device_memcpy_ce" in report.facts
    assert any("device_to_device_memcpy_read_ce" in error for error in report.errors)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ERROR: CUDA_ERROR_OUT_OF_MEMORY: out of memory", "tool_error"),
        ("Invalid value when checking the pattern at 0x7f00", "hardware"),
    ],
)
def test_errors_of_nvbandwidth(line: str, kind: str) -> None:
    """It should tell wrong data from a test that could not run."""
    report = reading("nvbandwidth-text", NVBANDWIDTH.replace("SUM device_to_device", line + "\nSUM device_to_device"))
    assert found(report) == [(kind, "host", "nvbandwidth.device_to_device_memcpy_read_ce")]


def test_pairs_of_transferbench() -> None:
    """It should keep both directions at once apart from one at a time."""
    facts = reading("transferbench", TRANSFERBENCH).facts
    assert facts["gpu0.gpu1.gbps"] == 47.9
    assert facts["bidir.gpu0.gpu1.gbps"] == 90.1
    cut = reading("transferbench", TRANSFERBENCH[: TRANSFERBENCH.index("   GPU 01  ->")])
    assert not cut.complete
    assert cut.facts["gpu0.gpu1.gbps"] == 47.9


def test_a_row_with_too_few_numbers_is_left_out() -> None:
    """It should not give a device the bandwidth of its neighbour."""
    report = reading("transferbench", TRANSFERBENCH.replace("26.01      1310.55     47.90", "26.01      1310.55"))
    assert "gpu0.gpu1.gbps" not in report.facts
    assert not report.complete


def test_rows_of_rocm_bandwidth_test_are_counted() -> None:
    """It should notice a matrix with fewer rows than devices."""
    row = next(line for line in ROCM.split("\n") if line.split()[:2] == ["2", "28.498"])
    report = reading("rocm-bandwidth-test", ROCM.replace(row + "\n", ""))
    assert not report.complete
    assert report.facts["dev1.dev2.gbps"] == 36.9
    assert "dev2.dev1.gbps" not in report.facts


@pytest.mark.parametrize("tool", ["nccl-tests", "nvbandwidth-text", "transferbench", "rocm-bandwidth-test"])
def test_other_texts(tool: str) -> None:
    """It should refuse what is not its tool's."""
    assert reading(tool, "SUM of all fears 12\nGPU 00 -> 1 2\nDevice: x\n").status is Measured.ERROR


def test_a_test_without_its_aggregate_was_cut() -> None:
    """It should say that the last line of a test is absent, and keep the transfers before it."""
    transfers = recording("transferbench", "transfers_of_a_test")
    report = reading("transferbench", transfers[: transfers.index(" Aggregate")])
    assert report.facts["test1.transfer1.gbps"] == 14.399
    assert not report.complete


def test_bandwidth_by_number_of_cus() -> None:
    """It should read the preset that scales the number of CUs."""
    table = "NumCUs CPU00 GPU00 GPU01\n   1  14.11  20.30  20.25\n   2  14.11  38.94  33.26\n"
    facts = reading("transferbench", table).facts
    assert (facts["cus1.cpu0.gbps"], facts["cus2.gpu1.gbps"]) == (14.11, 33.26)


def test_what_transferbench_says_instead() -> None:
    """It should be an error in the tool's own words."""
    report = reading("transferbench", "TransferBench v1.30\n[ERROR] NUMA library not supported.\n")
    assert report.status is Measured.ERROR
    assert "NUMA library" in report.errors[0]


def test_the_newer_engine_of_rocm_bandwidth_test() -> None:
    """It should read TransferBench's tables under its own name, and not what TransferBench printed by itself."""
    table = recording("transferbench", "a2a_four_gpus")
    report = reading("rocm-bandwidth-test", f"$ rocm-bandwidth-test run tb a2a\n{table}")
    assert report.tool == "rocm-bandwidth-test"
    assert report.facts["gpu0.gpu1.gbps"] == 46.512
    assert reading("rocm-bandwidth-test", table).status is Measured.ERROR
