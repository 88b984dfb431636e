"""How the shell speaks: tables for people, JSON for scripts, errors on standard error."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

_PIPE_WIDTH = 160  # columns where nobody's terminal says how many there are
console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
_STYLES = {"met": "green", "PASS": "green", "FAIL": "red", "not met": "red", "waived": "yellow", "ERROR": "magenta",
           "not enough evidence": "yellow", "SKIP": "dim"}  # fmt: skip


def say_error(text: str) -> None:
    """Say what went wrong, as it is."""
    errors.print(f"gatehouse: {text}", markup=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")


def plain(value: Any) -> Any:
    """Dataclasses, times and enums as what JSON knows. A number that JSON does not know becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """A table; cells are text as it is, never markup. Words that say how a thing stands are coloured."""
    table = Table(*headings, title=escape(title) or None, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    console.print(table)


def _cell(text: str) -> str:
    style = next((style for word, style in _STYLES.items() if text == word or text.endswith(f" {word}")), "")
    safe = escape("".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text))
    return f"[{style}]{safe}[/{style}]" if style else safe
