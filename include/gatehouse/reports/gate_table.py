"""A gate's answer as a table: Markdown for sign-off requests and messages, rows for the terminal."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gatehouse.decisions.wording import one_of
from gatehouse.model.evidence import CriterionOutcome, Forecast, GateDecision, Need
from gatehouse.model.status import CriterionStatus
from gatehouse.reports.plain_text import on_one_line, with_names
from gatehouse.reports.signs import SIGNS, when

Row = tuple[str, str, str, str, str, str]
HEADINGS = ("Status", "Criterion", "Observed", "Required", "Missing", "Needs, and when")
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
    words = _HEADLINES[decision.status]
    if decision.signable and not decision.open:
        words = f"all else is there, waits for the sign-off by {', '.join(decision.awaits)}"
    return f"{decision.program} {decision.phase}: {words}"


def footnotes(decision: GateDecision) -> list[str]:
    """What stands below the table, in plain text: when the phase may exit, and what the program changed in the set."""
    when_open = (
        [f"At the current rate: {forecast_words(decision.forecast)}; {decision.forecast.basis}"]
        if decision.forecast
        else []
    )
    if decision.no_forecast:
        when_open = [f"When it may exit, nobody can tell: {decision.no_forecast}"]
    signed = [f"To sign: {', '.join(decision.awaits)}"] if decision.awaits else []
    return [
        on_one_line(line) for line in (*when_open, *signed, *(f"Changed by the program: {n}" for n in decision.notes))
    ]


def needs_words(needs: Sequence[Need]) -> str:
    """``11 zero-failure units, or 2 failed units to repair and retest``"""
    return ", or ".join(f"{_amount(need.amount)} {one_of(need.amount, need.of)}" for need in needs)


def forecast_words(forecast: Forecast) -> str:
    """``2026-12-03 (2026-12-01 to 2026-12-20)``"""
    if forecast.earliest == forecast.latest:
        return when(forecast.at)
    end = f"to {forecast.latest:%Y-%m-%d}" if forecast.latest else "or later"
    return f"{forecast.at:%Y-%m-%d} ({forecast.earliest:%Y-%m-%d} {end})"


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
        *(line for note in footnotes(decision) for line in (markdown_text(note), "")),
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
    title = outcome.title or outcome.criterion
    cells = (status, title, outcome.observed, outcome.required, outcome.missing, _needs(outcome))
    first, title, observed, required, missing, last = (on_one_line(with_names(cell, names)) for cell in cells)
    return first, title, observed, required, missing, last


def _needs(outcome: CriterionOutcome) -> str:
    """What is needed in numbers, and when it would be there."""
    if outcome.status in (CriterionStatus.MET, CriterionStatus.WAIVED):
        return ""
    told = forecast_words(outcome.forecast) if outcome.forecast else outcome.no_forecast
    return "; ".join(part for part in (needs_words(outcome.needs), told) if part)


def _amount(amount: float) -> str:
    """A count in full; anything else rounded up to three digits, as less would not do."""
    if amount == int(amount):
        return f"{int(amount):,}"
    step = 10.0 ** (math.floor(math.log10(amount)) - 2) if amount < 100 else 1.0
    return f"{math.ceil(amount / step - 1e-9) * step:,.10g}"
