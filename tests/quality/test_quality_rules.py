"""The rules on their own, without Great Expectations: what holds for every round."""

import random
from dataclasses import replace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from round_samples import DIAGNOSTICS, JUDGED, reading, sound_round, with_readings, with_result, with_unit

from gatehouse.quality import rules
from gatehouse.quality.frames import tables_of
from gatehouse.quality.round_data import RoundData
from gatehouse.quality.rules import RULES
from gatehouse.quality.thresholds import MIN_UNITS_TO_VARY

EVERYTHING = (
    "planned", "units", "results", "readings", "findings", "outputs", "jobs", "parts", "moves", "checks", "changes"
)  # fmt: skip
# Which table each rule is about; `not_asked` is about two.
TABLE = {
    "missing": "planned", "of_unknown_units": "planned", "not_asked": "results", "claimed_twice": "units",
    "not_of_inventory": "units", "same_boot": "units", "verdict_without_measurement": "results",
    "outside_the_round": "results", "without_start": "results", "not_finite": "readings", "beyond_physics": "readings",
    "of_unexpected_unit": "quantities", "of_mixed_units": "quantities", "never_varying": "quantities",
    "nowhere_measured": "planned", "ends_in_disorder": "readings", "number_and_word": "readings",
    "nobody_asked": "round", "of_undescribed_skus": "round", "too_much_set_aside": "round",
    "without_whole_output": "results", "unexplained_failure": "results", "contradicted_pass": "results",
    "hole_without_reason": "results", "ungraded_violation": "findings", "of_unknown_part": "findings",
    "unfinished_output": "outputs", "exited_without_code": "outputs", "no_hash": "outputs",
    "raw_output_lost": "outputs", "raw_output_damaged": "outputs", "truncated_output": "outputs",
    "measured_before_its_end": "jobs", "never_ended": "jobs", "not_acknowledged": "jobs", "beyond_its_limit": "jobs",
    "clock_moved": "units", "visited_outside_the_round": "units", "in_two_units": "parts",
    "loose_in_two_units": "parts", "moved_part": "moves", "replaced_part": "moves", "dead_check": "checks",
    "never_measured": "checks", "unit_changed": "changes", "unit_corrected": "changes",
    "jumped_by_a_factor": "changes",
}  # fmt: skip
STATUSES = st.sampled_from(
    [("COMPLETE", "PASS"), ("COMPLETE", "FAIL"), ("ERROR", "NOT_APPLICABLE"), ("SKIP", "NOT_APPLICABLE")]
)
WHOLE = st.integers(min_value=0, max_value=17)


def broken(data: RoundData, rule: str) -> pd.DataFrame:
    """The rows that break a rule."""
    table = tables_of(data)[TABLE[rule]]
    return table[RULES[rule](table)]


def test_a_sound_round_keeps_every_rule() -> None:
    """It should find no row that breaks any rule."""
    assert TABLE.keys() == RULES.keys()
    assert {rule: len(broken(sound_round(), rule)) for rule in RULES} == dict.fromkeys(RULES, 0)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rules_bear_empty_tables(rule: str) -> None:
    """It should answer for a table without rows with a column without rows."""
    nothing: dict[str, Any] = dict.fromkeys(EVERYTHING, ())
    assert len(broken(replace(sound_round(), **nothing), rule)) == 0


@settings(max_examples=40, deadline=None)
@given(st.sets(WHOLE, min_size=1), st.lists(STATUSES, min_size=18, max_size=18))
def test_dropping_results_leaves_exactly_those_holes(dropped: set[int], statuses: list[tuple[str, str]]) -> None:
    """It should find every missing result, mandatory or not, whatever the others say, and nothing else."""
    data = sound_round()
    for index, (measured, verdict) in enumerate(statuses):
        data = with_result(data, index, measured=measured, verdict=verdict)
    left = tuple(r for index, r in enumerate(data.results) if index not in dropped)
    holes = broken(replace(data, results=left), "missing")
    assert {(row.serial, row.diagnostic) for row in holes.itertuples()} == {
        (data.results[index].serial, data.results[index].diagnostic) for index in dropped
    }


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False), st.sets(WHOLE, max_size=4), st.lists(st.integers(0, 5), max_size=4))
def test_the_order_of_rows_makes_no_difference(
    shuffler: random.Random, dropped: set[int], twins: list[int]
) -> None:  # fmt: skip
    """It should find the same rows in whatever order they come."""
    data = replace(sound_round(), results=tuple(r for i, r in enumerate(sound_round().results) if i not in dropped))
    for index in twins:
        data = with_unit(data, index, claimed_serial="H100DVT0001", boot_id="b0", clock_skew_s=None)
        data = with_readings(data, reading(data.units[index], 1e6), reading(data.units[index], 1.0, unit="degF"))
    fields: dict[str, Any] = {
        name: tuple(shuffler.sample(getattr(data, name), len(getattr(data, name))))
        for name in ("planned", "units", "results", "readings")
    }
    for rule in RULES:
        rows, shuffled = (
            sorted(map(str, broken(each, rule).to_dict("records"))) for each in (data, replace(data, **fields))
        )
        assert rows == shuffled


