"""The report as a page to print, and as JSON. The page needs nothing else: no script, no file, no network."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from gatehouse.model.status import CriterionStatus, Severity
from gatehouse.reports.rendering import environment
from gatehouse.reports.review.document import RepairLine, ReviewDocument
from gatehouse.reports.signs import when

TEMPLATES = Path(__file__).parents[1] / "templates" / "review"
DIGEST_SHOWN = 16
# What a page shows of a list; the JSON has all of it.
MOST_ISSUES, MOST_REPAIRS, MOST_ROUNDS, MOST_PROBLEMS, MOST_FAULTS = 200, 60, 40, 5, 3
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,:_-]")


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A page, and the Content-Security-Policy source that allows its one style, and no other."""

    html: str
    style_source: str


def review_page(document: ReviewDocument, base: str | None = None) -> ReviewPage:
    """The report as one HTML page.

    ``base`` is where the console's pages are, without a slash at its end, for links to rounds and hosts; without it
    the page has no link, and can be kept as a file.
    """
    from gatehouse.reports.charts.figures import figures  # matplotlib: only where a report is drawn

    style = _style() + running_foot(document)
    html = (
        _environment()
        .get_template("page.html")
        .render(
            report=document,
            figures=figures(document),
            style=Markup(style),  # noqa: S704 -- our own file, and a line of plain characters
            base=base,
            rounds={line.id: line for line in document.rounds},
            digest=document.evidence_digest[:DIGEST_SHOWN],
            groups=_groups(document),
            repairs=_repairs(document),
            yields={plot.kind: plot for plot in document.yields},
            most={
                "issues": MOST_ISSUES,
                "repairs": MOST_REPAIRS,
                "rounds": MOST_ROUNDS,
                "problems": MOST_PROBLEMS,
                "faults": MOST_FAULTS,
            },
        )
    )
    return ReviewPage(html, "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode())


def review_json(document: ReviewDocument) -> str:
    """The report as JSON; times in ISO 8601, a number that JSON does not know is null."""
    return document.model_dump_json(indent=2) + "\n"


def review_schema() -> dict[str, Any]:
    """The JSON schema of the report."""
    schema = ReviewDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """The schema as its file has it."""
    return json.dumps(review_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def running_foot(document: ReviewDocument) -> str:
    """Style of the foot of every printed page: what this is, of which evidence, and which page of how many."""
    told = f"{document.program.id} {document.phase} gate review, {when(document.decided_at)}, evidence "
    plain = _NOT_PLAIN.sub("_", told + document.evidence_digest[:DIGEST_SHOWN])
    return (
        f'@page {{ @bottom-left {{ content: "{plain}"; }} '
        '@bottom-right { content: "Page " counter(page) " of " counter(pages); } }\n'
    )


def _groups(document: ReviewDocument) -> list[tuple[str, list[Any]]]:
    """The criteria under what they mean for the exit; empty groups left out."""
    headings = (
        ("In the way", (CriterionStatus.NOT_MET, CriterionStatus.NOT_ENOUGH_EVIDENCE)),
        ("Met only by a waiver", (CriterionStatus.WAIVED,)),
        ("Met by evidence", (CriterionStatus.MET,)),
    )
    groups = [(name, [line for line in document.criteria if line.status in wanted]) for name, wanted in headings]
    return [(name, lines) for name, lines in groups if lines]


def _repairs(document: ReviewDocument) -> list[list[RepairLine]]:
    """Repairs of one host over the same rounds together, the gravest first: a broken part fails in many diagnostics."""
    together: dict[tuple[str, str, str], list[RepairLine]] = {}
    for line in document.repaired:
        together.setdefault((line.serial, line.failed_round, line.passes_round), []).append(line)
    order = list(Severity)
    return [sorted(lines, key=lambda line: order.index(line.severity)) for lines in together.values()]


@cache
def _style() -> str:
    return "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("screen.css", "print.css"))


@cache
def _environment() -> Environment:
    made = environment([TEMPLATES])
    made.filters |= {"pct": _pct, "days": _days}
    return made


def _pct(fraction: float) -> str:
    """A share in per cent, rounded down: a bound short of its floor must not read as the floor."""
    from gatehouse.decisions.wording import percent

    return percent(fraction)


def _days(days: float) -> str:
    """``3 h``, ``12 days``"""
    if days < 2:
        return f"{days * 24:.0f} h" if days * 24 >= 1 else "under 1 h"
    return f"{days:.0f} days"
