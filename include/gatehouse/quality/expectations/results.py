"""Each result was asked for, is there once, uses our words, and is of this round."""

from typing import ClassVar, Literal

from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_in_set import ExpectColumnValuesToBeInSet
from great_expectations.expectations.core.expect_compound_columns_to_be_unique import ExpectCompoundColumnsToBeUnique
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.model.status import Measured, Verdict
from gatehouse.quality import texts, texts_of_evidence
from gatehouse.quality.expectations.base import WARNING, KeepRule, OfRound, Text, columns, words_of
from gatehouse.quality.thresholds import CLOCK_TOLERANCE_S, MAX_AGE_S


class ExpectResults(OfRound, ExpectTableRowCountToBeBetween):
    """An empty round proves nothing."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.no_results
    min_value: int | None = 1
    description: str | None = "The round has at least one result."


class ExpectResultsPlanned(KeepRule):
    """A result that nobody asked for is of another plan or another machine."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.unplanned_results
    rule: str = "not_asked"
    column_list: list[str] = columns("serial", "host", "diagnostic", "planned")
    description: str | None = "Every result was planned, for that unit on that host."


class ExpectOneResultEach(OfRound, ExpectCompoundColumnsToBeUnique):
    """Nothing is counted twice."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.duplicates
    column_list: list[str] = columns("serial", "diagnostic")
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    description: str | None = "A unit has one result for a diagnostic."


class ExpectStatusWords(OfRound, ExpectColumnValuesToBeInSet):
    """A word that nobody knows counts neither as measured nor as not measured."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.bad_status
    column: str = "measured"
    value_set: list[str] = words_of(Measured)
    description: str | None = f"Whether a result was measured is one of {', '.join(Measured)}."


class ExpectVerdictWords(OfRound, ExpectColumnValuesToBeInSet):
    """A word that nobody knows counts neither as good nor as bad."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.bad_verdict
    column: str = "verdict"
    value_set: list[str] = words_of(Verdict)
    description: str | None = f"The verdict of a result is one of {', '.join(Verdict)}."


class ExpectVerdictsOfMeasurements(KeepRule):
    """Whether it was measured and whether it is good are two questions; without the first the second has no answer."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.verdict_without_measurement
    rule: str = "verdict_without_measurement"
    column_list: list[str] = columns("host", "diagnostic", "measured", "verdict")
    description: str | None = "What was not measured (ERROR, SKIP) has the verdict NOT_APPLICABLE."


class ExpectResultsOfThisRound(KeepRule):
    """A result from before or after its round is another round's, or of a clock that cannot be trusted."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.outside_the_round
    rule: str = "outside_the_round"
    column_list: list[str] = columns("host", "diagnostic", "after_opening_s", "before_judging_s")
    description: str | None = (
        "Every result was started after the round was opened and before it was judged "
        f"(give or take {CLOCK_TOLERANCE_S:.0f} seconds)."
    )


class ExpectStartTimes(KeepRule):
    """A measurement that does not say when it was taken cannot be shown to be fresh."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.without_start
    rule: str = "without_start"
    column_list: list[str] = columns("host", "diagnostic", "measured", "after_opening_s")
    severity: FailureSeverity = WARNING
    description: str | None = "Every measured result says when it was started."


class ExpectResultsRecordedRecently(OfRound, ExpectColumnValuesToBeBetween):
    """A machine changes: what was filed long ago does not speak of it today."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.recorded_long_ago
    column: str = "age_s"
    min_value: float | None = -CLOCK_TOLERANCE_S
    max_value: float | None = MAX_AGE_S
    description: str | None = f"Every result was recorded within the {MAX_AGE_S / 86400:.0f} days before the judgement."


class ExpectPossibleDurations(OfRound, ExpectColumnValuesToBeBetween):
    """Less than no time: the clock was set while the diagnostic ran."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts.bad_duration
    column: str = "duration_s"
    min_value: float | None = 0
    description: str | None = "No result took less than no time."


class ExpectOutputsOfResults(KeepRule):
    """A measurement without a raw output is hearsay."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts_of_evidence.without_whole_output
    rule: str = "without_whole_output"
    column_list: list[str] = columns("host", "diagnostic", "measured", "outputs", "whole_outputs")
    description: str | None = "Every measured result rests on at least one output that ended by itself and came whole."


class ExpectFailuresExplained(KeepRule):
    """Who is to swap a part must see why."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts_of_evidence.unexplained_failure
    rule: str = "unexplained_failure"
    column_list: list[str] = columns("host", "diagnostic", "verdict", "failing_limits")
    description: str | None = "Every FAIL names a limit or a finding that condemns."


class ExpectPassesUncontradicted(KeepRule):
    """A PASS and what condemns it cannot both be true."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts_of_evidence.contradicted_pass
    rule: str = "contradicted_pass"
    column_list: list[str] = columns("host", "diagnostic", "verdict", "failing_limits")
    description: str | None = "No PASS has a limit or a finding that condemns."


class ExpectReasonsOfHoles(KeepRule):
    """Who does not know why cannot mend it."""

    table: ClassVar[str] = "results"
    text: ClassVar[Text] = texts_of_evidence.hole_without_reason
    rule: str = "hole_without_reason"
    column_list: list[str] = columns("host", "diagnostic", "measured", "reason")
    severity: FailureSeverity = WARNING
    description: str | None = "Every result that was not measured says why."
