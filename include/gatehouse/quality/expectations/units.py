"""Each unit is the machine that the inventory says, and each machine counts once."""

from typing import ClassVar

from great_expectations import expectations as gxe

from gatehouse.quality import texts
from gatehouse.quality.expectations.base import KeepRule, OfRound
from gatehouse.quality.thresholds import MAX_CLOCK_SKEW_S


class ExpectUnits(OfRound, gxe.ExpectTableRowCountToBeBetween):
    """An empty round proves nothing."""

    table: ClassVar = "units"
    text: ClassVar = texts.no_units
    min_value = 1
    description = "The round has at least one unit."


class ExpectUnitsPlanned(KeepRule):
    """A unit of which nothing is asked would pass unseen."""

    table: ClassVar = "units"
    text: ClassVar = texts.unplanned_units
    rule = "not_asked"
    column_list = ["serial", "host", "planned"]
    description = "Something is planned for every unit of the round."


class ExpectUnitsListedOnce(OfRound, gxe.ExpectColumnValuesToBeUnique):
    """A serial number stands for one machine."""

    table: ClassVar = "units"
    text: ClassVar = texts.listed_twice
    column = "serial"
    description = "No serial number of the inventory stands for two units of the round."


class ExpectSerialsReportedOnce(KeepRule):
    """Two hosts with one serial: a board was swapped, or one machine answered twice."""

    table: ClassVar = "units"
    text: ClassVar = texts.claimed_twice
    rule = "claimed_twice"
    column_list = ["host", "claimed_serial"]
    description = "No two units report the same serial number."


class ExpectSerialsOfInventory(KeepRule):
    """Evidence must count for the machine that it was taken from."""

    table: ClassVar = "units"
    text: ClassVar = texts.not_of_inventory
    rule = "not_of_inventory"
    column_list = ["serial", "host", "claimed_serial"]
    description = "Each unit reports the serial number that the inventory holds; one that reports none is not judged here."


class ExpectBootsSeenOnce(KeepRule):
    """Where serials cannot be read, the boot id still tells that two addresses lead to one machine."""

    table: ClassVar = "units"
    text: ClassVar = texts.same_boot
    rule = "same_boot"
    column_list = ["host", "boot_id"]
    description = "No two hosts report the same boot id: each was answered for by its own machine."


class ExpectClocksInStep(OfRound, gxe.ExpectColumnValuesToBeBetween):
    """A host whose clock is off dates its logs wrongly."""

    table: ClassVar = "units"
    text: ClassVar = texts.skewed
    column = "clock_skew_s"
    min_value = -MAX_CLOCK_SKEW_S
    max_value = MAX_CLOCK_SKEW_S
    description = f"The clock of each host that tells one is within {MAX_CLOCK_SKEW_S:.0f} seconds of ours."
