"""The template environment of reports and pages: shows and escapes hostile text wherever it stands."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gatehouse.model.status import CriterionStatus
from gatehouse.reports.plain_text import visible

# A sign beside each word, so that nothing is said by colour alone.
SIGNS = {
    CriterionStatus.MET: "✓",
    CriterionStatus.NOT_MET: "✗",
    CriterionStatus.NOT_ENOUGH_EVIDENCE: "?",
    CriterionStatus.WAIVED: "⚠",
}


def environment(folders: Iterable[Path]) -> Environment:
    """An environment over template folders. Every value that is not markup is made visible and then escaped."""
    made = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"when": when, "day": day, "slug": slug, "sign": sign, "counted": counted}
    return made


def when(moment: datetime | None) -> str:
    """``2025-11-23 02:18 UTC``; a dash where there is no time."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "–"


def day(moment: datetime | None) -> str:
    """``2025-11-23``; a dash where there is none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else "–"


def slug(word: str) -> str:
    """A status as the name of a style: ``not met`` is ``not-met``."""
    return str(word).lower().replace(" ", "-").replace("_", "-")


def sign(status: str) -> str:
    """The sign of a criterion's status."""
    return SIGNS[CriterionStatus(status)]


def counted(number: int, what: str, many: str = "") -> str:
    """``1 unit``, ``1,204 units``"""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def _shown(value: object) -> object:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
