"""perftest's bandwidth tests."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

TITLE = "                    RDMA_Write BW Test\n"
RULE = "-" * 87 + "\n"


def run(unit: str, rows: str, extra: str = "") -> str:
    """A run with rows."""
    heading = f" #bytes     #iterations    BW peak[{unit}]    BW average[{unit}]   MsgRate[Mpps]{extra}\n"
    return f"{TITLE}{RULE}{heading}{rows}{RULE}"


@pytest.mark.parametrize(
    ("unit", "average", "gbps"),
    [
        ("MB/sec", "1000.00", 1.048576),
        ("MiB/sec", "1000.00", 1.048576),
        ("Gb/sec", "400.00", 50.0),
        ("parsecs", "1.00", None),
    ],
)
def test_units(unit: str, average: str, gbps: float | None) -> None:
    """It should convert to GB/s what it knows: perftest's MB are MiB."""
    facts = reading(
        "ib_write_bw", run(unit, f" 65536      1000           {average}           {average}         0.1\n")
    ).facts
    assert facts["bw_avg"] == float(average)
    assert facts["unit"] == unit
    assert facts.get("bw_avg_gbps") == gbps


def test_a_column_that_a_version_adds() -> None:
    """It should be read by its name."""
    text = run("Gb/sec", " 65536      1000           100.0           99.0         0.1       2.55\n", "   CPU_Util[%]")
    assert reading("ib_write_bw", text).facts["cpu_util_pct"] == 2.55


@pytest.mark.parametrize(
    "row",
    [" 65536      1000           100.0\n", " 65536      1000           inf   nan   0.1\n", " Completion with error\n"],
)
def test_a_row_that_is_none(row: str) -> None:
    """It should not be a result."""
    assert reading("ib_write_bw", run("Gb/sec", row)).status is Measured.ERROR


def test_no_connection() -> None:
    """It should be an error of the test, not a bandwidth of 0."""
    report = reading("ib_write_bw", TITLE, 1, "Couldn't connect to node-b:18515\n")
    assert report.status is Measured.ERROR
    assert found(report) == [("tool_error", "fabric", "perftest.error")]
    assert "bw_avg" not in report.facts


def test_a_cut_run_has_no_last_row() -> None:
    """It should keep the rows that are whole, without a result that stands for the run."""
    text = run(
        "Gb/sec", " 2      1000           1.0           1.0         0.1\n 4      1000           2.0           2.0"
    )
    report = reading("ib_write_bw", text.removesuffix(RULE))
    assert report.facts["result0.bw_avg"] == 1.0
    assert "bw_avg" not in report.facts
    assert not report.complete


def test_another_tool() -> None:
    """It should refuse other text."""
    assert reading("ib_write_bw", "bandwidth: 100 Gb/sec\n").status is Measured.ERROR


def test_the_title_must_fit_the_tool() -> None:
    """It should not take a read test's bandwidth for a write latency."""
    text = recording("ib_read_bw", "duration_without_peak")
    assert reading("ib_read_bw", text).status is Measured.COMPLETE
    assert reading("ib_write_lat", text).status is Measured.ERROR


def test_a_second_run_without_a_result() -> None:
    """It should not be complete."""
    text = recording("ib_read_bw", "duration_without_peak")
    report = reading("ib_write_bw", text + "                    RDMA_Read BW Test\n")
    assert not report.complete
    assert report.facts["results"] == 1
