"""A gate's answer as a table: Markdown for sign-off requests and messages, rows for the terminal."""

from collections.abc import Mapping
from types import MappingProxyType

from gatehouse.model.evidence import CriterionOutcome, GateDecision
from gatehouse.model.status import CriterionStatus
from gatehouse.reports.plain_text import on_one_line, with_names
from gatehouse.reports.signs import SIGNS, when

Row = tuple[str, str, str, str, str]
HEADINGS = ("Status", "Criterion", "Observed", "Required", "Missing")
_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_MARKUP = frozenset("\\`*_{}[]()#+-.!|<>~$&")
_UNLINKED = "\u200b"  # zero width space: seen as nothing, and no renderer makes a link across it
_HEADLINES = {
    CriterionStatus.MET: "every exit criterion is met",
    CriterionStatus.WAIVED: "conditional exit: some criteria are met only by waiver",
    CriterionStatus.NOT_MET: "the phase cannot exit",
    CriterionStatus.NOT_ENOUGH_EVIDENCE: "not enough evidence to exit",
}


def headline(decision: GateDecision) -> str:
    """The answer in one line of plain text."""
    return f"{decision.program} {decision.phase}: {_HEADLINES[decision.status]}"


def gate_rows(decision: GateDecision, names: Mapping[str, str] = _NO_NAMES) -> list[Row]:
    """One row a criterion, in the order of ``HEADINGS``; plain text, one line a cell, hosts by name where known."""
    return [_row(outcome, names) for outcome in decision.outcomes]


def gate_markdown(decision: GateDecision, names: Mapping[str, str] = _NO_NAMES) -> str:
    """The answer as GitHub-flavoured Markdown. What others wrote is escaped: no markup, no links."""
    lines = [
        f"**{markdown_text(headline(decision))}**",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + " --- |" * len(HEADINGS),
        *("| " + " | ".join(markdown_text(cell) for cell in row) + " |" for row in gate_rows(decision, names)),
        "",
        f"Evidence `{decision.evidence_digest[:16]}`, decided {when(decision.decided_at)}",
    ]
    return "\n".join(lines)


def markdown_text(text: str) -> str:
    """Text as it is, in Markdown: markup escaped, on one line, without links that make themselves."""
    unlinked = on_one_line(text).replace("://", f":{_UNLINKED}//").replace("@", f"@{_UNLINKED}")
    unlinked = unlinked.replace("www.", f"www{_UNLINKED}.")
    return "".join("\\" + character if character in _MARKUP else character for character in unlinked)


def _row(outcome: CriterionOutcome, names: Mapping[str, str]) -> Row:
    status = f"{SIGNS[outcome.status]} {outcome.status.value}"
    cells = (status, outcome.title or outcome.criterion, outcome.observed, outcome.required, outcome.missing)
    first, title, observed, required, last = (on_one_line(with_names(cell, names)) for cell in cells)
    return first, title, observed, required, last
