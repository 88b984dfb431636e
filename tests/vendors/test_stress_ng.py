"""stress-ng, with its summary and without."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

SUMMARY = "".join(
    f"stress-ng: info:  [1] {line}\n"
    for line in ("dispatching hogs: 4 cpu", "skipped: {}", "passed: {}", "failed: {}", "metrics untrustworthy: {}")
)
GOOD = "stress-ng: info:  [1] successful run completed in 10.00 secs\n"
BAD = "stress-ng: info:  [1] unsuccessful run completed in 10.00 secs\n"


def test_it_is_read_from_standard_error() -> None:
    """It should give the same facts whichever stream carries the lines."""
    text = recording("stress-ng", "two_stressors_with_summary")
    assert reading("stress-ng", "", stderr=text).facts == reading("stress-ng", text).facts


def test_a_skip_is_no_pass() -> None:
    """It should be an error when nothing was stressed."""
    report = reading("stress-ng", SUMMARY.format(4, 0, 0, 0) + GOOD)
    assert report.status is Measured.ERROR
    assert not report.complete
    assert report.facts["passed"] == 0


def test_one_of_two_skipped() -> None:
    """It should keep the result and tell of the skip."""
    report = reading("stress-ng", SUMMARY.format(1, 3, 0, 0) + GOOD)
    assert report.status is Measured.COMPLETE
    assert found(report) == [("tool_error", "host", "stress-ng.skipped")]


def test_untrustworthy_metrics() -> None:
    """It should say that the numbers may not be used, and keep exit code 7 as trouble of the tool."""
    report = reading("stress-ng", SUMMARY.format(0, 4, 0, 4) + GOOD, exit_code=7)
    assert found(report) == [("tool_error", "host", "stress-ng.untrustworthy")]
    assert not report.complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpu: fft error detected", ("hardware", "cpu", "stress-ng.verify")),
        ("vm: detected 12 bit errors while stressing memory", ("hardware", "cpu", "stress-ng.verify")),
        ("vm: mmap failed, errno=12 (Cannot allocate memory)", ("tool_error", "cpu", "stress-ng.resource")),
        ("hdd: write failed: No space left on device", ("tool_error", "cpu", "stress-ng.resource")),
    ],
)
def test_whose_trouble_a_failure_is(text: str, expected: tuple[str, str, str]) -> None:
    """It should not blame the machine for a resource that the test lacked."""
    report = reading("stress-ng", f"stress-ng: fail:  [2] {text}\n" + SUMMARY.format(0, 3, 1, 0) + BAD, exit_code=2)
    assert found(report) == [expected]
    assert report.facts["failed"] == 1
    assert report.facts["completed"] is False


def test_a_failure_without_its_line() -> None:
    """It should still be a finding."""
    report = reading("stress-ng", SUMMARY.format(0, 3, 1, 0) + BAD, exit_code=2)
    assert found(report) == [("hardware", "cpu", "stress-ng.failed")]


def test_a_run_that_was_killed() -> None:
    """It should know neither passes nor failures, and say that the run did not complete."""
    report = reading("stress-ng", "stress-ng: info:  [1] dispatching hogs: 4 cpu\n")
    assert not report.complete
    assert report.facts["passed"] is None
    assert report.facts["failed"] is None


def test_an_old_version_that_skips() -> None:
    """It should not count a stressor as passed that says that it will be skipped."""
    text = (
        "stress-ng: info:  [1] dispatching hogs: 4 cpu, 1 rdrand\n"
        "stress-ng: info:  [1] rdrand stressor will be skipped, CPU does not support it\n"
    )
    facts = reading("stress-ng", text + GOOD).facts
    assert facts["skipped"] == 1
    assert facts["passed"] is None


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [("10.00s", 10.0), ("2 mins", 120.0), ("1 min, 0.04 secs", 60.04), ("1 hour, 1 min", 3660.0), ("1 day", 86400.0)],
)
def test_durations(printed: str, seconds: float) -> None:
    """It should read every form in which versions print them."""
    text = f"stress-ng: info:  [1] successful run completed in {printed}\n"
    assert reading("stress-ng", text).facts["run_s"] == seconds


def test_columns_are_found_by_their_names() -> None:
    """It should not take a value of one column for another when a version drops a column."""
    text = (
        "stress-ng: metrc: [1] stressor       bogo ops  usr time   bogo ops/s\n"
        "stress-ng: metrc: [1]                           (secs)   (real time)\n"
        "stress-ng: metrc: [1] cpu                 100     2.50        50.00\n"
    )
    facts = reading("stress-ng", text + GOOD).facts
    assert (facts["bogo_ops"], facts["usr_s"], facts["bogo_ops_per_s_real"]) == (100, 2.5, 50.0)
    assert "real_s" not in facts


def test_a_row_with_other_columns_is_left_out() -> None:
    """It should rather give no number than the wrong one."""
    text = (
        "stress-ng: metrc: [1] stressor       bogo ops real time\n"
        "stress-ng: metrc: [1] cpu                 100     2.50        50.00\n"
    )
    assert "bogo_ops" not in reading("stress-ng", text + GOOD).facts


def test_syslog_prefixes() -> None:
    """It should read lines that went through a log."""
    text = "".join(f"Nov 23 03:01:42 node stress-ng[8]: {line}\n" for line in GOOD.splitlines())
    assert reading("stress-ng", text).facts["completed"] is True
