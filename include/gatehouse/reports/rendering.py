"""The template environment of reports and pages: shows and escapes hostile text wherever it stands."""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gatehouse.reports.plain_text import visible
from gatehouse.reports.signs import day, sign, when


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


def slug(word: str) -> str:
    """A status as the name of a style: ``not met`` is ``not-met``."""
    return str(word).lower().replace(" ", "-").replace("_", "-")


def counted(number: int, what: str, many: str = "") -> str:
    """``1 unit``, ``1,204 units``"""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def _shown(value: object) -> object:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
