"""The report of a phase for its gate review: one page that prints and needs nothing else, and the same as JSON."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.model.evidence import GateDecision, PhaseEvidence
from gatehouse.reports.rendering import environment
from gatehouse.reports.report_document import ReportFacts, report_document

TEMPLATES = Path(__file__).parent / "templates"
MAX_UNITS_SHOWN = 300  # units with open issues on the page; the JSON has all of them
_NO_FACTS = ReportFacts()


def phase_report(
    decision: GateDecision, evidence: PhaseEvidence, criteria: CriteriaSet, names: Mapping[str, str],
    program_title: str, sku_title: str, facts: ReportFacts = _NO_FACTS,
) -> str:  # fmt: skip
    """The report as one HTML page without outside parts. ``names`` maps serials to host names, where known."""
    document = report_document(decision, evidence, criteria, names, program_title, sku_title, facts)
    template = _environment().get_template("phase_report.html")
    return template.render(report=document, style=Markup(_style()), max_units=MAX_UNITS_SHOWN)  # noqa: S704 -- our own file


def phase_report_json(
    decision: GateDecision, evidence: PhaseEvidence, criteria: CriteriaSet, names: Mapping[str, str],
    program_title: str, sku_title: str, facts: ReportFacts = _NO_FACTS,
) -> str:  # fmt: skip
    """The same report as JSON; times in ISO 8601."""
    document = report_document(decision, evidence, criteria, names, program_title, sku_title, facts)
    return json.dumps(document, indent=2, default=_iso, ensure_ascii=False)


@cache
def style_hash() -> str:
    """The Content-Security-Policy source that allows the report's one inline style, and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()


@cache
def _style() -> str:
    return (TEMPLATES / "phase_report.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return environment([TEMPLATES])


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a report holds no {type(value).__name__}")
