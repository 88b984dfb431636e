"""Sealing: what is left of a page fetches nothing, runs nothing, and still says everything."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.quality.pages import POLICY, seal_pages, sealed

# A slash inside a tag stands for what may part its attributes.
PIECES = st.sampled_from([
    "<script>", "</script>", "<SCRIPT/src=//x>", "<script/>", "alert(1)", "<b>", "</b>", "<img/src=x/onerror=alert(1)>",
    "<!--", "-->", "<iframe>", "</iframe>", "<a/onclick='f()'/href=\"p.html\">", "<a/href=' jAvascript:f()'>", "</a>",
    "&lt;", "&#60;", "<", ">", '"', "'", "<link/href=//x>", "<svg/onload=x>", "<br/>", "<base/href=//x>", "<style>",
    "</style>", "<meta/http-equiv=refresh/content=0>", "&", "<![CDATA[", "]]>", "<?x", "</", "<a/href='http://[x'>",
])  # fmt: skip
SPACE = st.sampled_from(["", " ", "\n"])


class Tags(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, dict(attrs)))


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12), SPACE, SPACE)
def test_nothing_that_runs_or_fetches_is_left(pieces: list[str], inside: str, between: str) -> None:
    """It should leave no script, frame, image, link or handler, in whatever order they come."""
    for tag, attributes in Tags(sealed(between.join(piece.replace("/", inside or "/") for piece in pieces))).found:
        assert tag not in {"script", "iframe", "img", "link", "base", "object", "embed"}
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "http-equiv")]
        assert "javascript" not in (attributes.get("href") or "").lower()


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<p>a &lt;b&gt; &#38; c</p>", "<p>a &lt;b&gt; &#38; c</p>"),
        ('<a href="x.html">x</a>', '<a href="x.html">x</a>'),
        ("<i>1</i><script>f()</script><i>2</i>", "<i>1</i><i>2</i>"),
        ("<label onclick=\"f('a')\" class=b>x</label>", '<label class="b">x</label>'),
        ("<div hidden title='&quot;'>a < b</div>", '<div hidden="">a &lt; b</div>'),
        ("<a href='a.html?b=1&amp;c=&quot;'>x</a>", '<a href="a.html?b=1&amp;c=&quot;">x</a>'),
        ("<a href='javascript:f()'>x</a>", "<a>x</a>"),
        ("<footer><p>news</p></footer><p>x</p>", "<p>x</p>"),
        ("<style>a{background:url('https://x/y.png') 0}</style>", "<style>a{background:none 0}</style>"),
        ("<!DOCTYPE html><br/>", "<!DOCTYPE html><br>"),
        ("<img src='https://x/y.png'/>done", "done"),
    ],
)
def test_what_is_kept_is_kept_as_it_is(page: str, left: str) -> None:
    """It should drop whole elements and leave the rest untouched."""
    assert sealed(page) == left


def test_the_head_forbids_what_might_be_left() -> None:
    """It should say to the browser that nothing may be fetched or run, before anything else."""
    page = sealed("<html><head><title>t</title></head><body></body></html>")
    assert page.index(POLICY) < page.index("<title>")
    assert POLICY.startswith("default-src 'none'")


def test_only_pages_are_left(tmp_path: Path) -> None:
    """It should drop fonts and images, and the folders that held nothing else."""
    (tmp_path / "static" / "fonts").mkdir(parents=True)
    (tmp_path / "static" / "fonts" / "a.otf").write_bytes(b"\0")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text("<p>é</p>", encoding="utf-8")
    seal_pages(tmp_path)
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["pages", "a.html"]
    assert (tmp_path / "pages" / "a.html").read_text(encoding="utf-8") == "<p>é</p>"
