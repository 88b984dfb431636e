"""Gauge, maturity, requirements, sites, SDC rate, share of the peak: when they are met, what they say is missing."""

from dataclasses import replace
from typing import Any

import pytest
from every_kind import BASELINE, GAUGE, MATURITY, REQUIRED, REST, SDC, SHARE, SITES, reworded, whole
from hypothesis import given
from hypothesis import strategies as st
from phase_evidence import HEALTH, LINK, answer, criteria, fault, passes, phase, rounds_of, row, units, value

from gatehouse.decisions.gates import evaluate
from gatehouse.model.evidence import CriterionOutcome, EvidenceRow, Need, PhaseEvidence
from gatehouse.model.status import CriterionStatus, Measured, Verdict

MET, NOT_MET = CriterionStatus.MET, CriterionStatus.NOT_MET
NOT_ENOUGH = CriterionStatus.NOT_ENOUGH_EVIDENCE
SKIP: dict[str, Any] = {"measured": Measured.SKIP, "verdict": Verdict.NOT_APPLICABLE}


def ask(evidence: PhaseEvidence, spec: dict[str, Any], **changes: Any) -> CriterionOutcome:
    """One criterion of REST, with changes."""
    asked = {**spec, **changes}
    return answer(evidence, asked.pop("kind"), **asked)


def with_rows(evidence: PhaseEvidence, rows: tuple[EvidenceRow, ...]) -> PhaseEvidence:
    """The same evidence with other rows."""
    return replace(evidence, rows=rows, rounds=rounds_of(rows))


def test_a_whole_build_meets_them_all() -> None:
    """It should open the gate, with nothing needed and results to rest on."""
    decision = evaluate(whole(), REST)
    assert [o.status for o in decision.outcomes] == [MET] * len(REST.criteria)
    assert all(o.rests_on and not o.needs and not o.no_forecast for o in decision.outcomes)


@pytest.mark.parametrize("spec", [MATURITY, REQUIRED, SITES, SDC, SHARE, GAUGE], ids=lambda s: str(s["kind"]))
@pytest.mark.parametrize("changes", [SKIP, {"admissible": False}, {"admissible": None}], ids=["skip", "bad", "open"])
def test_none_is_met_by_what_does_not_count(spec: dict[str, Any], changes: dict[str, Any]) -> None:
    """It should not be met by skipped, inadmissible or unjudged rows, and should say what it needs."""
    spoiled = with_rows(whole(), tuple(replace(r, **changes) for r in whole().rows))
    outcome = ask(spoiled, spec)
    assert outcome.status is not MET
    assert outcome.needs
    assert outcome.missing
    assert outcome.no_forecast or outcome.forecast


@given(st.randoms(use_true_random=False))
def test_order_never_matters(random: Any) -> None:
    """It should give the same decision for rows, readings and rounds in any order."""
    plain = whole()
    mixed = {
        name: {key: tuple(random.sample(rows, len(rows))) for key, rows in getattr(plain, name).items()}
        for name in ("values", "history", "words")
    }
    rows = tuple(random.sample(plain.rows, len(plain.rows)))
    assert evaluate(replace(plain, rows=rows, **mixed), REST) == evaluate(plain, REST)


# --- maturity: the "XVT" trap


def test_parts_of_an_earlier_build_do_not_count() -> None:
    """It should name the unit and the part, and be not met: the evidence speaks of an earlier build."""
    outcome = ask(reworded(whole(), "firmware", "u001", "6.4"), MATURITY)
    assert outcome.status is NOT_MET
    assert outcome.units == ("u001",)
    assert outcome.observed == "3 of 4 units mature, 1 unit with parts of an earlier build"
    assert outcome.missing == ("bring to this phase's revisions and measure again: u001: BMC of host is 6.4, of EVT")
    assert outcome.needs == (Need(1, "units to bring to this phase's revisions and measure"),)


@pytest.mark.parametrize("word", ["9.9", "unknown", "", "7.1"])
def test_a_revision_that_no_phase_lists_is_a_hole(word: str) -> None:
    """It should neither pass nor be called early: nobody knows what it is."""
    outcome = ask(reworded(whole(), "firmware", "u001", word), MATURITY)
    assert outcome.status is NOT_ENOUGH
    assert "which no phase lists" in outcome.missing


def test_a_missing_revision_is_a_hole() -> None:
    """It should count parts: one of two adapters that says nothing is not a mature one."""
    outcome = ask(reworded(whole(), "firmware", "u002", None), MATURITY)
    assert outcome.status is NOT_ENOUGH
    assert outcome.missing.endswith("u002: BMC unknown (firmware of 0 of 1 parts)")
    few = replace(whole(), words={**whole().words, "fw": whole().words["fw"][:-1]})
    assert ask(few, MATURITY).missing.endswith("u003: NIC unknown (fw of 1 of 2 parts)")


