"""A missing tool is no fault, a hole is no pass, and a fault that was measured stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gatehouse.catalog.limits import Limit, PhysicalBound
from gatehouse.catalog.policies import FindingPolicy
from gatehouse.decisions.verdicts import judge
from gatehouse.model.readings import Finding, ToolReport
from gatehouse.model.results import Result
from gatehouse.model.status import Action, FindingClass, Measured, Severity, Verdict

HEALTH = "accelerator_health"
_LIMIT: TypeAdapter[Limit] = TypeAdapter(Limit)


def limit(reading: str = "temp_c", **changes: Any) -> Limit:
    """At most 85 on every GPU, unless changed."""
    plain: dict[str, Any] = {
        "kind": "at_most",
        "value": 85,
        "good": 40,
        "bad": 97,
        "diagnostic": HEALTH,
        "reading": reading,
        "parts": "gpu*",
        "severity": "major",
        "action": "FIELD_DIAG",
        "source": "a test",
    }
    return _LIMIT.validate_python({**plain, **changes})


def no_ecc() -> Limit:
    """No uncorrectable error: a blocker."""
    return limit("ecc.volatile.dram_uncorrectable", value=0, good=0, bad=1, severity="blocker", action="RMA")


def report(facts: Mapping[str, Any] | None = None, *findings: Finding, **changes: Any) -> ToolReport:
    """A whole report."""
    plain: dict[str, Any] = {"tool": "smi", "status": Measured.COMPLETE, "complete": True}
    return ToolReport(facts=facts or {}, findings=findings, **{**plain, **changes})


MISSING = report(status=Measured.SKIP, complete=False, errors=("smi is not installed",))
TIMED_OUT = report(tool="link", status=Measured.ERROR, complete=False, errors=("no answer in 30 s",))
COOL = {"gpu0.temp_c": 40, "gpu1.temp_c": 41}


def found(signature: str, kind: FindingClass = FindingClass.HARDWARE, text: str = "fell off the bus") -> Finding:
    """A finding on gpu3."""
    return Finding(kind, "gpu3", signature, text)


def judged(*reports: ToolReport, limits: Sequence[Limit] = (), **changes: Any) -> Result:
    """The result of those reports, one command each."""
    keyed = [(f"smi#{n}", item) for n, item in enumerate(reports)]
    return judge(HEALTH, keyed, limits, **{"asks_expected": len(reports), **changes})


def three(result: Result) -> tuple[Measured, Verdict, str]:
    """What people look at first."""
    return result.measured, result.verdict, result.reason


def errs(reason: str) -> tuple[Measured, Verdict, str]:
    """An ERROR with that reason."""
    return Measured.ERROR, Verdict.NOT_APPLICABLE, reason


def test_a_plain_pass() -> None:
    """It should pass without a word, and keep the readings and what they rest on."""
    result = judged(report(COOL), limits=[limit()], duration_s=1.5)
    assert three(result) == (Measured.COMPLETE, Verdict.PASS, "")
    assert [(r.part, r.name, r.value, r.unit) for r in result.readings] == [
        ("gpu0", "temp_c", 40, "degC"),
        ("gpu1", "temp_c", 41, "degC"),
    ]
    assert result.outputs == ("smi#0",)
    assert result.duration_s == 1.5
    assert result.violations == ()


def test_a_broken_limit() -> None:
    """It should fail with the part, what was seen, what is required and what to do."""
    result = judged(report({"gpu3.ecc.volatile.dram_uncorrectable": 12}), limits=[no_ecc()])
    reason = "gpu3 ecc.volatile.dram_uncorrectable is 12, must be at most 0"
    assert three(result) == (Measured.COMPLETE, Verdict.FAIL, reason)
    assert (result.severity, result.action) == (Severity.BLOCKER, Action.RMA)
    (violation,) = result.violations
    assert (violation.part, violation.seen, violation.required) == ("gpu3", "12", "at most 0")


def test_host_readings_need_no_part() -> None:
    """It should speak of the host's own readings without a part."""
    count = limit("gpus", kind="equals", value=8, good=8, bad=7, parts="host")
    assert judged(report({"gpus": 7}), limits=[count]).reason == "gpus is 7, must be 8"


def test_many_broken_limits() -> None:
    """It should keep every violation, say three, and count the rest."""
    result = judged(report({f"gpu{n}.temp_c": 97 for n in range(8)}), limits=[limit()])
    assert len(result.violations) == 8
    assert result.reason.startswith("gpu0 temp_c is 97 degC, must be at most 85 degC; gpu1")
    assert result.reason.endswith("; and 5 more")


