"""Bytes in, a document out: the one place where remote output becomes text or JSON.

Every function raises UnreadableError, with the reason, for what no reader could use: nothing at all, a page of HTML,
NUL bytes or UTF-16, binary, more than MAX_BYTES or MAX_LINES, JSON that is cut.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gatehouse.model.commands import Completed
from gatehouse.model.errors import UnreadableError

MAX_BYTES = 32 * 2**20
MAX_LINES = 1_000_000
_MAX_UNDECODABLE = 0.01  # share of U+FFFD above which it is not text; vendor strings in firmware hold stray bytes
_MAX_JSON_STARTS = 20
_HTML = re.compile(r"\s{0,100}(?:<!doctype html|<html)", re.IGNORECASE)
_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_BLANK_LINES = re.compile(r"\n{5,}")
_GOES_ON = re.compile(r"\s{0,1000}[}\],:]")
_PROMPT = re.compile(r"\[?[\w.-]{1,64}@[\w.-]{1,64}[: ].{0,200}[#$>] ?")  # of the shell that a session was copied from
_MARGIN = re.compile(r"\n{0,4}([ \t]{1,16})\S")
_JSON_START = re.compile(r"^[ \t]*(?=[{\[])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lines:
    """Text by lines: ``whole`` ended with a newline, ``tail`` did not and may be cut in the middle of a number.

    ``unended`` says that the last line has no newline, though its form shows that nothing of it is missing.
    """

    whole: tuple[str, ...]
    tail: str
    unended: bool = False

    def __iter__(self) -> Iterator[str]:
        """The lines that are surely whole."""
        return iter(self.whole)

    def with_tail(self, closed: re.Pattern[str], *, ends: bool = False) -> "Lines":
        """The same with the tail among the whole lines, where it fits a form that cannot go on.

        ``ends`` says that this line is the last that the tool prints, so that nothing can be missing after it.
        """
        if self.tail and closed.fullmatch(self.tail.rstrip()):
            return Lines((*self.whole, self.tail.rstrip()), "", unended=not ends)
        return self


def with_errors(said: Completed) -> Completed:
    """The same answer with standard error before standard output, for tools that report on either.

    Standard output stays last, so that its end still shows whether it was cut.
    """
    if not said.stderr or not said.stdout:
        return replace(said, stdout=said.stdout or said.stderr)
    return replace(said, stdout=said.stderr.rstrip(b"\n") + b"\n" + said.stdout)


def text_of(said: Completed) -> str:
    """Standard output as clean text: no byte order mark, no terminal colours, newlines as ``\\n``."""
    if len(said.stdout) > MAX_BYTES:
        raise UnreadableError(f"output of {len(said.stdout)} bytes; more than {MAX_BYTES} is not read")
    if b"\0" in said.stdout:
        raise UnreadableError("output holds NUL bytes: binary, or another encoding than UTF-8")
    text = said.text.removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableError(f"no output{complaint(said)}")
    if text.count("\ufffd") > max(2, len(text) * _MAX_UNDECODABLE):
        raise UnreadableError("output is not UTF-8 text")
    if _HTML.match(text):
        raise UnreadableError("output is a page of HTML, not this tool's output")
    return _ANSI.sub("", text).replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def lines_of(said: Completed) -> Lines:
    """Standard output by lines. Only ``\\n`` ends a line: vendor strings may hold other separators of Unicode.

    Of many blank lines in a row three are left. A margin before every line, as of a quotation, goes, and so does the
    prompt behind the output.
    """
    text = _BLANK_LINES.sub("\n\n\n\n", text_of(said))
    if (count := text.count("\n")) > MAX_LINES:
        raise UnreadableError(f"output of {count} lines; more than {MAX_LINES} are not read")
    *whole, tail = text.split("\n")
    if _PROMPT.fullmatch(tail):
        tail = ""
    if margin := _MARGIN.match(text):
        *whole, tail = _without_margin([*whole, tail], margin.group(1))
    return Lines(tuple(whole), tail)


def _without_margin(lines: list[str], margin: str) -> list[str]:
    """The lines without what all of them begin with; a line of blanks may be cut there, and stays as it is."""
    if not all(line.startswith(margin) for line in lines if line.strip()):
        return lines
    return [line.removeprefix(margin) if line.strip() else line for line in lines]


def json_of(said: Completed) -> Any:
    """The JSON document in standard output; lines of warnings before and after it are passed over.

    NaN and Infinity become None, as they are no values. A cut document is unreadable: its last number may be cut too.
    """
    text = text_of(said)
    decoder = json.JSONDecoder(parse_constant=lambda _: None)
    problem = "no JSON object or array in the output"
    for attempt, start in enumerate(_JSON_START.finditer(text)):
        if attempt == _MAX_JSON_STARTS:
            break
        try:
            document, end = decoder.raw_decode(text, start.end())
        except ValueError as error:
            problem = f"JSON is broken or cut: {str(error)[:120]}"
            if text[start.end()] == "{":
                break  # an object that does not end is the document itself; what is inside it is no document
        except RecursionError:
            raise UnreadableError("JSON is nested too deep") from None
        else:
            _refuse_second_half(text, end)
            return document
    raise UnreadableError(problem + complaint(said))


def _refuse_second_half(text: str, end: int) -> None:
    """After a document only lines of text may follow; more JSON punctuation means that it was glued together."""
    if _GOES_ON.match(text, end):
        raise UnreadableError("JSON is followed by the rest of another document")


def complaint(said: Completed) -> str:
    """What the tool said on standard error instead, and how it ended: the likely reason of an unreadable output."""
    first = next((line.strip() for line in said.error_text[:4000].splitlines() if line.strip()), "")
    exit_text = f", exit code {said.exit_code}" if said.exit_code else ""
    ended = "" if said.whole else f", {said.ended.value}"
    return f"{ended}{exit_text}{': ' + first[:200] if first else ''}"
