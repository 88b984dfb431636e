"""The plan was carried out: no hole in it."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns


class ExpectPlannedResultsMeasured(KeepRule):
    """A hole in the plan could hide a failure."""

    table: ClassVar[str] = "planned"
    text: ClassVar[Text] = texts.missing
    rule: str = "missing"
    column_list: list[str] = columns("serial", "host", "diagnostic", "recorded")
    description: str | None = "Every planned diagnostic of every planned unit has a result; ERROR and SKIP are results."


class ExpectPlannedUnitsInRound(KeepRule):
    """Without its row, nothing is known of a unit's identity and clock."""

    table: ClassVar[str] = "planned"
    text: ClassVar[Text] = texts.of_unknown_units
    rule: str = "of_unknown_units"
    column_list: list[str] = columns("serial", "host", "known")
    description: str | None = "Every planned unit is a unit of the round, so its identity and clock are checked too."


class ExpectMandatoryMeasured(KeepRule):
    """Nobody answered: the tool or the way to it is broken, not one machine."""

    table: ClassVar[str] = "planned"
    text: ClassVar[Text] = texts.nowhere_measured
    rule: str = "nowhere_measured"
    column_list: list[str] = columns("host", "diagnostic", "mandatory", "recorded", "somewhere")
    severity: FailureSeverity = WARNING
    description: str | None = "Every mandatory diagnostic was measured on one unit at least."
