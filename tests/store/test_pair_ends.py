"""The two ends of each unit and diagnostic, which the database keeps by itself: never stale, whoever writes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from any_criteria import MANDATORY, UNITS
from any_evidence import NOW, Die, dice
from filed_phase import file, round_values
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine, insert, text

from gatehouse.store.engine import transaction
from gatehouse.store.tables import ResultRow, RoundRow

PROPERTY = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
_OF = "WHERE program = '{program}' AND"
_UNUSED = (
    "NOT EXISTS (SELECT FROM set_aside WHERE result_id = result.id) AND "
    "NOT EXISTS (SELECT FROM reading WHERE result_id = result.id)"
)
_BY_HAND = (
    f"UPDATE result SET started_at = started_at + interval '3 hours' {_OF} id % 3 = 0",
    f"UPDATE result SET verdict = 'FAIL', reason = 'by hand' {_OF} id % 5 = 0 AND verdict = 'PASS'",
    f"UPDATE result SET diagnostic = diagnostic || '_more' {_OF} id % 4 = 1",
    f"DELETE FROM result {_OF} id % 4 = 2 AND {_UNUSED}",
)
_STANDING = """
SELECT program, phase, serial, diagnostic, is_latest, result_id, at, round_id, measured, verdict, severity, reason
FROM pair_end
"""
_ANEW = """
SELECT DISTINCT ON (program, phase, serial, diagnostic) program, phase, serial, diagnostic, {latest}, id,
  coalesce(started_at, recorded_at) AS at, round_id, measured, verdict, severity, reason
FROM result ORDER BY program, phase, serial, diagnostic, coalesce(started_at, recorded_at) {way}, id {way}
"""


def _pair_ends(shared_store: Engine) -> tuple[list[Any], list[Any]]:
    """What the database keeps of both ends of each pair, and the same looked up anew."""
    with transaction(shared_store) as session:
        kept = session.execute(text(_STANDING)).all()
        anew = [
            row
            for latest, way in ((False, ""), (True, "DESC"))
            for row in session.execute(text(_ANEW.format(latest=latest, way=way))).all()
        ]
    return sorted(map(tuple, kept), key=repr), sorted(map(tuple, anew), key=repr)


@given(dice)
@PROPERTY
def test_what_the_database_keeps_never_goes_stale(shared_store: Engine, die: Die) -> None:
    """It should hold both ends of each pair after any insert, and even after changes that only a hand would make."""
    filed = file(shared_store, die)
    kept, anew = _pair_ends(shared_store)
    assert kept == anew
    for statement in _BY_HAND:
        with transaction(shared_store) as session:
            session.execute(text(statement.format(program=filed.everything.program)))
        kept, anew = _pair_ends(shared_store)
        assert kept == anew


def test_writers_at_once_keep_both_ends(shared_store: Engine) -> None:
    """It should hold both ends when many visits to the same units are filed at the same time."""
    with transaction(shared_store) as session:
        session.execute(insert(RoundRow), [{**round_values("at-once", "EVT", f"r{n}"), "number": n} for n in range(8)])

    def visit(number: int) -> None:
        rows = [
            {"round_id": f"at-once-r{number}", "serial": unit, "diagnostic": name, "measured": "COMPLETE",
             "verdict": "PASS", "action": "NONE", "reason": "", "started_at": NOW + timedelta(hours=number * 5 % 8)}
            for unit in UNITS for name in MANDATORY
        ]  # fmt: skip
        with transaction(shared_store) as session:
            session.execute(insert(ResultRow), rows if number % 2 else rows[::-1])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(8)))
    kept, anew = _pair_ends(shared_store)
    assert kept == anew
    assert len([row for row in kept if row[0] == "at-once"]) == 2 * len(UNITS) * len(MANDATORY)
