"""nvidia-smi --query-… --format=csv."""

import pytest
from recordings import reading, recording

from gatehouse.model.status import Measured
from gatehouse.vendors.nvidia_columns import fact_of


@pytest.mark.parametrize(
    ("heading", "fact"),
    [
        ("temperature.gpu", ("temp_c", "c")),
        ("memory.used [MiB]", ("fb.used_mib", "mib")),
        ("ecc.errors.uncorrected.volatile.total", ("ecc.volatile.uncorrectable", "number")),
        ("ecc.errors.corrected.aggregate.dram", ("ecc.aggregate.dram_correctable", "number")),
        ("remapped_rows.histogram.none", ("remapped.histogram.none", "number")),
        ("clocks_event_reasons.hw_slowdown", ("throttle.hw_slowdown", "flag")),
        ("clocks_event_reasons.active", ("throttle.active", "word")),
        ("encoder.stats.averageFps", ("encoder.stats.averageFps", "any")),
        ("clocks.applications.graphics [MHz]", ("clocks.applications.graphics_mhz", "mhz")),
        ("power.draw", ("power_w", "w")),
        ("NVIDIA H100 80GB HBM3", None),
        ("00000000:00:09.0", None),
    ],
)
def test_headings(heading: str, fact: tuple[str, str] | None) -> None:
    """It should know what a column means by its heading, and that data are no headings."""
    assert fact_of(heading) == fact


def test_columns_in_any_order() -> None:
    """It should give the same facts whatever the order of the query."""
    one = reading("nvidia-smi-csv", "index, temperature.gpu, power.draw [W]\n2, 41, 63.77 W\n")
    other = reading("nvidia-smi-csv", "power.draw [W], index, temperature.gpu\n63.77 W, 2, 41\n")
    assert one.facts == other.facts
    assert one.facts["gpu2.temp_c"] == 41


def test_units_may_be_left_off() -> None:
    """It should take the unit of the heading where cells have none (nounits)."""
    assert reading("nvidia-smi-csv", "index, memory.used [MiB]\n0, 512\n").facts["gpu0.fb.used_mib"] == 512


@pytest.mark.parametrize("cell", ["[N/A]", "[Not Supported]", "[Unknown Error]", "", "[GPU requires reset]"])
def test_no_value_is_unknown(cell: str) -> None:
    """It should not read a number from words in brackets."""
    assert reading("nvidia-smi-csv", f"index, temperature.gpu\n0, {cell}\n").facts["gpu0.temp_c"] is None


def test_a_row_of_another_length_is_left_out() -> None:
    """It should not shift cells under other headings."""
    report = reading("nvidia-smi-csv", "index, temperature.gpu, pstate\n0, 41, P0\n1, 42\n")
    assert "gpu1.temp_c" not in report.facts
    assert not report.complete


def test_a_last_row_without_its_end_is_left_out() -> None:
    """It should not take 4 for 41."""
    report = reading("nvidia-smi-csv", "index, temperature.gpu\n0, 41\n1, 4")
    assert report.facts["gpu0.temp_c"] == 41
    assert "gpu1.temp_c" not in report.facts
    assert not report.complete


def test_a_last_row_whose_unit_is_there_is_whole() -> None:
    """It should keep a row that only lost its newline, as pasted outputs do."""
    report = reading("nvidia-smi-csv", "index, power.draw [W]\n0, 71.15 W")
    assert report.facts["gpu0.power_w"] == 71.15
    assert not report.complete


def test_declared_and_listed_gpus() -> None:
    """It should hold the count column against the rows."""
    assert not reading("nvidia-smi-csv", "count, index, pstate\n8, 0, P0\n").complete
    assert reading("nvidia-smi-csv", "count, index, pstate\n1, 0, P0\n").complete


def test_without_headings_nothing_is_known() -> None:
    """It should refuse csv,noheader: nothing says what stands where."""
    assert reading("nvidia-smi-csv", "0, 41, P0\n1, 42, P0\n").status is Measured.ERROR


def test_a_loop_prints_the_same_gpus_again() -> None:
    """It should not count them twice, and keep the first sample."""
    report = reading("nvidia-smi-csv", "index, temperature.gpu\n0, 41\n1, 40\n0, 43\n1, 44\n")
    assert (report.facts["gpus"], report.facts["gpu0.temp_c"]) == (2, 41)
    assert not report.complete


def test_pages_are_no_gpus() -> None:
    """It should count retired pages, and take no row of theirs for a GPU."""
    report = reading("nvidia-smi-csv", recording("nvidia-smi-csv", "retired_pages"))
    assert not any(name.startswith("gpu") for name in report.facts)
    assert report.facts["pages"] == 2