def test_limits_of_other_diagnostics_are_passed_over() -> None:
    """It should hold a report only against the limits of its own diagnostic."""
    other = limit(value=10, good=1, bad=20, diagnostic="nic_link")
    assert judged(report(COOL), limits=[limit(), other]).verdict is Verdict.PASS


def test_no_reader_for_the_vendor() -> None:
    """It should skip when nobody wrote a cell for the vendor."""
    result = judged(asks_expected=0, limits=[limit()])
    assert three(result) == (Measured.SKIP, Verdict.NOT_APPLICABLE, "no reader for this vendor")


def test_a_missing_tool_is_a_skip() -> None:
    """It should skip with the reason: never a pass, never a fault, never a hole of the limits."""
    result = judged(MISSING, limits=[limit()])
    assert three(result) == (Measured.SKIP, Verdict.NOT_APPLICABLE, "smi: smi is not installed")
    assert three(judged(report(COOL), MISSING, limits=[limit()]))[0] is Measured.SKIP


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (TIMED_OUT, "link: no answer in 30 s"),
        (report({"gpu0.temp_c": 97}, complete=False), "smi: output incomplete"),
        (report(status=Measured.ERROR, complete=False), "smi: failed"),
        (report({}, found("smi.crashed", FindingClass.TOOL_ERROR, "core dumped")), "smi.crashed: core dumped"),
    ],
)
def test_what_could_not_be_read_is_an_error(broken: ToolReport, reason: str) -> None:
    """It should answer ERROR with the reason, even beside content tools, and compare nothing of a cut output."""
    assert three(judged(broken, limits=[limit()])) == errs(reason)
    assert three(judged(report(COOL), broken, limits=[limit()])) == errs(reason)


def test_an_error_beats_a_skip() -> None:
    """It should call it an error when one tool failed and another is missing."""
    assert three(judged(MISSING, TIMED_OUT)) == errs("link: no answer in 30 s")


def test_a_tool_that_never_reported() -> None:
    """It should notice that fewer tools reported than were asked."""
    assert three(judged(report(COOL), limits=[limit()], asks_expected=2)) == errs("1 of 2 tools gave no report")
    assert three(judged(asks_expected=2)) == errs("2 of 2 tools gave no report")


@pytest.mark.parametrize(
    ("facts", "changes", "reason"),
    [
        ({}, {}, "limit temp_c found no reading"),
        ({"nic0.temp_c": 40}, {}, "limit temp_c found no reading"),
        ({"gpu0.mig0.temp_c": 40}, {}, "limit temp_c found no reading"),
        ({"gpu0.temp_c": None}, {}, "gpu0 temp_c has no value"),
        ({"gpu0.temp_c": 40, "gpu1.temp_c": None}, {}, "gpu1 temp_c has no value"),
        ({"gpu0.temp_c": "N/A"}, {}, "gpu0 temp_c is 'N/A', which cannot be compared with at most 85 degC"),
        ({"gpu0.temp_c": True}, {}, "gpu0 temp_c is yes, which cannot be compared with at most 85 degC"),
        ({"gpu0.temp_c": float("nan")}, {}, "gpu0 temp_c is nan, which cannot be compared with at most 85 degC"),
        (COOL, {"count": 8}, "limit temp_c found 2 of 8 readings"),
        ({"gpu0.temp_c": 40, "gpu1.temp_c": None}, {"count": 2}, "limit temp_c found 1 of 2 readings"),
    ],
)
def test_a_limit_without_a_value_is_an_error(facts: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    """It should never pass a limit that nothing, or not enough, was compared with."""
    assert three(judged(report(facts), limits=[limit(**changes)])) == errs(reason)


def test_count_tolerates_the_rest() -> None:
    """It should pass when as many parts as asked gave a value, whatever the others did."""
    result = judged(report({"gpu0.temp_c": 40, "gpu1.temp_c": None}), limits=[limit(count=1)])
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("beside", "hole"),
    [
        ((TIMED_OUT,), "link: no answer in 30 s"),
        ((MISSING,), "smi: smi is not installed"),
        ((), "limit power_w found no reading"),
    ],
)
def test_a_measured_fault_stands_beside_a_hole(beside: tuple[ToolReport, ...], hole: str) -> None:
    """It should stay FAIL when a fault was really measured, and name what was not."""
    result = judged(report({"gpu3.temp_c": 97}), *beside, limits=[limit(), limit("power_w")])
    assert (result.measured, result.verdict) == (Measured.COMPLETE, Verdict.FAIL)
    assert result.reason == f"gpu3 temp_c is 97 degC, must be at most 85 degC (not measured: {hole})"