@pytest.mark.parametrize(("word", "status"), [("28.39", MET), ("28.39.0.1", MET), ("29", MET), ("28.38.9", NOT_ENOUGH),
                                              ("new", NOT_ENOUGH)])  # fmt: skip
def test_a_least_version(word: str, status: CriterionStatus) -> None:
    """It should compare versions number by number, and not guess what a word means."""
    assert ask(reworded(whole(), "fw", "u000", word), MATURITY).status is status


def test_a_later_revision_counts_in_an_earlier_phase() -> None:
    """It should accept what a later phase lists, and demand what the last listed phase before it does."""
    later = [{**BASELINE[0], "revisions": {"EVT": "6.*", "DVT": "7.10", "PVT": "8.*"}}]
    assert ask(reworded(whole(), "firmware", "u000", "8.0"), MATURITY, baseline=later).status is MET
    only_evt = [{**BASELINE[0], "revisions": {"EVT": "7.*"}}]
    assert ask(whole(), MATURITY, baseline=only_evt).status is MET


def test_a_result_beside_no_revision_is_a_hole() -> None:
    """It should not believe that the firmware of another round was the same."""
    late = row(900, "u003", LINK, round_id="r3", day=2)
    outcome = ask(with_rows(whole(), (*whole().rows, late)), MATURITY)
    assert outcome.status is NOT_ENOUGH
    assert outcome.missing.endswith(f"u003: {LINK} measured in another round than the revisions")


def test_no_baseline_shows_nothing() -> None:
    """It should not be met where nobody wrote down what the phase demands."""
    outcome = ask(whole(), MATURITY, baseline=[])
    assert outcome.status is NOT_ENOUGH
    assert outcome.missing == "write the baseline of this phase into the program's file"
    later = [{**BASELINE[0], "revisions": {"PVT": "7.*"}}]
    assert ask(whole(), MATURITY, baseline=later).status is NOT_ENOUGH


# --- requirements


def test_requirements_count_those_that_are_due() -> None:
    """It should not ask of DVT what ramp must show."""
    outcome = ask(whole(), REQUIRED)
    assert (outcome.status, outcome.observed) == (MET, "2 of 2 requirements verified")


def test_a_requirement_that_nothing_verifies_is_a_hole() -> None:
    """It should be named, whatever else is verified."""
    holes = [*REQUIRED["requirements"], {"id": "quiet", "text": "It is quiet.", "source": "test"}]
    outcome = ask(whole(), REQUIRED, requirements=holes)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "2 of 3 requirements verified; nothing verifies quiet"
    assert outcome.missing == "quiet: no diagnostic verifies it"
    assert outcome.needs == (Need(1, "requirements to verify"),)
    assert ask(whole(), REQUIRED, requirements=holes, at_least=0.6).status is MET


def test_a_plan_that_does_not_ask_leaves_a_hole() -> None:
    """It should say which diagnostic the plan leaves out, though results of it may lie about."""
    outcome = ask(whole(), REQUIRED, planned=[HEALTH])
    assert outcome.missing == f"linked: the plan does not ask {LINK}"


def test_a_failing_diagnostic_breaks_its_requirements() -> None:
    """It should be not met, name the unit, and hold again after a sound retest."""
    broken = with_rows(whole(), (*whole().rows, fault(900, "u001", LINK, round_id="r3", day=2)))
    outcome = ask(broken, REQUIRED)
    assert (outcome.status, outcome.units) == (NOT_MET, ("u001",))
    assert outcome.missing == "linked: fails on u001"
    mended = with_rows(broken, (*broken.rows, row(901, "u001", LINK, round_id="r4", day=3)))
    assert ask(mended, REQUIRED).status is MET


def test_no_requirement_shows_nothing() -> None:
    """It should not be met by an empty document."""
    assert ask(whole(), REQUIRED, requirements=[]).status is NOT_ENOUGH


# --- sites


def test_a_site_is_qualified_by_complete_units() -> None:
    """It should count units whose whole evidence was taken there, and name the sites that are short."""
    rows = [*passes(units(4), (HEALTH, LINK)), row(50, "u004", HEALTH, site="fab"), row(51, "u005", HEALTH, site="fab"),
            row(52, "u005", LINK, site="lab")]  # fmt: skip
    evidence = phase(units(6), rows, (HEALTH, LINK), sites=("lab", "fab"))
    outcome = ask(evidence, SITES, at_least=2)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed == "1 site qualified: lab; not qualified: fab (0)"
    assert outcome.required == "at least 2 sites with 3 tested units each"
    assert outcome.missing == "measure 3 more units at fab"
    assert outcome.needs == (Need(1, "sites to qualify"),)
    assert ask(evidence, SITES, at_least=3).missing.endswith("; qualify 1 more site")
    assert ask(evidence, SITES).status is MET


