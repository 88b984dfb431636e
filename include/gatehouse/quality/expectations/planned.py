"""The plan was carried out: no hole in it."""

from typing import ClassVar

from gatehouse.quality import texts
from gatehouse.quality.expectations.base import KeepRule


class ExpectPlannedResultsMeasured(KeepRule):
    """A hole in the plan could hide a failure."""

    table: ClassVar = "planned"
    text: ClassVar = texts.missing
    rule = "missing"
    column_list = ["serial", "host", "diagnostic", "recorded"]
    description = "Every planned diagnostic of every planned unit has a result; ERROR and SKIP are results."


class ExpectPlannedUnitsInRound(KeepRule):
    """Without its row, nothing is known of a unit's identity and clock."""

    table: ClassVar = "planned"
    text: ClassVar = texts.of_unknown_units
    rule = "of_unknown_units"
    column_list = ["serial", "host", "known"]
    description = "Every planned unit is a unit of the round, so its identity and clock are checked too."
