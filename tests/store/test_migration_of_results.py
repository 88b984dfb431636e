"""A store from before results knew their gate: what it holds is found by the new way, and the way back is open."""

from datetime import UTC, datetime
from typing import Any

from alembic import command
from sqlalchemy import Engine, text

from gatehouse.store.engine import _config, migrate, open_store, transaction

AT = datetime(2026, 1, 2, tzinfo=UTC)
ROUND = """
INSERT INTO round (id, program, phase, plan, number, requested_by, reason, spec)
VALUES (:id, 'atlas', :phase, 'p', :number, 'me', '', '{}')
"""
RESULT = """
INSERT INTO result (round_id, serial, diagnostic, measured, verdict, action, reason, recorded_at)
VALUES (:round, 'S1', 'nic_link', 'COMPLETE', :verdict, 'NONE', '', :at)
"""


def ask(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with transaction(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_old_results_get_their_gate_and_their_ends(fresh_store_url: str) -> None:
    """It should fill in what the new columns and the table of ends need, and lose no result on the way back."""
    engine = open_store(fresh_store_url)
    command.upgrade(_config(engine), "0003")
    with transaction(engine) as session:
        for number, (name, phase, verdict) in enumerate(
            (("r1", "EVT", "PASS"), ("r2", "EVT", "FAIL"), ("r3", "DVT", "PASS"))
        ):
            session.execute(text(ROUND), {"id": name, "phase": phase, "number": number})
            session.execute(text(RESULT), {"round": name, "verdict": verdict, "at": AT.replace(day=2 + number)})
    migrate(engine)
    assert ask(engine, "SELECT round_id, program, phase FROM result ORDER BY id") == [
        ("r1", "atlas", "EVT"), ("r2", "atlas", "EVT"), ("r3", "atlas", "DVT"),
    ]  # fmt: skip
    assert ask(engine, "SELECT phase, is_latest, round_id, verdict FROM pair_end ORDER BY phase, is_latest") == [
        ("DVT", False, "r3", "PASS"), ("DVT", True, "r3", "PASS"),
        ("EVT", False, "r1", "PASS"), ("EVT", True, "r2", "FAIL"),
    ]  # fmt: skip
    command.downgrade(_config(engine), "0003")
    assert ask(engine, "SELECT count(*) FROM result") == [(3,)]
    migrate(engine)
    assert ask(engine, "SELECT count(*) FROM pair_end") == [(4,)]
