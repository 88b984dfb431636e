"""Tests of the numbers behind the report's charts and lines."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_cases import DIAGNOSTICS, NOW, case, criteria, rows, serials

from gatehouse.catalog.criteria import CriteriaSet
from gatehouse.decisions.evidence_index import EvidenceIndex
from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, Forecast, PhaseEvidence, RoundSummary
from gatehouse.model.status import CriterionStatus, Phase, Severity
from gatehouse.reports.charts.capability_chart import capability_words
from gatehouse.reports.review.builds import build_of, coverage_lines
from gatehouse.reports.review.capability import capability_plots
from gatehouse.reports.review.compose import compose
from gatehouse.reports.review.facts import FailureCount, Measure, ReportFacts, RoundFacts
from gatehouse.reports.review.failures import failure_bars
from gatehouse.reports.review.issues import issue_lines, repair_lines
from gatehouse.reports.review.margins import margin_words
from gatehouse.reports.review.standing import clears
from gatehouse.reports.review.yields import MOST_ROUNDS, yield_plots

_DAY = timedelta(days=1)


def _phase(bad: dict[tuple[str, str, str], str], count: int = 6, rounds: int = 3) -> tuple[EvidenceIndex, ReportFacts]:
    """A phase of some rounds, all admissible, with the failures that are given."""
    units = serials(count)
    names = [(f"r{n}", True, NOW - (rounds - n + 1) * _DAY) for n in range(1, rounds + 1)]
    made = rows(units, names, bad)
    summaries = tuple(RoundSummary(name, ok, (), units, at + timedelta(hours=1)) for name, ok, at in names)
    evidence = PhaseEvidence("p", Phase.DVT, NOW, units, DIAGNOSTICS, made, summaries, sites=("austin",))
    pairs = {(r.unit, r.diagnostic) for r in made if r.verdict.value == "FAIL"}
    facts = ReportFacts(
        rounds=tuple(
            RoundFacts(name, n, "pm", "again", at, count, count, 0) for n, (name, _, at) in enumerate(names, 1)
        ),
        history=tuple(r for r in made if (r.unit, r.diagnostic) in pairs),
        sites=dict.fromkeys(units[:4], "austin") | dict.fromkeys(units[4:], "tainan"),
    )
    return EvidenceIndex(evidence), facts


def _yields(bad: dict[tuple[str, str, str], str], rounds: int = 3) -> dict[str, list[tuple[int, int]]]:
    index, facts = _phase(bad, rounds=rounds)
    plots = yield_plots(index, criteria(Phase.DVT, 6), facts)
    return {plot.kind: [(point.passed, point.units) for point in plot.by_round] for plot in plots}


def test_a_repair_lifts_the_final_yield_and_not_the_first() -> None:
    """It should keep the first failure for first-pass, and follow the unit's state for final."""
    unit = serials(1)[0]
    told = _yields({("r1", unit, "nic_link"): "slow", ("r2", unit, "nic_link"): "slow"})
    assert told == {"first-pass": [(5, 6)] * 3, "final": [(5, 6), (5, 6), (6, 6)]}


def test_a_relapse_between_passes_is_seen() -> None:
    """It should follow pass, fail, pass of one pair round by round."""
    unit = serials(1)[0]
    assert _yields({("r2", unit, "nic_link"): "slow"})["final"] == [(6, 6), (5, 6), (6, 6)]


def test_what_was_not_measured_is_not_counted() -> None:
    """It should wait for the diagnostic that could not be measured, and neither pass nor fail the unit for it."""
    unit = serials(1)[0]
    told = _yields({("r1", unit, "nic_link"): "ERROR", ("r2", unit, "nic_link"): "ERROR"})
    assert told == {"first-pass": [(5, 5), (5, 5), (6, 6)], "final": [(5, 5), (5, 5), (6, 6)]}


def test_the_last_point_is_what_the_gate_says() -> None:
    """It should agree with the criteria's own count, and with its bound."""
    about = case("blocked")
    document = compose(about)
    outcomes = {line.id: line for line in document.criteria}
    for plot in document.yields:
        assert plot.now is not None
        assert plot.criterion is not None
        line = outcomes[plot.criterion]
        assert line.observed.startswith(f"{plot.now.passed} of {plot.now.units} units")
        assert line.margin == pytest.approx(plot.now.low - (plot.floor or 0))
        assert (plot.by_round[-1].passed, plot.by_round[-1].units) == (plot.now.passed, plot.now.units)
        assert sum(point.units for point in plot.by_site) == plot.now.units
        assert all(point.low <= point.share <= point.high for point in plot.by_round)