@given(st.floats(allow_nan=False), st.floats(-1e9, 1e9), st.floats(0, 1e9))
@settings(max_examples=40, deadline=None)
def test_widening_a_bound_never_condemns(value: float, low: float, width: float) -> None:
    """It should accept with wider bounds whatever it accepts with narrow ones."""
    data = sound_round()
    narrow = broken(with_readings(data, reading(data.units[0], value, low=low, high=low + width)), "beyond_physics")
    wide = broken(with_readings(data, reading(data.units[0], value, low=low - 1, high=None)), "beyond_physics")
    assert len(wide) <= len(narrow)
    assert (len(narrow) == 0) is (low <= value <= low + width)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.integers(0, 5), st.sampled_from(["A", "a ", " B", "", None]), max_size=6))
def test_serials_are_shared_by_two_or_more(claims: dict[int, str | None]) -> None:
    """It should name exactly the hosts whose claim, but for case and blanks, another host makes too."""
    data = sound_round()
    for index, claim in claims.items():
        data = with_unit(data, index, claimed_serial=claim)
    said = {u.host: (u.claimed_serial or "").strip().lower() for u in data.units}
    expected = {host for host, serial in said.items() if serial and list(said.values()).count(serial) > 1}
    assert set(broken(data, "claimed_twice")["host"]) == expected


@pytest.mark.parametrize(
    ("name", "unit", "found"),
    [
        ("temp_c", "degC", True),
        ("power_w", "W", True),
        ("power.instant_w", "W", True),
        ("temp.memory_c", "degC", True),
        ("power.limit_w", "W", False),
        ("power.max_limit_w", "W", False),
        ("temp.shutdown_c", "degC", False),
        ("temp.tlimit_c", "degC", False),
        ("max_power_w", "W", False),
        ("ecc_count", "", False),
        ("total_mib", "MiB", False),
    ],
)
def test_only_live_sensors_must_vary(name: str, unit: str, found: bool) -> None:
    """It should suspect temperatures and powers that are measured, not settings, ratings and counters."""
    data = sound_round(units=MIN_UNITS_TO_VARY)
    data = replace(data, readings=tuple(reading(u, 35.0, name=name, unit=unit) for u in data.units))
    assert (len(broken(data, "never_varying")) > 0) is found


def test_one_differing_bit_is_life() -> None:
    """It should let a sensor pass of which a single value on a single part differs, however little."""
    data = sound_round()
    same = tuple(reading(u, 35.0, part=f"gpu{part}") for u in data.units for part in range(8))
    assert len(broken(replace(data, readings=same), "never_varying")) == 6
    alive = (*same[1:], reading(data.units[0], 35.000000000000007))
    assert len(broken(replace(data, readings=alive), "never_varying")) == 0


def test_a_stuck_sensor_of_one_diagnostic_is_not_hidden_by_another() -> None:
    """It should look at each diagnostic by itself."""
    data = sound_round()
    stuck = tuple(reading(u, 35.0, diagnostic="storage_health") for u in data.units)
    assert set(broken(with_readings(data, *stuck), "never_varying")["diagnostic"]) == {"storage_health"}


def test_a_result_for_another_host_is_a_hole_and_a_stray() -> None:
    """It should not let the result of one host stand for that of another."""
    data = with_result(sound_round(), 0, host="h100-dvt-066")
    assert list(broken(data, "missing")["host"]) == ["h100-dvt-001"]
    assert list(broken(data, "not_asked")["host"]) == ["h100-dvt-066"]


def test_a_unit_without_a_plan_is_found() -> None:
    """It should notice a unit of which nothing is asked."""
    data = sound_round()
    table = tables_of(replace(data, planned=data.planned[len(DIAGNOSTICS) :]))["units"]
    assert list(table[rules.not_asked(table)]["host"]) == ["h100-dvt-001"]


def test_a_measurement_from_the_future_is_found() -> None:
    """It should not believe a start after the judgement, beyond what clocks differ."""
    data = sound_round()
    late = with_result(data, 0, started_at=JUDGED.replace(minute=2))
    assert len(broken(late, "outside_the_round")) == 1
    assert len(broken(with_result(data, 0, started_at=JUDGED.replace(second=59)), "outside_the_round")) == 0
