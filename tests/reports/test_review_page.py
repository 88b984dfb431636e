"""Tests of the page that people take to a gate review."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser

import jsonschema
import pytest
from review_cases import CASES, HOSTILE, NOW, case

from gatehouse.local.home import CHECKOUT
from gatehouse.model.evidence import SignOff
from gatehouse.model.status import Verdict
from gatehouse.model.waivers import Approval, Waiver, WaiverRole
from gatehouse.reports.review.compose import Reviewed, compose
from gatehouse.reports.review.document import ReviewDocument
from gatehouse.reports.review.facts import SignatureCount
from gatehouse.reports.review.page import (
    MOST_ISSUES,
    ReviewPage,
    review_json,
    review_page,
    review_schema,
    running_foot,
)


class _Page(HTMLParser):
    """Collects what a browser would fetch, follow or run, and what it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        urls = [
            value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset", "xlink:href")
        ]
        self.fetched += [url for url in urls if not url.startswith("#")]  # a drawing refers to its own shapes
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " "


def _page(about: Reviewed, base: str | None = None) -> ReviewPage:
    return review_page(compose(about), base)


@cache
def _of(name: str) -> ReviewPage:
    """The page of a case: drawing one takes its time."""
    return _page(case(name))


def _hostile() -> Reviewed:
    """Hostile text wherever a machine or a person may write it."""
    about = case("blocked")
    evidence = about.evidence
    bad = tuple(replace(r, reason=HOSTILE) if r.verdict is Verdict.FAIL else r for r in evidence.rows)
    rounds = tuple(replace(r, problems=(HOSTILE,)) for r in evidence.rounds)
    waiver = Waiver(
        7,
        "mtbf",
        HOSTILE,
        HOSTILE,
        HOSTILE,
        (Approval(HOSTILE, WaiverRole.ENGINEERING), Approval("Lee", WaiverRole.QUALITY)),
        NOW + timedelta(30),
    )
    signed = SignOff(HOSTILE, HOSTILE, True, HOSTILE, "0" * 64, NOW)
    facts = replace(
        about.facts,
        failures=tuple(replace(f, check=HOSTILE) for f in about.facts.failures[:1]) + about.facts.failures[1:],
        signatures=(SignatureCount("hardware", HOSTILE, 1, 1, HOSTILE),),
        rounds=tuple(replace(r, requested_by=HOSTILE, reason=HOSTILE) for r in about.facts.rounds),
        measures=tuple(replace(m, part=f"{HOSTILE}{m.part}", name=HOSTILE, unit=HOSTILE) for m in about.facts.measures),
        sites=dict.fromkeys(about.facts.sites, HOSTILE) | {evidence.units[0]: "lab"},
    )
    names = {unit: f"{HOSTILE}{number}" for number, unit in enumerate(evidence.units)}
    return replace(
        about,
        evidence=replace(evidence, rows=bad, rounds=rounds, waivers=(waiver,), sign_offs=(signed,), sites=(HOSTILE,)),
        names=names,
        facts=facts,
        program_title=HOSTILE,
        sku_title=HOSTILE,
    )


def test_the_page_tells_everything_a_review_asks() -> None:
    """It should name program, verdict, criteria, plots' numbers, issues, repairs, rounds, sign-offs and the digest."""
    about = case("blocked")
    text = _Page(_of("blocked").html).text
    for expected in (
        "DVT may not exit", "4 criteria stand in the way", "At the current rate the phase clears about 2025-12-01",
        "once somebody has acted on", "60 of 60 planned", "In the way (4)", "Met by evidence (5)", "−5.1 points",
        "Any one would do: 1310 unit-hours, or 11 zero-failure units", "austin", "tainan",
        "First-pass yield: 56 of 60 units (93.33 %), at least 87.11 %", "floor 85 %",
        "Most units failed: accelerator_health: temp_c on 6 units", "xid.48", "Cpk", "h100-dvt-010",
        "11 of 12 mandatory diagnostics",
        "return the part to its vendor (RMA)", "10 days", "Repaired in this phase", "retest after repair",
        "not admissible", "2 results set aside", "supplier", "approved in Airflow by Pat Doe",
        about.decision.evidence_digest,
    ):  # fmt: skip
        assert expected in text, expected


@pytest.mark.parametrize(
    ("name", "told", "style"),
    [
        ("clean", "PVT may exit", "verdict met"),
        ("blocked", "DVT may not exit", "verdict not-met"),
        ("waived", "DVT may exit on conditions", "verdict waived"),
        ("empty", "EVT may not exit", "verdict not-enough-evidence"),
    ],
)
def test_the_verdicts_differ_without_colour(name: str, told: str, style: str) -> None:
    """It should tell clean, conditional and no exit apart by words, sign and border, for black-and-white print."""
    html = _of(name).html
    assert told in _Page(html).text
    borders = re.findall(r"\.verdict\.([a-z-]+) \{ border: \dpx (\w+)", html)
    assert len({border for _, border in borders}) == len(borders) == 3  # the fourth, met, is plain and solid
    assert f'class="{style}"' in html


def test_a_conditional_exit_says_what_is_waived_at_the_top() -> None:
    """It should name criterion, owner and end of each waiver in use; one that expired is told among the waivers."""
    text = _Page(_of("waived").html).text
    head = text[: text.index("Exit criteria")]
    assert "Met only by a waiver" in head
    assert "waived until 2025-12-10, owner Sam Reyes" in head
    assert "expired" in text[text.index("Waivers") :]


