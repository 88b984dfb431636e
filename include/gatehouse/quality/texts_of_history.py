"""What a failed expectation on parts, checks and units says to a program manager. See ``texts``."""

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.quality.rules_of_history import factor_of
from gatehouse.quality.wording import counted, hosts_of, listed, number, shown

_NAMED = 3  # parts or checks that one sentence spells out


def in_two_units(rows: pd.DataFrame) -> str:
    """Which part is in several units."""
    groups = [group for _, group in rows.groupby(["name", "number"])]
    said = [
        f"{_parts(group)} with the {shown(group['name'].iloc[0])} {shown(group['number'].iloc[0])} "
        f"is in {hosts_of(group)}"
        for group in groups
    ]
    return f"{counted(len(groups), 'part')} in more than one unit at once: {_some(said)}"


def moved_part(rows: pd.DataFrame) -> str:
    """Which part came from where."""
    said = [
        f"{shown(r['part'])} of {shown(r['host'])} ({shown(r['name'])} {shown(r['number'])}) was "
        f"{shown(r['before_part'])} of {shown(r['before_host'])} in round {shown(r['round_id'])} on {shown(r['on'])}"
        for _, r in _ordered(rows).head(_NAMED).iterrows()
    ]
    return f"{counted(len(rows), 'part')} moved from another unit: {_some(said, len(rows))}"


def replaced_part(rows: pd.DataFrame) -> str:
    """Which slot holds another part."""
    said = [
        f"{shown(r['part'])} of {shown(r['host'])} has the {shown(r['name'])} {shown(r['number'])}, and had "
        f"{shown(r['before_number'])} in round {shown(r['round_id'])} on {shown(r['on'])}"
        for _, r in _ordered(rows).head(_NAMED).iterrows()
    ]
    return f"{counted(len(rows), 'part')} replaced: {_some(said, len(rows))}"


def dead_check(rows: pd.DataFrame) -> str:
    """Which readings never move."""
    said = [
        f"{shown(r['name'])} of {shown(r['diagnostic'])} is exactly {_value(r['least'], r['unit'])} in all "
        f"{r['values']:,} values of {r['rounds']} rounds{_limit(r)}"
        for _, r in rows.sort_values(["diagnostic", "name", "unit"]).iterrows()
    ]
    return "suspect: dead check, for what should move does not: " + _some(said)


def never_measured(rows: pd.DataFrame) -> str:
    """Which diagnostics are asked in vain."""
    said = [
        f"{shown(r['diagnostic'])} (no measurement in {r['values']:,} results of {r['rounds']} rounds)"
        for _, r in rows.sort_values("diagnostic").iterrows()
    ]
    return "suspect: dead check, for it is asked and never measures: " + _some(said)


def unit_changed(rows: pd.DataFrame) -> str:
    """Which readings changed their unit."""
    said = [f"{_change(r)}{_versions(r)}" for _, r in rows.sort_values(["diagnostic", "name"]).iterrows()]
    return f"{counted(len(rows), 'reading')} changed the unit of measurement: {_some(said)}"


def unit_corrected(rows: pd.DataFrame) -> str:
    """Which readings were wrong before."""
    said = [f"{_change(r)}{_versions(r)}" for _, r in rows.sort_values(["diagnostic", "name"]).iterrows()]
    return f"{counted(len(rows), 'reading')} came in another unit than its name says in an earlier round: {_some(said)}"


def jumped_by_a_factor(rows: pd.DataFrame) -> str:
    """Which medians jumped."""
    said = [
        f"{shown(r['name'])} of {shown(r['diagnostic'])} went from {number(r['before_median'])} to "
        f"{_value(r['median'], r['unit'])}, a factor of {number(factor)}{_versions(r)}"
        for (_, r), factor in zip(rows.iterrows(), factor_of(rows), strict=True)
    ]
    many = counted(len(rows), "median")
    return f"{many} moved by a factor between units of measurement since the last sound round: {_some(sorted(said))}"


def _some(said: list[str], total: int = 0) -> str:
    rest = max(total, len(said)) - _NAMED
    return "; ".join(said[:_NAMED]) + (f"; and {rest:,} more" if rest > 0 else "")


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(["host", "part", "name", "number"])


def _parts(rows: pd.DataFrame) -> str:
    return listed([shown(part) for part in sorted(set(rows["part"]))], _NAMED)


def _change(row: pd.Series) -> str:
    return (
        f"{shown(row['name'])} of {shown(row['diagnostic'])} is in {shown(row['unit']) or 'no unit'} and was in "
        f"{shown(row['before_unit']) or 'no unit'} in round {shown(row['round_id'])}"
    )


def _versions(row: pd.Series) -> str:
    return f" ({shown(row['versions'])})" if row["versions"] else " (no version of a tool changed that is known)"


def _value(value: float, unit: str) -> str:
    return f"{number(value)} {shown(unit)}".rstrip()


def _limit(row: pd.Series) -> str:
    return f", and its limit never failed in {row['limited']:,}" if row["limited"] else ""
