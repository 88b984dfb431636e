"""What is still missing, counted; and when it would be there at the current rate, with the exact interval."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from every_kind import signed
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import HEALTH, LINK, NOW, START, answer, criteria, fault, passes, phase, row, units, value

from gatehouse.decisions import statistics
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, Forecast, Need, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Severity

DAY = timedelta(days=1)


def one_a_day(count: int, build: int = 60, first_day: float = 10.0) -> PhaseEvidence:
    """A build of which one unit a day passes everything, beside one that was tried on the first day."""
    rows = [row(n + 1, unit, day=first_day + n) for n, unit in enumerate(units(count))]
    return phase(units(build), [row(900, "u999", day=0), fault(901, "u059", "other", day=0), *rows])


def forecast(outcome: CriterionOutcome) -> Forecast:
    """The forecast of an outcome that must have one."""
    assert outcome.forecast is not None, outcome.no_forecast
    assert outcome.no_forecast == ""
    return outcome.forecast


def days(moment: datetime | None) -> float:
    """Days from now."""
    assert moment is not None
    return (moment - NOW) / DAY


def test_a_forecast_is_the_rate_of_late_with_garwood_s_interval() -> None:
    """It should count the units that completed in the last four weeks, and bound the rate exactly at 90 %."""
    outcome = answer(one_a_day(20), "units_tested", at_least=59)
    found = forecast(outcome)
    assert outcome.needs == (Need(39, "units to measure"),)
    assert days(found.at) == pytest.approx(39 / (20 / 28))
    low, high = statistics.poisson_rate_interval(20, 28.0, 0.90)
    assert (days(found.earliest), days(found.latest)) == pytest.approx((39 / high, 39 / low))
    assert (found.confidence, found.basis) == (0.90, "20 units completed in 28 days")


def test_a_young_phase_is_counted_from_its_first_result() -> None:
    """It should not spread a few days' work over four weeks."""
    evidence = phase(units(10), [row(n + 1, unit, day=20 + n) for n, unit in enumerate(units(5))])
    found = forecast(answer(evidence, "units_tested", at_least=10))
    assert days(found.at) == pytest.approx(5 / (5 / 10), rel=1e-4)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (phase(units(9), [row(1, day=29.5)]), "less than a day of evidence tells no rate"),
        (phase(units(9)), "less than a day of evidence tells no rate"),
        (phase(units(9), [row(1)]), "no units completed in the last 28 days"),
        (phase(units(2000), [row(1), row(2, "u001", day=29)]), "more than ten years at 1 unit completed in 28 days"),
    ],
)
def test_where_there_is_no_rate_it_says_why(evidence: PhaseEvidence, why: str) -> None:
    """It should rather say nothing than guess."""
    outcome = answer(evidence, "units_tested", at_least=len(evidence.units))
    assert (outcome.forecast, outcome.no_forecast) == (None, why)


def test_a_unit_completes_with_its_last_diagnostic() -> None:
    """It should date a unit by the last of its first sound results, and not by repeats."""
    rows = [row(1, "u000", HEALTH, day=1), row(2, "u000", LINK, day=27), row(3, "u000", HEALTH, day=29),
            row(4, "u001", HEALTH, day=29)]  # fmt: skip
    evidence = phase(units(2), rows, (HEALTH, LINK))
    found = forecast(answer(evidence, "units_tested", at_least=2))
    assert found.basis == "1 unit completed in 28 days"
    assert forecast(answer(evidence, "coverage")).basis == "2 results measured in 28 days"


def test_time_alone_is_certain() -> None:
    """It should know to the second when a soak ends."""
    outcome = answer(phase(rows=[row(0, day=20)]), "soak_days", at_least=14)
    found = forecast(outcome)
    assert found.at == found.earliest == found.latest == START + timedelta(days=34)
    assert (found.confidence, outcome.needs) == (1.0, (Need(4.0, "days of soak"),))


def test_hours_run_on_at_their_rate() -> None:
    """It should take hours under test a day, by the runs that brought them."""
    names = units(10)
    rows = passes(names, day=10)
    hours = {"soak_hours": tuple(value(r.result_id, r.unit, 12.0, "host") for r in rows)}
    evidence = phase(names, rows, history=hours)
    outcome = answer(evidence, "mtbf", at_least_hours=100.0, confidence=0.8, hours_reading="soak_hours")
    wanted = statistics.mtbf_hours_required(100.0, 0, 0.8)
    assert [(n.of, pytest.approx(wanted - 120.0)) for n in outcome.needs] == [
        ("unit-hours without a failure", outcome.needs[0].amount)
    ]
    assert days(forecast(outcome).at) == pytest.approx((wanted - 120.0) / (120.0 / 20), rel=1e-3)
    assert forecast(outcome).basis == "120 unit-hours in 20 days"


