"""opendcdiag's TAP."""

from recordings import found, reading

from gatehouse.model.status import Measured


def test_a_skip_is_no_pass() -> None:
    """It should count skipped tests apart from those that passed."""
    facts = reading("opendcdiag-tap", "ok 1 a # SKIP not on this CPU\nok 2 b\nexit: pass\n").facts
    assert (facts["tests"], facts["ok"], facts["skipped"]) == (2, 1, 1)


def test_a_failure_that_is_expected() -> None:
    """It should count what TAP marks with its TODO directive and fails as not ok, without blaming the CPU."""
    report = reading("opendcdiag-tap", "not ok 1 a # TODO beta\nok 2 b\nexit: pass\n")
    assert report.facts["not_ok"] == 1
    assert not found(report)


def test_a_crash_leaves_no_exit_line() -> None:
    """It should keep what ran and not be complete."""
    report = reading("opendcdiag-tap", "ok 1 a\nok 2 b\n")
    assert report.facts["tests"] == 2
    assert report.facts["exit"] is None
    assert not report.complete


def test_a_plan_that_is_not_met() -> None:
    """It should hold the tests that were planned against those listed."""
    report = reading("opendcdiag-tap", "1..3\nok 1 a\nexit: pass\n")
    assert not report.complete
    assert "3 tests planned, 1 listed" in report.errors


def test_fail_without_a_failing_test() -> None:
    """It should still be a finding."""
    assert found(reading("opendcdiag-tap", "ok 1 a\nexit: fail\n", 1)) == [("hardware", "cpu", "opendcdiag.fail")]


def test_the_exit_line_without_its_newline() -> None:
    """It should be taken when it is whole."""
    assert reading("opendcdiag-tap", "ok 1 a\nexit: pass").facts["exit"] == "pass"
    assert reading("opendcdiag-tap", "ok 1 a\nexit: pa").facts.get("exit") is None


def test_another_tool() -> None:
    """It should refuse text without a TAP line."""
    assert reading("opendcdiag-tap", "okay then\n").status is Measured.ERROR