# --- the rate of silent data corruption


def test_the_sdc_bound_without_events() -> None:
    """It should bound the rate by 2.996 over the device-hours, and say that this is no proof of none."""
    outcome = ask(whole(), SDC)
    assert outcome.observed == "8 device-hours, 0 corruptions: at most 8.99 a device-day at 95 % confidence"
    assert "no proof of none" in outcome.required
    assert outcome.margin == pytest.approx(1.0 - 2.995732 / 8, abs=1e-6)
    assert ask(whole(), SDC, devices=8).margin == pytest.approx(1.0 - 2.995732 / 64, abs=1e-6)


def test_the_sdc_bound_counts_what_is_missing_in_hours() -> None:
    """It should ask for device-hours, exactly, per hour or per day."""
    outcome = ask(whole(), SDC, at_most_per_device_hour=0.1)
    assert outcome.status is NOT_ENOUGH
    (need,) = outcome.needs
    assert (need.amount, need.of) == (pytest.approx(29.95732 - 8, abs=1e-5), "device-hours without a corruption")
    daily = ask(whole(), SDC, at_most_per_device_hour=None, at_most_per_device_day=2.4)
    assert daily.needs[0].amount == pytest.approx(need.amount)


def test_a_corruption_raises_the_bound() -> None:
    """It should use chi-squared with the events, and stand against a rate that is above what was asked."""
    bad = with_rows(whole(), (*whole().rows, fault(900, "u001", HEALTH, round_id="r3", day=2)))
    outcome = ask(bad, SDC)
    assert outcome.margin == pytest.approx(1.0 - 4.743865 / 8, abs=1e-6)
    assert outcome.status is MET
    assert ask(bad, SDC, at_most_per_device_hour=0.2).status is NOT_ENOUGH
    strict = ask(bad, SDC, at_most_per_device_hour=0.1)
    assert (strict.status, strict.units) == (NOT_MET, ("u001",))


def test_a_named_reading_tells_the_hours() -> None:
    """It should read seconds, milliseconds and hours by the name's ending, and pass over what is no time."""
    evidence = whole()
    rows = [r for r in evidence.rows if r.diagnostic == HEALTH]
    for name, one in (("soak_hours", 2.0), ("run_s", 7200.0), ("run_ms", 7.2e6)):
        said = tuple(value(r.result_id, r.unit, one, "host") for r in rows)
        junk = (value(rows[0].result_id, "u000", float("nan"), "x"), value(rows[0].result_id, "u000", -5.0, "y"))
        outcome = ask(replace(evidence, history={name: said + junk}), SDC, reading=name)
        assert outcome.observed.startswith("16 device-hours")


# --- share of the physical peak


def test_share_of_the_peak() -> None:
    """It should hold the tolerance bound against that share of the peak."""
    outcome = ask(whole(), SHARE)
    assert outcome.required == "95 % of rate_tflops at least 80 % of the peak, 100 TFLOP/s at 95 % confidence"
    assert outcome.status is MET
    assert ask(whole(), SHARE, share_of_peak_at_least=0.9).status is NOT_MET


def test_a_value_above_the_peak_is_impossible() -> None:
    """It should not be met by it, and ask what was measured instead, not praise it."""
    impossible = {
        "rate_tflops": tuple(replace(v, value=v.value + 20 * (v.unit == "u002")) for v in whole().values["rate_tflops"])
    }
    outcome = ask(replace(whole(), values=impossible), SHARE)
    assert (outcome.status, outcome.margin) == (NOT_ENOUGH, None)
    assert outcome.units == ("u002",)
    assert "above the physical peak of 100" in outcome.observed
    assert outcome.missing.startswith("find out what was measured instead on u002")


def test_an_unknown_peak_shows_nothing() -> None:
    """It should not be met before a program has said what the peak is."""
    assert ask(whole(), SHARE, peak="accelerator").status is NOT_ENOUGH


# --- gauge repeatability


def repeated(groups: list[list[float]]) -> PhaseEvidence:
    """Parts with repeats, one unit a part, one round a repeat."""
    names = units(len(groups))
    rows = [
        item for n in range(len(groups[0])) for item in passes(names, first_id=1 + 100 * n, round_id=f"r{n}", day=n)
    ]
    history = tuple(
        value(1 + 100 * n + place, unit, group[n])
        for place, (unit, group) in enumerate(zip(names, groups, strict=True))
        for n in range(len(group))
    )
    return phase(names, rows, history={"rate_tflops": history})