def test_a_finding_of_a_cut_log_stands() -> None:
    """It should believe a fault's line that was printed, though the log was cut after it."""
    cut = report({"lines": 9}, found("xid.79"), tool="kernel-log", complete=False)
    assert judged(cut).reason == "gpu3 xid.79: fell off the bus (not measured: kernel-log: output incomplete)"


def test_beyond_physics_is_an_error() -> None:
    """It should call a reading above the part's peak wrong: neither excellent nor a fault."""
    peak = PhysicalBound(reading="mem_gbps", parts="gpu*", high=3350.0, source="datasheet")
    floor = limit("mem_gbps", kind="at_least", value=3000, good=3100, bad=2000)
    said = "gpu0 mem_gbps is 4276 GB/s, impossible: physics allows at most 3350 GB/s"
    assert three(judged(report({"gpu0.mem_gbps": 4276}), limits=[floor], bounds=[peak])) == errs(said)
    sentinel = PhysicalBound(reading="temp_c", low=-40.0, high=150.0, source="silicon")
    assert judged(report({"gpu0.temp_c": 511}), limits=[limit()], bounds=[sentinel]).measured is Measured.ERROR
    both = judged(report({"gpu0.temp_c": 511, "gpu1.temp_c": 97}), limits=[limit()], bounds=[sentinel])
    assert both.verdict is Verdict.FAIL
    assert [v.part for v in both.violations] == ["gpu1"]
    assert "impossible" in both.reason


def test_minor_limits_are_noted() -> None:
    """It should pass a unit that breaks only a minor limit, and note it."""
    result = judged(report({"gpu0.temp_c": 97}), limits=[limit(severity="minor", action="NONE")])
    assert three(result)[:2] == (Measured.COMPLETE, Verdict.PASS)
    assert result.reason == "noted: gpu0 temp_c is 97 degC, must be at most 85 degC"
    assert result.severity is Severity.MINOR


POLICY = FindingPolicy.model_validate(
    {
        "title": "Xid",
        "rules": [
            {"signature": "xid.79", "severity": "blocker", "action": "RMA", "title": "off the bus", "source": "vendor"},
            {"signature": "xid.*", "severity": "minor", "action": "NONE", "title": "other", "source": "vendor"},
        ],
    }
)


@pytest.mark.parametrize(
    ("signature", "kind", "verdict", "severity", "action"),
    [
        ("xid.79", FindingClass.HARDWARE, Verdict.FAIL, Severity.BLOCKER, Action.RMA),
        ("xid.63", FindingClass.HARDWARE, Verdict.PASS, Severity.MINOR, Action.NONE),
        ("aer.fatal", FindingClass.HARDWARE, Verdict.FAIL, Severity.MAJOR, Action.DEEP_DIAG),
        ("driver.old", FindingClass.CONFIGURATION, Verdict.FAIL, Severity.MAJOR, Action.NONE),
        ("xid.31", FindingClass.CONFIGURATION, Verdict.PASS, Severity.MINOR, Action.NONE),
        ("xid.79", FindingClass.APPLICATION, Verdict.PASS, None, Action.NONE),
    ],
)
def test_findings_by_policy(
    signature: str, kind: FindingClass, verdict: Verdict, severity: Severity | None, action: Action
) -> None:
    """It should grade findings by the policy and its defaults; an application's trouble is never the machine's."""
    result = judged(report({"lines": 40}, found(signature, kind)), policies=[POLICY])
    assert (result.verdict, result.severity, result.action) == (verdict, severity, action)
    assert len(result.findings) == 1


def test_the_first_policy_that_knows_decides() -> None:
    """It should ask policies in order."""
    site = {"signature": "xid.79", "severity": "minor", "action": "NONE", "title": "known here", "source": "site"}
    lenient = FindingPolicy.model_validate({"title": "site", "rules": [site]})
    seen = report({"lines": 1}, found("xid.79"))
    assert judged(seen, policies=[lenient, POLICY]).verdict is Verdict.PASS
    assert judged(seen, policies=[POLICY, lenient]).verdict is Verdict.FAIL


def test_configuration_does_not_outweigh_a_hole() -> None:
    """It should answer ERROR when a wrong setting was found but not everything was measured: it may be the cause."""
    wrong = report({"lines": 1}, found("driver.old", FindingClass.CONFIGURATION))
    assert three(judged(wrong, TIMED_OUT)) == errs("link: no answer in 30 s")


