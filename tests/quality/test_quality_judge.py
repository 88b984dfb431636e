"""The judgement as a whole: what makes a round inadmissible, and what a program manager reads then."""

import random
import time
from dataclasses import replace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from round_samples import DIAGNOSTICS, OPENED, Spoil, reading, result, sound_round, unit, with_readings, with_unit
from spoilt_rounds import FAILING, PASSING

from gatehouse.quality.frames import tables_of
from gatehouse.quality.judge import QualityProblem, judge_round, problem_of
from gatehouse.quality.outcome import JudgementError
from gatehouse.quality.round_data import RoundData

WARNINGS = {
    "ExpectSensorsToVary", "ExpectStartTimes", "ExpectMandatoryMeasured", "ExpectClocksSteady", "ExpectReasonsOfHoles",
    "ExpectFindingsOnKnownParts", "ExpectWholeOutputs", "ExpectJobsOver", "ExpectJobsAcknowledged",
    "ExpectJobsWithinLimits", "ExpectLoosePartsInOneUnit", "ExpectPartsToStay", "ExpectSlotsUnchanged",
    "ExpectChecksAlive", "ExpectDiagnosticsMeasuring", "ExpectUnitsRightBefore", "ExpectMediansInStep",
}  # fmt: skip


def judged(data: RoundData, expectation: str) -> QualityProblem:
    """What the judgement says of one expectation."""
    return next(p for p in judge_round(data, None).problems if p.expectation == expectation)


def problems_of_changes(spoil: Spoil) -> dict[str, QualityProblem]:
    """What is wrong with the tables that a change touches, by expectation; asking about the others again costs much."""
    from gatehouse.quality.inspection import Inspection

    sound, spoilt = tables_of(sound_round()), tables_of(spoil(sound_round()))
    touched = {name: table for name, table in spoilt.items() if not table.equals(sound[name])}
    assert touched
    answers = Inspection("test", OPENED).ask(touched)
    return {answer.expectation.__name__: problem_of(answer) for answer in answers if not answer.met}


def test_a_sound_round_is_admissible() -> None:
    """It should find nothing wrong, and say how much it looked at."""
    data = sound_round()
    outcome = judge_round(data, None)
    assert (outcome.admissible, outcome.problems, outcome.docs) == (True, (), None)
    assert outcome.checks == 59
    assert outcome.rows == 18 + 6 + 18 + 24 + 1 + 18 + 6


@pytest.mark.parametrize(
    ("expectation", "spoil", "words"), FAILING, ids=[f"{name}-{words}" for name, _, words in FAILING]
)
def test_each_expectation_can_fail(expectation: str, spoil: Spoil, words: str) -> None:
    """It should fail on a sample that breaks it, say so in words, and block unless it only warns."""
    problem = problems_of_changes(spoil)[expectation]
    assert words in problem.text
    assert problem.blocking is (expectation not in WARNINGS)


@pytest.mark.parametrize("spoil", [spoil for _, spoil in PASSING], ids=[name for name, _ in PASSING])
def test_honest_data_passes(spoil: Spoil) -> None:
    """It should not take bad machines, skips, errors and absent values for bad data."""
    assert problems_of_changes(spoil) == {}


def test_a_warning_does_not_block() -> None:
    """It should tell of a sensor that looks stuck, and admit the round all the same."""
    spoil = next(spoil for name, spoil, _ in FAILING if name == "ExpectSensorsToVary")
    outcome = judge_round(spoil(sound_round()), None)
    assert [(p.expectation, p.blocking) for p in outcome.problems] == [("ExpectSensorsToVary", False)]
    assert outcome.admissible


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
    problem = judged(bad, "ExpectReadingsWithinPhysics")
    assert (problem.table, problem.rows) == ("readings", 6)
    assert problem.serials == ("H100DVT0001", "H100DVT0005")


def test_long_lists_are_bounded() -> None:
    """It should name a few hosts and say how many more there are, and still hold every serial."""
    data = sound_round(units=40)
    problem = judged(replace(data, results=data.results[:3]), "ExpectPlannedResultsMeasured")
    assert problem.text.startswith("117 planned results are missing: h100-dvt-002: accelerator_health, ")
    assert problem.text.endswith("; and 33 more hosts")
    assert len(problem.serials) == 39
    assert len(problem.text) < 600


def test_a_machine_cannot_flood_the_text() -> None:
    """It should cut what machines said, and show no control characters."""
    claimed = "\x1b[2J\u202e" + "A" * 100_000
    text = judged(with_unit(sound_round(), 0, claimed_serial=claimed), "ExpectSerialsOfInventory").text
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
    text = judged(data, "ExpectSerialsReportedOnce").text
    assert text == (
        "three units report the serial A1: h100-dvt-001, h100-dvt-003, h100-dvt-005; "
        "two units report the serial B2: h100-dvt-002, h100-dvt-004"
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_makes_no_difference(seed: int) -> None:
    """It should give the same answer, word for word, whatever order the store gives the rows in."""
    shuffler = random.Random(seed)
    data = sound_round()
    for _, spoil, _ in shuffler.sample(FAILING, 6):
        data = spoil(data) if data.units and data.results else data
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

    monkeypatch.setitem(rules.RULES, "claimed_twice", broken)
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
