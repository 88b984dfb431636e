"""Tables in Markdown: cells that nothing in them can break."""

from collections.abc import Iterable, Sequence

_MARKUP = frozenset("\\`*_[]<>|~")


def table_of(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = ["| " + " | ".join(row) + " |" for row in (headings, ["---"] * len(headings), *rows)]
    return "\n".join(lines) + "\n"


def code_cell(text: str) -> str:
    """Our own ids and globs, as code; a bar would end the cell even there."""
    return f"`{text.replace('|', chr(92) + '|')}`"


def text_cell(text: str) -> str:
    """Words as they are, on one line, with nothing in them that Markdown would take for its own."""
    return "".join(f"\\{c}" if c in _MARKUP else c for c in " ".join(text.split()))