def test_a_phase_without_evidence_is_a_page_too() -> None:
    """It should say of each part that there is nothing, draw nothing of it, and still have lines to sign on."""
    about = case("empty")
    bare = replace(
        about,
        decision=replace(about.decision, outcomes=tuple(replace(o, forecast=None) for o in about.decision.outcomes)),
    )
    text = _Page(_page(bare).html).text
    for expected in (
        "No unit can be counted yet", "No check failed", "Nothing was asked", "No round was run", "Signature",
        "No date can be forecast", "nothing speaks against the exit, but evidence is missing",
    ):  # fmt: skip
        assert expected in text, expected


def test_an_exited_phase_says_who_closed_it() -> None:
    """It should tell that the phase has exited, when and by whom."""
    about = case("waived")
    text = _Page(
        _page(replace(about, facts=replace(about.facts, closed_at=NOW, closed_by="Lee", on_conditions=True))).html
    ).text
    assert "DVT exited on conditions" in text
    assert "2025-11-20 09:30 UTC by Lee" in text


@pytest.mark.parametrize("name", CASES)
def test_the_page_needs_nothing_else_and_runs_nothing(name: str) -> None:
    """It should fetch nothing, hold no script, no style but its own, and no id twice."""
    page = _Page(_of(name).html)
    assert page.fetched == []
    assert page.handlers == []
    assert not {"script", "a", "img", "iframe", "object", "link", "foreignobject", "image"} & set(page.tags)
    assert page.tags.count("style") == 1
    assert len(page.ids) == len(set(page.ids))
    assert ("svg" in page.tags) is True


def test_in_the_console_it_links_to_rounds_and_hosts() -> None:
    """It should lead to the evidence where there is a console, and only there."""
    links = _Page(_page(case("blocked"), base="/gatehouse").html).fetched
    assert "/gatehouse/rounds/r3" in links
    assert "/gatehouse/hosts/H100DVT0017" in links


def test_hostile_text_is_shown_as_text() -> None:
    """It should escape markup and show control characters by name, in tables and drawings alike."""
    html = _page(_hostile()).html
    page = _Page(html)
    assert "<script" not in html.lower()
    assert "script" not in page.tags
    assert page.handlers == []
    for character in "\x1b\u202e":
        assert character not in html
    drawings = " ".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "&lt;script&gt;" in drawings
    assert "\ufffe" not in drawings
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 20
    assert "‹ESC›[31m‹U+202E› $x^2$" in html


def test_a_dollar_is_no_formula() -> None:
    """It should show a name with dollars as it is, never as mathematics."""
    about = case("blocked")
    failures = tuple(replace(f, check="$\\alpha$") for f in about.facts.failures[:1])
    assert "$\\alpha$</text>" in _page(replace(about, facts=replace(about.facts, failures=failures))).html


def test_the_same_input_gives_the_same_page() -> None:
    """It should be a pure function, drawings included."""
    assert _page(case("blocked")) == _of("blocked")
    assert review_json(compose(case("waived"))) == review_json(compose(case("waived")))


def test_pages_are_drawn_side_by_side() -> None:
    """It should give every request its own page, as a console with many readers asks for them at once."""
    with ThreadPoolExecutor(3) as pool:
        pages = list(pool.map(_page, [case("blocked"), case("empty"), case("blocked")]))
    assert pages == [_of("blocked"), _of("empty"), _of("blocked")]


def test_nothing_draws_until_a_page_is_made() -> None:
    """It should keep matplotlib, a second of start, out of whatever makes no page."""
    program = "import sys, gatehouse.console.gates; sys.exit('matplotlib' in sys.modules)"
    asked = [sys.executable, "-c", program]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT / "include")}
    assert subprocess.run(asked, env=env, check=False).returncode == 0


def test_the_style_source_is_that_of_the_page() -> None:
    """It should allow exactly the style that stands in the page."""
    page = _of("clean")
    style = page.html.split("<style>")[1].split("</style>")[0]
    assert page.style_source == "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def test_the_foot_of_a_printed_page_cannot_break_out_of_its_style() -> None:
    """It should hold plain characters only, whatever the program is called."""
    document = compose(case("clean"))
    evil = document.program.model_copy(update={"id": '"; } </style><script>'})
    foot = running_foot(document.model_copy(update={"program": evil}))
    assert "<" not in foot
    assert foot.count('"') == 6
    assert "counter(page)" in foot


def test_many_issues_are_counted_not_listed() -> None:
    """It should stay a page that can be printed, and say how many are left out; the JSON has all."""
    about = case("blocked", size=400)
    bad = tuple(
        replace(r, verdict=Verdict.FAIL, reason="hot") if r.diagnostic == "cpu_stress" and r.round_id == "r3" else r
        for r in about.evidence.rows
    )
    document = compose(replace(about, evidence=replace(about.evidence, rows=bad)))
    assert f"and {len(document.issues) - MOST_ISSUES} more issues" in review_page(document).html
    assert len(json.loads(review_json(document))["issues"]) >= 400


@pytest.mark.parametrize("name", CASES)
def test_the_json_is_the_whole_document(name: str) -> None:
    """It should come back as the same document, keep to its schema's keys, and hold the plots as numbers."""
    document = compose(case(name))
    text = review_json(document)
    assert ReviewDocument.model_validate_json(text) == document
    told = json.loads(text)
    jsonschema.validate(told, review_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told | {"status": "splendid"}, review_schema())
    assert set(told) == set(review_schema()["required"]) | {"format"}
    assert told["format"] == "gatehouse-phase-report/1"
    assert told["decided_at"] == "2025-11-20T09:30:00Z"
    if name != "empty":
        assert {plot["kind"] for plot in told["yields"]} == {"first-pass", "final"}
        assert all(isinstance(b["count"], int) for plot in told["capability"] for b in plot["histogram"])
