"""The Data Docs of one judgement: a first page for people, and Great Expectations' own pages behind it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from gatehouse.quality.inspection import Answer, Inspection
from gatehouse.quality.outcome import QualityOutcome, QualityProblem
from gatehouse.quality.pages import head, seal_pages
from gatehouse.quality.round_data import RoundData

_INDEX = "index.html"
_RESULTS = "validations"  # Great Expectations' folders: a page for each table's answers, and one for each suite
_SUITES = "expectations"
_TABLES = {
    "planned": "the plan",
    "units": "units",
    "results": "results",
    "readings": "readings that can be implausible",
    "quantities": "readings by unit, name and unit of measurement",
}


def write_docs(
    folder: Path, data: RoundData, outcome: QualityOutcome, answers: Sequence[Answer], inspection: Inspection
) -> QualityOutcome:
    """Write the pages into a folder, in place of earlier ones, and say in the outcome where the first is.

    Raises:
        OSError: they could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".building-", dir=folder) as building:
        pages = Path(building) / "pages"
        inspection.write_pages(pages)
        seal_pages(pages)
        # Great Expectations' first page is empty without its scripts: ours takes its place, where its links lead.
        (pages / _INDEX).write_text(first_page(data, outcome, answers, _links(pages)), encoding="utf-8")
        for name in (_RESULTS, _SUITES):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in (_RESULTS, _SUITES, _INDEX):
            (pages / name).replace(folder / name)
    return replace(outcome, docs=folder / _INDEX)


def first_page(data: RoundData, outcome: QualityOutcome, answers: Sequence[Answer], links: dict[str, str]) -> str:
    """The page that answers "may this round be trusted, and why not?"; it works without network and scripts."""
    title = f"Data quality of round {data.round_id}"
    checks = "\n".join(_check(answer, links.get(answer.expectation.table, "")) for answer in answers)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{head()}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_said(title)}</title>
</head>
<body>
<main>
<h1>{_said(title)}</h1>
<p class="soft">{_said(data.program)} · {_said(data.phase)} · plan {_said(data.plan)} ·
opened {data.opened_at:%Y-%m-%d %H:%M %Z} · judged {data.judged_at:%Y-%m-%d %H:%M %Z}</p>
<p>{_verdict(outcome)}</p>
{_problems(outcome.problems)}
<h2>What was checked</h2>
<p class="soft">{outcome.checks} expectations on {outcome.rows:,} rows.
Great Expectations' own pages: {_pages(links)}.</p>
<div class="scroll"><table>
<thead><tr><th>Result</th><th>Expectation</th><th>Rows that fail</th><th>Table</th></tr></thead>
<tbody>
{checks}
</tbody>
</table></div>
</main>
</body>
</html>
"""


def _verdict(outcome: QualityOutcome) -> str:
    if outcome.admissible:
        return '<span class="status good">Admissible</span> This round counts as evidence.'
    return '<span class="status bad">Inadmissible</span> This round is no evidence: neither for nor against any unit.'


def _problems(problems: Sequence[QualityProblem]) -> str:
    if not problems:
        return "<p>Nothing was found wrong with its data.</p>"
    rows = "\n".join(map(_problem, problems))
    return (
        '<h2>What is wrong</h2>\n<div class="scroll"><table>\n'
        f"<thead><tr><th></th><th>Problem</th><th>Units</th></tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _problem(problem: QualityProblem) -> str:
    units = len(problem.serials) or ""
    return f"<tr><td>{_mark(problem.blocking)}</td><td>{_said(problem.text)}</td><td>{units}</td></tr>"


def _check(answer: Answer, link: str) -> str:
    mark = '<span class="status good">met</span>' if answer.met else _mark(answer.critical)
    table = _said(answer.expectation.table)
    return (
        f"<tr><td>{mark}</td><td>{_said(answer.description)}</td><td>{len(answer.failed) or ''}</td>"
        f"<td>{_link(link, table) if link else table}</td></tr>"
    )


def _mark(blocking: bool) -> str:
    return '<span class="status bad">blocks</span>' if blocking else '<span class="status warn">warning</span>'


def _links(pages: Path) -> dict[str, str]:
    """The address of each table's answers, relative to the first page."""
    found = [page.relative_to(pages) for page in sorted((pages / _RESULTS).glob("*/**/*.html"))]
    return {page.parts[1]: page.as_posix() for page in found}


def _pages(links: dict[str, str]) -> str:
    return ", ".join(_link(links[table], title) for table, title in _TABLES.items() if table in links)


def _link(address: str, text: str) -> str:
    return f'<a href="{_said(address)}">{text}</a>'


def _said(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
