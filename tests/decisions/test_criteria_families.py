"""Each criterion: when it is met, what it observes, and what it says is missing."""

import math
from datetime import timedelta
from typing import Any

import pytest
from phase_evidence import (
    HEALTH,
    LINK,
    NOW,
    answer,
    fault,
    passes,
    phase,
    row,
    units,
    value,
)

from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, PhaseEvidence, RoundSummary
from gatehouse.model.status import CriterionStatus, Measured, Severity, Verdict

MET, NOT_MET = CriterionStatus.MET, CriterionStatus.NOT_MET
NOT_ENOUGH = CriterionStatus.NOT_ENOUGH_EVIDENCE
SKIPPED: dict[str, Any] = {"measured": Measured.SKIP, "verdict": Verdict.NOT_APPLICABLE}


def test_units_tested_says_what_to_measure() -> None:
    """It should count whole units only, and name those that are left, five of them."""
    rows = [*passes(units(3), (HEALTH, LINK)), row(50, "u003")]
    evidence = phase(units(12), rows, (HEALTH, LINK))
    outcome = answer(evidence, "units_tested", at_least=14)
    assert (outcome.status, outcome.margin) == (NOT_ENOUGH, -11)
    assert outcome.observed == "3 units of 12 tested"
    assert outcome.required == "at least 14 units tested"
    assert outcome.missing == (
        "11 more units: measure u003: nic_link; measure u004: accelerator_health, nic_link; "
        "measure u005: accelerator_health, nic_link; measure u006: accelerator_health, nic_link; "
        "measure u007: accelerator_health, nic_link and 4 more; add 2 units to the build"
    )
    assert answer(evidence, "units_tested", at_least=3).status is MET
    assert answer(evidence, "units_tested", at_least=3).rests_on == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("last", "note"),
    [
        (row(1, **SKIPPED, reason="smi is not installed"), "last try SKIP: smi is not installed"),
        (row(1, round_id="7f3a", admissible=False), "round 7f3a is inadmissible: 40 rows are missing"),
        (row(1, round_id="7f3a", admissible=None), "round 7f3a is not judged yet"),
    ],
)
def test_coverage_says_why_the_last_try_does_not_count(last: EvidenceRow, note: str) -> None:
    """It should say what became of the latest attempt, so that nobody repeats it in vain."""
    outcome = answer(phase(rows=[last]), "coverage")
    assert outcome.missing == f"measure u000: {HEALTH} ({note})"


@pytest.mark.parametrize(("share", "status"), [(1.0, NOT_ENOUGH), (0.95, MET), (0.951, NOT_ENOUGH)])
def test_coverage_of_a_share(share: float, status: CriterionStatus) -> None:
    """It should need exactly that share, 19 of 20 for 95 %, whatever the rounding."""
    outcome = answer(phase(units(20), passes(units(19))), "coverage", at_least=share)
    assert outcome.status is status
    assert outcome.observed == "19 of 20 measured (95 %)"


def test_sites() -> None:
    """It should count sites with sound results, and name the silent ones."""
    rows = [row(1, site="lab"), row(2, "u001", site="fab", admissible=False, round_id="r2")]
    evidence = phase(units(2), rows, sites=("lab", "fab"))
    outcome = answer(evidence, "sites", at_least=3)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "1 site: lab"
    assert outcome.missing == "measure at fab; place units at 1 more site"
    assert answer(evidence, "sites", at_least=1).status is MET


def built(count: int, failed: int, tested: int | None = None) -> PhaseEvidence:
    """A build in which the first ``failed`` of the ``tested`` units failed at once."""
    names = units(count)
    tested = count if tested is None else tested
    bad = [fault(n + 1, unit) for n, unit in enumerate(names[:failed])]
    return phase(names, [*bad, *passes(names[failed:tested], first_id=failed + 1)])


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (built(59, 0), MET),  # the success run of 95/95
        (built(58, 0), NOT_ENOUGH),
        (built(93, 1), MET),
        (built(92, 1), NOT_ENOUGH),
        (built(59, 0, tested=10), NOT_ENOUGH),
        (built(60, 6), NOT_MET),  # 90 % seen, and all measured
        (built(400, 2, tested=20), NOT_ENOUGH),  # 90 % seen, but the rest of the build could lift it
        (built(125, 2, tested=20), NOT_ENOUGH),
        (built(123, 2, tested=20), NOT_MET),  # 124 would be needed
    ],
)
@pytest.mark.parametrize("kind", ["first_pass_yield", "final_yield"])
def test_yields(kind: str, evidence: PhaseEvidence, status: CriterionStatus) -> None:
    """It should ask for the exact bound, and tell a yield that is bad from one that is not known yet."""
    assert answer(evidence, kind, at_least=0.95, confidence=0.95).status is status


