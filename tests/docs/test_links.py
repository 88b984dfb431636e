"""Every link of every page leads somewhere, and every path that is named exists."""

import re
import struct
from pathlib import Path

import pytest
from doc_pages import PAGES, anchors, links

from gatehouse.local.home import CHECKOUT

_PLACES = re.compile(r"`((?:dags|docs|include|plugins|tests|bench|\.ci)/[\w./-]*\w/?)`")
MOST_BYTES = 300_000


def inside(page: Path) -> list[str]:
    """Links that stay in the repository."""
    return [link for link in links(page) if not re.match(r"https?://", link)]


def test_there_is_something_to_check() -> None:
    """It should fail when the pages were moved, or links are written in another form."""
    assert len(PAGES) >= 16
    assert sum(len(inside(page)) for page in PAGES) > 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """It should name a file or folder that is there, and a heading that it has."""
    for link in inside(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(CHECKOUT), f"{link} leaves the repository"
        if anchor:
            assert anchor in anchors(target), f"{link}: there are {sorted(anchors(target))}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_path_that_is_named_exists(page: Path) -> None:
    """It should not send people to folders that were renamed, or that only a machine in use has."""
    for place in _PLACES.findall(page.read_text(encoding="utf-8")):
        assert (CHECKOUT / place).exists(), place
        assert ".venv" not in place, f"{place} is not in a fresh clone"


def test_every_guide_and_decision_can_be_found() -> None:
    """It should not hide a page: each is linked from another, decisions at least by their folder."""
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in inside(page)}
    hidden = [page for page in PAGES if page not in linked and page.parent not in linked and page.name != "README.md"]
    assert not hidden


def test_every_picture_is_small_and_used() -> None:
    """It should keep clones small: PNG files below 300 kB, wide enough to read, none left over."""
    pictures = sorted((CHECKOUT / "docs" / "images").iterdir())
    used = {(page.parent / link).resolve() for page in PAGES for link in inside(page) if link.endswith(".png")}
    assert pictures
    assert set(pictures) == used
    for picture in pictures:
        head = picture.read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        assert struct.unpack(">I", head[16:20])[0] >= 1000  # pixels across
        assert picture.stat().st_size < MOST_BYTES
