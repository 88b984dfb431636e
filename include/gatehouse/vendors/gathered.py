"""A draft that knows about cut outputs and declared counts, for readers that keep what came before the cut."""

from collections.abc import Collection, Mapping

from gatehouse.model.commands import Completed
from gatehouse.model.readings import Fact, ToolReport
from gatehouse.model.status import FindingClass
from gatehouse.vendors.documents import text_of
from gatehouse.vendors.draft import Draft


class Gathered(Draft):
    """A draft of an output that may end in the middle.

    ``cut`` says that it does; then a fact without a value says nothing, because the value may stand in the rest,
    and it is left out of the report.
    """

    def __init__(self, tool: str, said: Completed) -> None:
        super().__init__(tool, said)
        self.cut = False
        self._known: set[tuple[str, str]] = set()

    def facts_of(self, part: str, values: Mapping[str, Fact]) -> None:
        """Note the facts of one part; an empty ``part`` is the host."""
        for name, value in values.items():
            self.fact(f"{part}.{name}" if part else name, value)

    def found(self, kind: FindingClass, part: str, signature: str, text: str) -> None:
        """Note a finding once for each part and signature, however often it is said; the first wording stays."""
        if (part, signature) not in self._known:
            self._known.add((part, signature))
            self.finding(kind, part, signature, printable(text))

    def was_cut(self, reason: str) -> None:
        """Note that the output ends in the middle."""
        self.cut = True
        self.incomplete(reason)

    def counted(self, what: str, declared: object, listed: int) -> None:
        """Hold the number that the tool declares against what it lists."""
        if isinstance(declared, int) and declared != listed:
            self.incomplete(f"{declared} {what} declared, {listed} listed")

    def done(self, answers: Collection[int] = (0,)) -> ToolReport:
        """The report, as of :class:`Draft`, without the unknowns of a cut output."""
        if self.cut:
            self.facts = {name: value for name, value in self.facts.items() if value is not None}
        return super().done(answers)


def gather(tool: str, said: Completed) -> tuple[Gathered, str]:
    """Start a report and give the output's text.

    Raises:
        UnreadableError: there is no text in the output.
    """
    return Gathered(tool, said), text_of(said)


def whole_lines(gathered: Gathered, text: str) -> list[str]:
    """The lines of a text; a last line without its newline is left out and the output counts as cut."""
    *whole, tail = text.split("\n")
    if tail.strip():
        gathered.was_cut("the last line has no end")
    return whole


def without_elisions(gathered: Gathered, lines: list[str]) -> list[str]:
    """The lines without those that say ``...``, as people leave out what repeats; then more was there."""
    kept = [line for line in lines if line.strip() != "..."]
    if len(kept) < len(lines):
        gathered.incomplete("lines are elided with ...")
    return kept


def printable(text: str) -> str:
    """Text of a tool without control characters."""
    return "".join(char if char.isprintable() else " " for char in text[:1000])
