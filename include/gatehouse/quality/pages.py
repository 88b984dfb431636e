"""Seals Great Expectations' pages: no script, nothing from another server, one small stylesheet inside.

As they come, the pages load their styles and scripts from six public servers. What they say needs none of it.
"""

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_DROPPED = frozenset({"script", "footer", "iframe", "object"})  # with all they hold
_DROPPED_EMPTY = frozenset({"link", "img", "embed", "base"})  # without end tags
_REMOTE_IMAGE = re.compile(r"url\(\s*['\"]?https?:[^)]*\)", re.IGNORECASE)
_HANDLER = re.compile(r"\son\w+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)


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
        if tag in _DROPPED:
            self._dropping.append(tag)
        elif not self._dropping and tag not in _DROPPED_EMPTY:
            self.kept.append(_HANDLER.sub("", self.get_starttag_text() or ""))
            if tag == "head":
                self.kept.append(head())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._dropping and tag not in _DROPPED | _DROPPED_EMPTY:
            self.kept.append(_HANDLER.sub("", self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropping:
            del self._dropping[self._dropping.index(tag) :]
        elif not self._dropping:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.kept.append(_REMOTE_IMAGE.sub("none", data))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.kept.append(f"<!{decl}>")