def test_a_round_that_may_not_count_has_no_point_of_its_own() -> None:
    """It should not draw a yield of faults alone, where the good results of the round are no evidence."""
    unit = serials(1)[0]
    index, facts = _phase({("r1", unit, "nic_link"): "slow"})
    doubtful = tuple(replace(r, admissible=r.round_id != "r1") for r in index.evidence.rounds)
    unsound = EvidenceIndex(replace(index.evidence, rounds=doubtful))
    final = yield_plots(unsound, criteria(Phase.DVT, 6), facts)[1]
    assert [(point.label, point.passed, point.units) for point in final.by_round] == [("2", 6, 6), ("3", 6, 6)]


def test_a_repaired_unit_that_lacks_a_diagnostic_is_no_more_counted() -> None:
    """It should leave out a unit whose fault is gone and whose other diagnostic was never measured."""
    unit = serials(1)[0]
    holes = {(name, unit, "cpu_stress"): "ERROR" for name in ("r1", "r2", "r3")}
    assert _yields(holes | {("r1", unit, "nic_link"): "slow"})["final"] == [(5, 6), (5, 5), (5, 5)]


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(
    st.tuples(st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(serials(6)), st.sampled_from(DIAGNOSTICS[:3])),
    st.sampled_from(["slow", "ERROR"]), max_size=12,
))  # fmt: skip
def test_the_last_point_always_agrees_with_the_gate(bad: dict[tuple[str, str, str], str]) -> None:
    """It should end where the criteria stand, whatever failed when."""
    index, facts = _phase(bad)
    decision = evaluate(index.evidence, criteria(Phase.DVT, 6))
    observed = {outcome.criterion: outcome.observed for outcome in decision.outcomes}
    for plot in yield_plots(index, criteria(Phase.DVT, 6), facts):
        now = plot.by_round[-1]
        assert observed[plot.criterion or ""].startswith(f"{now.passed} of {now.units} unit")


def test_rows_between_the_first_and_the_latest_are_not_needed() -> None:
    """It should draw the same line where the gate's evidence holds only the rows that decide."""
    unit = serials(1)[0]
    index, facts = _phase({("r2", unit, "nic_link"): "slow"})
    kept = {row.result_id for table in (index.first, index.current, index.sound) for row in table.values()}
    kept |= {row.result_id for failed in index.failed.values() for row in failed}
    lean = replace(index.evidence, rows=tuple(r for r in index.evidence.rows if r.result_id in kept))
    asked = criteria(Phase.DVT, 6)
    assert yield_plots(EvidenceIndex(lean), asked, facts) == yield_plots(index, asked, facts)


def test_a_phase_of_many_rounds_is_thinned() -> None:
    """It should keep the line readable, and its last point."""
    index, facts = _phase({}, rounds=200)
    plot = yield_plots(index, criteria(Phase.DVT, 6), facts)[0]
    assert len(plot.by_round) <= MOST_ROUNDS
    assert plot.by_round[-1].label == "200"


def test_failures_are_a_pareto() -> None:
    """It should put most units first, and cumulate to 100 %."""
    bars = failure_bars((FailureCount("nic_link", "rare", 1, 9), FailureCount("nic_link", "common", 3, 3)))
    assert [(bar.check, bar.share_pct, bar.cumulated_pct, bar.of_longest_pct) for bar in bars] == [
        ("common", 75.0, 75.0, 100.0),
        ("rare", 25.0, 100.0, 33.3),
    ]
    assert failure_bars(()) == []


