"""ras-mc-ctl --summary."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured


def test_what_is_not_mentioned_is_unknown() -> None:
    """It should not call 0 what rasdaemon was not built to count."""
    facts = reading("ras-mc-ctl-summary", "No Memory errors.\n\n").facts
    assert facts["memory.uncorrected"] == 0
    assert "aer.uncorrected_fatal" not in facts
    assert "disk.errors" not in facts


@pytest.mark.parametrize(
    ("kind", "corrected", "uncorrected", "judged"),
    [("Corrected", 4, 0, False), ("Uncorrected", 0, 4, True), ("Fatal", 0, 4, True), ("Deferred", 0, 4, True)],
)
def test_kinds_of_memory_errors(kind: str, corrected: int, uncorrected: int, judged: bool) -> None:
    """It should count corrected errors and judge the others."""
    text = f"Memory controller events summary:\n\t{kind} on DIMM Label(s): 'A1' location: 0:0:0:-1 errors: 4\n\n"
    report = reading("ras-mc-ctl-summary", text)
    assert (report.facts["memory.corrected"], report.facts["memory.uncorrected"]) == (corrected, uncorrected)
    assert found(report) == ([("hardware", "dimm A1", "memory.uncorrected")] if judged else [])


def test_errors_add_up() -> None:
    """It should sum the lines of a section."""
    text = "PCIe AER events summary:\n\t2 Corrected errors: Receiver Error\n\t3 Corrected errors: Bad TLP\n\n"
    facts = reading("ras-mc-ctl-summary", text).facts
    assert facts["aer.corrected"] == 5
    assert facts["aer.type"] == "Receiver Error"


def test_a_sum_before_a_cut_is_no_sum() -> None:
    """It should leave the cut section's counts out and keep those before it."""
    text = "No Memory errors.\n\nPCIe AER events summary:\n\t2 Corrected errors: Receiver Error\n\t3 Corr"
    report = reading("ras-mc-ctl-summary", text)
    assert report.facts["memory.corrected"] == 0
    assert "aer.corrected" not in report.facts
    assert not report.complete


def test_disks() -> None:
    """It should sum errors of disks and judge them."""
    report = reading("ras-mc-ctl-summary", "Disk errors summary:\n\t8:16 has 6 errors\n\t8:32 has 1 errors\n\n")
    assert report.facts["disk.errors"] == 7
    assert found(report) == [("hardware", "storage", "disk.errors")]


def test_another_tool() -> None:
    """It should refuse text without a section."""
    assert reading("ras-mc-ctl-summary", "ras-mc-ctl: drivers are loaded.\n").status is Measured.ERROR
