"""Readings are numbers that such parts can show, in the unit that their name says."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns
from gatehouse.quality.thresholds import MIN_UNITS_TO_VARY

_READING = ("host", "diagnostic", "part", "name", "value", "unit")


class ExpectFiniteReadings(KeepRule):
    """NaN compares as false with every limit, so it would pass them all or fail them all."""

    table: ClassVar[str] = "readings"
    text: ClassVar[Text] = texts.not_finite
    rule: str = "not_finite"
    column_list: list[str] = columns(*_READING)
    description: str | None = "No reading is NaN or infinite."


class ExpectReadingsWithinPhysics(KeepRule):
    """A measurement above the part's physical peak is wrong, not excellent."""

    table: ClassVar[str] = "readings"
    text: ClassVar[Text] = texts.beyond_physics
    rule: str = "beyond_physics"
    column_list: list[str] = columns(*_READING, "low", "high")
    description: str | None = "Every reading that physics bounds lies within its bounds."


class ExpectLimitsInOrder(KeepRule):
    """A limit that nothing can keep fails good machines."""

    table: ClassVar[str] = "readings"
    text: ClassVar[Text] = texts.ends_in_disorder
    rule: str = "ends_in_disorder"
    column_list: list[str] = columns("host", "diagnostic", "part", "name", "value", "unit", "least", "most")
    description: str | None = "No limit's least is above its most."


class ExpectNumbersOrWords(KeepRule):
    """Nobody could say which of the two was judged."""

    table: ClassVar[str] = "readings"
    text: ClassVar[Text] = texts.number_and_word
    rule: str = "number_and_word"
    column_list: list[str] = columns("host", "diagnostic", "part", "name", "value", "unit", "also_a_word")
    description: str | None = "No reading is a number and a text at once."


class ExpectUnitsOfCatalogue(KeepRule):
    """A number in another unit is another number."""

    table: ClassVar[str] = "quantities"
    text: ClassVar[Text] = texts.of_unexpected_unit
    rule: str = "of_unexpected_unit"
    column_list: list[str] = columns("host", "diagnostic", "name", "unit", "expected_unit")
    description: str | None = "Every reading whose unit is known has that unit."


class ExpectOneUnitOfMeasurement(KeepRule):
    """Values of one name are compared across machines, so they must be in one unit."""

    table: ClassVar[str] = "quantities"
    text: ClassVar[Text] = texts.of_mixed_units
    rule: str = "of_mixed_units"
    column_list: list[str] = columns("host", "name", "unit")
    description: str | None = "No reading comes in two units of measurement."


class ExpectSensorsToVary(KeepRule):
    """Real sensors differ from part to part. One value everywhere comes from a stuck sensor or from no sensor."""

    table: ClassVar[str] = "quantities"
    text: ClassVar[Text] = texts.never_varying
    rule: str = "never_varying"
    column_list: list[str] = columns("serial", "diagnostic", "name", "unit", "least", "most")
    severity: FailureSeverity = WARNING
    description: str | None = (
        f"With {MIN_UNITS_TO_VARY} units or more, no temperature or power is exactly alike on all parts of all units."
    )
