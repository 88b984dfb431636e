"""What a reader has gathered so far, and the honest report of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gatehouse.model.commands import Completed, Ended
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, Finding, ToolReport
from gatehouse.model.status import FindingClass, Measured

MAX_BYTES = 16 * 2**20  # more than any tool prints; beyond it an output counts as cut
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


@dataclass(slots=True)
class Gathered:
    """Facts, findings and errors of one output, and whether anything of it is missing.

    ``cut`` says that the text ends in the middle; then a fact without a value says nothing and is left out.
    ``good_exits`` are the exit codes that mean no trouble for this tool.
    """

    tool: str
    said: Completed
    good_exits: frozenset[int] = frozenset({0})
    facts: dict[str, Fact] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    complete: bool = True
    cut: bool = False

    def put(self, name: str, value: Fact) -> None:
        """Record one fact."""
        self.facts[name] = value

    def put_all(self, part: str, values: Mapping[str, Fact]) -> None:
        """Record the facts of one part; an empty ``part`` is the host."""
        for name, value in values.items():
            self.facts[f"{part}.{name}" if part else name] = value

    def found(self, kind: FindingClass, part: str, signature: str, text: str) -> None:
        """Record a finding once for each part and signature; the first wording stays."""
        if not any(known.part == part and known.signature == signature for known in self.findings):
            self.findings.append(Finding(kind, part, signature, one_line(text)))

    def lacks(self, why: str) -> None:
        """Something that should be there is not."""
        self.complete = False
        self.errors.append(why)

    def was_cut(self, why: str) -> None:
        """The text ends in the middle."""
        self.cut = True
        self.lacks(why)

    def counted(self, what: str, declared: int | None, listed: int) -> None:
        """Hold the declared count of something against what is listed."""
        if declared is not None and declared != listed:
            self.lacks(f"{declared} {what} declared, {listed} listed")

    def report(self, status: Measured = Measured.COMPLETE) -> ToolReport:
        """The report: how the command ended is part of it, whatever it printed."""
        if not self.said.whole:
            self.lacks(ending(self.said))
        if self.said.exit_code is not None and self.said.exit_code not in self.good_exits:
            self.errors.append(ending(self.said))
        facts = {name: value for name, value in self.facts.items() if not (self.cut and value is None)}
        return ToolReport(
            self.tool, status, self.complete, facts, tuple(self.findings), tuple(dict.fromkeys(self.errors))
        )


def ending(said: Completed) -> str:
    """How a command ended, in words, with the first line of its errors."""
    words = "cut at its size limit" if said.ended is Ended.EXITED and said.truncated else str(said.ended)
    code = f", exit code {said.exit_code}" if said.exit_code is not None else ""
    complaint = next((line for line in said.error_text[:10_000].splitlines() if line.strip()), "")
    return f"{words}{code}" + (f": {one_line(complaint)}" if complaint else "")


def one_line(text: str, limit: int = 300) -> str:
    """Text of a tool on one line, without control characters, at most ``limit`` characters."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * limit]).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def gather(tool: str, said: Completed) -> tuple[Gathered, str]:
    """Start a report and return the output's text, without colours.

    Raises:
        UnreadableError: it is empty, holds NUL bytes (no tool prints them; UTF-16 looks so) or is an HTML page.
    """
    gathered = Gathered(tool, said)
    raw = said.stdout[:MAX_BYTES]
    if not raw.strip():
        raise UnreadableError(f"no output: {ending(said)}")
    if b"\0" in raw:
        raise UnreadableError("the output holds NUL bytes: not text in UTF-8")
    text = _ANSI.sub("", raw.decode("utf-8", errors="replace").removeprefix("\ufeff"))
    if _HTML.match(text):
        raise UnreadableError("an HTML page, not a tool's output")
    if len(said.stdout) > MAX_BYTES:
        gathered.was_cut(f"only the first {MAX_BYTES} bytes were read")
    return gathered, text


def whole_lines(gathered: Gathered, text: str) -> list[str]:
    """The lines of a text; a last line without its newline is left out and the output counts as cut."""
    if not text.endswith("\n"):
        gathered.was_cut("the last line has no end")
        text = text[: text.rfind("\n") + 1]
    return text.splitlines()


def first_match(pattern: re.Pattern[str], lines: Iterable[str]) -> re.Match[str] | None:
    """The first match of a pattern over lines."""
    return next((match for line in lines if (match := pattern.search(line))), None)
