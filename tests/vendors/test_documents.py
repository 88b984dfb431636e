"""Bytes become a document, or an error that says why not."""

import re

import pytest
from golden_pairs import completed

from gatehouse.model.errors import UnreadableError
from gatehouse.vendors.documents import MAX_BYTES, json_of, lines_of, text_of, with_errors


def test_text_is_cleaned() -> None:
    """It should drop the byte order mark and terminal colours, and take any newline."""
    assert text_of(completed(b"\xef\xbb\xbf\x1b[1;31mred\x1b[0m\r\nnext\rlast\n")) == "red\nnext\nlast\n"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (b"", "no output"),
        (b" \n\t\n", "no output"),
        (b"a\0b", "NUL"),
        ("text".encode("utf-16"), "NUL"),
        (b"\xff\xfe\xfd\xfc" * 50, "not UTF-8"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"\n <html><body>502</body></html>", "HTML"),
        (b"x" * (MAX_BYTES + 1), "more than"),
    ],
)
def test_what_is_no_text(output: bytes, reason: str) -> None:
    """It should refuse it and say why."""
    with pytest.raises(UnreadableError, match=reason):
        text_of(completed(output))


def test_what_surrounds_an_output() -> None:
    """It should drop the margin of a quotation and the prompt behind, and keep what only some lines have."""
    assert lines_of(completed(b"    one\n\n      two\nroot@gpu-017:~# ")).whole == ("one", "", "  two")
    assert lines_of(completed(b"    one\n\n  two\n")).whole == ("    one", "", "  two")
    assert lines_of(completed(b"one\n[admin@gpu-017 ~]$ ")).tail == ""
    assert lines_of(completed(b"one\nrate: 40")).tail == "rate: 40"


def test_a_stray_byte_is_forgiven() -> None:
    """It should read text whose vendor string holds one byte that is not UTF-8."""
    assert "\ufffd" in text_of(completed(b"Manufacturer: \xe9lan\n" + b"Serial: 1\n" * 20))


def test_the_reason_names_exit_code_and_standard_error() -> None:
    """It should carry what the tool said instead of an answer."""
    with pytest.raises(UnreadableError, match="exit code 2: permission denied"):
        text_of(completed(b"", 2, b"\npermission denied\nmore\n"))


def test_a_line_without_its_newline_is_the_tail() -> None:
    """It should keep apart what may be cut in the middle of a number."""
    lines = lines_of(completed(b"rate: 400\nrate: 4"))
    assert list(lines) == ["rate: 400"]
    assert lines.tail == "rate: 4"
    assert lines_of(completed(b"rate: 400\n")).tail == ""


def test_a_tail_in_a_closed_form_is_whole() -> None:
    """It should take the tail where its form cannot go on, and still say that it has no end."""
    closed = re.compile(r"link: (?:up|down)")
    lines = lines_of(completed(b"a\nlink: up"))
    assert list(lines.with_tail(closed)) == ["a", "link: up"]
    assert lines.with_tail(closed).unended
    assert not lines.with_tail(closed, ends=True).unended
    assert lines_of(completed(b"a\nlink: u")).with_tail(closed).tail == "link: u"


def test_other_separators_do_not_end_a_line() -> None:
    """It should leave a line whole that holds a form feed or a separator of Unicode."""
    assert len(lines_of(completed("a\x0cb\u2028c\n".encode())).whole) == 1


def test_errors_come_before_the_output() -> None:
    """It should leave the end of standard output last, where a cut shows."""
    assert with_errors(completed(b"out", 0, b"err\n")).stdout == b"err\nout"
    assert with_errors(completed(b"", 0, b"err")).stdout == b"err"
    assert with_errors(completed(b"out")).stdout == b"out"


def test_json_after_warnings() -> None:
    """It should pass over lines before and after the document."""
    assert json_of(completed(b'warning: x\n{"a": [1, 2.5]}\ndone\n')) == {"a": [1, 2.5]}
    assert json_of(completed(b'[1] is no document\n[{"a": 1}]')) in ([1], [{"a": 1}])


def test_json_without_values_is_unknown() -> None:
    """It should turn NaN and Infinity into no value."""
    assert json_of(completed(b'{"a": NaN, "b": -Infinity}')) == {"a": None, "b": None}


@pytest.mark.parametrize(
    "output",
    [
        b'{"a": 12',
        b'{"a": {"b": 1}, "c": ',
        b"no json",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a": 1}, {"b": 2}',
        b'{"a":1}}',
    ],
)
def test_json_that_is_cut_or_glued(output: bytes) -> None:
    """It should refuse it: the last number before a cut may be cut as well."""
    with pytest.raises(UnreadableError):
        json_of(completed(output))


def test_a_whole_object_inside_a_cut_one_is_not_the_document() -> None:
    """It should not mistake a member for the document."""
    with pytest.raises(UnreadableError):
        json_of(completed(b'{\n"inner":\n{"a": 1},\n"rest": [1,'))


def test_a_number_of_many_digits() -> None:
    """It should refuse what Python would not convert, without a traceback."""
    with pytest.raises(UnreadableError):
        json_of(completed(b'{"a": ' + b"9" * 10_000 + b"}"))


def test_blank_lines_and_endless_short_lines() -> None:
    """It should not spend a minute on an output that is nothing but ends of lines."""
    lines = lines_of(completed(b"first\n" + b"\n" * 3_000_000 + b"last\n"))
    assert [line for line in lines if line] == ["first", "last"]
    assert len(lines.whole) < 10
    with pytest.raises(UnreadableError, match="lines; more than"):
        lines_of(completed(b"a\n" * 1_000_001))