def test_first_pass_yield_says_how_many_more() -> None:
    """It should count what is missing in units that must pass, and say where they come from."""
    outcome = answer(built(50, 0, tested=48), "first_pass_yield", at_least=0.95, confidence=0.95)
    assert outcome.observed == "48 of 48 units passed first time: at least 93.94 % at 95 % confidence"
    assert outcome.required == "at least 95 % at 95 % confidence"
    assert outcome.missing == "11 more zero-failure units: measure u048, u049 and add 9 units to the build"
    assert outcome.margin == pytest.approx(0.05 ** (1 / 48) - 0.95)
    one_bad = answer(built(59, 1), "first_pass_yield", at_least=0.95, confidence=0.95)
    assert one_bad.missing == "34 more zero-failure units: add 34 units to the build; failed first: u000"
    assert one_bad.units == ("u000",)


def test_a_repair_mends_the_final_yield_only() -> None:
    """It should keep the failure in the first-pass yield, and forgive it in the final one after a sound retest."""
    evidence = built(59, 1)
    retest = row(900, round_id="r2", day=1)
    mended = phase(evidence.units, [*evidence.rows, retest])
    asked = {"at_least": 0.95, "confidence": 0.95}
    assert answer(mended, "final_yield", **asked).status is MET
    assert answer(mended, "first_pass_yield", **asked).status is not MET
    before = answer(evidence, "final_yield", **asked)
    assert before.missing.endswith("repair and retest u000: gpu3 temp_c is 97 degC")
    unsound = row(900, round_id="r2", day=1, admissible=False)
    assert answer(phase(evidence.units, [*evidence.rows, unsound]), "final_yield", **asked).status is not MET


def test_the_first_result_is_the_first_that_counts() -> None:
    """It should not take a skip or an unsound pass for the first result, but an unsound fault it should."""
    asked = {"at_least": 0.02, "confidence": 0.9}
    skipped_first = [row(1, **SKIPPED), row(2, admissible=False, round_id="r0"), fault(3)]
    assert answer(phase(rows=skipped_first), "first_pass_yield", **asked).observed.startswith("0 of 1 unit passed")
    unsound_fault = [fault(1, admissible=False, round_id="r0"), row(2)]
    assert answer(phase(rows=unsound_fault), "first_pass_yield", **asked).observed.startswith("0 of 1 unit passed")


@pytest.mark.parametrize(
    ("evidence", "allowed", "status"),
    [
        (built(59, 0), 0, MET),
        (built(58, 0), 0, NOT_ENOUGH),
        (built(93, 1), 1, MET),
        (built(92, 1), 1, NOT_ENOUGH),
        (built(59, 0), 1, MET),
        (built(500, 1), 0, NOT_MET),
        (built(500, 3), 2, NOT_MET),
    ],
)
def test_success_run(evidence: PhaseEvidence, allowed: int, status: CriterionStatus) -> None:
    """It should be met by the tabled run, and lost with one failure more than allowed."""
    asked = {"reliability": 0.95, "confidence": 0.95, "allowed_failures": allowed}
    assert answer(evidence, "success_run", **asked).status is status


def test_success_run_words() -> None:
    """It should say how many units are missing, or that more units cannot help and where to look."""
    asked = {"reliability": 0.95, "confidence": 0.95}
    short = answer(built(59, 0, tested=48), "success_run", **asked)
    assert short.observed == "48 units tested, 0 failed: at least 93.94 % at 95 % confidence"
    assert short.required == "reliability 95 % at 95 % confidence: 59 units with 0 failures, 0 allowed"
    assert short.missing.startswith("11 more zero-failure units: measure u048, u049, u050, u051, u052 and 6 more")
    lost = answer(built(59, 1), "success_run", **asked)
    assert lost.missing == (
        "more units cannot meet this: 1 failed, 0 allowed; find the cause on u000: gpu3 temp_c is 97 degC"
    )


