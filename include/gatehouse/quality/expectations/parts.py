"""A part is in one unit at a time, and its moves are known."""

from typing import ClassVar

from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts_of_history as texts
from gatehouse.quality.expectations.base import WARNING, KeepRule, Text, columns


class ExpectPartsInOneUnit(KeepRule):
    """One part in two machines: one of them answered for the other, or a label was copied."""

    table: ClassVar[str] = "parts"
    text: ClassVar[Text] = texts.in_two_units
    rule: str = "in_two_units"
    column_list: list[str] = columns("serial", "host", "part", "name", "number")
    description: str | None = "No part's serial number is in two units of the round."


class ExpectLoosePartsInOneUnit(KeepRule):
    """A chassis may share its power supplies, and a module's number is unique only with its maker's."""

    table: ClassVar[str] = "parts"
    text: ClassVar[Text] = texts.in_two_units
    rule: str = "loose_in_two_units"
    column_list: list[str] = columns("serial", "host", "part", "name", "number")
    severity: FailureSeverity = WARNING
    description: str | None = "No memory module's or power supply's number is in two units of the round."


class ExpectPartsToStay(KeepRule):
    """Earlier evidence of the part, good or bad, is filed under another machine."""

    table: ClassVar[str] = "moves"
    text: ClassVar[Text] = texts.moved_part
    rule: str = "moved_part"
    column_list: list[str] = columns("serial", "host", "part", "name", "number", "before_serial", "before_host")
    severity: FailureSeverity = WARNING
    description: str | None = "Every part is in the unit in which the rounds before saw it."


class ExpectSlotsUnchanged(KeepRule):
    """Earlier evidence of the slot is of another part."""

    table: ClassVar[str] = "moves"
    text: ClassVar[Text] = texts.replaced_part
    rule: str = "replaced_part"
    column_list: list[str] = columns("serial", "host", "part", "name", "number", "before_serial", "before_number")
    severity: FailureSeverity = WARNING
    description: str | None = "Every slot holds the part that the rounds before saw there."
