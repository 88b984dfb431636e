"""What all expectations of Gatehouse share, and the one that applies a rule of ours to the rows of a table."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, Literal

import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

from gatehouse.quality.rules import RULES

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
Text = Callable[[pd.DataFrame], str]


def columns(*names: str) -> list[str]:
    """The columns that an expectation looks at."""
    return list(names)


def words_of(vocabulary: type[StrEnum], *more: str) -> list[str]:
    """The words of a vocabulary, as they stand in a table, and more."""
    return [*(word.value for word in vocabulary), *more]


class OfRound:
    """What an expectation of ours says beside its rule: its table, and its failure in words, from the failed rows."""

    table: ClassVar[str]
    text: ClassVar[Text]
    expectation_type: ClassVar[str]
    description: str | None
    severity: FailureSeverity


class RowsKeepRule(MulticolumnMapMetricProvider):
    """Applies one of our rules to a table: the metric under every expectation of this folder that has a ``rule``."""

    condition_metric_name = "multicolumn_values.keep_rule_of_gatehouse"
    condition_value_keys = ("rule",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # GX's own
    def _pandas(cls, column_list: pd.DataFrame, rule: str, **_: Any) -> "pd.Series[bool]":  # noqa: N805 -- GX passes the class
        return ~RULES[rule](column_list)


class KeepRule(OfRound, MulticolumnMapExpectation):
    """Every row must keep the rule of that name in ``rules``."""

    rule: str
    ignore_row_if: Literal["all_values_are_missing", "any_value_is_missing", "never"] = "never"
    map_metric: ClassVar[str] = "multicolumn_values.keep_rule_of_gatehouse"
    success_keys: ClassVar[tuple[str, ...]] = ("rule", "mostly")