def test_a_repair_does_not_mend_a_success_run() -> None:
    """It should count a unit that ever failed as failed, and not count faults of diagnostics nobody asked for."""
    asked = {"reliability": 0.5, "confidence": 0.9}
    names = units(5)
    assert answer(phase(names, passes(names)), "success_run", **asked).status is MET
    late = [*passes(names), fault(50, day=1, round_id="r2"), row(51, day=2, round_id="r3")]
    assert answer(phase(names, late), "success_run", **asked).status is NOT_MET
    extra = [*passes(names), fault(50, diagnostic="extra")]
    assert answer(phase(names, extra), "success_run", **asked).status is MET


@pytest.mark.parametrize(
    ("severity", "asked", "status"),
    [
        (Severity.BLOCKER, ["blocker", "major"], NOT_MET),
        (Severity.MAJOR, ["blocker", "major"], NOT_MET),
        (None, ["blocker", "major"], NOT_MET),  # nobody graded it: it counts as major
        (None, ["blocker"], MET),
        (Severity.MAJOR, ["blocker"], MET),
    ],
)
def test_open_issues_by_class(severity: Severity | None, asked: list[str], status: CriterionStatus) -> None:
    """It should look at the classes it was asked for."""
    assert answer(phase(rows=[fault(1, severity=severity)]), "no_open_issues", severities=asked).status is status


def test_noted_issues_count_when_asked_for() -> None:
    """It should find a minor issue on a result that passes, when minor ones are asked for."""
    noted = phase(rows=[row(1, severity=Severity.MINOR, reason="noted: fan is slow")])
    assert answer(noted, "no_open_issues").status is MET
    outcome = answer(noted, "no_open_issues", severities=["minor"])
    assert outcome.status is NOT_MET
    assert outcome.observed == "1 minor open"


def test_open_issues_words() -> None:
    """It should count by class, name unit and reason, and say that the unmeasured may hide more."""
    rows = [fault(1), fault(2, "u001", severity=Severity.BLOCKER, reason="gpu0 xid.79: fell off")]
    outcome = answer(phase(units(3), rows), "no_open_issues")
    assert outcome.observed == "1 blocker, 1 major open, 1 of 3 results unknown"
    assert outcome.missing == (
        "repair and retest u000: gpu3 temp_c is 97 degC; repair and retest u001: gpu0 xid.79: fell off; "
        f"measure u002: {HEALTH}"
    )
    assert (outcome.units, outcome.margin) == (("u000", "u001", "u002"), -2)


@pytest.mark.parametrize(
    ("rows", "status", "missing"),
    [
        ([row(1)], MET, ""),
        (
            [row(1), row(2, round_id="7f3a", admissible=False)],
            NOT_MET,
            "run a new round: round 7f3a is inadmissible: 40 rows are missing",
        ),
        ([row(1), row(2, round_id="7f3a", admissible=None)], NOT_ENOUGH, "judge round 7f3a"),
        ([row(1, round_id="7f3a", admissible=False), row(2)], MET, ""),
        ([row(1), row(2, diagnostic="extra", round_id="7f3a", admissible=None)], NOT_ENOUGH, "judge round 7f3a"),
        ([], NOT_ENOUGH, "run a round"),
        ([row(1, **SKIPPED)], NOT_ENOUGH, "run a round"),
        (  # a later skip in a sound round does not end the doubt
            [row(1, round_id="7f3a", admissible=False), row(2, **SKIPPED)],
            NOT_MET,
            "run a new round: round 7f3a is inadmissible: 40 rows are missing",
        ),
    ],
)
def test_data_quality(rows: list[EvidenceRow], status: CriterionStatus, missing: str) -> None:
    """It should look at the latest result of each unit and diagnostic: an old unsound round no longer matters."""
    outcome = answer(phase(rows=rows), "data_quality")
    assert (outcome.status, outcome.missing) == (status, missing)


