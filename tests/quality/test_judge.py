"""The judgement as a whole: what makes a round inadmissible, and what a program manager reads then."""

import random
import time
from dataclasses import replace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from round_samples import DIAGNOSTICS, Spoil, reading, result, sound_round, unit, with_readings, with_unit
from spoilt_rounds import FAILING, PASSING

from gatehouse.quality.judge import QualityProblem, judge_round
from gatehouse.quality.outcome import JudgementError
from gatehouse.quality.round_data import RoundData

WARNINGS = {"ExpectSensorsToVary", "ExpectStartTimes"}


def problem_of(data: RoundData, expectation: str) -> QualityProblem:
    """What the judgement says of one expectation."""
    return next(p for p in judge_round(data, None).problems if p.expectation == expectation)


def test_a_sound_round_is_admissible() -> None:
    """It should find nothing wrong, and say how much it looked at."""
    data = sound_round()
    outcome = judge_round(data, None)
    assert (outcome.admissible, outcome.problems, outcome.docs) == (True, (), None)
    assert outcome.checks == 24
    assert outcome.rows == 18 + 6 + 18 + 24


@pytest.mark.parametrize(
    ("expectation", "spoil", "words"), FAILING, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_expectation_can_fail(expectation: str, spoil: Spoil, words: str) -> None:
    """It should fail on a sample that breaks it, say so in words, and block unless it only warns."""
    outcome = judge_round(spoil(sound_round()), None)
    problem = next(p for p in outcome.problems if p.expectation == expectation)
    assert words in problem.text
    assert problem.blocking is (expectation not in WARNINGS)
    assert outcome.admissible is not any(p.blocking for p in outcome.problems)


@pytest.mark.parametrize("spoil", [spoil for _, spoil in PASSING], ids=[name for name, _ in PASSING])
def test_honest_data_passes(spoil: Spoil) -> None:
    """It should not take bad machines, skips, errors and absent values for bad data."""
    outcome = judge_round(spoil(sound_round()), None)
    assert (outcome.admissible, outcome.problems) == (True, ())


def test_every_expectation_has_a_sample_that_fails_it() -> None:
    """A check must be able to fail, so none may be without proof; and each must describe itself."""
    from gatehouse.quality.suites import all_expectations

    assert {kind.__name__ for kind in all_expectations()} == {name for name, _, _ in FAILING}
    assert all(kind().description for kind in all_expectations())


def test_every_rule_is_used() -> None:
    """A rule that no expectation asks for would check nothing."""
    from gatehouse.quality.rules import RULES
    from gatehouse.quality.suites import all_expectations

    assert {getattr(kind(), "rule", None) for kind in all_expectations()} - {None} == set(RULES)


def test_a_problem_names_its_rows_and_units() -> None:
    """It should count the rows that failed and name every unit they speak of, once."""
    data = sound_round()
    bad = with_readings(data, *(reading(data.units[i], 999.0, part=f"gpu{n}") for i in (4, 0) for n in range(3)))
    problem = problem_of(bad, "ExpectReadingsWithinPhysics")
    assert (problem.table, problem.rows) == ("readings", 6)
    assert problem.serials == ("H100DVT0001", "H100DVT0005")


def test_long_lists_are_bounded() -> None:
    """It should name a few hosts and say how many more there are, and still hold every serial."""
    data = sound_round(units=40)
    problem = problem_of(replace(data, results=data.results[:3]), "ExpectPlannedResultsMeasured")
    assert problem.text.startswith("117 planned results are missing: h100-dvt-002: accelerator_health, ")
    assert problem.text.endswith("; and 33 more hosts")
    assert len(problem.serials) == 39
    assert len(problem.text) < 600


def test_a_machine_cannot_flood_the_text() -> None:
    """It should cut what machines said, and show no control characters."""
    claimed = "\x1b[2J\u202e" + "A" * 100_000
    text = problem_of(with_unit(sound_round(), 0, claimed_serial=claimed), "ExpectSerialsOfInventory").text
    assert len(text) < 300
    assert text.isprintable()


def test_half_a_character_does_no_harm() -> None:
    """It should judge words that no encoding can write."""
    data = with_unit(with_unit(sound_round(), 0, claimed_serial="\ud800"), 1, claimed_serial="\\ud800")
    assert not any(p.expectation == "ExpectSerialsReportedOnce" for p in judge_round(data, None).problems)


def test_several_duplicated_serials_are_told_apart() -> None:
    """It should group the hosts by the serial they share."""
    data = sound_round()
    for index, serial in enumerate(("A1", "B2", "A1", "B2", "A1")):
        data = with_unit(data, index, claimed_serial=serial)
    text = problem_of(data, "ExpectSerialsReportedOnce").text
    assert text == (
        "three units report the serial A1: h100-dvt-001, h100-dvt-003, h100-dvt-005; "
        "two units report the serial B2: h100-dvt-002, h100-dvt-004"
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=0, max_value=17))
def test_dropping_any_result_makes_the_round_inadmissible(index: int) -> None:
    """It should never accept a hole in the plan, be it mandatory or not."""
    data = sound_round()
    lost = data.results[index]
    outcome = judge_round(replace(data, results=data.results[:index] + data.results[index + 1 :]), None)
    assert not outcome.admissible
    assert [p.text for p in outcome.problems] == [f"one planned result is missing: {lost.host}: {lost.diagnostic}"]


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(st.sampled_from(range(len(FAILING))), max_size=4))
def test_the_order_of_rows_makes_no_difference(shuffler: random.Random, spoilt: set[int]) -> None:
    """It should give the same answer, word for word, whatever order the store gives the rows in."""
    data = sound_round()
    for index in sorted(spoilt):
        data = FAILING[index][1](data) if data.units and data.results else data
    fields: dict[str, Any] = {
        field: tuple(shuffler.sample(getattr(data, field), len(getattr(data, field))))
        for field in ("planned", "units", "results", "readings")
    }
    assert judge_round(replace(data, **fields), None) == judge_round(data, None)


