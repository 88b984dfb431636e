"""Reads YAML so that a mistake can be traced to its line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from gatehouse.model.errors import CatalogError

MAX_BYTES = 32 * 2**20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path) -> Any:
    """The document of a YAML file.

    Raises:
        CatalogError: not UTF-8, not YAML, too large, or a key that stands twice; says file and line.
    """
    if path.stat().st_size > MAX_BYTES:
        raise CatalogError([f"{path}: larger than {MAX_BYTES // 2**20} MiB"])
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
        _refuse_twins(path, node, set())
        return loader.construct_document(node) if node else None
    except UnicodeDecodeError as error:
        raise CatalogError([f"{path}: not UTF-8: {error}"]) from error
    except yaml.YAMLError as error:
        raise CatalogError([_yaml_problem(path, error)]) from error
    except RecursionError as error:
        raise CatalogError([f"{path}: nested too deeply"]) from error


def problems(path: Path, error: ValidationError) -> list[str]:
    """One line a mistake: file, line, field, what is wrong."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    return [
        f"{path}:{line_of(node, item['loc'])}: {'.'.join(map(str, item['loc'])) or 'document'}: {item['msg']}"
        for item in error.errors(include_url=False)
    ]


def line_of(node: yaml.Node | None, location: Sequence[str | int]) -> int:
    """Line of a field, or of the nearest thing around it that the file does hold. Lines count from 1.

    A discriminated union puts its tag into the location: parts that the document does not hold are passed over.
    """
    line = node.start_mark.line + 1 if node else 1
    for part in location:
        below = _child(node, part)
        if below is not None:
            node, line = below
    return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    return None


def _refuse_twins(path: Path, node: yaml.Node | None, visited: set[int]) -> None:
    if node is None or id(node) in visited:  # an alias leads back to a node that was seen
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise CatalogError([f"{path}:{key.start_mark.line + 1}: {name}: this key stands twice"])
            seen.add(name)
            _refuse_twins(path, value, visited)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twins(path, item, visited)


def _yaml_problem(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    return f"{path}:{mark.line + 1 if mark else 1}: not YAML: {what}"


def line_in(path: Path, location: Sequence[str | int]) -> int:
    """Line of a field of a file that is known to be YAML."""
    return line_of(yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader), location)
