"""The suites: one for each table, found by walking the folder ``expectations``. Importing this imports GX."""

import importlib
import inspect
import pkgutil
from functools import cache
from typing import cast

from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.expectations.expectation import Expectation

from gatehouse.quality import expectations
from gatehouse.quality.expectations.base import OfRound

TABLES = (  # in the order in which people hear of them
    "round", "planned", "units", "parts", "moves", "results", "readings", "quantities", "changes", "checks",
    "findings", "outputs", "jobs",
)  # fmt: skip


@cache
def all_expectations() -> tuple[type[OfRound], ...]:
    """Every expectation of ours, table by table and in the order of its file."""
    found: list[type[OfRound]] = []
    for module_info in pkgutil.iter_modules(expectations.__path__):
        module = importlib.import_module(f"{expectations.__name__}.{module_info.name}")
        found += [kind for kind in vars(module).values() if _is_ours(kind) and kind.__module__ == module.__name__]
    return tuple(sorted(found, key=lambda kind: TABLES.index(kind.table)))  # sorting keeps the order within a table


def expectations_about(table: str) -> list[OfRound]:
    """A new expectation of each kind that is about that table."""
    return [kind() for kind in all_expectations() if kind.table == table]


def suite_of(table: str, asked: list[OfRound]) -> ExpectationSuite:
    """The suite of a table."""
    return ExpectationSuite(name=table, expectations=cast("list[Expectation]", asked))


def _is_ours(member: object) -> bool:
    return inspect.isclass(member) and issubclass(member, OfRound) and hasattr(member, "table")
