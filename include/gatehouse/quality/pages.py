"""Seals Great Expectations' pages: no script, nothing from another server, one small stylesheet inside.

As they come, the pages load their styles and scripts from six public servers. What they say needs none of it.
"""

import re
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_DROPPED = frozenset({"script", "footer", "iframe", "object"})  # with all they hold
_DROPPED_EMPTY = frozenset({"link", "img", "embed", "base"})  # without end tags
_ATTRIBUTES = frozenset(["charset", "class", "colspan", "content", "hidden", "href", "id", "name", "rowspan", "style"])
_SCHEMES = frozenset({"", "https"})  # of links that a person may follow
_REMOTE_IMAGE = re.compile(r"url\(\s*['\"]?https?:[^)]*\)", re.IGNORECASE)


def seal_pages(folder: Path) -> None:
    """Seal every page under a folder, and drop the fonts and images that nothing refers to any more."""
    for page in sorted(folder.rglob("*.html")):
        page.write_text(sealed(page.read_text(encoding="utf-8")), encoding="utf-8")
    for other in sorted(folder.rglob("*"), reverse=True):
        if other.is_file() and other.suffix != ".html":
            other.unlink()
        elif other.is_dir() and not any(other.iterdir()):
            other.rmdir()


def sealed(page: str) -> str:
    """A page without scripts and without anything that a browser would fetch."""
    sealing = _Sealing()
    sealing.feed(page)
    sealing.close()
    return "".join(sealing.kept)


def head() -> str:
    """What every page of ours has in its head: the policy, then the stylesheet."""
    style = files("gatehouse.quality").joinpath("docs.css").read_text(encoding="utf-8")
    return f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<style>\n{style}</style>\n'


class _Sealing(HTMLParser):
    """Copies a page, tag by tag, except for what it drops."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self._dropping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin to drop, or copy the tag with the attributes that do no harm."""
        if tag in _DROPPED:
            self._dropping.append(tag)
        elif not self._dropping and tag not in _DROPPED_EMPTY:
            self.kept.append(_start_tag(tag, attrs))
            if tag == "head":
                self.kept.append(head())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag that ends itself; browsers take ``<script/>`` for a beginning, but here nothing follows it."""
        if tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End dropping, or copy."""
        if tag in self._dropping:
            del self._dropping[self._dropping.index(tag) :]
        elif not self._dropping:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text; a bare ``<`` in it is no tag. Styles lose the images that they would fetch."""
        if not self._dropping:
            in_style = self.cdata_elem is not None
            self.kept.append(_REMOTE_IMAGE.sub("none", data) if in_style else escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        """Copy ``&name;``."""
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy ``&#number;``."""
        self._copy(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Say again that this is HTML."""
        if decl.lower() == "doctype html":
            self.kept.append("<!DOCTYPE html>")

    def _copy(self, text: str) -> None:
        if not self._dropping:
            self.kept.append(text)


def _start_tag(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    kept = "".join(
        f' {name}="{escape(value or "")}"'
        for name, value in attrs
        if name in _ATTRIBUTES and not _runs(name, value or "")
    )
    return f"<{tag}{kept}>"


def _runs(name: str, value: str) -> bool:
    """Whether a link's address is something else than a page."""
    if name != "href":
        return False
    try:
        return urlsplit("".join(value.split())).scheme not in _SCHEMES
    except ValueError:  # nothing that a browser could follow either
        return True
