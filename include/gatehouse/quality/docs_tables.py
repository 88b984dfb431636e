"""Tables of the Data Docs' first page: the rows of a problem, what is set aside, checks without proof, judgements."""

from collections.abc import Iterable, Sequence
from html import escape

from gatehouse.quality.history_data import CheckHistory
from gatehouse.quality.outcome import BrokenRow, QualityProblem
from gatehouse.quality.round_data import EarlierJudgement, RoundData
from gatehouse.quality.thresholds import MIN_ROUNDS_ALIKE
from gatehouse.quality.wording import number

_MOST_ROWS = 20  # of a problem; the store has all
_MOST_CHECKS = 100


def said(text: str) -> str:
    """What anybody said, as text of a page."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


def broken_rows(problem: QualityProblem) -> str:
    """The first rows that a problem names, folded."""
    if not problem.broken:
        return ""
    rows = "\n".join(f"<li>{_row(row)}</li>" for row in problem.broken[:_MOST_ROWS])
    rest = len(problem.broken) - _MOST_ROWS
    more = f"\n<li>and {rest:,} more: <code>gatehouse quality ROUND --json</code> has all</li>" if rest > 0 else ""
    count = f"{len(problem.broken):,} row{'' if len(problem.broken) == 1 else 's'}"
    return f"<details><summary>{count}</summary>\n<ul>\n{rows}{more}\n</ul></details>"


def _row(row: BrokenRow) -> str:
    where = " ".join(filter(None, (row.diagnostic, row.part, row.name)))
    return f"{said(row.host)} ({said(row.serial)})" + (f": {said(where)}" if where else "")


def set_aside_table(data: RoundData) -> str:
    """What a person took out of the evidence: who, when and why."""
    if not data.set_aside:
        return ""
    note = (
        f"{len(data.set_aside):,} of {len(data.results):,} results. Nothing of them was looked at here; they never "
        "help a gate, and a FAIL among them stands against its unit until a sound PASS."
    )
    rows = (
        (said(a.serial), said(a.diagnostic), said(a.who), f"{a.at:%Y-%m-%d %H:%M}", said(a.reason))
        for a in data.set_aside
    )
    return _table("Set aside", note, ("Unit", "Diagnostic", "Who", "When", "Why"), rows)


def unproven_checks(checks: Sequence[CheckHistory]) -> str:
    """Checks that never failed on a machine: no fault, and no proof either."""
    if not checks:
        return ""
    note = (
        f"{len(checks):,} checks were asked in {MIN_ROUNDS_ALIKE} rounds or more and never failed on a machine. That "
        "is what good machines do; that these checks can fail is proven by the samples that ship with their limits, "
        "and not by a machine yet."
    )
    rows = (
        (said(c.diagnostic), said(c.name) or "(any of its limits)", str(c.rounds), f"{c.values:,}", _span(c))
        for c in checks[:_MOST_CHECKS]
    )
    headings = ("Diagnostic", "Reading", "Rounds", "Values", "From … to")
    return _table("Never failed", note, headings, rows, folded=True)


def _span(check: CheckHistory) -> str:
    if not check.name:
        return ""
    ends = number(check.least) if check.least == check.most else f"{number(check.least)} … {number(check.most)}"
    return f"{ends} {said(check.unit)}".rstrip()


def judgements_table(data: RoundData, admissible: bool, to_all: str) -> str:
    """Every judgement of the round, the latest first."""
    if not data.earlier:
        return ""
    mine = EarlierJudgement(data.number, data.judged_at, data.by, admissible, len(data.set_aside))
    rows = (_judgement(each, to_all) for each in (mine, *reversed(data.earlier)))
    return _table("Judgements of this round", "", ("", "When", "By", "Answer", "Set aside"), rows)


def _judgement(each: EarlierJudgement, to_all: str) -> tuple[str, ...]:
    link = f'<a href="{to_all}{each.number}/index.html">{each.number}</a>' if each.has_docs else str(each.number)
    mark = '<span class="status good">admissible</span>' if each.admissible else _BAD
    return link, f"{each.at:%Y-%m-%d %H:%M}", said(each.by), mark, str(each.set_aside or "")


_BAD = '<span class="status bad">inadmissible</span>'


def _table(
    title: str, note: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, folded: bool = False
) -> str:
    """A section with a table; cells are HTML already."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'
    about = f'<p class="soft">{note}</p>\n' if note else ""
    return f"<h2>{title}</h2>\n{about}" + (
        f"<details><summary>Show them</summary>{table}</details>" if folded else table
    )