def test_nothing_at_all_is_inadmissible() -> None:
    """It should say that there are neither units nor results."""
    empty = replace(sound_round(), planned=(), units=(), results=(), readings=())
    outcome = judge_round(empty, None)
    assert not outcome.admissible
    assert [p.text for p in outcome.problems] == ["the round has no units", "the round has no results"]


def test_a_time_without_zone_is_refused() -> None:
    """It should raise rather than guess which clock was meant."""
    data = sound_round()
    naive = replace(data.results[0], started_at=data.opened_at.replace(tzinfo=None))
    with pytest.raises(TypeError):
        judge_round(replace(data, results=(naive, *data.results[1:])), None)


def test_a_rule_that_breaks_is_no_judgement(monkeypatch: pytest.MonkeyPatch) -> None:
    """It should raise when an expectation could not be evaluated: that says nothing about the data."""
    from gatehouse.quality import rules

    def broken(table: pd.DataFrame) -> "pd.Series[bool]":
        raise ZeroDivisionError(f"{len(table)} rows")

    monkeypatch.setitem(rules.RULES, "claimed_twice", broken)  # type: ignore[arg-type]
    with pytest.raises(JudgementError, match="expect_serials_reported_once could not be evaluated: 6 rows"):
        judge_round(sound_round(), None)


def test_a_ramp_round_takes_seconds() -> None:
    """It should judge 360 units, nine diagnostics and 130,000 readings in a few CPU seconds."""
    units = tuple(unit(number) for number in range(360))
    diagnostics = (*DIAGNOSTICS, *(f"stress_{n}" for n in range(6)))
    data = replace(
        sound_round(),
        units=units,
        planned=tuple(replace(p, serial=u.serial, host=u.host, diagnostic=d)
                      for u in units for d, p in zip(diagnostics, sound_round().planned, strict=False)),
        results=tuple(result(u, d) for u in units for d in diagnostics),
        readings=tuple(reading(u, 30.0 + n % 50, part=f"gpu{n}") for u in units for n in range(360)),
    )  # fmt: skip
    started = time.process_time()
    outcome = judge_round(data, None)
    assert time.process_time() - started < 5
    assert outcome.admissible
