"""The Data Docs of one judgement: a first page for people, and Great Expectations' own pages behind it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gatehouse.quality.docs_tables import broken_rows, judgements_table, said, set_aside_table, unproven_checks
from gatehouse.quality.inspection import Answer, Inspection
from gatehouse.quality.outcome import QualityOutcome, QualityProblem
from gatehouse.quality.pages import head, seal_pages
from gatehouse.quality.round_data import RoundData

_INDEX = "index.html"
_RESULTS = "validations"  # Great Expectations' folder of a page for each table's answers
_TABLES = {
    "round": "the round",
    "planned": "the plan",
    "units": "units",
    "parts": "parts that units share",
    "moves": "parts that moved",
    "results": "results",
    "readings": "readings that may be wrong",
    "quantities": "readings by unit, name and unit of measurement",
    "changes": "readings beside the last round's",
    "checks": "checks over the last rounds",
    "findings": "findings",
    "outputs": "raw outputs",
    "jobs": "jobs",
}


def write_docs(
    folder: Path, data: RoundData, outcome: QualityOutcome, answers: Sequence[Answer], inspection: Inspection
) -> QualityOutcome:
    """Write the pages into a folder of the judgement's number, and say in the outcome where the first page is.

    That one lies above the folders of all judgements, and is always the latest's.

    Raises:
        OSError: they could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mine = str(data.number)
    with TemporaryDirectory(prefix=".building-", dir=folder) as building:
        pages = Path(building) / mine
        inspection.write_pages(pages)
        seal_pages(pages)
        # Great Expectations' first page is empty without its scripts: ours takes its place, where its links lead.
        (pages / _INDEX).write_text(_first_page(data, outcome, answers, pages, to_all="../"), encoding="utf-8")
        latest = Path(building) / _INDEX
        latest.write_text(_first_page(data, outcome, answers, pages, to_mine=f"{mine}/"), encoding="utf-8")
        shutil.rmtree(folder / mine, ignore_errors=True)
        pages.replace(folder / mine)
        latest.replace(folder / _INDEX)
    return replace(outcome, docs=folder / _INDEX)


def _first_page(
    data: RoundData,
    outcome: QualityOutcome,
    answers: Sequence[Answer],
    pages: Path,
    to_mine: str = "",
    to_all: str = "",
) -> str:
    """The page that answers "may this round be trusted, and why not?"; it works without network and scripts.

    ``to_mine`` leads to the judgement's own folder, ``to_all`` to the one above.
    """
    title = f"Data quality of round {data.round_id}"
    links = {table: to_mine + link for table, link in _links(pages).items()}
    checks = "\n".join(_check(answer, links.get(answer.expectation.table, "")) for answer in answers)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{head()}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{said(title)}</title>
</head>
<body>
<main>
<h1>{said(title)}</h1>
<p class="soft">{said(data.program)} · {said(data.phase)} · plan {said(data.plan)} ·
opened {data.opened_at:%Y-%m-%d %H:%M %Z} · judgement {data.number} of {data.judged_at:%Y-%m-%d %H:%M %Z}
by {said(data.by)}</p>
<p>{_verdict(outcome)}</p>
<p>{said(outcome.completeness.words)}.</p>
{_problems(outcome.problems)}
{set_aside_table(data)}
<h2>What was checked</h2>
<p class="soft">{outcome.checks} expectations on {outcome.rows:,} rows.
Great Expectations' own pages: {_pages(links)}.</p>
<div class="scroll"><table>
<thead><tr><th>Result</th><th>Expectation</th><th>Rows that fail</th><th>Table</th></tr></thead>
<tbody>
{checks}
</tbody>
</table></div>
{unproven_checks(outcome.unproven)}
{judgements_table(data, outcome.admissible, to_all)}
</main>
</body>
</html>
"""


def _verdict(outcome: QualityOutcome) -> str:
    if outcome.admissible:
        return '<span class="status good">Admissible</span> This round counts as evidence.'
    return (
        '<span class="status bad">Inadmissible</span> This round proves nothing good of any unit; '
        "a FAIL in it stands until a sound PASS."
    )


def _problems(problems: Sequence[QualityProblem]) -> str:
    if not problems:
        return "<p>Nothing was found wrong with its data.</p>"
    rows = "\n".join(_problem(number, problem) for number, problem in enumerate(problems, 1))
    return (
        '<h2>What is wrong</h2>\n<div class="scroll"><table>\n'
        f"<thead><tr><th></th><th></th><th>Problem</th><th>Units</th></tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _problem(number: int, problem: QualityProblem) -> str:
    units = len(problem.serials) or ""
    return (
        f"<tr><td>{number}</td><td>{_mark(problem.blocking)}</td><td>{said(problem.text)}{broken_rows(problem)}</td>"
        f"<td>{units}</td></tr>"
    )


def _check(answer: Answer, link: str) -> str:
    mark = '<span class="status good">met</span>' if answer.met else _mark(answer.critical)
    table = said(answer.expectation.table)
    return (
        f"<tr><td>{mark}</td><td>{said(answer.description)}</td><td>{len(answer.failed) or ''}</td>"
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
    return f'<a href="{said(address)}">{text}</a>'
