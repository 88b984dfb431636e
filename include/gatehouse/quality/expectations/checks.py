"""Every check can still tell good from bad: its readings move, and it measures something."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts_of_history as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns
from gatehouse.quality.thresholds import MIN_ROUNDS_ALIKE


class ExpectChecksAlive(KeepRule):
    """A value that never moves is not measured, and a limit on it never tried: suspect, a dead check."""

    table: ClassVar[str] = "checks"
    text: ClassVar[Text] = texts.dead_check
    rule: str = "dead_check"
    column_list: list[str] = columns("diagnostic", "name", "unit", "rounds", "values", "least", "most", "broken")
    severity: FailureSeverity = WARNING
    description: str | None = (
        f"Over {MIN_ROUNDS_ALIKE} rounds or more, no performance, temperature, power or latency stayed exactly alike."
    )


class ExpectDiagnosticsMeasuring(KeepRule):
    """What is asked in vain round after round only looks like a check."""

    table: ClassVar[str] = "checks"
    text: ClassVar[Text] = texts.never_measured
    rule: str = "never_measured"
    column_list: list[str] = columns("diagnostic", "name", "rounds", "measured")
    severity: FailureSeverity = WARNING
    description: str | None = f"Over {MIN_ROUNDS_ALIKE} rounds or more, every diagnostic measured something."