@pytest.mark.parametrize(
    ("kind", "spec", "needs"),
    [
        ("first_pass_yield", {"at_least": 0.95, "confidence": 0.95}, [(34, "zero-failure units")]),
        ("final_yield", {"at_least": 0.95, "confidence": 0.95},
         [(34, "zero-failure units"), (1, "failed units to repair and retest")]),
        ("success_run", {"reliability": 0.95, "confidence": 0.95}, [(1, "failed units to explain")]),
        ("success_run", {"reliability": 0.95, "confidence": 0.95, "allowed_failures": 1}, [(34, "zero-failure units")]),
        ("no_open_issues", {}, [(1, "units to repair and retest"), (1, "issues to approve by waiver")]),
        ("sites", {"at_least": 3}, [(2, "sites to measure at")]),
        ("fresh", {"max_age_days": 10}, [(59, "results to measure")]),
    ],
)  # fmt: skip
def test_each_way_to_close_the_gap_is_counted(kind: str, spec: dict[str, Any], needs: list[tuple[int, str]]) -> None:
    """It should name alternatives where there are some: more units, a repair, a waiver."""
    build = phase(units(59), [fault(1, "u000"), *passes(units(59)[1:], first_id=2)])
    outcome = answer(build, kind, **spec)
    assert [(need.amount, need.of) for need in outcome.needs] == needs


def test_a_blocker_cannot_be_approved() -> None:
    """It should not offer a waiver where a blocker is open."""
    outcome = answer(phase(rows=[fault(1, severity=Severity.BLOCKER)]), "no_open_issues")
    assert outcome.needs == (Need(1, "units to repair and retest"),)
    assert "waiver" not in outcome.missing
    major = answer(phase(rows=[fault(1)]), "no_open_issues")
    assert major.required == "no open blocker or unapproved major"
    assert "let two people approve what stays, by a waiver for these units" in major.missing


def performance(numbers: list[float], **spec: Any) -> CriterionOutcome:
    """Units with those bandwidths against a limit."""
    names = units(len(numbers))
    values = {
        "busbw_gbps": tuple(value(n + 1, u, number) for n, (u, number) in enumerate(zip(names, numbers, strict=True)))
    }
    return answer(phase(names, passes(names), values=values), "performance", reading="busbw_gbps", **spec)


def test_performance_says_how_many_more_values_would_do() -> None:
    """It should count values like those seen, close to the least number; or say that more do not help."""
    numbers = [460.0 + 2 * (-1) ** n for n in range(10)]
    outcome = performance(numbers, at_least=455.0)
    (need,) = outcome.needs
    total = 10 + int(need.amount)
    std = (sum((x - 460) ** 2 for x in numbers) / 9) ** 0.5
    assert need.of == "more values like these"
    assert 460 - statistics.normal_tolerance_factor(total, 0.95, 0.95) * std >= 455.0
    assert 460 - statistics.normal_tolerance_factor(int(total / 1.1) - 1, 0.95, 0.95) * std < 455.0
    hopeless = performance(numbers, at_least=459.5)
    assert hopeless.status is CriterionStatus.NOT_MET
    assert hopeless.needs == (Need(1, "causes of low performance to find (more values do not help)"),)
    assert hopeless.no_forecast == "more values do not help"


@given(st.integers(1, 200), st.floats(0.5, 0.98), st.floats(0.6, 0.99))
def test_what_is_needed_is_enough_and_no_more(count: int, floor: float, confidence: float) -> None:
    """It should be met with as many more passing units as it asked for, and not with one less."""
    before = answer(
        phase(units(count), passes(units(count))), "first_pass_yield", at_least=floor, confidence=confidence
    )
    more = int(before.needs[0].amount) if before.needs else 0
    for total, met in ((count + more, True), *([(count + more - 1, False)] if more else [])):
        names = units(total)
        after = answer(phase(names, passes(names)), "first_pass_yield", at_least=floor, confidence=confidence)
        assert (after.status is CriterionStatus.MET) is met


def test_the_gate_s_forecast_is_the_latest_of_what_is_missing() -> None:
    """It should tell the last of the dates, and take the widest interval."""
    rows = [*(row(n + 1, unit, day=10 + n) for n, unit in enumerate(units(20)))]
    asked = criteria(
        {"kind": "units_tested", "at_least": 40}, {"kind": "soak_days", "at_least": 25}, {"kind": "coverage"}
    )
    decision = evaluate(phase(units(40), rows), asked)
    size, soak, cover = decision.outcomes
    assert decision.forecast is not None
    ends = [forecast(o) for o in (size, soak, cover)]
    assert decision.forecast.at == max(one.at for one in ends)
    assert decision.forecast.latest == max(one.latest or NOW for one in ends)
    assert decision.forecast.earliest == max(one.earliest for one in ends)
    assert decision.forecast.basis.startswith("the latest of what is missing: ")


def test_one_unknown_makes_the_gate_s_date_unknown() -> None:
    """It should not promise a date while something has none, and should name it; what is met does not matter."""
    rows = [*(row(n + 1, unit, day=10 + n) for n, unit in enumerate(units(20))), fault(99, "u000", "other", day=20)]
    asked = criteria({"kind": "units_tested", "at_least": 40}, {"kind": "no_open_issues", "title": "Issues"})
    decision = evaluate(phase(units(40), rows), asked)
    assert (decision.forecast, decision.no_forecast) == (None, "no forecast of Issues")
    met = evaluate(phase(units(1), [row(1)]), criteria({"kind": "coverage"}))
    assert (met.forecast, met.no_forecast) == (None, "")


def test_signatures_do_not_stand_in_the_forecast_s_way() -> None:
    """It should forecast when people can be asked."""
    rows = [row(n + 1, unit, day=10 + n) for n, unit in enumerate(units(20))]
    sign = {"kind": "sign_offs", "roles": ["quality engineer"]}
    decision = evaluate(phase(units(40), rows), criteria({"kind": "units_tested", "at_least": 40}, sign))
    assert decision.forecast is not None
    assert signed("quality engineer", "Ada", decision.evidence_digest).approved
