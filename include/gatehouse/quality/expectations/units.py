"""Each unit is the machine that the inventory says, and each machine counts once."""

from typing import ClassVar

from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_be_unique import ExpectColumnValuesToBeUnique
from great_expectations.expectations.core.expect_table_row_count_to_be_between import ExpectTableRowCountToBeBetween
from great_expectations.expectations.metadata_types import FailureSeverity

from gatehouse.quality import texts, texts_of_evidence
from gatehouse.quality.expectations.base import WARNING, KeepRule, OfRound, Text, columns
from gatehouse.quality.thresholds import MAX_CLOCK_SKEW_S, MAX_SKEW_CHANGE_S


class ExpectUnits(OfRound, ExpectTableRowCountToBeBetween):
    """An empty round proves nothing."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.no_units
    min_value: int | None = 1
    description: str | None = "The round has at least one unit."


class ExpectUnitsPlanned(KeepRule):
    """A unit of which nothing is asked would pass unseen."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.unplanned_units
    rule: str = "not_asked"
    column_list: list[str] = columns("serial", "host", "planned")
    description: str | None = "Something is planned for every unit of the round."


class ExpectUnitsListedOnce(OfRound, ExpectColumnValuesToBeUnique):
    """A serial number stands for one machine."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.listed_twice
    column: str = "serial"
    description: str | None = "No serial number of the inventory stands for two units of the round."


class ExpectSerialsReportedOnce(KeepRule):
    """Two hosts with one serial: a board was swapped, or one machine answered twice."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.claimed_twice
    rule: str = "claimed_twice"
    column_list: list[str] = columns("host", "claimed_serial")
    description: str | None = "No two units report the same serial number."


class ExpectSerialsOfInventory(KeepRule):
    """Evidence must count for the machine that it was taken from."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.not_of_inventory
    rule: str = "not_of_inventory"
    column_list: list[str] = columns("serial", "host", "claimed_serial")
    description: str | None = "Each unit that reports a serial number reports the one that the inventory holds."


class ExpectBootsSeenOnce(KeepRule):
    """Where serials cannot be read, the boot id still tells that two addresses lead to one machine."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.same_boot
    rule: str = "same_boot"
    column_list: list[str] = columns("host", "boot_id")
    description: str | None = "No two hosts report the same boot id: each was answered for by its own machine."


class ExpectClocksInStep(OfRound, ExpectColumnValuesToBeBetween):
    """A host whose clock is off dates its logs wrongly."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts.skewed
    column: str = "clock_skew_s"
    min_value: float | None = -MAX_CLOCK_SKEW_S
    max_value: float | None = MAX_CLOCK_SKEW_S
    description: str | None = f"The clock of each host that tells one is within {MAX_CLOCK_SKEW_S:.0f} seconds of ours."


class ExpectClocksSteady(KeepRule):
    """Logs from before and after are dated by two clocks."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts_of_evidence.clock_moved
    rule: str = "clock_moved"
    column_list: list[str] = columns("host", "clock_skew_s", "skew_change_s")
    severity: FailureSeverity = WARNING
    description: str | None = (
        f"No host's clock moved by more than {MAX_SKEW_CHANGE_S:.0f} seconds against ours since its last visit."
    )


class ExpectVisitsDuringRound(KeepRule):
    """A visit from before or after its round is another round's."""

    table: ClassVar[str] = "units"
    text: ClassVar[Text] = texts_of_evidence.visited_outside
    rule: str = "visited_outside_the_round"
    column_list: list[str] = columns("host", "after_opening_s", "before_judging_s")
    description: str | None = "Every visit was filed between the opening of the round and its judgement."
