"""A round's rows as tables for Great Expectations.

What an expectation compares across tables is joined here, so that each expectation looks at one table:

- ``round``: one row, the round itself: when it was opened, by whom, and how much of it is set aside.
- ``units``: a row a unit; ``planned`` says whether anything is asked of it.
- ``planned``: a row a planned result; ``recorded`` says whether it has a row, ``known`` whether its unit has one,
  ``visited`` whether anybody went there, ``state`` how it went.
- ``results``: a row a result, its times in seconds relative to the round.
- ``readings``: the values that can be implausible: those with a physical bound or a limit, and those that are no finite
  number; ``quantities``: a row for each unit, diagnostic, reading name and unit of measurement.
- ``findings``, ``outputs`` and ``jobs``: a row each; ``parts``, ``moves``, ``checks`` and ``changes``: what the rounds
  before say of this one (``history_data``).

A result that is set aside stands in ``planned`` and nowhere else, and a unit whose results are all set aside likewise.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.model.status import Measured
from gatehouse.quality.round_data import ReadingData, ResultRowData, RoundData, UnitRow

Tables = Mapping[str, pd.DataFrame]
SET_ASIDE = "set aside"
_NO_BOOT_ID = frozenset({"", "unknown"})  # what the visit's script prints where the kernel tells no boot id
_Key = tuple[str, str]


def tables_of(data: RoundData) -> Tables:
    """All tables of a round, by name.

    Raises:
        TypeError: a time without zone.
    """
    aside = {(row.serial, row.diagnostic) for row in data.set_aside}
    given = _given_readings(data.readings)
    return {
        "round": _round(data),
        "units": _units(data, aside),
        "planned": _planned(data, aside),
        "results": _results(data, aside),
        "readings": _doubtful(given),
        "quantities": _quantities(data, given),
        **{name: _as_it_is(getattr(data, name), columns) for name, columns in _AS_THEY_ARE.items()},
    }


# The tables that are their rows as they come: the type of each column.
_WORDS = dict.fromkeys(("serial", "host", "diagnostic"), "str")
_AS_THEY_ARE: Mapping[str, Mapping[str, str]] = {
    "findings": {
        **_WORDS, "kind": "str", "part": "str", "signature": "str", "required": "str", "severity": "str",
        "part_known": "bool",
    },
    "outputs": {
        **_WORDS, "key": "str", "ended": "str", "exit_code": "float64",
        **dict.fromkeys(("truncated", "hashes", "kept", "intact"), "bool"),
    },
    "jobs": {
        **_WORDS, "key": "str", "result": "str", "ended": "bool", "acknowledged": "bool", "elapsed_s": "float64",
        "limit_s": "float64",
    },
    "parts": {**_WORDS, "part": "str", "name": "str", "number": "str"},
    "moves": {
        **_WORDS, "part": "str", "name": "str", "number": "str",
        **dict.fromkeys(("before_serial", "before_host", "before_part", "before_number", "round_id", "on"), "str"),
    },
    "checks": {
        "diagnostic": "str", "name": "str", "unit": "str",
        **dict.fromkeys(("rounds", "units", "values", "limited", "broken", "measured"), "int64"),
        "least": "float64", "most": "float64",
    },
    "changes": {
        **dict.fromkeys(("diagnostic", "name", "unit", "before_unit", "named_unit", "versions", "round_id"), "str"),
        "median": "float64", "before_median": "float64",
    },
}  # fmt: skip


def _as_it_is(rows: Sequence[Any], columns: Mapping[str, str]) -> pd.DataFrame:
    return _columns(rows, **columns)


def _columns(rows: Sequence[Any], **types: str) -> pd.DataFrame:
    """A table of the rows' attributes; typed, so that a table without rows has the same columns."""
    return pd.DataFrame(
        {name: pd.Series(list(map(attrgetter(name), rows)), dtype=kind) for name, kind in types.items()}
    )


def _round(data: RoundData) -> pd.DataFrame:
    described = data.described_skus
    strangers = sorted({unit.sku for unit in data.units} - described)
    return pd.DataFrame(
        {
            "round": pd.Series([data.round_id], dtype="str"),
            "requested_by": pd.Series([data.requested_by.strip()], dtype="str"),
            "age_s": pd.Series([(data.judged_at - data.opened_at).total_seconds()], dtype="float64"),
            "undescribed": pd.Series([", ".join(strangers)], dtype="str"),
            "set_aside": pd.Series([len(data.set_aside)], dtype="int64"),
            "results": pd.Series([len(data.results)], dtype="int64"),
        }
    )


def _units(data: RoundData, aside: set[_Key]) -> pd.DataFrame:
    units = _kept_units(data, aside)
    frame = _columns(units, serial="str", host="str", clock_skew_s="float64")
    planned = {p.serial for p in data.planned}
    frame["claimed_serial"] = pd.Series([_claimed(u) for u in units], dtype="str")
    frame["boot_id"] = pd.Series([_boot(u) for u in units], dtype="str")
    frame["planned"] = pd.Series([u.serial in planned for u in units], dtype="bool")
    frame["after_opening_s"] = _seconds((data.opened_at, u.measured_at) for u in units)
    frame["before_judging_s"] = _seconds((u.measured_at, data.judged_at) for u in units)
    frame["skew_change_s"] = pd.Series([_skew_change(u) for u in units], dtype="float64")
    return frame


