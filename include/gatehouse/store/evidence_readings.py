"""Loads the readings of some results that criteria look at one by one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from gatehouse.model.evidence import EvidenceRow, ValueRow, WordRow

_READINGS = """
SELECT name, result_id, part, {column} FROM reading
WHERE name = ANY(%(names)s::text[]) AND result_id = ANY(%(ids)s::bigint[]) AND {column} IS NOT NULL
"""


def load_numbers(
    cursor: Any, names: Collection[str], rows: Mapping[int, EvidenceRow], ids: Collection[int]
) -> dict[str, tuple[ValueRow, ...]]:
    """Numbers by reading, of the results of these ids; ``rows`` holds them all."""
    found: dict[str, list[ValueRow]] = defaultdict(list)
    if names and ids:
        cursor.execute(_READINGS.format(column="number"), {"names": sorted(names), "ids": sorted(ids)})
        for name, result_id, part, number in cursor.fetchall():
            found[name].append(ValueRow(result_id, rows[result_id].unit, part, number))
    return {name: tuple(found[name]) for name in names}


def load_words(
    cursor: Any, names: Collection[str], rows: Mapping[int, EvidenceRow], ids: Collection[int]
) -> dict[str, tuple[WordRow, ...]]:
    """Texts by reading, of the results of these ids; ``rows`` holds them all."""
    found: dict[str, list[WordRow]] = defaultdict(list)
    if names and ids:
        cursor.execute(_READINGS.format(column="word"), {"names": sorted(names), "ids": sorted(ids)})
        for name, result_id, part, word in cursor.fetchall():
            found[name].append(WordRow(result_id, rows[result_id].unit, part, word))
    return {name: tuple(found[name]) for name in names}
