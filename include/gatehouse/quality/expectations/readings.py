"""Readings are numbers that such parts can show, in the unit that their name says."""

from typing import ClassVar

from gatehouse.quality import texts
from gatehouse.quality.expectations.base import WARNING, KeepRule
from gatehouse.quality.thresholds import MIN_UNITS_TO_VARY

_READING = ["host", "diagnostic", "part", "name", "value", "unit"]


class ExpectFiniteReadings(KeepRule):
    """NaN compares as false with every limit, so it would pass them all or fail them all."""

    table: ClassVar = "readings"
    text: ClassVar = texts.not_finite
    rule = "not_finite"
    column_list = _READING
    description = "No reading is NaN or infinite."


class ExpectReadingsWithinPhysics(KeepRule):
    """A measurement above the part's physical peak is wrong, not excellent."""

    table: ClassVar = "readings"
    text: ClassVar = texts.beyond_physics
    rule = "beyond_physics"
    column_list = [*_READING, "low", "high"]
    description = "Every reading that physics bounds lies within its bounds."


class ExpectUnitsOfCatalogue(KeepRule):
    """A number in another unit is another number."""

    table: ClassVar = "quantities"
    text: ClassVar = texts.of_unexpected_unit
    rule = "of_unexpected_unit"
    column_list = ["host", "diagnostic", "name", "unit", "expected_unit"]
    description = "Every reading whose unit is known has that unit."


class ExpectOneUnitOfMeasurement(KeepRule):
    """Values of one name are compared across machines, so they must be in one unit."""

    table: ClassVar = "quantities"
    text: ClassVar = texts.of_mixed_units
    rule = "of_mixed_units"
    column_list = ["host", "name", "unit"]
    description = "No reading comes in two units of measurement."


class ExpectSensorsToVary(KeepRule):
    """Real sensors differ from part to part. One value everywhere comes from a stuck sensor or from no sensor."""

    table: ClassVar = "quantities"
    text: ClassVar = texts.never_varying
    rule = "never_varying"
    column_list = ["serial", "diagnostic", "name", "unit", "least", "most"]
    severity = WARNING
    description = (
        f"With {MIN_UNITS_TO_VARY} units or more, no temperature or power is exactly the same on all parts of all units."
    )