def _kept_units(data: RoundData, aside: set[_Key]) -> list[UnitRow]:
    """The units of which something is left."""
    gone = {serial for serial, _ in aside}
    left = {r.serial for r in data.results if (r.serial, r.diagnostic) not in aside}
    return [unit for unit in data.units if unit.serial not in gone or unit.serial in left]


def _claimed(unit: UnitRow) -> str | None:
    return (unit.claimed_serial or "").strip() or None


def _boot(unit: UnitRow) -> str | None:
    boot_id = (unit.boot_id or "").strip().lower()
    return None if boot_id in _NO_BOOT_ID else boot_id


def _skew_change(unit: UnitRow) -> float | None:
    known = unit.clock_skew_s is not None and unit.earlier_skew_s is not None
    return (unit.clock_skew_s or 0.0) - (unit.earlier_skew_s or 0.0) if known else None


def _planned(data: RoundData, aside: set[_Key]) -> pd.DataFrame:
    key = attrgetter("serial", "host", "diagnostic")
    states = {key(r): SET_ASIDE if (r.serial, r.diagnostic) in aside else r.measured for r in data.results}
    somewhere = {name for (_, _, name), state in states.items() if state in (Measured.COMPLETE, SET_ASIDE)}
    visits = {(unit.serial, unit.host): unit.measured_at for unit in data.units}
    frame = _columns(data.planned, serial="str", host="str", diagnostic="str", mandatory="bool")
    frame["recorded"] = pd.Series([key(p) in states for p in data.planned], dtype="bool")
    frame["state"] = pd.Series([states.get(key(p), "") for p in data.planned], dtype="str")
    frame["known"] = pd.Series([(p.serial, p.host) in visits for p in data.planned], dtype="bool")
    frame["visited"] = pd.Series([visits.get((p.serial, p.host)) is not None for p in data.planned], dtype="bool")
    frame["somewhere"] = pd.Series([p.diagnostic in somewhere for p in data.planned], dtype="bool")
    return frame


def _results(data: RoundData, aside: set[_Key]) -> pd.DataFrame:
    key = attrgetter("serial", "host", "diagnostic")
    planned = set(map(key, data.planned))
    results: list[ResultRowData] = [r for r in data.results if (r.serial, r.diagnostic) not in aside]
    frame = _columns(
        results, serial="str", host="str", diagnostic="str", measured="str", verdict="str", duration_s="float64",
        reason="str", outputs="int64", whole_outputs="int64", failing_limits="int64",
    )  # fmt: skip
    frame = frame.fillna({"measured": "", "verdict": ""})  # a null would be left out of the check of its word
    frame["planned"] = pd.Series([key(r) in planned for r in results], dtype="bool")
    frame["after_opening_s"] = _seconds((data.opened_at, r.started_at) for r in results)
    frame["before_judging_s"] = _seconds((r.started_at, data.judged_at) for r in results)
    frame["age_s"] = _seconds((r.recorded_at, data.judged_at) for r in results)
    return frame


def _seconds(spans: Iterable[tuple[datetime | None, datetime | None]]) -> pd.Series:
    """Seconds from the first to the second time of each pair; NaN where one is missing."""
    return pd.Series([(b - a).total_seconds() if a and b else None for a, b in spans], dtype="float64")


def _given_readings(readings: Sequence[ReadingData]) -> pd.DataFrame:
    """Readings that have a value; NaN and infinities count as values, and wrong ones."""
    words = dict.fromkeys(("serial", "host", "diagnostic", "part", "name", "unit"), "category")
    numbers = dict.fromkeys(("value", "low", "high", "least", "most"), "float64")
    return _columns([r for r in readings if r.value is not None], **words, **numbers, also_a_word="bool")


def _doubtful(given: pd.DataFrame) -> pd.DataFrame:
    ends = given[["low", "high", "least", "most"]].notna().any(axis="columns")
    return given[ends | given["also_a_word"] | ~np.isfinite(given["value"])].reset_index(drop=True)


def _quantities(data: RoundData, given: pd.DataFrame) -> pd.DataFrame:
    keys = ["serial", "host", "diagnostic", "name", "unit"]
    if data.quantities is None:
        groups = given.groupby(keys, observed=True, sort=False)["value"]
        frame = groups.agg(values="size", least="min", most="max").reset_index()
    else:
        numbers = {"values": "int64", "least": "float64", "most": "float64"}
        frame = _columns(data.quantities, **dict.fromkeys(keys, "category"), **numbers)
    frame["expected_unit"] = pd.Series([data.expected_units.get(name) for name in frame["name"]], dtype="str")
    return frame