def test_a_round_that_has_only_begun() -> None:
    """It should wait for a round without results, and pass over rounds of other builds."""
    sound = RoundSummary("r1", True, (), ("u000",), NOW)
    begun = RoundSummary("r2", None, (), ("u000",), None)
    foreign = RoundSummary("r3", False, ("late",), ("evt1",), NOW)
    outcome = answer(phase(rows=[row(1)], rounds=(begun, sound)), "data_quality")
    assert (outcome.status, outcome.missing) == (NOT_ENOUGH, "judge round r2")
    assert answer(phase(rows=[row(1)], rounds=(sound, foreign)), "data_quality").status is MET


def test_a_round_with_results_of_the_build_is_of_the_build() -> None:
    """It should believe the rows when a round's summary forgets the unit that they are of."""
    forgetful = RoundSummary("r1", False, ("late",), ("evt1",), NOW)
    outcome = answer(phase(rows=[row(1)], rounds=(forgetful,)), "data_quality")
    assert outcome.missing == "run a new round: round r1 is inadmissible: late"


def test_the_latest_round_must_be_sound() -> None:
    """It should not be met when the newest round brought no result of this unit but was found unsound."""
    rounds = (RoundSummary("r1", True, (), ("u000",), NOW), RoundSummary("r2", False, ("empty",), ("u000",), NOW))
    assert answer(phase(rows=[row(1)], rounds=rounds), "data_quality").status is NOT_MET


def test_fresh() -> None:
    """It should name what is too old, and not be fooled by newer results that do not count."""
    rows = [row(1), row(2, "u001", day=25), row(3, round_id="r2", day=29, **SKIPPED)]
    outcome = answer(phase(units(2), rows), "fresh", max_age_days=7)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "oldest latest result is 30 days old, 1 too old"
    assert outcome.required == "none older than 7 days"
    assert outcome.missing == f"measure u000: {HEALTH} (last try SKIP)"
    assert outcome.units == ("u000",)
    assert answer(phase(units(2), rows), "fresh", max_age_days=31).status is MET
    assert answer(phase(units(3), rows), "fresh", max_age_days=31).status is NOT_ENOUGH


@pytest.mark.parametrize(("days", "status"), [(29.99, NOT_ENOUGH), (30.0, MET)])
def test_fresh_to_the_day(days: float, status: CriterionStatus) -> None:
    """It should accept a result of exactly the age allowed, and none that is older."""
    aged = row(0)  # measured 30 days before now, to the second
    outcome = answer(phase(rows=[aged]), "fresh", max_age_days=days)
    assert outcome.status is status
    assert outcome.margin == pytest.approx(days - 30.0, abs=1e-9)


def test_soak() -> None:
    """It should count from the first sound result of the build, and say when it ends."""
    rows = [row(1, day=10, admissible=False, round_id="r0"), row(2, day=20), row(3, day=29), row(4, "evt1", day=0)]
    outcome = answer(phase(rows=rows), "soak_days", at_least=14)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "10 days since 2026-03-22"
    assert outcome.missing == "4 days more, until 2026-04-05 08:00 UTC"
    assert outcome.rests_on == (2,)
    assert answer(phase(rows=rows), "soak_days", at_least=9.9).status is MET
    assert answer(phase(rows=rows[:1]), "soak_days", at_least=1).observed == "not begun"


def measured(numbers: list[float], count: int = 0, **spec: Any) -> CriterionOutcome:
    """The performance outcome of units with those bandwidths."""
    names = units(count or len(numbers))
    rows = passes(names)
    values = tuple(value(n + 1, unit, number) for n, (unit, number) in enumerate(zip(names, numbers, strict=False)))
    evidence = phase(names, rows, values={"busbw_gbps": values})
    return answer(evidence, "performance", reading="busbw_gbps", **spec)


