"""Data Docs: they open without network, hold nothing that runs, and each judgement keeps its own."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from round_samples import SCRIPT, aside, check, reading, renamed, sound_round, with_readings, with_result, with_unit

from gatehouse.quality.judge import judge_round
from gatehouse.quality.outcome import QualityOutcome
from gatehouse.quality.round_data import EarlierJudgement, RoundData
from gatehouse.quality.suites import TABLES

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
    assert len(pages) == 2 + 2 * len(TABLES)
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
    assert hostile.docs is not None
    assert reached == {path.resolve() for path in pages} - {hostile.docs.resolve()}, "where everybody begins"


def test_the_pages_of_the_checks_show_the_rows(hostile: QualityOutcome) -> None:
    """It should let an engineer go from a problem to the rows behind it, and to each expectation's description."""
    pages = {path.name: page.text for path, page in pages_of(hostile).items()}
    assert "No two units report the same serial number." in pages["round-units.html"]
    assert "999" in pages["round-readings.html"]


def test_writing_a_judgement_again_replaces_its_pages(tmp_path: Path) -> None:
    """It should leave the same files, with the new answer, and nothing of the building: its answer was never kept."""
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


def test_each_judgement_keeps_its_pages(tmp_path: Path) -> None:
    """It should leave the earlier pages as they are, lead to them, and say who set what aside, and why."""
    data = sound_round()
    bad = judge_round(with_unit(data, 1, claimed_serial="X-1"), tmp_path)
    first = (tmp_path / "1" / "index.html").read_text(encoding="utf-8")
    left = aside(with_unit(data, 1, claimed_serial="X-1"), 3, 4, 5)
    before = EarlierJudgement(1, data.judged_at, "gatehouse", admissible=False, set_aside=0)
    good = judge_round(replace(left, number=2, by="pat", earlier=(before,)), tmp_path)
    assert (bad.admissible, good.admissible, good.number) == (False, True, 2)
    assert (tmp_path / "1" / "index.html").read_text(encoding="utf-8") == first
    for page, to_first in ((Page(tmp_path / "index.html"), "1/index.html"),
                           (Page(tmp_path / "2" / "index.html"), "../1/index.html")):  # fmt: skip
        assert to_first in page.links
        assert all(word in page.text for word in ("Set aside", "a bad cable", "pat", "3 of 18 results", "3 set aside"))


def test_checks_that_never_failed_are_listed_and_no_fault(tmp_path: Path) -> None:
    """It should say that only their samples prove them, and keep silent of those that failed or are new."""
    proven, young = check(name="power_w", unit="W", broken=3), check(name="rx.delta", unit="", rounds=2)
    outcome = judge_round(replace(sound_round(), checks=(check(), proven, young)), tmp_path)
    assert outcome.admissible
    assert [c.name for c in outcome.unproven] == ["temp_c"]
    page = Page(tmp_path / "index.html")
    assert "Never failed" in page.text
    assert "30 … 61 degC" in page.text
    assert "rx.delta" not in page.text


def test_a_problem_shows_its_first_rows(tmp_path: Path) -> None:
    """It should name rows with unit, diagnostic, part and reading, and say how many more there are."""
    data = sound_round()
    judge_round(with_readings(data, *(reading(data.units[0], 999.0, part=f"gpu{n}") for n in range(30))), tmp_path)
    text = Page(tmp_path / "index.html").text
    assert "h100-dvt-001 (H100DVT0001): accelerator_health gpu0 temp_c" in text
    assert "and 10 more" in text


def test_what_else_is_in_the_folder_stays(tmp_path: Path) -> None:
    """It should touch only its own files, and take a round's id for no path."""
    (tmp_path / "notes.txt").write_text("mine")
    outcome = judge_round(sound_round(docs_id="../../etc/<b>"), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "index.html", "1"}
    assert outcome.docs is not None
    assert html.escape("../../etc/<b>") in outcome.docs.read_text(encoding="utf-8")
