"""Which rows of a table break a rule: pure functions from a table to a column of booleans.

These are the judgements that Great Expectations has no expectation for; ``expectations`` makes one of each.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types

from gatehouse.model.status import Measured, Verdict
from gatehouse.quality import rules_of_evidence as evidence
from gatehouse.quality import rules_of_history as history
from gatehouse.quality.thresholds import CLOCK_TOLERANCE_S, MIN_UNITS_TO_VARY, VARYING_UNITS

Rule = Callable[[pd.DataFrame], "pd.Series[bool]"]


def missing(planned: pd.DataFrame) -> "pd.Series[bool]":
    """Planned results without a row. ERROR and SKIP have rows: they are honest data."""
    return ~planned["recorded"]


def nowhere_measured(planned: pd.DataFrame) -> "pd.Series[bool]":
    """Planned results of a mandatory diagnostic that no unit of the round was measured by, though it left rows."""
    return planned["mandatory"] & planned["recorded"] & ~planned["somewhere"]


def of_unknown_units(planned: pd.DataFrame) -> "pd.Series[bool]":
    """Planned results of a unit that the round does not hold: nobody looked at who it is."""
    return ~planned["known"]


def not_asked(table: pd.DataFrame) -> "pd.Series[bool]":
    """Results, or units, that no plan asked for."""
    return ~table["planned"]


def claimed_twice(units: pd.DataFrame) -> "pd.Series[bool]":
    """Units whose machine reports a serial that another unit's machine reports too. Letter case is not told apart."""
    return _shared(units["claimed_serial"].str.casefold())


def not_of_inventory(units: pd.DataFrame) -> "pd.Series[bool]":
    """Units whose machine reports another serial than the inventory's. Silence is no mismatch."""
    claimed = units["claimed_serial"]
    return claimed.notna() & (claimed.str.casefold() != units["serial"].str.strip().str.casefold())


def same_boot(units: pd.DataFrame) -> "pd.Series[bool]":
    """Units that report one boot id: the kernel draws 122 random bits at boot, so one machine answered for both."""
    return _shared(units["boot_id"])


def verdict_without_measurement(results: pd.DataFrame) -> "pd.Series[bool]":
    """Results that were not measured, and yet say PASS or FAIL."""
    unmeasured = results["measured"].isin([Measured.ERROR.value, Measured.SKIP.value])
    return unmeasured & (results["verdict"] != Verdict.NOT_APPLICABLE.value)


def outside_the_round(results: pd.DataFrame) -> "pd.Series[bool]":
    """Results that were started before the round was opened, or after it was judged."""
    early = results["after_opening_s"] < -CLOCK_TOLERANCE_S
    return early | (results["before_judging_s"] < -CLOCK_TOLERANCE_S)


def without_start(results: pd.DataFrame) -> "pd.Series[bool]":
    """Measured results that do not say when: that they are fresh cannot be shown."""
    return (results["measured"] == Measured.COMPLETE.value) & results["after_opening_s"].isna()


def not_finite(readings: pd.DataFrame) -> "pd.Series[bool]":
    """Readings that are NaN or infinite."""
    return ~np.isfinite(readings["value"])


def beyond_physics(readings: pd.DataFrame) -> "pd.Series[bool]":
    """Readings outside the bounds that physics sets: wrong, neither excellent nor a fault."""
    return (readings["value"] < readings["low"]) | (readings["value"] > readings["high"])


def ends_in_disorder(readings: pd.DataFrame) -> "pd.Series[bool]":
    """Readings that were held against a limit whose least is above its most: nothing can keep it."""
    return readings["least"] > readings["most"]


def number_and_word(readings: pd.DataFrame) -> "pd.Series[bool]":
    """Readings that are a number and a text at once: nobody can say which of them was judged."""
    return readings["also_a_word"]


def of_unexpected_unit(quantities: pd.DataFrame) -> "pd.Series[bool]":
    """Quantities in another unit than the catalogue's."""
    expected = quantities["expected_unit"]
    return expected.notna() & (quantities["unit"].astype("str") != expected)


def of_mixed_units(quantities: pd.DataFrame) -> "pd.Series[bool]":
    """Quantities whose name comes in two units within the round: they cannot be compared."""
    units = quantities.astype({"name": "str", "unit": "str"}).groupby("name")["unit"].transform("nunique")
    return units > 1


def never_varying(quantities: pd.DataFrame) -> "pd.Series[bool]":
    """Temperatures and powers that are bit-identical on all parts of all units, of which there are at least five."""
    name = quantities["name"].astype("str")
    live = quantities["unit"].isin(VARYING_UNITS) & ~name.str.contains(history.SETTING, case=False, regex=True)
    groups = quantities.astype({"diagnostic": "str", "name": "str", "unit": "str"}).groupby(
        ["diagnostic", "name", "unit"], observed=True
    )
    least, most = groups["least"].transform("min"), groups["most"].transform("max")
    return live & (least == most) & (groups["serial"].transform("nunique") >= MIN_UNITS_TO_VARY)


def _shared(names: "pd.Series[str]") -> "pd.Series[bool]":
    return names.notna() & names.duplicated(keep=False)


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        missing,
        nowhere_measured,
        of_unknown_units,
        not_asked,
        claimed_twice,
        not_of_inventory,
        same_boot,
        verdict_without_measurement,
        outside_the_round,
        without_start,
        not_finite,
        beyond_physics,
        ends_in_disorder,
        number_and_word,
        of_unexpected_unit,
        of_mixed_units,
        never_varying,
        evidence.nobody_asked,
        evidence.of_undescribed_skus,
        evidence.too_much_set_aside,
        evidence.without_whole_output,
        evidence.unexplained_failure,
        evidence.contradicted_pass,
        evidence.hole_without_reason,
        evidence.ungraded_violation,
        evidence.of_unknown_part,
        evidence.unfinished_output,
        evidence.exited_without_code,
        evidence.no_hash,
        evidence.raw_output_lost,
        evidence.raw_output_damaged,
        evidence.truncated_output,
        evidence.measured_before_its_end,
        evidence.never_ended,
        evidence.not_acknowledged,
        evidence.beyond_its_limit,
        history.clock_moved,
        history.visited_outside_the_round,
        history.in_two_units,
        history.loose_in_two_units,
        history.moved_part,
        history.replaced_part,
        history.dead_check,
        history.never_measured,
        history.unit_changed,
        history.unit_corrected,
        history.jumped_by_a_factor,
    )
}
