"""Tests of the phase report."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import EvidenceRow, GateDecision, PhaseEvidence, RoundSummary, SignOff
from gatehouse.model.status import Measured, Phase, Severity, Verdict
from gatehouse.model.waivers import Approval, Waiver, WaiverRole
from gatehouse.reports.phase_report import phase_report, phase_report_json, style_hash
from gatehouse.reports.report_document import FailureCount, ReportFacts, failure_bars

NOW = datetime(2025, 11, 20, 9, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e"
SIGNED = (Approval("Pat", WaiverRole.ENGINEERING), Approval("Lee", WaiverRole.OPERATIONS))
NAMES = {"SN00001": "evt-01", "SN00002": "evt-02"}
CRITERIA = CriteriaSet.model_validate(
    {
        "title": "EVT exit",
        "phase": "EVT",
        "criteria": [
            {"id": "coverage", "title": "Every unit measured", "kind": "coverage", "source": "house rule"},
            {"id": "issues", "title": "No open issues", "kind": "no_open_issues", "source": "house rule"},
        ],
    }
)


class _Page(HTMLParser):
    """Collects what a browser would fetch or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        self.text += data


def _row(number: int, unit: str, verdict: Verdict = Verdict.PASS, reason: str = "") -> EvidenceRow:
    severity = Severity.MAJOR if verdict is Verdict.FAIL else None
    return EvidenceRow(number, "r1", unit, "lab", "ecc", Measured.COMPLETE, verdict, severity, reason, NOW, True)


def _evidence(*, bad: bool = False, waived: bool = False, signed: bool = False) -> PhaseEvidence:
    waiver = Waiver(
        7,
        "issues",
        "Sam",
        f"known issue {HOSTILE}",
        "fans at full speed",
        SIGNED,
        NOW + timedelta(30),
        retest="when new fans are in",
    )
    expired = Waiver(8, "coverage", "Sam", "old", "none", SIGNED, NOW - timedelta(1))
    lonely = Waiver(9, "coverage", "Sam", "lonely", "none", SIGNED[:1], NOW + timedelta(1))
    return PhaseEvidence(
        program="atlas",
        phase=Phase.EVT,
        now=NOW,
        units=("SN00001", "SN00002"),
        diagnostics=("ecc",),
        rows=(_row(1, "SN00001"), _row(2, "SN00002", Verdict.FAIL if bad else Verdict.PASS, HOSTILE if bad else "")),
        rounds=(
            RoundSummary("r1", True, (), ("SN00001", "SN00002"), NOW),
            RoundSummary("r0", False, (f"rows are missing {HOSTILE}",), ("SN00001",), NOW),
        ),
        waivers=(waiver, expired, lonely) if waived else (),
        sign_offs=(SignOff("Pat", "PM", True, HOSTILE, "other digest", NOW),) if signed else (),
        sites=("lab",),
    )


def _report(evidence: PhaseEvidence, facts: ReportFacts = ReportFacts()) -> tuple[str, GateDecision]:  # noqa: B008
    decision = evaluate(evidence, CRITERIA)
    return phase_report(decision, evidence, CRITERIA, NAMES, "Atlas", "8× H100", facts), decision


def test_the_page_tells_everything_a_review_asks() -> None:
    """It should name program, criteria, rounds, failures, issues, waivers, sign-offs and the digest."""
    facts = ReportFacts("h100", "Pat Doe", 2, NOW, None, "", (FailureCount("temp_c", 1, 3),))
    html, decision = _report(_evidence(bad=True, waived=True, signed=True), facts)
    text = _Page(html).text
    for expected in (
        "Atlas: EVT report", "8× H100", "Pat Doe", "Every unit measured", "2 units of 2 planned", "not admissible",
        "temp_c", "evt-02", "Containment: fans at full speed", "waits for sign-off", "expired", "in use",
        "Pat (engineering), Lee (operations)", "Re-test: when new fans are in",
        "lacks a sign-off by quality", "approved",
        "other evidence",
        decision.evidence_digest,
    ):  # fmt: skip
        assert expected in text, expected


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (_evidence(), "✓ EVT may exit"),
        (_evidence(bad=True), "✗ EVT may not exit"),
        (_evidence(bad=True, waived=True), "⚠ EVT may exit on conditions"),
    ],
)
def test_a_clean_exit_a_conditional_one_and_none_differ(evidence: PhaseEvidence, told: str) -> None:
    """It should say at the top which of the three it is."""
    assert told in _Page(_report(evidence)[0]).text