def spread(mean: float, std: float, count: int) -> list[float]:
    """Values whose sample mean and sample standard deviation are exactly those (two-valued, even count)."""
    half = std * math.sqrt((count - 1) / count)
    return [mean + half, mean - half] * (count // 2)


def test_performance_by_tolerance() -> None:
    """It should hold the tolerance bound, mean - k s with k = 2.220 for 30, against the floor."""
    outcome = measured(spread(460.0, 2.0, 30), at_least=455.0)
    assert outcome.status is MET
    assert outcome.margin == pytest.approx(460 - 2 * 2.21984 - 455, abs=1e-4)
    assert outcome.observed == ("30 values of 30 units: 95 % are at least 455.56 GB/s at 95 % confidence (mean 460)")
    assert outcome.required == "95 % of busbw_gbps at least 455 GB/s at 95 % confidence"
    assert measured(spread(460.0, 2.0, 30), at_most=465.0).status is MET
    assert (
        measured(spread(460.0, 2.0, 30), at_most=464.0).status is NOT_ENOUGH
    )  # 463.3 by the sample, 464.4 by the bound
    assert measured(spread(460.0, 2.0, 30), at_least=456.0).status is NOT_ENOUGH
    assert measured(spread(460.0, 2.0, 30), at_least=459.0).status is NOT_MET


def test_performance_is_not_its_mean() -> None:
    """It should not let good units hide bad ones: the mean keeps the floor, the population does not."""
    outcome = measured([500.0] * 10 + [300.0] * 2, at_least=400.0)
    assert outcome.status is NOT_MET
    assert outcome.missing.startswith("more values, or less spread; worst: u010, u011")
    assert {"u010", "u011"} <= set(outcome.units)


def test_performance_by_capability() -> None:
    """It should use Bissell's bound: an index of 1.60 from 50 values shows 1.32, and not 1.33."""
    values = spread(100.0, 1.0, 50)
    ends: dict[str, Any] = {"lower_limit": 100 - 4.8, "upper_limit": 110.0}
    assert measured(values, cpk_at_least=1.32, **ends).status is MET
    outcome = measured(values, cpk_at_least=1.33, **ends)
    assert outcome.status is NOT_ENOUGH
    assert "Cpk 1.6, at least 1.323 at 95 % confidence" in outcome.observed
    assert measured(values, cpk_at_least=1.67, **ends).status is NOT_MET


def test_performance_by_variation() -> None:
    """It should bound the coefficient of variation from above."""
    values = spread(100.0, 2.0, 40)
    assert measured(values, cv_at_most=0.025).status is MET
    assert measured(values, cv_at_most=0.021).status is NOT_ENOUGH
    assert measured(values, cv_at_most=0.019).status is NOT_MET


@pytest.mark.parametrize("form", [{"cpk_at_least": 1.0, "lower_limit": 1.0}, {"cv_at_most": 0.1}])
def test_no_spread_is_no_measurement(form: dict[str, Any]) -> None:
    """It should not be met by a stuck sensor that says the same on every unit."""
    outcome = measured([460.0] * 30, **form)
    assert outcome.status is NOT_ENOUGH
    assert "all equal" in outcome.observed


@pytest.mark.parametrize("numbers", [[], [460.0], [math.nan, math.inf, 460.0], [1e308, 1e308, 460.0]])
def test_too_few_values(numbers: list[float]) -> None:
    """It should not judge without two finite values."""
    assert measured(numbers, 3, at_least=400.0).status is NOT_ENOUGH
    assert measured([1.0, -1.0], cv_at_most=0.1).observed.endswith("their mean is 0")


def test_performance_needs_every_unit() -> None:
    """It should ask for a value of every unit, or of as many as the criterion says."""
    outcome = measured(spread(460.0, 2.0, 30), 32, at_least=400.0)
    assert outcome.status is NOT_ENOUGH
    assert outcome.missing == "measure busbw_gbps on 2 more units: u030, u031"
    assert outcome.units == ("u030", "u031")
    assert measured(spread(460.0, 2.0, 30), 32, at_least=400.0, units_at_least=30).status is MET


def test_performance_takes_the_latest_sound_value() -> None:
    """It should take one value for each part, the latest, of results that help, and of the parts asked for."""
    names = units(4)
    rows = [
        *passes(names),
        *passes(names, first_id=11, round_id="r2", day=1),
        *passes(names, first_id=21, round_id="r3", day=2, admissible=False),
    ]
    values = tuple(
        value(base + n, unit, number + n)
        for base, number in ((11, 460.0), (1, 100.0), (21, 900.0), (99, 900.0))
        for n, unit in enumerate(names)
    )
    other_part = tuple(value(11 + n, unit, 1.0, "nic0") for n, unit in enumerate(names))
    evidence = phase(names, rows, values={"busbw_gbps": values + other_part})
    outcome = answer(evidence, "performance", reading="busbw_gbps", parts="gpu*", at_least=400.0)
    assert "(mean 461.5)" in outcome.observed
    assert outcome.rests_on == (11, 12, 13, 14)


def soaked(hours: float, faults: int = 0, **spec: Any) -> CriterionOutcome:
    """MTBF of ten units over some hours, with faults in the middle."""
    names = units(10)
    last = passes(names, first_id=101, round_id="r9", day=hours / 24)
    bad = [fault(50 + n, names[n], round_id=f"f{n}", day=hours / 48) for n in range(faults)]
    rows = [*passes(names, first_id=1), *bad, *last]
    return answer(phase(names, rows), "mtbf", **{"at_least_hours": 2000.0, "confidence": 0.8, **spec})


def test_mtbf() -> None:
    """It should need T/MTBF of 1.609 without a failure and 2.994 with one, at 80 %."""
    assert soaked(322.0).status is MET
    short = soaked(300.0)
    assert short.status is NOT_ENOUGH
    assert "unit-hours, 0 failures: at least" in short.observed
    assert short.required == "at least 2000 h at 80 % confidence"
    assert "more unit-hours without a failure" in short.missing
    assert soaked(322.0, faults=1).status is NOT_ENOUGH
    assert soaked(599.0, faults=1).status is MET
    assert soaked(322.0, faults=3).status is NOT_MET
    assert soaked(322.0, faults=3).units == ("u000", "u001", "u002")


def test_mtbf_counts_a_failure_once() -> None:
    """It should count a failure that lasts, or shows in two diagnostics of a round, once, and anew after a repair."""
    names = units(2)

    def failures(*rows: EvidenceRow) -> str:
        evidence = phase(names, [*passes(names, (HEALTH, LINK)), *rows], (HEALTH, LINK))
        return answer(evidence, "mtbf", at_least_hours=100.0, confidence=0.8).observed.split(", ")[1].split(":")[0]

    first = fault(11, round_id="r2", day=1)
    assert failures() == "0 failures"
    assert failures(first, fault(12, round_id="r3", day=2)) == "1 failure"
    assert failures(first, fault(12, diagnostic=LINK, round_id="r2", day=1)) == "1 failure"
    mended = row(12, round_id="r3", day=2)
    assert failures(first, mended, fault(13, round_id="r4", day=3)) == "2 failures"
    assert failures(fault(11, round_id="r2", day=1, admissible=False)) == "1 failure"


def test_mtbf_by_a_reading() -> None:
    """It should add up the hours that runs report, and take no calendar time for them."""
    names = units(10)
    rows = passes(names)
    hours = tuple(value(n + 1, unit, 330.0, "host") for n, unit in enumerate(names))
    evidence = phase(names, rows, history={"soak_hours": hours})
    asked = {"at_least_hours": 2000.0, "confidence": 0.8, "hours_reading": "soak_hours"}
    outcome = answer(evidence, "mtbf", **asked)
    assert outcome.status is MET
    assert outcome.observed.startswith("3300 unit-hours, 0 failures: at least 2050.")
    assert answer(phase(names, rows), "mtbf", **asked).observed.startswith("0 unit-hours")
    later = phase(names, rows, now=NOW + timedelta(days=365))
    assert answer(later, "mtbf", **asked).status is NOT_ENOUGH


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=20), "1 minute old"),
        (timedelta(minutes=34), "34 minutes old"),
        (timedelta(hours=5), "5 hours old"),
        (timedelta(days=3), "3 days old"),
    ],
)
def test_an_age_is_said_as_people_say_it(age: timedelta, said: str) -> None:
    """It should not call half a minute 0.0003 days."""
    from gatehouse.decisions.criteria.freshness import _days

    assert f"{_days(age / timedelta(days=1))} old" == said
