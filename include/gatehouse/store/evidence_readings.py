"""Loads the readings of some results that criteria look at one by one."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from gatehouse.catalog.criteria import duration_of
from gatehouse.model.evidence import ValueRow, WordRow

_READINGS = """
SELECT name, result_id, serial, part, {column} FROM reading JOIN result ON result.id = result_id
WHERE name = ANY(%(names)s::text[]) AND result_id = ANY(%(ids)s::bigint[]) AND {column} IS NOT NULL
"""

_DURATIONS = """
SELECT diagnostic, id, serial, duration_s FROM result
WHERE diagnostic = ANY(%(names)s::text[]) AND id = ANY(%(ids)s::bigint[]) AND duration_s IS NOT NULL
"""


def load_numbers(cursor: Any, names: Collection[str], ids: Collection[int]) -> dict[str, tuple[ValueRow, ...]]:
    """Numbers by reading, of these results, by the names asked for."""
    found: dict[str, list[ValueRow]] = defaultdict(list)
    if names and ids:
        cursor.execute(_READINGS.format(column="number"), {"names": sorted(names), "ids": sorted(ids)})
        for name, result_id, unit, part, number in cursor.fetchall():
            found[name].append(ValueRow(result_id, unit, part, number))
    return {name: tuple(found[name]) for name in names}


def load_words(cursor: Any, names: Collection[str], ids: Collection[int]) -> dict[str, tuple[WordRow, ...]]:
    """Texts by reading, of these results, by the names asked for."""
    found: dict[str, list[WordRow]] = defaultdict(list)
    if names and ids:
        cursor.execute(_READINGS.format(column="word"), {"names": sorted(names), "ids": sorted(ids)})
        for name, result_id, unit, part, word in cursor.fetchall():
            found[name].append(WordRow(result_id, unit, part, word))
    return {name: tuple(found[name]) for name in names}


def load_durations(cursor: Any, diagnostics: Collection[str], ids: Collection[int]) -> dict[str, tuple[ValueRow, ...]]:
    """How long each of these results took, in seconds, under the name that criteria look for."""
    found: dict[str, list[ValueRow]] = defaultdict(list)
    if diagnostics and ids:
        cursor.execute(_DURATIONS, {"names": sorted(diagnostics), "ids": sorted(ids)})
        for diagnostic, result_id, unit, duration_s in cursor.fetchall():
            found[diagnostic].append(ValueRow(result_id, unit, "host", duration_s))
    return {duration_of(name): tuple(found[name]) for name in diagnostics}
