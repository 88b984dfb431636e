"""The round itself was opened before it was judged, by somebody, with limits, and most of it still counts."""

from typing import ClassVar

from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween

from gatehouse.quality import texts_of_evidence as texts
from gatehouse.quality.expectations.base import KeepRule, OfRound, Text, columns
from gatehouse.quality.thresholds import CLOCK_TOLERANCE_S, MAX_SHARE_ASIDE


class ExpectRoundOpenedBefore(OfRound, ExpectColumnValuesToBeBetween):
    """A round from the future says that our own clock cannot be believed."""

    table: ClassVar[str] = "round"
    text: ClassVar[Text] = texts.opened_in_the_future
    column: str = "age_s"
    min_value: float | None = -CLOCK_TOLERANCE_S
    description: str | None = "The round was opened before it was judged."


class ExpectRoundAskedFor(KeepRule):
    """Somebody must know why it was run."""

    table: ClassVar[str] = "round"
    text: ClassVar[Text] = texts.nobody_asked
    rule: str = "nobody_asked"
    column_list: list[str] = columns("round", "requested_by")
    description: str | None = "The round says who asked for it."


class ExpectSkusDescribed(KeepRule):
    """Without limits of its own, a unit would pass whatever it measures."""

    table: ClassVar[str] = "round"
    text: ClassVar[Text] = texts.of_undescribed_skus
    rule: str = "of_undescribed_skus"
    column_list: list[str] = columns("round", "undescribed")
    description: str | None = "The round fixed the limits of every SKU among its units when it was opened."


class ExpectFewSetAside(KeepRule):
    """Who may leave out what he likes can prove what he likes."""

    table: ClassVar[str] = "round"
    text: ClassVar[Text] = texts.too_much_set_aside
    rule: str = "too_much_set_aside"
    column_list: list[str] = columns("round", "set_aside", "results")
    description: str | None = f"No more than {MAX_SHARE_ASIDE:.0%} of the results are set aside."
