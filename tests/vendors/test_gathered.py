"""What a reader gathers, and the honest report of it."""

import pytest
from golden_pairs import completed

from gatehouse.model.errors import UnreadableError
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.gathered import Gathered, gather, whole_lines


def test_unknowns_of_a_cut_output_are_left_out() -> None:
    """It should not say "no value" of what may stand in the part that is absent."""
    for cut in (False, True):
        gathered = Gathered("tool", completed(b"x"))
        gathered.facts_of("gpu0", {"temp_c": 40, "fan_pct": None})
        if cut:
            gathered.was_cut("the end is absent")
        report = gathered.done()
        assert report.complete is not cut
        assert ("gpu0.fan_pct" in report.facts) is not cut
        assert report.facts["gpu0.temp_c"] == 40


def test_a_finding_counts_once() -> None:
    """It should keep the first wording of a finding for each part and signature."""
    gathered = Gathered("tool", completed(b"x"))
    for part, text in (("gpu0", "first"), ("gpu0", "second"), ("gpu1", "third\x1b[31m")):
        gathered.found(FindingClass.HARDWARE, part, "xid.79", text)
    gathered.fact("gpus", 2)
    assert [(finding.part, finding.text) for finding in gathered.done().findings] == [
        ("gpu0", "first"),
        ("gpu1", "third [31m"),
    ]


def test_declared_and_listed() -> None:
    """It should notice that fewer, or more, are listed than declared; no declaration says nothing."""
    for declared, listed, complete in ((4, 4, True), (4, 3, False), (4, 5, False), (None, 3, True)):
        gathered = Gathered("tool", completed(b"x"))
        gathered.fact("gpus", listed)
        gathered.counted("GPUs", declared, listed)
        report = gathered.done()
        assert report.complete is complete
        assert bool(report.errors) is not complete


def test_a_last_line_without_its_end() -> None:
    """It should leave out what may be the beginning of a longer number."""
    gathered = Gathered("tool", completed(b"x"))
    assert whole_lines(gathered, "a 1\nb 2\n") == ["a 1", "b 2"]
    assert not gathered.cut
    assert whole_lines(gathered, "a 1\nb 2") == ["a 1"]
    assert gathered.cut


def test_an_exit_code_stays_an_error_beside_the_facts() -> None:
    """It should keep what was read and say that the tool failed."""
    gathered, _ = gather("tool", completed(b"x", 15, b"GPU is lost\n"))
    gathered.fact("gpus", 7)
    report = gathered.done()
    assert report.facts == {"gpus": 7}
    assert report.status is Measured.COMPLETE
    assert any("15" in error and "GPU is lost" in error for error in report.errors)


@pytest.mark.parametrize("output", [b"", b"  \n", b"a\0b", "ä".encode("utf-16"), b"<html><body>504</body></html>"])
def test_no_text(output: bytes) -> None:
    """It should refuse what no reader can use."""
    with pytest.raises(UnreadableError):
        gather("tool", completed(output))
