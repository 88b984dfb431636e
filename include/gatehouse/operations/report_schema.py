"""Writes the JSON schema of the phase report: docs/phase-report.schema.json."""

from pathlib import Path

from gatehouse.catalog.loader import SHIPPED
from gatehouse.reports.review.page import schema_text

SCHEMA = SHIPPED.parents[1] / "docs" / "phase-report.schema.json"


def write_report_schema(path: Path = SCHEMA) -> bool:
    """Write the schema; returns whether that changed it."""
    text = schema_text()
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True
