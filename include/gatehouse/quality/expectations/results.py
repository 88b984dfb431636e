"""Each result was asked for, is there once, uses our words, and is of this round."""

from typing import ClassVar

from great_expectations import expectations as gxe

from gatehouse.model.status import Measured, Verdict
from gatehouse.quality import texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, OfRound
from gatehouse.quality.thresholds import CLOCK_TOLERANCE_S, MAX_AGE_S


class ExpectResults(OfRound, gxe.ExpectTableRowCountToBeBetween):
    """An empty round proves nothing."""

    table: ClassVar = "results"
    text: ClassVar = texts.no_results
    min_value = 1
    description = "The round has at least one result."


class ExpectResultsPlanned(KeepRule):
    """A result that nobody asked for is of another plan or another machine."""

    table: ClassVar = "results"
    text: ClassVar = texts.unplanned_results
    rule = "not_asked"
    column_list = ["serial", "host", "diagnostic", "planned"]
    description = "Every result was planned, for that unit on that host."


class ExpectOneResultEach(OfRound, gxe.ExpectCompoundColumnsToBeUnique):
    """Nothing is counted twice."""

    table: ClassVar = "results"
    text: ClassVar = texts.duplicates
    column_list = ["serial", "diagnostic"]
    ignore_row_if = "never"
    description = "A unit has one result for a diagnostic."


class ExpectStatusWords(OfRound, gxe.ExpectColumnValuesToBeInSet):
    """A word that nobody knows counts neither as measured nor as not measured."""

    table: ClassVar = "results"
    text: ClassVar = texts.bad_status
    column = "measured"
    value_set = [word.value for word in Measured]
    description = f"Whether a result was measured is one of {', '.join(Measured)}."


class ExpectVerdictWords(OfRound, gxe.ExpectColumnValuesToBeInSet):
    """A word that nobody knows counts neither as good nor as bad."""

    table: ClassVar = "results"
    text: ClassVar = texts.bad_verdict
    column = "verdict"
    value_set = [word.value for word in Verdict]
    description = f"The verdict of a result is one of {', '.join(Verdict)}."


class ExpectVerdictsOfMeasurements(KeepRule):
    """Whether it was measured and whether it is good are two questions; without the first the second has no answer."""

    table: ClassVar = "results"
    text: ClassVar = texts.verdict_without_measurement
    rule = "verdict_without_measurement"
    column_list = ["host", "diagnostic", "measured", "verdict"]
    description = "What was not measured (ERROR, SKIP) has the verdict NOT_APPLICABLE."


class ExpectResultsOfThisRound(KeepRule):
    """A result from before or after its round is another round's, or of a clock that cannot be trusted."""

    table: ClassVar = "results"
    text: ClassVar = texts.outside_the_round
    rule = "outside_the_round"
    column_list = ["host", "diagnostic", "after_opening_s", "before_judging_s"]
    description = (
        "Every result was started after the round was opened and before it was judged "
        f"(give or take {CLOCK_TOLERANCE_S:.0f} seconds)."
    )


class ExpectStartTimes(KeepRule):
    """A measurement that does not say when it was taken cannot be shown to be fresh."""

    table: ClassVar = "results"
    text: ClassVar = texts.without_start
    rule = "without_start"
    column_list = ["host", "diagnostic", "measured", "after_opening_s"]
    severity = WARNING
    description = "Every measured result says when it was started."


class ExpectResultsRecordedRecently(OfRound, gxe.ExpectColumnValuesToBeBetween):
    """A machine changes: what was filed long ago does not speak of it today."""

    table: ClassVar = "results"
    text: ClassVar = texts.recorded_long_ago
    column = "age_s"
    min_value = -CLOCK_TOLERANCE_S
    max_value = MAX_AGE_S
    description = f"Every result was recorded within the {MAX_AGE_S / 86400:.0f} days before the judgement."


class ExpectPossibleDurations(OfRound, gxe.ExpectColumnValuesToBeBetween):
    """Less than no time: the clock was set while the diagnostic ran."""

    table: ClassVar = "results"
    text: ClassVar = texts.bad_duration
    column = "duration_s"
    min_value = 0
    description = "No result took less than no time."
