"""The decisions: numbered without a gap, in one form, half a page each, and found where the code points."""

import re
from pathlib import Path

import pytest

from gatehouse.catalog.loader import SHIPPED, Catalog
from gatehouse.decisions import statistics
from gatehouse.local.home import CHECKOUT
from gatehouse.transport.session import SessionLimits

FOLDER = CHECKOUT / "docs" / "adr"
DECISIONS = sorted(FOLDER.iterdir())
MOST_WORDS = 500


def test_numbers_run_on() -> None:
    """It should be plain which is the next number."""
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert len(DECISIONS) >= 9


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_form(path: Path) -> None:
    """It should say context, decision and consequences, under its number, on half a page."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert 100 < len(text.split()) < MOST_WORDS


def test_every_decision_that_the_code_names_is_there() -> None:
    """It should not leave a reader of the code before a closed door."""
    places = (CHECKOUT / "include", CHECKOUT / "dags")
    sources = [path for place in places for end in ("py", "yaml") for path in place.rglob(f"*.{end}")]
    named = {number for path in sources for number in re.findall(r"docs/adr/(\d{4})", path.read_text(encoding="utf-8"))}
    assert named
    assert named <= {path.name[:4] for path in DECISIONS}


def test_layers_are_those_that_are_held() -> None:
    """It should show the layers as import-linter holds them."""
    held = re.search(r"^layers = \[(.*?)\]", (CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL)
    assert held
    for page in (FOLDER / "0002-layers.md", CHECKOUT / "docs" / "contributor.md"):
        shown = re.search(r"```\n(cli .*?)```", page.read_text(), re.DOTALL)
        assert shown
        assert [part.strip() for part in shown[1].split(">")] == re.findall(r'"([^"]+)"', held[1])


def test_limits_of_a_visit_are_those_of_the_code() -> None:
    """It should say the limits that hold."""
    text = (FOLDER / "0003-transport.md").read_text()
    limits = SessionLimits()
    assert f"connect {limits.connect_s:g} s, handshake {limits.handshake_s:g} s" in text
    assert f"prints {limits.flood_bytes // 2**20} MiB beyond" in text


def test_defaults_of_criteria_are_those_of_the_catalogue() -> None:
    """It should say the builds, days and bounds that the criteria have."""
    text = (FOLDER / "0006-default-criteria-and-build-sizes.md").read_text()
    criteria = {name: {c.id: c for c in found.criteria} for name, found in Catalog((SHIPPED,)).criteria.items()}
    sizes = {"evt": "| EVT | {} units", "dvt": "| DVT | {} units |", "pvt": "| PVT | {} units |"}
    for name, words in sizes.items():
        assert words.format(criteria[name]["build_size"].model_dump()["at_least"]) in text
    assert f"cohorts of {criteria['ramp']['cohort_size'].model_dump()['at_least']} units" in text
    assert f"{criteria['ramp']['soak'].model_dump()['at_least']:g} days of soak" in text
    ages = [criteria[name]["fresh"].model_dump()["max_age_days"] for name in ("evt", "dvt", "pvt")]
    assert ages == [90, 90, 60]
    assert "at most 90 days old (PVT: 60)" in text


def test_numbers_of_statistics_are_computed() -> None:
    """It should say what the statistics say: what 10 of 10 shows, and how many failures a build may have."""
    text = (FOLDER / "0006-default-criteria-and-build-sizes.md").read_text()
    assert f"10 of 10 shows only {100 * statistics.reliability_shown(10, 0, 0.95):.0f} %" in text
    assert [statistics.units_still_needed(60, n, 0.90, 0.90) > 0 for n in (2, 3)] == [False, True]
    assert statistics.units_still_needed(60, 1, 0.95, 0.95) > 0
    assert [statistics.units_still_needed(100, n, 0.95, 0.95) > 0 for n in (1, 2)] == [False, True]
    assert round(0.999**100, 1) == 0.9  # "nine times in ten"
