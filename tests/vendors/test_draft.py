"""A draft collects facts within bounds, and its report says what is missing."""

import pytest
from golden_pairs import completed

from gatehouse.model.commands import Command, Completed, Ended
from gatehouse.model.errors import UnreadableError
from gatehouse.model.status import Measured
from gatehouse.vendors.documents import Lines
from gatehouse.vendors.draft import MAX_ERRORS, MAX_FACTS, MAX_FINDINGS, Draft


def ended(how: Ended, *, truncated: bool = False) -> Completed:
    """An answer that came to an unusual end."""
    return Completed(Command("k", ("tool",)), how, None, b"x\n", truncated=truncated)


def test_nothing_found_is_unreadable() -> None:
    """It should not report an empty success."""
    with pytest.raises(UnreadableError, match="tool"):
        Draft("tool", completed(b"x")).done()


def test_a_plain_report() -> None:
    """It should be complete and without errors when all is well."""
    draft = Draft("tool", completed(b"x"))
    draft.fact("a", 1)
    report = draft.done()
    assert (report.status, report.complete, report.errors) == (Measured.COMPLETE, True, ())


def test_an_exit_code_that_is_no_answer() -> None:
    """It should keep the facts, add the error and not call the report complete."""
    draft = Draft("tool", completed(b"x", 3, b"disk on fire\n"))
    draft.fact("a", 1)
    report = draft.done(answers=(0, 1))
    assert report.facts == {"a": 1}
    assert not report.complete
    assert report.errors == ("exit code 3: disk on fire",)


def test_an_exit_code_that_is_an_answer() -> None:
    """It should not hold a verdict of the tool against the measurement."""
    draft = Draft("tool", completed(b"x", 1))
    draft.fact("a", 1)
    assert draft.done(answers=(0, 1)).complete


@pytest.mark.parametrize("how", [Ended.TIMED_OUT, Ended.CUT])
def test_an_early_end(how: Ended) -> None:
    """It should keep what came and say that the tool did not end by itself."""
    draft = Draft("tool", ended(how))
    draft.fact("a", 1)
    report = draft.done()
    assert report.facts and not report.complete
    assert str(how) in report.errors[0]


def test_output_over_its_limit() -> None:
    """It should not be complete."""
    draft = Draft("tool", ended(Ended.EXITED, truncated=True))
    draft.fact("a", 1)
    assert not draft.done().complete


def test_unknowns_and_totals_of_a_cut_output() -> None:
    """It should leave them out, as the value may stand in the rest."""
    draft = Draft("tool", completed(b"x"))
    draft.fact("known", 0)
    draft.fact("unknown", None)
    draft.fact("empty", [])
    draft.total("count", 7)
    draft.was_cut("no end")
    assert draft.done().facts == {"known": 0}


def test_a_total_of_a_whole_output() -> None:
    """It should stay, even 0."""
    draft = Draft("tool", completed(b"x"))
    draft.total("count", 0)
    assert draft.done().facts == {"count": 0}


def test_how_the_text_ends() -> None:
    """It should tell a cut line from one that only lacks its newline."""
    cut, unended, plain = (Draft("tool", completed(b"x")) for _ in range(3))
    cut.note_end(Lines(("a",), "b"))
    unended.note_end(Lines(("a",), "", unended=True))
    plain.note_end(Lines(("a",), ""))
    assert (cut.cut, unended.cut, plain.cut) == (True, False, False)
    assert (cut.complete, unended.complete, plain.complete) == (False, False, True)


def test_a_tool_that_could_not_measure() -> None:
    """It should be an error with the facts that explain it."""
    draft = Draft("tool", completed(b"x"))
    draft.fact("status.code", 1)
    report = draft.failed("no device")
    assert (report.status, report.complete, report.errors) == (Measured.ERROR, False, ("no device",))
    assert report.facts == {"status.code": 1}


def test_facts_and_findings_are_bounded() -> None:
    """It should stop collecting and say so once."""
    draft = Draft("tool", completed(b"x"))
    for number in range(MAX_FACTS + 5):
        draft.fact(f"f{number}", number)
    for _ in range(MAX_FINDINGS + 5):
        draft.hardware("cpu", "x.y", "text")
    report = draft.done()
    assert len(report.facts) == MAX_FACTS
    assert len(report.findings) == MAX_FINDINGS
    assert len(report.errors) == 2 and not report.complete


def test_text_is_bounded() -> None:
    """It should cut what a hostile output makes long, and keep a finding on one line."""
    draft = Draft("tool", completed(b"x"))
    draft.fact("a", "y" * 10_000)
    draft.hardware("cpu", "x.y", "line\nline " + "z" * 10_000)
    report = draft.done()
    assert len(str(report.facts["a"])) == 2_000
    assert len(report.findings[0].text) == 400 and "\n" not in report.findings[0].text


def test_errors_are_bounded() -> None:
    """It should stay incomplete, and not fill the store, however much is wrong."""
    draft = Draft("tool", completed(b"x"))
    draft.fact("a", 1)
    for number in range(MAX_ERRORS + 5):
        draft.incomplete(f"trouble {number}")
    report = draft.done()
    assert not report.complete
    assert len(report.errors) == MAX_ERRORS
