"""What all expectations of Gatehouse share, and the one that applies a rule of ours to the rows of a table."""

from collections.abc import Callable
from typing import Any, ClassVar

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation, MulticolumnMapExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)

from gatehouse.quality.rules import RULES

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
Text = Callable[[pd.DataFrame], str]


class OfRound(Expectation):
    """An expectation about one table of a round. ``text`` turns the rows that fail it into a sentence."""

    table: ClassVar[str] = ""
    text: ClassVar[Text]

    @classmethod
    def is_abstract(cls) -> bool:
        """Classes without a table are not expectations yet."""
        return not cls.table or super().is_abstract()


class RowsKeepRule(MulticolumnMapMetricProvider):
    """Applies one of our rules to a table: the metric under every expectation of this folder that has a ``rule``."""

    condition_metric_name = "multicolumn_values.keep_rule_of_gatehouse"
    condition_value_keys = ("rule",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, rule: str, **_: Any) -> "pd.Series[bool]":
        return ~RULES[rule](column_list)


class KeepRule(OfRound, MulticolumnMapExpectation):
    """Every row must keep the rule of that name in ``rules``."""

    rule: str
    ignore_row_if = "never"
    map_metric: ClassVar[str] = "multicolumn_values.keep_rule_of_gatehouse"
    success_keys = ("rule", "mostly")
