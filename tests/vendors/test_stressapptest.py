"""stressapptest: passes, miscompares and runs that did not end."""

import pytest
from recordings import found, reading, recording

from gatehouse.model.status import Measured

START = "Stats: SAT revision 1.0.9_autoconf, 64 bit binary\nStats: Starting SAT, 64M, 3 seconds\n"
DONE = "Stats: Completed: 100.00M in 3.00s 33.33MB/s, with 0 hardware incidents, 0 errors\n"
PASS = "Status: PASS - please verify no corrected errors\n"
MISCOMPARE = (
    "Report Error: miscompare : {label} : 1 : 12s\nHardware Error: miscompare on CPU {cpu}(<-{writer}) at 0x7f00:"
    "\nread:     {read}\nreread:   {reread}\nexpected: {expected}\n'walkingZeros' read error.\n"
)


def miscompare(label: str = "DIMM Unknown", reread: str = "0x00") -> str:
    """A miscompare over several lines."""
    return MISCOMPARE.format(label=label, cpu=6, writer=2, read="0x01", reread=reread, expected="0x00")


def test_no_status_line_is_no_pass() -> None:
    """It should know no verdict and no number of miscompares of a run that was stopped."""
    report = reading("stressapptest", START)
    assert not report.complete
    assert report.facts["status"] is None
    assert report.facts["miscompares"] is None


def test_a_pass_needs_its_line() -> None:
    """It should call 0 miscompares only what ended with a status."""
    report = reading("stressapptest", START + DONE + PASS)
    assert (report.complete, report.facts["miscompares"], report.facts["errors"]) == (True, 0, 0)


@pytest.mark.parametrize(("reread", "matches"), [("0x00", True), ("0x01", False)])
def test_what_the_second_read_tells(reread: str, matches: bool) -> None:
    """It should tell a stored wrong bit from one that was wrong on the way."""
    facts = reading("stressapptest", START + miscompare(reread=reread)).facts
    assert facts["reread_matches_expected"] is matches
    assert facts["bit_xor"] == "0x1"
    assert (facts["cpu"], facts["last_writer_cpu"], facts["pattern"]) == (6, 2, "walkingZeros")


def test_the_part_is_the_dimm_where_it_is_known() -> None:
    """It should blame the DIMM that the tool names, and else memory."""
    known = reading("stressapptest", START + miscompare("DIMM_A1"), exit_code=1)
    assert found(known) == [("hardware", "dimm DIMM_A1", "stressapptest.miscompare")]
    unknown = reading("stressapptest", START + miscompare(), exit_code=1)
    assert found(unknown) == [("hardware", "memory", "stressapptest.miscompare")]


def test_a_procedural_failure_is_the_tests_trouble() -> None:
    """It should not blame the machine when the test could not run."""
    text = START + "Process Error: Unable to get enough memory\nStatus: FAIL - test encountered procedural errors\n"
    report = reading("stressapptest", text, exit_code=1)
    assert found(report) == [("tool_error", "host", "stressapptest.procedural")]
    assert not report.complete


def test_many_miscompares_are_counted() -> None:
    """It should sum the reports, and give each its own facts up to a bound."""
    report = reading("stressapptest", START + miscompare() * 150)
    assert report.facts["miscompares"] == 150
    assert "miscompare99.cpu" in report.facts
    assert "miscompare100.cpu" not in report.facts


def test_time_stamps_and_one_line_form() -> None:
    """It should read what newer versions print on one line behind a time."""
    facts = reading("stressapptest", recording("stressapptest", "fail_two_miscompares_on_a_dimm"), exit_code=1).facts
    assert facts["miscompare0.address"] == "0x7f2a1c0045e8"
    assert facts["miscompare1.pattern"] == "OneZero"


def test_the_last_line_without_its_newline() -> None:
    """It should be taken when it is whole, and not when it is cut."""
    assert reading("stressapptest", START + DONE + PASS.rstrip()).facts["status"] == "PASS"
    assert "status" not in reading("stressapptest", START + DONE + PASS[:11]).facts


def test_another_tool() -> None:
    """It should refuse what is not stressapptest's."""
    assert reading("stressapptest", "memtester version 4.5.1 (64-bit)\nok\n").status is Measured.ERROR