def test_an_exited_phase_says_who_closed_it() -> None:
    """It should tell that the phase has exited, when and by whom."""
    html, _ = _report(_evidence(bad=True, waived=True), ReportFacts(closed_at=NOW, closed_by="Lee", on_conditions=True))
    assert "EVT exited on conditions: waived criteria remain" in html
    assert "2025-11-20 09:30 UTC by Lee" in html


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (ReportFacts(closed_at=NOW), "✓ EVT exited\n"),
        (ReportFacts(closed_at=NOW, on_conditions=True), "EVT exited on conditions\n"),
        (
            ReportFacts(closed_at=NOW, on_conditions=True, reopened="waiver 8 expired"),
            "EVT exited on conditions and is reopened: waiver 8 expired",
        ),
    ],
)
def test_how_a_phase_has_exited_is_told_by_its_exit(facts: ReportFacts, told: str) -> None:
    """It should not call an exit clean, or conditional, by what its gate would say today."""
    evidence = _evidence()
    text = _Page(_report(evidence, facts)[0]).text
    assert told in text
    decision = evaluate(evidence, CRITERIA)
    document = json.loads(phase_report_json(decision, evidence, CRITERIA, NAMES, "Atlas", "8× H100", facts))
    assert document["conditional"] is facts.on_conditions
    assert document["reopened"] == facts.reopened


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    """It should fetch nothing, hold no script, and no style but its own."""
    page = _Page(_report(_evidence(bad=True, waived=True, signed=True))[0])
    assert page.fetched == []
    assert page.handlers == []
    assert "script" not in page.tags
    assert page.tags.count("style") == 1


def test_hostile_text_is_shown_as_text() -> None:
    """It should escape markup and show control characters by name, in every section."""
    html, _ = _report(_evidence(bad=True, waived=True, signed=True))
    assert "<script>" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert "‹ESC›[31m‹U+202E›" in html


def test_json_holds_the_same() -> None:
    """It should carry the same answer for machines, with times in ISO 8601 and hosts by name."""
    evidence = _evidence(bad=True, waived=True)
    decision = evaluate(evidence, CRITERIA)
    document = json.loads(phase_report_json(decision, evidence, CRITERIA, NAMES, "Atlas", "8× H100"))
    assert document["status"] == "waived"
    assert document["conditional"] is True
    assert document["decided_at"] == "2025-11-20T09:30:00+00:00"
    assert [unit["host"] for unit in document["issues"]] == ["evt-02"]
    assert {w["id"]: w["state"] for w in document["waivers"]} == {7: "in use", 8: "expired", 9: "waits for sign-off"}


def test_the_same_input_gives_the_same_page() -> None:
    """It should be a pure function."""
    assert _report(_evidence(bad=True)) == _report(_evidence(bad=True))


def test_the_style_hash_is_that_of_the_page() -> None:
    """It should allow exactly the style that stands in the page."""
    import base64
    import hashlib

    style = _report(_evidence())[0].split("<style>")[1].split("</style>")[0]
    assert style_hash() == "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def test_failures_are_a_pareto() -> None:
    """It should put most units first, and cumulate to 100 %."""
    bars = failure_bars((FailureCount("rare", 1, 9), FailureCount("common", 3, 3)))
    assert [(bar["check"], bar["share_pct"], bar["cumulated_pct"], bar["of_longest_pct"]) for bar in bars] == [
        ("common", 75.0, 75.0, 100.0),
        ("rare", 25.0, 100.0, 33.3),
    ]


def test_no_failures_are_no_bars() -> None:
    """It should not divide by nothing."""
    assert failure_bars(()) == []
    assert "No check failed in this phase" in _report(_evidence())[0]


def test_many_units_with_issues_are_counted_not_listed() -> None:
    """It should stay a page that can be printed, and say how many are left out."""
    units = tuple(f"SN{i:05}" for i in range(400))
    rows = tuple(_row(i, unit, Verdict.FAIL, "hot") for i, unit in enumerate(units))
    evidence = PhaseEvidence("atlas", Phase.EVT, NOW, units, ("ecc",), rows, _evidence().rounds[:1])
    html, _ = _report(evidence)
    assert "and 100 more units" in html
