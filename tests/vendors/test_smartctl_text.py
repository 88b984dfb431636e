"""smartctl's text of SATA, SAS and NVMe drives."""

import pytest
from recordings import found, reading

from gatehouse.model.status import Measured

START = "=== START OF INFORMATION SECTION ===\nSerial Number:    S1\n"
HEALTH = "SMART overall-health self-assessment test result: {}\n"
HEADING = "ID# ATTRIBUTE_NAME          FLAG     VALUE WORST THRESH TYPE      UPDATED  WHEN_FAILED RAW_VALUE\n"


@pytest.mark.parametrize(
    ("word", "passed"), [("PASSED", True), ("FAILED!", False), ("UNKNOWN!", None), ("UNKNOWN FAILURE", False)]
)
def test_health_words(word: str, passed: bool | None) -> None:
    """It should take only the words of a pass for a pass."""
    report = reading("smartctl-text", START + HEALTH.format(word))
    assert report.facts["health.passed"] is passed
    assert bool(found(report)) is (passed is False)


def test_sas_health() -> None:
    """It should read the other key that SAS drives have."""
    report = reading("smartctl-text", START + "SMART Health Status: DATA CHANNEL IMPENDING FAILURE [asc=5d, ascq=30]\n")
    assert report.facts["health.passed"] is False


def test_no_health_status() -> None:
    """It should be unknown and not complete."""
    report = reading("smartctl-text", START)
    assert report.facts["health.passed"] is None
    assert not report.complete


def test_brief_attributes() -> None:
    """It should find the columns of -f brief by their heading."""
    text = (
        START
        + HEALTH.format("PASSED")
        + (
            "ID# ATTRIBUTE_NAME          FLAGS    VALUE WORST THRESH FAIL RAW_VALUE\n"
            "  5 Reallocated_Sector_Ct   PO--CK   100   100   010    -    7\n"
            "194 Temperature_Celsius     -O---K   067   051   000    -    33 (Min/Max 20/49)\n"
            "                            ||||||_ K auto-keep\n"
        )
    )
    report = reading("smartctl-text", text)
    assert report.facts["attr.5.raw"] == 7
    assert report.facts["attr.194.raw_prefix"] == 33
    assert report.facts["temperature_c"] == 33
    assert found(report) == [("hardware", "disk", "smart.reallocated_sectors")]


def test_the_table_ends_where_it_ends() -> None:
    """It should not take the self-test log for attributes."""
    text = (
        START
        + HEALTH.format("PASSED")
        + HEADING
        + (
            "  9 Power_On_Hours          0x0032   062   062   000    Old_age   Always       -       27411\n\n"
            "Num  Test_Description    Status                  Remaining  LifeTime(hours)  LBA_of_first_error\n"
            "  1  Short offline       Completed without error       00%      2696         -\n"
        )
    )
    facts = reading("smartctl-text", text).facts
    assert facts["power_on_hours"] == 27411
    assert "attr.1.raw" not in facts


@pytest.mark.parametrize(
    ("tail", "missing"),
    [("197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       1", "attr.197.raw")],
)
def test_a_cut_row_is_left_out(tail: str, missing: str) -> None:
    """It should never report a raw value whose end is missing."""
    report = reading("smartctl-text", START + HEALTH.format("PASSED") + HEADING + tail)
    assert missing not in report.facts
    assert not report.complete


def test_error_counters_of_sas() -> None:
    """It should judge what could not be corrected."""
    text = (
        START
        + "SMART Health Status: OK\n"
        + "read:          5        1         0         6          9          0.077           2\n"
    )
    report = reading("smartctl-text", text)
    assert report.facts["read.uncorrected"] == 2
    assert report.facts["read.correction_invocations"] == 9
    assert found(report) == [("hardware", "disk", "read.uncorrected")]


def test_nvme_critical_warning() -> None:
    """It should be read as the number it is."""
    report = reading(
        "smartctl-text", START + HEALTH.format("FAILED!") + "Critical Warning:                   0x04\n", 8
    )
    assert report.facts["nvme.critical_warning"] == 4
    assert ("hardware", "disk", "nvme.critical_warning") in found(report)


def test_exit_status_four() -> None:
    """It should keep the facts and add an error where a command to the drive failed."""
    report = reading("smartctl-text", START + HEALTH.format("PASSED"), exit_code=4)
    assert report.complete
    assert report.errors


def test_another_tool() -> None:
    """It should refuse text without a section of smartctl."""
    assert reading("smartctl-text", "Serial Number: 1\nDevice Model: x\n").status is Measured.ERROR


@pytest.mark.parametrize(
    "printed",
    [
        "16,000,900,661,248 bytes [12.0 TB]",
        "16.000.900.661.248 bytes [12,0 TB]",
        "16 000 900 661 248 bytes [12,0 TB]",
        "16\u202f000\u202f900\u202f661\u202f248 bytes [12,0 TB]",
        "16'000'900'661'248 bytes [12.0 TB]",
    ],
)
def test_thousands_of_any_locale(printed: str) -> None:
    """It should never take the first group of digits for the number."""
    report = reading("smartctl-text", START + f"User Capacity:    {printed}\n" + HEALTH.format("PASSED"))
    assert report.facts["capacity_b"] == 16_000_900_661_248


@pytest.mark.parametrize(
    "line",
    [
        "Smartctl open device: /dev/sda failed: Permission denied",
        "Smartctl open device: /dev/bus/0 [megaraid_disk_99] failed: INQUIRY failed",
        "/dev/sdb: Unknown USB bridge [0x0bda:0x9210 (0xf200)]",
        "/dev/sdc: Unable to detect device type",
        "Read Device Identity failed: Input/output error",
        "A mandatory SMART command failed: exiting. To continue, add one or more '-T permissive' options.",
    ],
)
def test_refusals_are_the_tools_trouble(line: str) -> None:
    """It should be an error that says why, and never a finding of the drive."""
    report = reading("smartctl-text", f"smartctl 7.4 2023-08-01 r5530 [x86_64-linux] (local build)\n\n{line}\n")
    assert report.status is Measured.ERROR
    assert report.errors[0] == report.facts["message0"] == line
    assert found(report) == [("tool_error", "host", "smart.command_failed")]


def test_the_newest_self_test_counts() -> None:
    """It should not hold an old failure against a drive that passed since."""
    rows = "# 1  Extended offline    Completed without error       00%      2696         -\n"
    old = "# 2  Short offline       Completed: read failure       90%      2000         123\n"
    assert found(reading("smartctl-text", START + HEALTH.format("PASSED") + rows + old)) == []
    report = reading("smartctl-text", START + HEALTH.format("PASSED") + old.replace("# 2", "# 1"))
    assert found(report) == [("hardware", "disk", "smart.self_test_failed")]


def test_hours_of_a_maker_s_page() -> None:
    """It should take them where the standard's page has none, and never over those."""
    maker = "SMART Health Status: OK\n  number of hours powered up = 30000.30\n"
    assert reading("smartctl-text", maker).facts["power_on_hours"] == 30000
    both = "Accumulated power on time, hours:minutes 16003:18\n" + maker
    assert reading("smartctl-text", both).facts["power_on_hours"] == 16003