def test_hostile_text_is_tamed() -> None:
    """It should put a tool's text into one bounded printable line."""
    result = judged(report({"lines": 1}, found("xid.79", text="\x1b[2J<script>\n" + "A" * 100_000)))
    assert len(result.reason) < 250
    assert result.reason.isprintable()


def test_one_is_enough() -> None:
    """It should let the first whole report stand for all, and ignore the others."""
    journal = report({"lines": 12}, found("xid.79"), tool="journal")
    dmesg = report({"lines": 40}, tool="dmesg")
    assert judged(dmesg, journal, enough="one").verdict is Verdict.PASS
    assert judged(MISSING, journal, enough="one").verdict is Verdict.FAIL
    assert judged(TIMED_OUT, dmesg, enough="one").outputs == ("smi#1",)
    assert judged(dmesg, enough="one", asks_expected=2).verdict is Verdict.PASS


def test_none_is_not_enough() -> None:
    """It should skip when every alternative is missing, and err when one of them failed or never ran."""
    assert judged(MISSING, MISSING, enough="one").measured is Measured.SKIP
    assert judged(MISSING, TIMED_OUT, enough="one").measured is Measured.ERROR
    assert judged(MISSING, enough="one", asks_expected=2).measured is Measured.ERROR


@pytest.mark.parametrize("facts", [{}, {"lines": 0}, {"lines": None}, {"gpu0.temp_c": 40}])
def test_nothing_checked_is_no_pass(facts: dict[str, Any]) -> None:
    """It should refuse a pass when nothing was compared with anything and no log was read."""
    assert three(judged(report(facts))) == errs("nothing was checked")


@pytest.mark.parametrize("facts", [{"lines": 40}, {"entries": 0}])
def test_a_clean_log_is_a_pass(facts: dict[str, Any]) -> None:
    """It should pass a log that was read and holds nothing bad; an event log may be empty."""
    assert three(judged(report(facts))) == (Measured.COMPLETE, Verdict.PASS, "")


values = st.one_of(st.none(), st.booleans(), st.integers(-5, 200), st.floats(), st.text(max_size=4))
facts_drawn = st.dictionaries(
    st.sampled_from(["gpu0.temp_c", "gpu1.temp_c", "gpu0.power_w", "gpus", "lines", "entries"]), values, max_size=6
)
findings_drawn = st.lists(
    st.builds(found, st.sampled_from(["xid.79", "xid.13", "new"]), st.sampled_from(list(FindingClass))), max_size=2
)
reports_drawn = st.builds(
    lambda facts, findings, status, complete: report(facts, *findings, status=status, complete=complete),
    facts_drawn,
    findings_drawn,
    st.sampled_from(list(Measured)),
    st.booleans(),
)
limits_drawn = st.lists(
    st.builds(
        lambda reading, value, count, severity: limit(
            reading, value=value, good=value, bad=value + 1, count=count, severity=severity
        ),
        st.sampled_from(["temp_c", "power_w"]),
        st.integers(10, 150),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(list(Severity)),
    ),
    max_size=3,
)
bounds_drawn = st.sampled_from([(), (PhysicalBound(reading="temp_c", high=120.0, source="silicon"),)])


@given(
    st.lists(reports_drawn, max_size=3), limits_drawn, bounds_drawn, st.sampled_from(["all", "one"]), st.integers(0, 3)
)
def test_the_three_answers_agree(
    reports: list[ToolReport], limits: list[Limit], bounds: Any, enough: str, asks: int
) -> None:
    """It should never give a verdict on what was not measured, nor a FAIL without a violation that fails."""
    result = judged(*reports, limits=limits, bounds=bounds, policies=[POLICY], enough=enough, asks_expected=asks)
    if result.measured is not Measured.COMPLETE:
        assert result.verdict is Verdict.NOT_APPLICABLE
        assert result.reason
        assert result.violations == ()
    else:
        assert result.verdict is not Verdict.NOT_APPLICABLE
        fails = any(violation.severity.fails for violation in result.violations)
        assert (result.verdict is Verdict.FAIL) == fails
    if result.verdict is Verdict.PASS:
        assert any(r.status is Measured.COMPLETE and r.complete for r in reports)
        assert enough == "one" or all(r.status is Measured.COMPLETE and r.complete for r in reports)


