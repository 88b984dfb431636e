"""A round's rows as tables for Great Expectations.

What an expectation compares across tables is joined here, so that each expectation looks at one table:

- ``units``: a row a unit; ``planned`` says whether anything is asked of it.
- ``planned``: a row a planned result; ``recorded`` says whether it has a row, ``known`` whether its unit has one,
  ``visited`` whether anybody went there.
- ``results``: a row a result, its times in seconds relative to the round.
- ``readings``: the values that can be implausible: those with a physical bound, and those that are no finite number.
- ``quantities``: a row for each unit, diagnostic, reading name and unit of measurement, with its least and most value.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.quality.round_data import ReadingData, RoundData, UnitRow

Tables = Mapping[str, pd.DataFrame]
_NO_BOOT_ID = frozenset({"", "unknown"})  # what the visit's script prints where the kernel tells no boot id


def tables_of(data: RoundData) -> Tables:
    """All tables of a round, by name.

    Raises:
        TypeError: a time without zone.
    """
    given = _given_readings(data.readings)
    return {
        "units": _units(data),
        "planned": _planned(data),
        "results": _results(data),
        "readings": _doubtful(given),
        "quantities": _quantities(given, data.expected_units),
    }


def _columns(rows: Sequence[Any], **types: str) -> pd.DataFrame:
    """A table of the rows' attributes; typed, so that a table without rows has the same columns."""
    return pd.DataFrame(
        {name: pd.Series(list(map(attrgetter(name), rows)), dtype=kind) for name, kind in types.items()}
    )


def _units(data: RoundData) -> pd.DataFrame:
    frame = _columns(data.units, serial="str", host="str", clock_skew_s="float64")
    planned = {p.serial for p in data.planned}
    frame["claimed_serial"] = pd.Series([_claimed(u) for u in data.units], dtype="str")
    frame["boot_id"] = pd.Series([_boot(u) for u in data.units], dtype="str")
    frame["planned"] = pd.Series([u.serial in planned for u in data.units], dtype="bool")
    return frame


def _claimed(unit: UnitRow) -> str | None:
    return (unit.claimed_serial or "").strip() or None


def _boot(unit: UnitRow) -> str | None:
    boot_id = (unit.boot_id or "").strip().lower()
    return None if boot_id in _NO_BOOT_ID else boot_id


def _planned(data: RoundData) -> pd.DataFrame:
    key = attrgetter("serial", "host", "diagnostic")
    recorded = set(map(key, data.results))
    visits = {(unit.serial, unit.host): unit.measured_at for unit in data.units}
    frame = _columns(data.planned, serial="str", host="str", diagnostic="str")
    frame["recorded"] = pd.Series([key(p) in recorded for p in data.planned], dtype="bool")
    frame["known"] = pd.Series([(p.serial, p.host) in visits for p in data.planned], dtype="bool")
    frame["visited"] = pd.Series([visits.get((p.serial, p.host)) is not None for p in data.planned], dtype="bool")
    return frame


def _results(data: RoundData) -> pd.DataFrame:
    key = attrgetter("serial", "host", "diagnostic")
    planned = set(map(key, data.planned))
    frame = _columns(
        data.results, serial="str", host="str", diagnostic="str", measured="str", verdict="str", duration_s="float64"
    )
    frame = frame.fillna({"measured": "", "verdict": ""})  # a null would be left out of the check of its word
    frame["planned"] = pd.Series([key(r) in planned for r in data.results], dtype="bool")
    frame["after_opening_s"] = _seconds((data.opened_at, r.started_at) for r in data.results)
    frame["before_judging_s"] = _seconds((r.started_at, data.judged_at) for r in data.results)
    frame["age_s"] = _seconds((r.recorded_at, data.judged_at) for r in data.results)
    return frame


def _seconds(spans: Iterable[tuple[datetime | None, datetime | None]]) -> pd.Series:
    """Seconds from the first to the second time of each pair; NaN where one is missing."""
    return pd.Series([(b - a).total_seconds() if a and b else None for a, b in spans], dtype="float64")


def _given_readings(readings: Sequence[ReadingData]) -> pd.DataFrame:
    """Readings that have a value; NaN and infinities count as values, and wrong ones."""
    words = dict.fromkeys(("serial", "host", "diagnostic", "part", "name", "unit"), "category")
    numbers = dict.fromkeys(("value", "low", "high"), "float64")
    return _columns([r for r in readings if r.value is not None], **words, **numbers)


def _doubtful(given: pd.DataFrame) -> pd.DataFrame:
    bounded = given["low"].notna() | given["high"].notna()
    return given[bounded | ~np.isfinite(given["value"])].reset_index(drop=True)


def _quantities(given: pd.DataFrame, expected_units: Mapping[str, str]) -> pd.DataFrame:
    keys = ["serial", "host", "diagnostic", "name", "unit"]
    groups = given.groupby(keys, observed=True, sort=False)["value"]
    frame = groups.agg(values="size", least="min", most="max").reset_index()
    frame["expected_unit"] = pd.Series([expected_units.get(name) for name in frame["name"]], dtype="str")
    return frame
