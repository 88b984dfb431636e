"""A reading means what it meant in the round before, whatever version of a tool gave it."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts_of_history as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns


class ExpectUnitsUnchanged(KeepRule):
    """Numbers in two units would stand in one population."""

    table: ClassVar[str] = "changes"
    text: ClassVar[Text] = texts.unit_changed
    rule: str = "unit_changed"
    column_list: list[str] = columns("diagnostic", "name", "unit", "before_unit", "named_unit")
    description: str | None = "No reading changed its unit of measurement since the last sound round."


class ExpectUnitsRightBefore(KeepRule):
    """This round is right by its name; the one before was not, and counts as evidence."""

    table: ClassVar[str] = "changes"
    text: ClassVar[Text] = texts.unit_corrected
    rule: str = "unit_corrected"
    column_list: list[str] = columns("diagnostic", "name", "unit", "before_unit", "named_unit")
    severity: FailureSeverity = WARNING
    description: str | None = "No reading came in a wrong unit of measurement in the last sound round."


class ExpectMediansInStep(KeepRule):
    """A population that grows a thousandfold over night was rather measured in another unit."""

    table: ClassVar[str] = "changes"
    text: ClassVar[Text] = texts.jumped_by_a_factor
    rule: str = "jumped_by_a_factor"
    column_list: list[str] = columns("diagnostic", "name", "unit", "before_unit", "median", "before_median")
    severity: FailureSeverity = WARNING
    description: str | None = (
        "No median over all parts and units moved by a factor between units (8, 1000, 1024, a million) "
        "since the last sound round."
    )
