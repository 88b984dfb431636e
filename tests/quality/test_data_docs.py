"""Data Docs: they open without network, hold nothing that runs, and judging again replaces them."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from round_samples import SCRIPT, reading, renamed, sound_round, with_readings, with_result, with_unit

from gatehouse.quality.judge import judge_round
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.quality.round_data import RoundData

FETCHES = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source", "base"}


class Page(HTMLParser):
    """A page as a browser sees it: its tags, links and text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_round() -> RoundData:
    """A round in which everything that machines say is an attack."""
    data = renamed(sound_round(), "h100-dvt-001", SCRIPT)
    data = with_unit(data, 1, claimed_serial=f'"><img src=x onerror=alert(1)>{SCRIPT}')
    data = with_result(data, 5, measured=f"$icon{SCRIPT}", verdict="</table></html>")
    return with_readings(
        replace(data, plan=SCRIPT, program="<b>p</b>"),
        reading(data.units[2], 999.0, part=SCRIPT, name=f"{SCRIPT}_c", unit="<svg onload=alert(1)>"),
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> QualityOutcome:
    """The judgement of the hostile round, with its pages."""
    return judge_round(hostile_round(), tmp_path_factory.mktemp("docs") / "round")


def pages_of(outcome: QualityOutcome) -> dict[Path, Page]:
    """Every page of a judgement."""
    assert outcome.docs is not None
    return {path: Page(path) for path in sorted(outcome.docs.parent.rglob("*.html"))}


def test_the_first_page_tells_the_verdict_and_every_problem(hostile: QualityOutcome) -> None:
    """It should show what the outcome says, word for word."""
    assert hostile.docs is not None
    page = Page(hostile.docs)
    assert "Inadmissible" in page.text
    assert [problem.expectation for problem in hostile.problems] == [
        "ExpectSerialsOfInventory",
        "ExpectStatusWords",
        "ExpectVerdictWords",
        "ExpectReadingsWithinPhysics",
    ]
    assert all(problem.text in page.text for problem in hostile.problems)
    assert SCRIPT in page.text  # shown, not run


def test_nothing_that_a_machine_said_becomes_a_tag(hostile: QualityOutcome) -> None:
    """It should show hostile words as words on every page."""
    pages = pages_of(hostile)
    assert len(pages) == 11
    for path, page in pages.items():
        assert not page.tags & {"script", "img", "svg", "b"}, path
        assert not page.handlers, path
        assert "<script" not in path.read_text(encoding="utf-8").lower()
    assert any(SCRIPT in page.text for path, page in pages.items() if "validations" in path.parts)


def test_no_page_needs_the_network(hostile: QualityOutcome) -> None:
    """It should refer to nothing that a browser would fetch from anywhere."""
    for path, page in pages_of(hostile).items():
        source = path.read_text(encoding="utf-8")
        assert not page.tags & FETCHES, path
        assert not re.search(r"(?:src|url\()\s*=?\s*['\"]?(?:https?:)?//", source), path
        assert "Content-Security-Policy" in source


def test_every_link_leads_to_a_page(hostile: QualityOutcome) -> None:
    """It should link all pages with each other, within the folder."""
    pages = pages_of(hostile)
    reached = set()
    for path, page in pages.items():
        for link in page.links:
            if not link.startswith("#"):
                target = (path.parent / link.partition("?")[0].partition("#")[0]).resolve()
                assert target in {other.resolve() for other in pages}, (path, link)
                reached.add(target)
    assert reached == {path.resolve() for path in pages}


def test_the_pages_of_the_checks_show_the_rows(hostile: QualityOutcome) -> None:
    """It should let an engineer go from a problem to the rows behind it, and to each expectation's description."""
    pages = {path.name: page.text for path, page in pages_of(hostile).items()}
    assert "No two units report the same serial number." in pages["round-units.html"]
    assert "999" in pages["round-readings.html"]


def test_judging_again_replaces_the_pages(tmp_path: Path) -> None:
    """It should leave the same files, with the new answer, and nothing of the building."""
    data = sound_round()
    folder = tmp_path / "deep" / "round"
    bad = judge_round(replace(data, results=data.results[1:]), folder)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    good = judge_round(replace(data, judged_at=data.judged_at.replace(minute=30)), folder)
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert (bad.admissible, good.admissible) == (False, True)
    assert good.docs == folder / "index.html"
    page = Page(folder / "index.html")
    assert "Admissible" in page.text
    assert "What is wrong" not in page.text


def test_what_else_is_in_the_folder_stays(tmp_path: Path) -> None:
    """It should touch only its own files, and take a round's id for no path."""
    (tmp_path / "notes.txt").write_text("mine")
    outcome = judge_round(sound_round(docs_id="../../etc/<b>"), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "index.html", "validations", "expectations"}
    assert outcome.docs is not None
    assert html.escape("../../etc/<b>") in outcome.docs.read_text(encoding="utf-8")
