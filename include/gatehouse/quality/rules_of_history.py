"""Rules on what a round looks like beside those before it: parts, checks that never move, units. See ``rules``."""

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.quality.thresholds import (
    CLOCK_TOLERANCE_S,
    FACTOR_TOLERANCE,
    MAX_SKEW_CHANGE_S,
    MIN_ROUNDS_ALIKE,
    MIN_VALUES_ALIKE,
    UNIT_FACTORS,
)

LIVE_UNITS = ("degC", "W", "GFLOP/s", "TFLOP/s", "MB/s", "GB/s", "us", "ns", "rpm")
# Readings in such units that are settings and ratings, alike on every unit and in every run by right.
SETTING = (
    r"(?:^|[._])(?:t?limit|max|min|trip|shutdown|slowdown|crit|critical|warn|warning|threshold|target|default|rated|"
    r"requested|enforced|cap|capacity|speed|rate|width|nominal|expected|lower|upper)(?:[._]|$)"
)
_MEASURED_RATE = r"(?:^|[._])(?:busbw|algbw|bandwidth|throughput|gflops|tflops)(?:[._]|$)"
# What a chassis may share among its nodes, or whose number is unique only together with its maker's.
_LOOSE_KINDS = r"^(?:dimm|bank|psu|ps|fru|module)"


def clock_moved(units: pd.DataFrame) -> "pd.Series[bool]":
    """Units whose clock went another way than ours between two visits: it was set, or nobody keeps it."""
    return units["skew_change_s"].abs() > MAX_SKEW_CHANGE_S


def visited_outside_the_round(units: pd.DataFrame) -> "pd.Series[bool]":
    """Units whose visit was filed before the round was opened, or after it was judged."""
    return (units["after_opening_s"] < -CLOCK_TOLERANCE_S) | (units["before_judging_s"] < -CLOCK_TOLERANCE_S)


def in_two_units(parts: pd.DataFrame) -> "pd.Series[bool]":
    """Parts that two units claim at once, of a kind that can only be in one."""
    return _shared(parts) & ~_loose(parts)


def loose_in_two_units(parts: pd.DataFrame) -> "pd.Series[bool]":
    """Parts that two units claim at once, of a kind that a chassis may share or that makers number alike."""
    return _shared(parts) & _loose(parts)


def moved_part(moves: pd.DataFrame) -> "pd.Series[bool]":
    """Parts that an earlier round saw in another unit."""
    return moves["serial"] != moves["before_serial"]


def replaced_part(moves: pd.DataFrame) -> "pd.Series[bool]":
    """Slots that hold another part than in an earlier round."""
    return (moves["serial"] == moves["before_serial"]) & (moves["number"] != moves["before_number"])


def dead_check(checks: pd.DataFrame) -> "pd.Series[bool]":
    """Live readings that showed one value, other than 0, in all runs, so that no limit on them was ever tried."""
    still = (checks["least"] == checks["most"]) & (checks["most"] != 0)
    return _is_live(checks) & still & (checks["broken"] == 0) & _often(checks)


def never_measured(checks: pd.DataFrame) -> "pd.Series[bool]":
    """Diagnostics that were asked in all runs, and never once measured anything."""
    return (checks["name"] == "") & (checks["measured"] == 0) & (checks["rounds"] >= MIN_ROUNDS_ALIKE)


def unproven(checks: pd.DataFrame) -> "pd.Series[bool]":
    """Checks that were asked in many runs and never failed: only their samples prove that they can. No fault."""
    asked = (checks["limited"] > 0) | (checks["name"] == "")
    return asked & (checks["broken"] == 0) & (checks["measured"] > 0) & (checks["rounds"] >= MIN_ROUNDS_ALIKE)


def unit_changed(changes: pd.DataFrame) -> "pd.Series[bool]":
    """Readings that came in another unit of measurement before, and whose name does not ask for the new one."""
    return (changes["unit"] != changes["before_unit"]) & (changes["unit"] != changes["named_unit"])


def unit_corrected(changes: pd.DataFrame) -> "pd.Series[bool]":
    """Readings that came in another unit of measurement before, and now come in the one that their name says."""
    return (changes["unit"] != changes["before_unit"]) & (changes["unit"] == changes["named_unit"])


def jumped_by_a_factor(changes: pd.DataFrame) -> "pd.Series[bool]":
    """Readings whose median moved by a factor that units of measurement differ by."""
    rate = changes["name"].str.contains(_MEASURED_RATE, case=False, regex=True)
    same = (changes["unit"] == changes["before_unit"]) & ((changes["unit"] != "") | rate)
    return same & factor_of(changes).notna()


def factor_of(changes: pd.DataFrame) -> "pd.Series[float]":
    """The factor between units that a median rose or fell by; NaN where it is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (changes["median"] / changes["before_median"]).abs().replace([np.inf, 0.0], np.nan)
    grown = np.exp(np.log(ratio).abs())
    found = pd.Series(np.nan, index=changes.index, dtype="float64")
    for factor in UNIT_FACTORS:
        found[(grown / factor - 1).abs() <= FACTOR_TOLERANCE] = factor
    return found


def _shared(parts: pd.DataFrame) -> "pd.Series[bool]":
    groups = parts.assign(kind=_kind(parts)).groupby(["kind", "name", "number"])["serial"]
    return groups.transform("nunique") > 1 if len(parts) else pd.Series([], dtype="bool")


def _loose(parts: pd.DataFrame) -> "pd.Series[bool]":
    return _kind(parts).str.contains(_LOOSE_KINDS, case=False, regex=True)


def _kind(parts: pd.DataFrame) -> "pd.Series[str]":
    return parts["part"].str.replace(r"[0-9].*$", "", regex=True)


def _is_live(checks: pd.DataFrame) -> "pd.Series[bool]":
    name = checks["name"]
    live = checks["unit"].isin(LIVE_UNITS) & ~name.str.contains(SETTING, case=False, regex=True)
    return live | name.str.contains(_MEASURED_RATE, case=False, regex=True)


def _often(checks: pd.DataFrame) -> "pd.Series[bool]":
    return (checks["rounds"] >= MIN_ROUNDS_ALIKE) & (checks["values"] >= MIN_VALUES_ALIKE)
