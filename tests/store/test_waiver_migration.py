"""The store's waivers of before 0004: names without a role stay in their history, and count for nothing."""

from datetime import UTC, datetime

from alembic import command
from sqlalchemy import text

from gatehouse.decisions.waiver_rules import lacking
from gatehouse.model.status import Phase
from gatehouse.model.waivers import StepKind
from gatehouse.store import waivers
from gatehouse.store.engine import _config, cursor_of, migrate, open_store, transaction
from gatehouse.store.waivers_of_gate import waivers_of_gate

BEFORE = """INSERT INTO waiver (program, phase, criterion, owner, reason, containment, units, approved_by, expires_at)
VALUES ('atlas', 'EVT', 'issues', 'Ada', 'late', 'none', '["S1"]', '["Grace", "Lin"]', '2026-04-11T00:00:00Z')"""


def test_waivers_come_along(fresh_store_url: str) -> None:
    """It should keep each with who was named, and need people to sign in a role; and go back again."""
    engine = open_store(fresh_store_url)
    command.upgrade(_config(engine), "0003")
    with engine.begin() as connection:
        connection.execute(text(BEFORE))
    migrate(engine)
    with transaction(engine) as session:
        (found,) = waivers_of_gate(cursor_of(session), "atlas", Phase.EVT)
        (record,) = waivers.records(session, "atlas")
    assert (found.units, found.expires_at) == (("S1",), datetime(2026, 4, 11, tzinfo=UTC))
    assert [(s.kind, s.who) for s in record.history] == [
        (StepKind.REQUESTED, "Ada"), (StepKind.NAMED, "Grace"), (StepKind.NAMED, "Lin"),
    ]  # fmt: skip
    assert lacking(found) == "a sign-off by engineering and one by quality or operations"
    command.downgrade(_config(engine), "0003")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT approved_by FROM waiver")) == ["Grace", "Lin"]
    migrate(engine)
    engine.dispose()