def test_coverage_counts_every_unit_once() -> None:
    """It should sort each unit of each diagnostic into one of good, bad, error, skipped, unsound, untried."""
    first, second, *_ = units = serials(6)
    index, _ = _phase({("r1", first, "nic_link"): "slow", ("r1", second, "nic_link"): "ERROR"}, rounds=1)
    lines = {line.diagnostic: line for line in coverage_lines(index)}
    assert (lines["nic_link"].passed, lines["nic_link"].failed, lines["nic_link"].error) == (4, 1, 1)
    unsound = replace(index.evidence, rounds=tuple(replace(r, admissible=False) for r in index.evidence.rounds))
    line = {line.diagnostic: line for line in coverage_lines(EvidenceIndex(unsound))}["nic_link"]
    assert (line.unsound, line.failed, line.error, line.passed) == (4, 1, 1, 0)
    nothing = coverage_lines(EvidenceIndex(replace(index.evidence, rows=())))
    assert all(line.untried == len(units) for line in nothing)


def test_sites_add_up_to_the_build() -> None:
    """It should count built, measured and failing units at each site."""
    index, facts = _phase({("r3", serials(6)[5], "nic_link"): "slow"})
    build = build_of(index, {}, facts)
    assert [(s.site, s.built, s.measured, s.failing) for s in build.by_site] == [
        ("austin", 4, 4, 0),
        ("tainan", 2, 2, 1),
    ]
    assert build.failing_units == 1


def test_an_issue_is_as_old_as_its_fault() -> None:
    """It should count from the first failure that no good result followed, not from the latest look."""
    unit = serials(1)[0]
    index, facts = _phase({("r2", unit, "nic_link"): "slow", ("r3", unit, "nic_link"): "slow"})
    (line,) = issue_lines(index, {unit: "host-1"}, facts)
    assert (line.host, line.severity, line.round, line.age_days) == ("host-1", Severity.MAJOR, "r3", 2.0)


def test_a_repair_tells_what_was_found_and_what_was_done() -> None:
    """It should name the first fault, and the round in which the pair was good again."""
    unit = serials(1)[0]
    index, facts = _phase({("r1", unit, "nic_link"): "slow"})
    (line,) = repair_lines(index, {}, facts)
    assert (line.found, line.failed_round, line.passes_round, line.why_retested) == ("slow", "r1", "r2", "again")
    assert repair_lines(_phase({("r3", unit, "nic_link"): "slow"})[0], {}, facts) == []


def _measures(index: EvidenceIndex, values: list[float], **limits: float | None) -> list[Measure]:
    ids = sorted(row.result_id for row in index.sound.values() if row.diagnostic == "cpu_stress")
    ends = {"low": None, "high": None} | limits
    return [
        Measure(ids[i % len(ids)], f"gpu{i}", "temp_c", v, "degC", ends["low"], ends["high"])
        for i, v in enumerate(values)
    ]


def test_capability_is_that_of_the_values() -> None:
    """It should give mean, Cpk and bins that add up, and name what lies beyond the limit first."""
    index, _ = _phase({})
    decision = evaluate(index.evidence, criteria(Phase.DVT, 6))
    values = [60.0, 61.0, 62.0, 59.0, 60.5, 61.5, 60.2, 91.0]
    (plot,) = capability_plots(index, criteria(Phase.DVT, 6), decision, _measures(index, values, high=85.0), {})
    assert (plot.reading, plot.parts, plot.values, plot.units, plot.beyond) == ("temp_c", "gpu*", 8, 6, 1)
    assert sum(b.count for b in plot.histogram) == 8
    assert all(one.high == pytest.approx(other.low) for one, other in pairwise(plot.histogram))
    assert plot.cpk == pytest.approx((85.0 - plot.mean) / (3 * plot.std))
    assert plot.tolerance_low is None
    assert (plot.outliers[0].value, plot.outliers[0].beyond_limit) == (91.0, True)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"share_of_peak_at_least": 0.5, "peak": 900.0}, "limit at least 450 GB/s"),
        ({"at_least": 440.0}, "limit at least 440 GB/s"),
        ({"cv_at_most": 0.02}, ""),
    ],
)
def test_what_a_criterion_asks_is_the_limit_that_is_drawn(form: dict[str, float], says: str) -> None:
    """It should draw a share of the peak where it lies, and no limit where only the spread is held to one."""
    said = {"id": "busbw", "kind": "performance", "reading": "busbw_gbps", "source": "t", **form}
    asked = CriteriaSet.model_validate({"title": "S", "phase": "DVT", "criteria": [said]})
    about = case("blocked")
    decision = evaluate(about.evidence, asked)
    (plot,) = capability_plots(EvidenceIndex(about.evidence), asked, decision, [], {})
    words = capability_words(plot)
    assert says in words
    assert ("limit" in words) is bool(says)
    assert "None" not in words


