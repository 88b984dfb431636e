"""What a failed expectation says to a program manager: from the rows that failed to one bounded sentence."""

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.quality.thresholds import MAX_AGE_S, MAX_CLOCK_SKEW_S
from gatehouse.quality.wording import counted, each, hosts_of, listed, number, shown, span

_NAMED = 3  # serials, boots or reading names that one sentence spells out


def no_units(_: pd.DataFrame) -> str:
    """There is nobody."""
    return "the round has no units"


def no_results(_: pd.DataFrame) -> str:
    """There is nothing."""
    return "the round has no results"


def missing(rows: pd.DataFrame) -> str:
    """Which planned results have no row."""
    verb = "is" if len(rows) == 1 else "are"
    unvisited = rows[~rows["visited"]]
    never = f" (never visited: {hosts_of(unvisited)})" if len(unvisited) else ""
    return f"{counted(len(rows), 'planned result')} {verb} missing{never}: {each(rows, _diagnostic)}"


def nowhere_measured(rows: pd.DataFrame) -> str:
    """Which mandatory diagnostics nobody answered."""
    names = sorted({shown(name) for name in rows["diagnostic"]})
    verb = "was" if len(names) == 1 else "were"
    return (
        f"{counted(len(names), 'mandatory diagnostic')} {verb} measured on none of {counted(_hosts(rows), 'unit')}: "
        + listed(names)
    )


def of_unknown_units(rows: pd.DataFrame) -> str:
    """Which units are planned, and not there."""
    return f"{_units(rows)} planned but not in the round: {hosts_of(rows)}"


def unplanned_units(rows: pd.DataFrame) -> str:
    """Which units nothing is asked of."""
    return f"nothing is planned for {counted(_hosts(rows), 'unit')} of the round: {hosts_of(rows)}"


def unplanned_results(rows: pd.DataFrame) -> str:
    """Which results nobody asked for."""
    return f"{_results(rows)} not planned: {each(rows, _diagnostic)}"


def duplicates(rows: pd.DataFrame) -> str:
    """Which results are there more than once."""
    return f"{counted(len(rows), 'result')} for the same unit and diagnostic: {each(rows, _diagnostic)}"


def listed_twice(rows: pd.DataFrame) -> str:
    """Which serial stands for several units."""
    return _by(rows, "serial", "unit", "are listed under the serial")


def claimed_twice(rows: pd.DataFrame) -> str:
    """Which serial several machines report."""
    return _by(rows, "claimed_serial", "unit", "report the serial")


def not_of_inventory(rows: pd.DataFrame) -> str:
    """Which machines are not those of the inventory."""
    said = each(rows, lambda row: f"reports {shown(row['claimed_serial'])}, not {shown(row['serial'])}")
    return f"{counted(_hosts(rows), 'host')} with another serial than the inventory's: {said}"


def same_boot(rows: pd.DataFrame) -> str:
    """Which hosts are one machine."""
    return _by(rows, "boot_id", "host", "were answered for by one machine, boot")


def skewed(rows: pd.DataFrame) -> str:
    """Whose clock is off, and by how much."""
    said = each(rows, lambda row: f"{span(row['clock_skew_s'])} {'ahead' if row['clock_skew_s'] > 0 else 'behind'}")
    return f"{counted(_hosts(rows), 'host')} with a clock more than {span(MAX_CLOCK_SKEW_S)} off: {said}"


def bad_status(rows: pd.DataFrame) -> str:
    """Which results have a status that is no word of ours."""
    return f"{counted(len(rows), 'result')} with an unknown status: {each(rows, _measured)}"


def bad_verdict(rows: pd.DataFrame) -> str:
    """Which results have a verdict that is no word of ours."""
    said = each(rows, lambda row: f"{_diagnostic(row)} {shown(row['verdict']) or 'nothing'}")
    return f"{counted(len(rows), 'result')} with an unknown verdict: {said}"


def verdict_without_measurement(rows: pd.DataFrame) -> str:
    """Which results judge what was not measured."""
    said = each(rows, lambda row: f"{_measured(row)} but {shown(row['verdict'])}")
    return f"{counted(len(rows), 'result')} with a verdict on what was not measured: {said}"


def outside_the_round(rows: pd.DataFrame) -> str:
    """Which results are older than their round, or from the future."""
    return f"{_results(rows)} not taken during the round: {each(rows, _when)}"


def without_start(rows: pd.DataFrame) -> str:
    """Which results do not say when they were taken."""
    return f"{counted(len(rows), 'result')} without a start time: {each(rows, _diagnostic)}"


def recorded_long_ago(rows: pd.DataFrame) -> str:
    """Which results were filed too long before the judgement, or after it."""
    said = each(rows, lambda row: f"{_diagnostic(row)} {_age(row['age_s'])}")
    return f"{_results(rows)} not recorded within the {span(MAX_AGE_S)} before the judgement: {said}"


