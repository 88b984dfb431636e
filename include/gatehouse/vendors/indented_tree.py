"""Text laid out by indentation (``nvidia-smi -q``, ``amd-smi static``) as a tree of keys and values."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 30
_PADDED = re.compile(r"^(.{1,80}?)\s*:\s(.*)$")  # "Key      : value", where keys may hold colons without a blank
_TIGHT = re.compile(r"^([^:]{1,80}):(?:\s+(.*))?$")  # "KEY: value", or "KEY:" over a section


@dataclass(slots=True)
class Entry:
    """A key with its value (None where it heads a section), and what is indented below it."""

    key: str
    value: str | None
    indent: int
    children: list["Entry"] = field(default_factory=list)

    def at(self, path: str) -> "Entry | None":
        """The first entry at a path of keys, ``"ECC Errors/Volatile"``."""
        entry: Entry | None = self
        for key in path.split("/"):
            entry = next((child for child in entry.children if child.key == key), None) if entry else None
        return entry

    def words(self, path: str) -> str | None:
        """The value at a path; None where there is no such entry or it has no value."""
        entry = self.at(path)
        return entry.value if entry is not None else None

    def each(self, key: str) -> Iterator["Entry"]:
        """The children with that key."""
        return (child for child in self.children if child.key == key)

    def mapping(self) -> dict[str, object]:
        """The children as nested mappings; of equal keys the first counts."""
        found: dict[str, object] = {}
        for child in self.children:
            found.setdefault(child.key, child.mapping() if child.children else child.value)
        return found


def tree_of(lines: Iterable[str], *, tight: bool = False) -> Entry:
    """A root whose children are the outermost entries. ``tight`` is for ``KEY: value`` without padding.

    Lines deeper than MAX_DEPTH levels are left out.
    """
    root = Entry("", None, -1)
    stack = [root]
    for line in lines:
        plain = line.strip()
        if not plain:
            continue
        indent = len(line) - len(line.lstrip())
        while stack[-1].indent >= indent:
            stack.pop()
        match = (_TIGHT if tight else _PADDED).match(plain)
        key, value = (match[1].strip(), (match[2] or "").strip() or None) if match else (plain, None)
        entry = Entry(key, value, indent)
        stack[-1].children.append(entry)
        if len(stack) <= MAX_DEPTH:
            stack.append(entry)
    return root