def test_whole_numbers_leave_no_gaps_between_bars() -> None:
    """It should make bars as wide as the steps of the reading."""
    index, _ = _phase({})
    decision = evaluate(index.evidence, criteria(Phase.DVT, 6))
    values = [float(40 + i % 12) for i in range(480)]
    (plot,) = capability_plots(index, criteria(Phase.DVT, 6), decision, _measures(index, values, high=70.0), {})
    assert [b.count for b in plot.histogram] == [40] * 12
    assert (plot.histogram[0].low, plot.histogram[-1].high) == (39.5, 51.5)


def test_percentiles_are_not_put_together_and_cells_of_a_matrix_are() -> None:
    """It should take readings for one only where a tool numbers cells, and parts where their last number differs."""
    index, _ = _phase({})
    decision = evaluate(index.evidence, criteria(Phase.DVT, 6))
    made = _measures(index, [60.0, 61.0, 62.0, 59.0, 60.5, 61.5], high=85.0)
    named = [replace(m, name=name) for name in ("p50_us", "p99_us") for m in made]
    named += [replace(m, name=f"read_ce.row{i}.col1_gbps", part=f"mlx5_{i}.port1") for i, m in enumerate(made)]
    plots = capability_plots(index, criteria(Phase.DVT, 6), decision, named, {})
    assert sorted((plot.reading, plot.parts) for plot in plots) == [
        ("p50_us", "gpu*"),
        ("p99_us", "gpu*"),
        ("read_ce.row*.col*_gbps", "mlx5_*.port*"),
    ]


@pytest.mark.parametrize(
    ("values", "limits"),
    [([60.0] * 9, {"high": 85.0}), ([60.0, 61.0], {"high": 85.0}), ([0.0] * 8 + [3.0], {"high": 0.0})],
    ids=["all equal", "too few", "a count that must be 0"],
)
def test_what_has_no_distribution_is_not_plotted(values: list[float], limits: dict[str, float]) -> None:
    """It should not draw a spread that is none."""
    index, _ = _phase({})
    decision = evaluate(index.evidence, criteria(Phase.DVT, 6))
    assert capability_plots(index, criteria(Phase.DVT, 6), decision, _measures(index, values, **limits), {}) == []


def _outcome(name: str, status: CriterionStatus, forecast: Forecast | None = None) -> CriterionOutcome:
    return CriterionOutcome(name, name, status, "", "", forecast=forecast)


def test_a_phase_clears_when_its_last_criterion_does() -> None:
    """It should take the latest of dates and bounds, and keep an end open where one is."""
    soon = Forecast(NOW + _DAY, NOW, NOW + 2 * _DAY, 0.8, "soon")
    late = Forecast(NOW + 9 * _DAY, NOW + 3 * _DAY, None, 0.9, "late")
    lacking = CriterionStatus.NOT_ENOUGH_EVIDENCE
    told = clears([_outcome("a", lacking, soon), _outcome("b", lacking, late), _outcome("c", CriterionStatus.NOT_MET)])
    assert told.forecast is not None
    assert (told.forecast.at, told.forecast.earliest) == (late.at, late.earliest)
    assert (told.forecast.latest, told.forecast.confidence, told.silent) == (None, 0.8, ["c"])
    assert clears([_outcome("a", CriterionStatus.MET, soon)]).forecast is None


def test_margins_say_what_they_count() -> None:
    """It should sign a margin, name its unit, and never round a shortfall to nothing."""
    specs = {c.id: c for c in criteria(Phase.DVT).criteria}
    assert margin_words(specs["build_size"], -12.0) == "−12 units"
    assert margin_words(specs["build_size"], 1.0) == "+1 unit"
    assert margin_words(specs["final"], -0.051) == "−5.1 points"
    assert margin_words(specs["final"], -0.0001) == "−<0.1 points"
    assert margin_words(specs["mtbf"], 71.68) == "+71.7 h"
    assert margin_words(specs["mtbf"], -13302.4) == "−13,300 h"
    assert margin_words(specs["busbw"], 14.79) == "+14.8 GB/s"
    assert margin_words(specs["issues"], 0.0) == "±0 issues"
    assert margin_words(None, None) == ""
