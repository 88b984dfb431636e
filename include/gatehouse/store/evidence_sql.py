# ruff: noqa: S608 -- put together from constants; every value is bound by name
"""The queries of a gate. Each finds its rows by an index, in time that hardly grows with the number of rounds.

``result.program`` and ``result.phase`` are the round's, so that one index leads from a gate to a unit's rows in their
order (``ix_result_gate``), whatever the unit went through before. Parameters are bound by name; ``sound`` and
``unsound`` are the gate's rounds that are judged so, ``aside`` the results that are set aside.
"""

_AT = "coalesce(started_at, recorded_at)"
_COLUMNS = f"id, round_id, serial, diagnostic, measured, verdict, severity, reason, {_AT} AS at"
_OF_GATE = "FROM result WHERE program = %(program)s AND phase = %(phase)s"
_FIRST, _LAST = f"ORDER BY {_AT}, id LIMIT 1", f"ORDER BY {_AT} DESC, id DESC LIMIT 1"
_HELPS = (
    "measured = 'COMPLETE' AND verdict <> 'NOT_APPLICABLE' AND round_id = ANY(%(sound)s::text[])"
    f" AND id <> ALL(%(aside)s::bigint[]) AND {_AT} <= %(now)s"
)
_ASKED = "unnest(%(serials)s::text[], %(diagnostics)s::text[]) AS asked(serial, diagnostic)"
_OF_ASKED = f"{_OF_GATE} AND serial = asked.serial AND diagnostic = asked.diagnostic"

ROUNDS = """
SELECT id, admissible, problems, judged_at FROM round WHERE program = %(program)s AND phase = %(phase)s ORDER BY number
"""

UNITS_BY_SITE = """
SELECT round_id, site, array_agg(serial) FROM round_unit
WHERE round_id IN (SELECT id FROM round WHERE program = %(program)s AND phase = %(phase)s)
GROUP BY round_id, site
"""

ASIDE = """
SELECT result_id FROM set_aside JOIN result ON result.id = result_id
WHERE released_at IS NULL AND program = %(program)s AND phase = %(phase)s
"""

# The first and the latest row of every pair.
_END = """
SELECT result_id, round_id, serial, diagnostic, measured, verdict, severity, reason, at FROM pair_end
WHERE program = %(program)s AND phase = %(phase)s AND serial = ANY(%(units)s::text[]) AND
"""
FIRST, LATEST = f"{_END} NOT is_latest", f"{_END} is_latest"

# Of pairs whose first row does not help: the first that does.
HEADS = f"""
SELECT found.* FROM {_ASKED} CROSS JOIN LATERAL (SELECT {_COLUMNS} {_OF_ASKED} AND {_HELPS} {_FIRST}) AS found
"""

# Of pairs whose latest row does not help: the latest that does, and after it the latest measured rows in doubt.
_TAIL = f"{_OF_ASKED} AND ({_AT}, id) > (coalesce(helps.at, '-infinity'), coalesce(helps.id, 0))"
TAILS = f"""
SELECT found.* FROM {_ASKED}
LEFT JOIN LATERAL (SELECT {_COLUMNS} {_OF_ASKED} AND {_HELPS} {_LAST}) AS helps ON TRUE
CROSS JOIN LATERAL (
  SELECT helps.* WHERE helps.id IS NOT NULL
  UNION ALL
  (SELECT {_COLUMNS} {_TAIL} AND measured = 'COMPLETE' AND round_id <> ALL(%(sound)s::text[]) {_LAST})
  UNION ALL
  (SELECT {_COLUMNS} {_TAIL} AND measured = 'COMPLETE' AND round_id = ANY(%(unsound)s::text[]) {_LAST})
) AS found
"""

# Every FAIL that was measured, and the row of its pair that counted last before it.
_FAULT = "measured = 'COMPLETE' AND verdict = 'FAIL'"
FAULTS = f"""
WITH fault AS (SELECT {_COLUMNS} {_OF_GATE} AND {_FAULT} AND serial = ANY(%(units)s::text[]))
SELECT * FROM fault
UNION ALL
SELECT found.* FROM fault AS asked CROSS JOIN LATERAL (
  SELECT {_COLUMNS} {_OF_ASKED} AND ({_AT}, id) < (asked.at, asked.id) AND (({_FAULT}) OR ({_HELPS})) {_LAST}
) AS found
"""

# The first row that helps at each site where units that moved were: the rows of a unit that moved are all looked at.
OF_MOVED = f"""
SELECT DISTINCT ON (site) {_COLUMNS.replace("serial", "result.serial").replace("round_id", "result.round_id")}
FROM result JOIN round_unit ON round_unit.round_id = result.round_id AND round_unit.serial = result.serial
WHERE program = %(program)s AND phase = %(phase)s AND result.serial = ANY(%(moved)s::text[])
  AND {_HELPS.replace("round_id", "result.round_id")}
ORDER BY site, {_AT}, id
"""

# Every row that helps and gives a number of one of these names, with the number: grows with the rounds, as it must.
TOLD = f"""
SELECT name, part, number, {_COLUMNS} FROM result JOIN reading ON result_id = id
WHERE program = %(program)s AND phase = %(phase)s AND serial = ANY(%(units)s::text[]) AND {_HELPS}
  AND name = ANY(%(names)s::text[]) AND number IS NOT NULL
"""

# Every row that helps of a diagnostic whose time counts, with how long it took.
TIMED = f"""
SELECT duration_s, {_COLUMNS} {_OF_GATE} AND serial = ANY(%(units)s::text[]) AND {_HELPS}
  AND diagnostic = ANY(%(timed)s::text[]) AND duration_s IS NOT NULL
"""

WITH_RESULTS = """
SELECT asked.id FROM unnest(%(rounds)s::text[]) AS asked(id)
WHERE EXISTS (SELECT FROM result WHERE round_id = asked.id AND serial = ANY(%(units)s::text[]))
"""

SIGN_OFFS = """
SELECT who, role, approved, comment, evidence_digest, at FROM sign_off
WHERE program = %(program)s AND phase = %(phase)s ORDER BY id
"""