def bad_duration(rows: pd.DataFrame) -> str:
    """Which results took less than no time."""
    said = each(rows, lambda row: f"{_diagnostic(row)} {number(row['duration_s'])} s")
    return f"{counted(len(rows), 'result')} with an impossible duration: {said}"


def not_finite(rows: pd.DataFrame) -> str:
    """Which readings are no numbers."""
    return f"{counted(len(rows), 'reading')} without a finite value: {each(rows, _reading)}"


def beyond_physics(rows: pd.DataFrame) -> str:
    """Which readings no such part can show."""
    verb = "is" if len(rows) == 1 else "are"
    said = each(rows, lambda row: f"{_reading(row)} {_bound(row)}")
    return f"{counted(len(rows), 'reading')} {verb} beyond physics: {said}"


def ends_in_disorder(rows: pd.DataFrame) -> str:
    """Which limits nothing can keep."""
    said = each(rows, lambda row: f"{_reading(row)} against {number(row['least'])} to {number(row['most'])}")
    return f"{counted(len(rows), 'reading')} held against a limit that nothing can keep: {said}"


def number_and_word(rows: pd.DataFrame) -> str:
    """Which readings are two things at once."""
    return f"{counted(len(rows), 'reading')} with a number and a text at once: {each(rows, _reading)}"


def of_unexpected_unit(rows: pd.DataFrame) -> str:
    """Which reading comes in another unit than the catalogue's."""
    groups = rows.astype({"name": "str", "unit": "str"}).groupby(["name", "unit", "expected_unit"])
    said = [
        f"{shown(name)} is in {shown(unit) or 'no unit'} instead of {shown(expected) or 'no unit'} on {hosts_of(group)}"
        for (name, unit, expected), group in groups
    ]
    return "a reading has the wrong unit: " + listed(said, _NAMED)


def of_mixed_units(rows: pd.DataFrame) -> str:
    """Which reading comes in several units."""
    groups = rows.astype({"name": "str", "unit": "str"}).groupby("name")["unit"]
    units = {name: [shown(unit) or "none" for unit in sorted(set(group))] for name, group in groups}
    said = [f"{shown(name)} ({listed(names)})" for name, names in units.items()]
    return f"{counted(len(said), 'reading')} in more than one unit of measurement: {listed(said, _NAMED)}"


def never_varying(rows: pd.DataFrame) -> str:
    """Which sensors show one value everywhere."""
    groups = rows.astype({"diagnostic": "str", "name": "str", "unit": "str"}).groupby(["diagnostic", "name", "unit"])
    said = [
        f"{shown(name)} of {shown(diagnostic)} is exactly {number(group['least'].iloc[0])} {shown(unit)} "
        f"in all {group['values'].sum():,} values of {counted(_hosts(group), 'unit')}"
        for (diagnostic, name, unit), group in groups
    ]
    return "a sensor that should vary does not, so it may be stuck or made up: " + listed(said, _NAMED)


def _by(rows: pd.DataFrame, column: str, noun: str, verb: str) -> str:
    """``two units report the serial X: a, b`` for each value that several rows share."""
    groups = [(shown(group[column].min()), group) for _, group in rows.groupby(rows[column].str.casefold())]
    said = [f"{counted(len(group), noun)} {verb} {value}: {hosts_of(group)}" for value, group in groups[:_NAMED]]
    rest = len(groups) - _NAMED
    return "; ".join(said) + (f"; and {rest:,} more such" if rest > 0 else "")


def _hosts(rows: pd.DataFrame) -> int:
    return int(rows["host"].nunique())


def _units(rows: pd.DataFrame) -> str:
    return f"{counted(_hosts(rows), 'unit')} {'is' if _hosts(rows) == 1 else 'are'}"


def _results(rows: pd.DataFrame) -> str:
    return f"{counted(len(rows), 'result')} {'was' if len(rows) == 1 else 'were'}"


def _diagnostic(row: pd.Series) -> str:
    return shown(row["diagnostic"])


def _measured(row: pd.Series) -> str:
    return f"{_diagnostic(row)} {shown(row['measured']) or 'nothing'}"


def _when(row: pd.Series) -> str:
    late = row["before_judging_s"] < 0
    when = f"{span(row['before_judging_s'])} after the judgement" if late else _early(row["after_opening_s"])
    return f"{_diagnostic(row)} started {when}"


def _early(after_opening_s: float) -> str:
    return f"{span(after_opening_s)} before the opening"


def _age(age_s: float) -> str:
    return f"{span(age_s)} before" if age_s > 0 else f"{span(age_s)} after"


def _reading(row: pd.Series) -> str:
    return f"{shown(row['part'])} {shown(row['name'])} {number(row['value'])} {shown(row['unit'])}".rstrip()


def _bound(row: pd.Series) -> str:
    low = row["value"] < row["low"]
    return f"below {number(row['low'])}" if low else f"above {number(row['high'])}"
