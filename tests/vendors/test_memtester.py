"""memtester, as a terminal or a file shows it."""

from recordings import found, reading, recording

from gatehouse.model.status import Measured

HEAD = (
    "memtester version 4.5.1 (64-bit)\nwant 1MB (1048576 bytes)\n"
    "got  1MB (1048576 bytes), trying mlock ...{}.\nLoop 1/1:\n"
)


def test_progress_is_not_a_result() -> None:
    """It should read through the backspaces that a terminal would act upon."""
    report = reading("memtester", recording("memtester", "pass_one_loop"))
    assert (report.facts["ok"], report.facts["tests"], report.facts["status"]) == (5, 5, "PASS")


def test_a_failing_test_shares_its_line_with_the_next() -> None:
    """It should still find both, and take the failure from standard error."""
    text = HEAD.format("locked") + "  Compare OR          :   Compare AND         : ok\nDone.\n"
    report = reading("memtester", text, 4, "FAILURE: 0x1 != 0x0 at offset 0x10.\n")
    assert (report.facts["tests"], report.facts["ok"], report.facts["status"]) == (2, 1, "FAIL")
    assert found(report) == [("hardware", "memory", "memtester.failure")]


def test_a_failure_without_its_words() -> None:
    """It should be a finding though standard error was lost."""
    text = HEAD.format("locked") + "  Solid Bits          :   Bit Flip            : ok\nDone.\n"
    assert found(reading("memtester", text, 4)) == [("hardware", "memory", "memtester.failure")]


def test_an_unfinished_run_is_no_pass() -> None:
    """It should give no verdict where the run did not come to its end."""
    report = reading("memtester", HEAD.format("locked") + "  Stuck Address       : ok\n  Random Value        : ")
    assert not report.complete
    assert "status" not in report.facts
    assert "ok" not in report.facts


def test_a_failure_of_an_unfinished_run() -> None:
    """It should not be lost."""
    text = HEAD.format("locked") + "  Stuck Address       : "
    report = reading("memtester", text, 2, "FAILURE: possible bad address line at offset 0x40.\n")
    assert report.facts["status"] == "FAIL"
    assert found(report)


def test_no_memory_was_locked() -> None:
    """It should be no pass when memtester could not get memory (exit status 1)."""
    text = "memtester version 4.5.1 (64-bit)\nwant 9999MB (10484711424 bytes)\n"
    report = reading("memtester", text, 1, "failed to allocate memory\n")
    assert not report.complete
    assert "status" not in report.facts


def test_another_tool() -> None:
    """It should refuse what does not name its version."""
    assert reading("memtester", "Stuck Address : ok\nDone.\n").status is Measured.ERROR


def test_less_memory_than_it_wanted() -> None:
    """It should tell what was locked in the end, however the sizes are padded."""
    head = "memtester version 4.3.0 (64-bit)\nwant 100MB (104857600 bytes)\n"
    first = "got  100MB (104857600 bytes), trying mlock ...reducing...\n"
    tries = f"{first}got   99MB (104853504 bytes), trying mlock ...locked.\n"
    facts = reading("memtester", f"{head}{tries}Loop 1/1:\n  Stuck Address       : ok\n\nDone.\n").facts
    assert (facts["wanted_mib"], facts["tested_mib"]) == (100, 99)


def test_a_run_that_could_not_begin() -> None:
    """It should be an error in memtester's own words."""
    report = reading("memtester", "memtester version 4.5.1 (64-bit)\n\nneed memory argument, in MB\n")
    assert report.status is Measured.ERROR
    assert any("need memory argument" in error for error in report.errors)
