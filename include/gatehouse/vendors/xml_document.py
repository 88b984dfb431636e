"""XML as a tree, read as far as it goes: a cut document gives the elements that came whole.

Entities are refused (defusedxml); depth and size are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_DEPTH = 100
_CHUNK = 2**16


@dataclass(slots=True)
class Node:
    """An element: its tag, attributes, own text, children; ``whole`` once its end was seen."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    whole: bool = False

    def at(self, path: str) -> "Node | None":
        """The first element at a path of tags, ``"pci/link_widths"``."""
        node = self
        for tag in path.split("/"):
            for child in node.children:
                if child.tag == tag:
                    node = child
                    break
            else:
                return None
        return node

    def words(self, *paths: str) -> str | None:
        """The text at the first of these paths that exists, stripped; None where none does."""
        for path in paths:
            if (node := self.at(path)) is not None:
                return node.text.strip()
        return None

    def each(self, tag: str) -> Iterator["Node"]:
        """The children of that tag that came whole."""
        return (child for child in self.children if child.tag == tag and child.whole)


class _Tree:
    """Target of the parser: builds nodes, and remembers which were closed."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise ParseError(f"nested deeper than {MAX_DEPTH} elements")
        node = Node(tag, dict(attributes))
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def end(self, _tag: str) -> None:
        self.open.pop().whole = True

    def close(self) -> Node | None:
        return self.root


def read_xml(text: str) -> tuple[Node | None, str]:
    """The document's root as far as it could be read, and what stopped it (empty when it came whole)."""
    tree = _Tree()
    parser = DefusedXMLParser(target=tree)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK])
        parser.close()
    except (ParseError, DefusedXmlException) as error:
        return tree.root, f"XML ends or breaks: {error or type(error).__name__}"
    return tree.root, ""
