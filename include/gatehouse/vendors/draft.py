"""A report while it is being read: the facts, findings and errors that a reader collects."""

from collections.abc import Collection

from gatehouse.model.commands import Completed, Ended
from gatehouse.model.errors import UnreadableError
from gatehouse.model.readings import Fact, Finding, ToolReport
from gatehouse.model.status import FindingClass, Measured
from gatehouse.vendors.documents import Lines

MAX_FACTS = 100_000
MAX_FINDINGS = 1_000
MAX_ERRORS = 1_000
_MAX_TEXT = 2_000
_MAX_FINDING_TEXT = 400


class Draft:
    """Collects what a reader finds, bounded, and turns it into the report.

    ``complete`` starts true for an output that came whole, and readers clear it where a part is absent. ``cut`` says
    that the output ends in the middle: then a fact without a value, an empty list or a total says nothing, because more
    may stand in the rest, and it is left out of the report.
    """

    def __init__(self, tool: str, said: Completed) -> None:
        self.tool = tool
        self.said = said
        self.complete = said.whole
        self.cut = False
        self.facts: dict[str, Fact] = {}
        self.findings: list[Finding] = []
        self.errors: list[str] = []
        self._totals: set[str] = set()

    def fact(self, name: str, value: Fact) -> None:
        """Note a fact; the bounds keep a hostile output from filling the store."""
        if len(self.facts) >= MAX_FACTS:
            self.incomplete(f"more than {MAX_FACTS} facts; the rest is left out")
            return
        self.facts[name[:_MAX_TEXT]] = value[:_MAX_TEXT] if isinstance(value, str) else value

    def total(self, name: str, value: Fact) -> None:
        """Note a count, sum or list over everything that is listed; of a cut output it is left out."""
        self._totals.add(name)
        self.fact(name, value)

    def hardware(self, part: str, signature: str, text: str) -> None:
        """Note trouble of the machine."""
        self.finding(FindingClass.HARDWARE, part, signature, text)

    def finding(self, kind: FindingClass, part: str, signature: str, text: str) -> None:
        """Note what a person should know; beyond MAX_FINDINGS only the error says that there were more."""
        if len(self.findings) >= MAX_FINDINGS:
            self.incomplete(f"more than {MAX_FINDINGS} findings; the rest is left out")
            return
        self.findings.append(Finding(kind, part, signature, " ".join(text.split())[:_MAX_FINDING_TEXT]))

    def error(self, text: str) -> None:
        """Note what went wrong with the tool, once; beyond MAX_ERRORS there is nothing new to learn from more."""
        if len(self.errors) < MAX_ERRORS and text[:_MAX_TEXT] not in self.errors:
            self.errors.append(text[:_MAX_TEXT])

    def incomplete(self, reason: str) -> None:
        """Note that a part of the output is absent, and why we say so."""
        self.complete = False
        self.error(reason)

    def was_cut(self, reason: str) -> None:
        """Note that the output ends in the middle."""
        self.cut = True
        self.incomplete(reason)

    def note_end(self, lines: Lines) -> None:
        """Note how the text ends: in the middle of a line, or after one that came whole but without its newline."""
        if lines.tail:
            self.was_cut("the last line is cut")
        elif lines.unended:
            self.incomplete("the last line has no end; more may be missing")

    def done(self, answers: Collection[int] = (0,)) -> ToolReport:
        """The report of a tool that answered. ``answers`` are the exit codes that say something about the machine
        rather than about the tool; any other leaves the facts, adds an error and makes the report incomplete.

        Raises:
            UnreadableError: nothing was found.
        """
        if self.cut:
            self.facts = {
                name: value
                for name, value in self.facts.items()
                if value is not None and value != [] and name not in self._totals
            }
        if not self.facts:
            raise UnreadableError(f"nothing in the output that {self.tool} prints")
        self._how_it_ended(answers)
        return self._report(Measured.COMPLETE)

    def failed(self, reason: str) -> ToolReport:
        """The report of a tool that answered readably that it could not measure."""
        self.incomplete(reason)
        return self._report(Measured.ERROR)

    def _how_it_ended(self, answers: Collection[int]) -> None:
        said = self.said
        if said.ended is not Ended.EXITED:
            self.incomplete(f"ended early: {said.ended.value}")
        if said.truncated:
            self.incomplete("output was cut at the size limit")
        if said.exit_code is not None and said.exit_code not in answers:
            first = next((line.strip() for line in said.error_text[:4000].splitlines() if line.strip()), "")
            self.incomplete(f"exit code {said.exit_code}{': ' + first[:200] if first else ''}")

    def _report(self, status: Measured) -> ToolReport:
        return ToolReport(
            tool=self.tool,
            status=status,
            complete=self.complete and status is Measured.COMPLETE,
            facts=self.facts,
            findings=tuple(self.findings),
            errors=tuple(self.errors),
        )