@given(facts_drawn, st.integers(10, 150), st.integers(0, 100))
def test_loosening_never_fails_a_passing_unit(facts: dict[str, Any], ceiling: int, looser: int) -> None:
    """It should keep passing a unit when its limit is loosened."""
    tight = limit(value=ceiling, good=ceiling, bad=ceiling + 1)
    loose = limit(value=ceiling + looser, good=ceiling, bad=ceiling + looser + 1)
    if judged(report(facts), limits=[tight]).verdict is Verdict.PASS:
        assert judged(report(facts), limits=[loose]).verdict is Verdict.PASS


@given(st.lists(reports_drawn, min_size=1, max_size=3), limits_drawn, st.integers(0, 2))
def test_losing_a_tool_never_makes_a_pass(reports: list[ToolReport], limits: list[Limit], lost: int) -> None:
    """It should never turn to a pass because a tool is missing or broken."""
    whole = judged(*reports, limits=limits)
    for instead in (MISSING, TIMED_OUT):
        fewer = list(reports)
        fewer[lost % len(fewer)] = instead
        assert judged(*fewer, limits=limits).verdict is not Verdict.PASS
    assert judged(*reports, limits=limits) == whole


OWNED = FindingPolicy.model_validate(
    {
        "title": "whose trouble",
        "rules": [
            {
                "signature": signature,
                "severity": "blocker",
                "action": "RMA",
                "title": "t",
                "source": "s",
                "owner": owner,
            }
            for signature, owner in (("xid.13", "hardware"), ("xid.48", "application"), ("tool.broken", "hardware"))
        ],
    }
)


@pytest.mark.parametrize(
    ("kind", "signature", "policies", "verdict"),
    [
        (FindingClass.APPLICATION, "xid.13", (), Verdict.PASS),
        (FindingClass.APPLICATION, "xid.13", (OWNED,), Verdict.FAIL),
        (FindingClass.HARDWARE, "xid.48", (), Verdict.FAIL),
        (FindingClass.HARDWARE, "xid.48", (OWNED,), Verdict.PASS),
        (FindingClass.TOOL_ERROR, "tool.broken", (OWNED,), Verdict.NOT_APPLICABLE),
    ],
)
def test_the_policy_says_whose_trouble_it_is(
    kind: FindingClass, signature: str, policies: tuple[FindingPolicy, ...], verdict: Verdict
) -> None:
    """It should judge by the policy's owner, keep what the reader said, and never blame the machine for the tool."""
    said = Finding(kind, "gpu3", signature, "text")
    report = ToolReport("kernel-log", Measured.COMPLETE, True, {"lines": 3}, (said,))
    result = judge("kernel_log", [("a", report)], [], (), policies, asks_expected=1)
    assert result.verdict is verdict
    assert result.findings == (said,)


def test_a_limit_may_speak_of_numbered_columns() -> None:
    """It should hold every reading that a glob fits against the limit, count each, and name the one that broke it."""
    of_columns = limit("copy.row0.col*_gbps", kind="at_least", value=48, good=55, bad=25, parts="*", count=2)
    columns = {"copy.row0.col0_gbps": 55.1, "copy.row0.col1_gbps": 25.3, "copy.row0.sum": 80.4}
    result = judged(report(columns), limits=[of_columns])
    assert result.verdict is Verdict.FAIL
    assert [(v.check, v.seen) for v in result.violations] == [("copy.row0.col1_gbps", "25.3 GB/s")]
    one_missing = judged(report({"copy.row0.col0_gbps": 55.1, "copy.row0.col1_gbps": None}), limits=[of_columns])
    assert three(one_missing) == (
        Measured.ERROR,
        Verdict.NOT_APPLICABLE,
        "limit copy.row0.col*_gbps found 1 of 2 readings",
    )


def test_physics_may_speak_of_numbered_columns() -> None:
    peak = PhysicalBound(reading="copy.row0.col*_gbps", high=64, source="PCIe 5.0 x16")
    result = judged(report({"copy.row0.col1_gbps": 400.0}), bounds=[peak])
    assert result.measured is Measured.ERROR
    assert "impossible" in result.reason


def test_a_hole_that_the_caller_names_is_no_pass_and_hides_no_fault() -> None:
    """It should be an error beside values that are good, and a remark beside one that is bad."""
    hole = "baseline 3 holds for another firmware"
    assert three(judged(report(COOL), limits=[limit()], holes=[hole])) == (Measured.ERROR, Verdict.NOT_APPLICABLE, hole)
    hot = judged(report({**COOL, "gpu2.temp_c": 97}), limits=[limit()], holes=[hole])
    assert (hot.verdict, hole in hot.reason) == (Verdict.FAIL, True)
