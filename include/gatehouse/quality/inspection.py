"""Puts the suites to a round's tables with Great Expectations, in memory, and has it write its pages.

Great Expectations writes what it finds into its pages without escaping it. So it gets the tables with their words
escaped for HTML: escaping maps different words to different words, so no judgement changes by it.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd  # type: ignore[import-untyped]  # pandas ships no types
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from gatehouse.quality.expectations.base import CRITICAL, OfRound
from gatehouse.quality.frames import Tables
from gatehouse.quality.outcome import JudgementError
from gatehouse.quality.suites import TABLES, expectations_about, suite_of

_SITE = "round"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")  # for the name of a folder
_MAX_NAME = 100
_WHOLE: dict[str, Any] = {"result_format": "COMPLETE"}  # the only form that names every row that failed


@dataclass(frozen=True, slots=True)
class Answer:
    """How a round's data answered one expectation. ``failed`` are the rows of its table that broke it."""

    expectation: type[OfRound]
    description: str
    critical: bool
    met: bool
    failed: pd.DataFrame


class Inspection:
    """One round before Great Expectations. ``round_id`` and ``run_time`` name its pages."""

    def __init__(self, round_id: str, run_time: datetime) -> None:
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(), progress_bars=ProgressBarsConfig(globally=False)
        )
        self._context = gx.get_context(mode="ephemeral", project_config=config)
        self._source = self._context.data_sources.add_pandas("round")
        self._run = gx.RunIdentifier(run_name=_UNFIT.sub("-", f"round-{round_id}")[:_MAX_NAME], run_time=run_time)

    def ask(self, tables: Tables) -> tuple[Answer, ...]:
        """Put every expectation about one of these tables to it.

        Raises:
            JudgementError: one could not be evaluated.
        """
        return tuple(answer for name in TABLES if name in tables for answer in self._ask_table(name, tables[name]))

    def write_pages(self, folder: Path) -> None:
        """Write Great Expectations' Data Docs of what was asked into a folder."""
        store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
        index = {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False}
        self._context.add_data_docs_site(
            _SITE, {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": index}
        )
        self._context.build_data_docs(site_names=[_SITE])

    def _ask_table(self, name: str, table: pd.DataFrame) -> Iterator[Answer]:
        batch = self._source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("whole")
        asked = expectations_about(name)
        suite = self._context.suites.add(suite_of(name, asked))
        definition = gx.ValidationDefinition(name=name, data=batch, suite=suite)
        said = self._context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": escaped(table)}, result_format=_WHOLE, run_id=self._run
        )
        results = {_evaluated(result): result for result in said.results}
        for expectation in asked:
            result = results[expectation.expectation_type]
            failed: list[int] = result.result.get("unexpected_index_list") or []
            critical = expectation.severity is CRITICAL
            yield Answer(
                type(expectation), expectation.description or "", critical, bool(result.success), table.loc[failed]
            )


def escaped(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every word escaped for HTML; numbers and truth values stay."""
    return table.assign(**{str(name): _escaped_column(column) for name, column in table.items()})


def _escaped_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.rename_categories([_escape(word) for word in column.cat.categories])
    if pd.api.types.is_string_dtype(column.dtype):
        return column.map(_escape, na_action="ignore").astype("str")
    return column


def _escape(word: str) -> str:
    # Backslashes too: half of a surrogate pair is written with one, and must stay apart from a word with a backslash.
    escaped_word = html.escape(word).replace("\\", "&#92;")
    return escaped_word.encode("utf-8", "backslashreplace").decode("utf-8")


def _evaluated(result: ExpectationValidationResult) -> str:
    """Great Expectations' name of the expectation that was evaluated.

    Raises:
        JudgementError: it was not.
    """
    name = result.expectation_config.type if result.expectation_config else "an expectation"
    for info in _exceptions(result.exception_info or {}):
        if info.get("raised_exception"):
            raise JudgementError(f"{name} could not be evaluated: {info.get('exception_message')}")
    return name


def _exceptions(info: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Great Expectations gives either one record, or one for each metric that failed."""
    if "raised_exception" in info:
        yield info
    else:
        yield from (each for each in info.values() if isinstance(each, Mapping))
