"""nvidia-smi without options."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

TWO = recording("nvidia-smi-table", "h200_two_with_processes")


@pytest.mark.parametrize("cell", ["ERR!", "N/A "])
def test_a_fan_without_a_value(cell: str) -> None:
    """It should tell a broken fan from a GPU without one."""
    report = reading("nvidia-smi-table", TWO.replace("| N/A   29C", f"|{cell}   29C"))
    assert report.facts["gpu0.fan_pct"] is None
    assert report.facts["gpu0.fan_error"] is (cell == "ERR!")
    assert (("hardware", "gpu0", "gpu.fan_error") in found(report)) is (cell == "ERR!")
    assert report.facts["gpu0.temp_c"] == 29


def test_broken_power() -> None:
    """It should read no number from ERR! among numbers."""
    report = reading("nvidia-smi-table", TWO.replace("   77W /  700W", "  ERR! /  700W"))
    assert report.facts["gpu0.power_w"] is None
    assert report.facts["gpu0.power.limit_w"] == 700
    assert ("hardware", "gpu0", "gpu.sensor_error") in found(report)


def test_on_in_the_column_of_ecc_errors_is_no_count() -> None:
    """It should not take the word that stands there in MIG mode for a number."""
    text = TWO.replace("Off |                    2 |", "Off |                   On |")
    assert reading("nvidia-smi-table", text).facts["gpu1.ecc.volatile.uncorrectable"] is None


def test_columns_may_move() -> None:
    """It should find a value under its heading, wherever that stands."""

    def swap(line: str) -> str:
        cells = line.split("|")
        return "|".join([cells[0], cells[2], cells[1], *cells[3:]]) if len(cells) == 5 and "=" not in line else line

    facts = reading("nvidia-smi-table", "\n".join(swap(line) for line in TWO.split("\n"))).facts
    assert facts["gpu0.name"] == "NVIDIA H200"
    assert facts["gpu0.fb.used_mib"] == 28321
    assert facts["gpu1.ecc.volatile.uncorrectable"] == 2


def test_a_gpu_without_its_lower_border_was_cut() -> None:
    """It should read the rows of a GPU that are whole, and say nothing of those that are missing."""
    report = reading("nvidia-smi-table", TWO[: TWO.index("| N/A   31C")])
    assert report.facts["gpus"] == 1
    assert report.facts["gpu1.name"] == "NVIDIA H200"
    assert not {"gpu1.temp_c", "gpu1.fan_pct", "gpu1.mig.mode"} & report.facts.keys()
    assert not report.complete


def test_no_table() -> None:
    """It should refuse other tables."""
    assert reading("nvidia-smi-table", "+---+\n| a |\n+---+\n").status is Measured.ERROR


def test_a_lost_gpu_among_no_devices_is_still_told() -> None:
    """It should count no GPU, and say which one does not answer."""
    said = "Unable to determine the device handle for GPU0000:4B:00.0: Unknown Error\nNo devices were found\n"
    report = reading("nvidia-smi-table", said, exit_code=6)
    assert report.facts["gpus"] == 0
    assert found(report) == [("hardware", "0000:4b:00.0", "gpu.no_handle")]
    assert report.complete


def test_a_loop_prints_the_same_gpus_again() -> None:
    """It should not count them twice, and say that more follows."""
    once = recording("nvidia-smi-table", "h200_two_with_processes")
    report = reading("nvidia-smi-table", once + once)
    assert report.facts == reading("nvidia-smi-table", once).facts
    assert not report.complete
