"""The tables: what is joined, what is left out, and that nothing given is lost."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from round_samples import OPENED, reading, sound_round, with_readings, with_result, with_unit

from gatehouse.quality.frames import tables_of

VALUES = st.one_of(st.none(), st.floats())


def test_a_row_for_each_row() -> None:
    """It should hold each unit, planned result and result once."""
    tables = tables_of(sound_round())
    assert {name: len(table) for name, table in tables.items()} == {
        "units": 6, "planned": 18, "results": 18, "readings": 12, "quantities": 18,
        "round": 1, "findings": 1, "outputs": 18, "jobs": 6, "parts": 6, "moves": 0, "checks": 3, "changes": 1,
    }  # fmt: skip


def test_tables_without_rows_have_their_columns() -> None:
    """It should give the same columns of the same types for a round without anything."""
    full = tables_of(sound_round())
    fields = [name for name in full if name not in ("round", "quantities")]
    nothing: dict[str, Any] = dict.fromkeys(fields, ())
    for name, table in tables_of(replace(sound_round(), **nothing)).items():
        assert list(table.columns) == list(full[name].columns)
        assert list(map(str, table.dtypes)) == list(map(str, full[name].dtypes))
        assert len(table) == (name == "round")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(VALUES, st.sampled_from([None, 0.0]), st.sampled_from([None, 100.0])), max_size=8))
def test_every_doubtful_reading_is_handed_over(samples: list[tuple[float | None, float | None, float | None]]) -> None:
    """It should keep what has a value and either a bound or no finite value, and leave out the rest."""
    data = sound_round()
    rows = tuple(reading(data.units[0], value, low=low, high=high) for value, low, high in samples)
    table = tables_of(replace(data, readings=rows))["readings"]
    kept = [
        value
        for value, low, high in samples
        if value is not None and ((low, high) != (None, None) or not math.isfinite(value))
    ]
    assert len(table) == len(kept)
    assert sum(table["value"].isna()) == sum(math.isnan(v) for v in kept)


def test_no_value_is_not_nan() -> None:
    """It should tell "the tool gave no value" from "the tool gave NaN"."""
    data = sound_round()
    absent = tables_of(with_readings(data, reading(data.units[0], None, part="gpu9")))["readings"]
    nan = tables_of(with_readings(data, reading(data.units[0], math.nan, part="gpu9")))["readings"]
    assert "gpu9" not in set(absent["part"])
    assert "gpu9" in set(nan["part"])


def test_quantities_span_their_parts() -> None:
    """It should give the least and the most value of a unit's parts."""
    data = sound_round()
    data = replace(
        data, readings=tuple(reading(data.units[0], v, part=f"gpu{n}") for n, v in enumerate((3.0, 1.0, 2.0)))
    )
    row = tables_of(data)["quantities"].iloc[0]
    assert (row["values"], row["least"], row["most"], row["expected_unit"]) == (3, 1.0, 3.0, "degC")


def test_a_unit_of_nothing_can_be_expected() -> None:
    """It should tell "no unit is expected" from "nobody said which unit"."""
    table = tables_of(sound_round())["quantities"]
    expected = dict(zip(table["name"], table["expected_unit"], strict=True))
    assert expected["ecc_count"] == ""
    assert pd.isna(expected["power.limit_w"])


@pytest.mark.parametrize(("said", "kept"), [(" X1\n", "X1"), ("", None), ("  ", None), (None, None)])
def test_a_blank_serial_is_no_serial(said: str | None, kept: str | None) -> None:
    """It should take a blank for "not measured" and drop what surrounds a serial."""
    claimed = tables_of(with_unit(sound_round(), 0, claimed_serial=said))["units"]["claimed_serial"].iloc[0]
    assert claimed == kept or (kept is None and pd.isna(claimed))


@pytest.mark.parametrize("said", ["unknown", "Unknown ", "", None])
def test_an_unknown_boot_is_no_boot(said: str | None) -> None:
    """It should take the script's placeholder for "not measured"."""
    assert pd.isna(tables_of(with_unit(sound_round(), 0, boot_id=said))["units"]["boot_id"].iloc[0])


def test_times_are_relative_to_the_round() -> None:
    """It should give seconds since the opening and until the judgement, and nothing where there is no start."""
    data = with_result(with_result(sound_round(), 0, started_at=OPENED), 1, started_at=None)
    table = tables_of(data)["results"]
    assert (table["after_opening_s"].iloc[0], table["before_judging_s"].iloc[0]) == (0.0, 7200.0)
    assert (pd.isna(table["after_opening_s"].iloc[1]), table["age_s"].iloc[1]) == (True, 6000.0)