STUDY = {"repeats_at_least": 3, "parts_at_least": 3}


def test_a_good_gauge() -> None:
    """It should split the variation into repeats and parts as a one-way analysis of variance does."""
    outcome = ask(repeated([[1.0, 1.1, 0.9], [2.0, 2.1, 1.9], [3.0, 3.1, 2.9]]), GAUGE, **STUDY)
    # MS within 0.01, MS between 3: GRR 0.1, PV sqrt((3 - 0.01) / 3) = 0.99833; 9.97 %; ndc floor(14.08)
    assert outcome.status is MET
    assert outcome.observed == (
        "3 parts measured 3 times or more: repeats spread by 0.1 TFLOP/s, 9.97 % of the variation seen: accept; ndc 14"
    )
    assert outcome.margin == pytest.approx(10 - 100 * 0.1 / (0.01 + 2.99 / 3) ** 0.5, abs=1e-9)


def test_a_conditional_and_a_bad_gauge() -> None:
    """It should take 10 to 30 % only where that is accepted, and never more."""
    fair = repeated([[1.0, 1.2, 0.8], [2.0, 2.2, 1.8], [3.0, 3.2, 2.8]])
    assert "conditional" in ask(fair, GAUGE, **STUDY).observed
    assert ask(fair, GAUGE, **STUDY).status is NOT_MET
    assert ask(fair, GAUGE, **STUDY, conditional=True).status is MET
    wild = repeated([[1.0, 2.2, 0.8], [2.0, 1.2, 1.8], [1.0, 2.2, 2.8]])
    assert ask(wild, GAUGE, **STUDY, conditional=True).status is NOT_MET
    assert "reject" in ask(wild, GAUGE, **STUDY).observed


def test_a_gauge_against_a_tolerance() -> None:
    """It should take the share of the tolerance where limits give one, of one limit by the mean's distance to it."""
    alike = repeated([[100.0, 100.1, 99.9], [100.02, 100.12, 99.92], [100.0, 100.1, 99.9]])
    few = ask(alike, GAUGE, **STUDY, lower_limit=90.0, upper_limit=110.0)
    assert "3 % of the tolerance" in few.observed
    assert few.status is NOT_MET  # parts are too alike to be told apart
    asked = {**STUDY, "categories_at_least": None}
    assert ask(alike, GAUGE, **asked, lower_limit=90.0, upper_limit=110.0).status is MET
    assert ask(alike, GAUGE, **asked, lower_limit=90.0).status is MET
    assert ask(alike, GAUGE, **asked, lower_limit=99.0).status is NOT_MET
    assert ask(alike, GAUGE, **asked, lower_limit=101.0).status is NOT_MET


def test_a_repair_ends_a_series() -> None:
    """It should not take what was measured after a repair for a repeat of what was before."""
    evidence = repeated([[1.0, 1.1, 0.9], [2.0, 2.1, 1.9], [3.0, 3.1, 2.9]])
    broken = fault(150, "u001", LINK, round_id="r1", day=1.01)
    outcome = ask(with_rows(evidence, (*evidence.rows, broken)), GAUGE, **STUDY)
    assert outcome.status is NOT_ENOUGH
    assert outcome.observed.startswith("2 parts measured 3 times or more")
    assert outcome.missing == "measure rate_tflops of 1 more part 3 times without a repair in between"
    assert outcome.needs == (Need(1, "parts to measure again"),)


def test_a_stuck_sensor_is_no_gauge() -> None:
    """It should not accept repeats that do not vary at all."""
    outcome = ask(repeated([[1.0] * 3, [2.0] * 3, [3.0] * 3]), GAUGE, **STUDY)
    assert outcome.status is NOT_ENOUGH
    assert "stuck" in outcome.missing


def test_a_limit_waits_for_its_gauge() -> None:
    """It should show nothing while its reading has no acceptable study, and say so."""
    held = {**SHARE, "needs_gauge": True}
    both = evaluate(whole(), criteria(held, GAUGE))
    assert [o.status for o in both.outcomes] == [MET, MET]
    strict = evaluate(whole(), criteria(held, {**GAUGE, "parts_at_least": 10}))
    assert [o.status for o in strict.outcomes] == [NOT_ENOUGH, NOT_ENOUGH]
    assert strict.outcomes[0].missing == "show first that the gauge repeats: its study is not met"
    assert strict.outcomes[0].needs == (Need(1, "acceptable gauges"),)
