"""YAML with the line of every field, so that an error can say where it stands."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gatehouse.model.errors import CatalogError

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file's value, and the line of each field in it."""

    file: str
    value: Any
    lines: dict[FieldPath, int] = field(default_factory=dict)

    def where(self, path: FieldPath) -> str:
        """``file:line: field`` of the deepest field of ``path`` that the file has."""
        shown = ".".join(str(step) for step in path) or "the file"
        for depth in range(len(path), -1, -1):
            if path[:depth] in self.lines:
                return f"{self.file}:{self.lines[path[:depth]]}: {shown}"
        return f"{self.file}:1: {shown}"


def read_document(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        CatalogError: it cannot be read, or it is no YAML; the text says the line.
    """
    try:
        return parse_document(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise CatalogError([f"{path}:1: the file: {error.strerror}"]) from error


def parse_document(text: str, file: str) -> Document:
    """The same for a text.

    Raises:
        CatalogError: it is no YAML.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise CatalogError([f"{file}:{line}: the file: {getattr(error, 'problem', None) or error}"]) from error
    document = Document(file, value)
    if node is not None:
        _walk(node, (), document.lines)
    return document


def _walk(node: yaml.Node, path: FieldPath, lines: dict[FieldPath, int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            _walk(inner, (*path, str(key.value)), lines)
            lines[(*path, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, inner in enumerate(node.value):
            _walk(inner, (*path, index), lines)
