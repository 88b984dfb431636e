"""/proc/meminfo."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

HEAD = "MemTotal:       2048 kB\nMemFree:        1024 kB\n"


def test_kib_become_mib() -> None:
    """It should divide by 1024, keeping whole numbers whole."""
    facts = reading("meminfo", HEAD + "MemAvailable:   1536 kB\n").facts
    assert facts["mem.total_mib"] == 2
    assert isinstance(facts["mem.total_mib"], int)
    assert facts["mem.available_mib"] == 1.5


def test_an_old_kernel_has_no_mem_available() -> None:
    """It should be unknown, not 0."""
    report = reading("meminfo", HEAD)
    assert report.facts["mem.available_mib"] is None
    assert report.complete


def test_counts_have_no_unit() -> None:
    """It should not mix the number of huge pages with sizes."""
    facts = reading("meminfo", HEAD + "HugePages_Total:     512\nHugepagesize:    1048576 kB\nMemX: 7\n").facts
    assert facts["hugepages.total"] == 512
    assert facts["hugepages.size_kib"] == 1048576


def test_retired_memory_is_a_finding() -> None:
    """It should say that the kernel took memory away after errors."""
    report = reading("meminfo", HEAD + "HardwareCorrupted:     8 kB\n")
    assert found(report) == [("hardware", "memory", "memory.hardware_corrupted")]
    assert not found(reading("meminfo", HEAD + "HardwareCorrupted:     0 kB\n"))


@pytest.mark.parametrize("text", ["MemTotal:  20", HEAD[:30], HEAD + "MemAvailable:   15"])
def test_a_cut_number_is_no_value(text: str) -> None:
    """It should never report a number whose end is missing."""
    report = reading("meminfo", text)
    assert report.status is Measured.ERROR or (not report.complete and "mem.available_mib" not in report.facts)


def test_free_is_another_tool() -> None:
    """It should refuse what free(1) prints."""
    text = "              total        used\nMem:        2048        1024\n"
    assert reading("meminfo", text).status is Measured.ERROR
