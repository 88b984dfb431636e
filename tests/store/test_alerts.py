"""Tests of claiming alerts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from gatehouse.store import alerts
from gatehouse.store.engine import migrate, open_store, transaction
from gatehouse.store.tables import AlertRow


@pytest.fixture
def engine(fresh_store_url: str) -> Iterator[Engine]:
    """An empty store with its tables."""
    opened = open_store(fresh_store_url)
    migrate(opened)
    yield opened
    opened.dispose()


def _claim(engine: Engine, about: str = "a") -> list[str] | None:
    with transaction(engine) as session:
        got = alerts.claim(session, about, "subject", {"told": ["x"]})
    return None if got is None else list(got)


def _finish(engine: Engine, sent: list[str], failed: dict[str, str], about: str = "a") -> None:
    with transaction(engine) as session:
        alerts.finish(session, about, sent, failed)


def _age(engine: Engine, seconds: float) -> None:
    with transaction(engine) as session:
        session.execute(update(AlertRow).values(sent_at=datetime.now(UTC) - timedelta(seconds=seconds)))


def test_only_the_first_claims(engine: Engine) -> None:
    """It should give an alert to one sender while that one is sending."""
    assert _claim(engine) == []
    assert _claim(engine) is None
    assert _claim(engine, "other") == []


def test_of_many_at_once_one_wins(engine: Engine) -> None:
    """It should give the right to send to exactly one of many that ask at the same moment."""
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: _claim(engine), range(16)))
    assert got.count([]) == 1
    assert got.count(None) == 15


def test_what_was_sent_is_never_claimed_again(engine: Engine) -> None:
    """It should stay sent, however old it is."""
    _claim(engine)
    _finish(engine, ["webhook"], {})
    _age(engine, 1e6)
    assert _claim(engine) is None


def test_what_failed_can_be_claimed_again(engine: Engine) -> None:
    """It should say which channels have it already, so that they do not get it twice."""
    _claim(engine)
    _finish(engine, ["webhook"], {"e-mail": "no answer"})
    assert _claim(engine) == ["webhook"]
    assert _claim(engine) is None


def test_a_claim_of_a_dead_sender_can_be_taken(engine: Engine) -> None:
    """It should not lose an alert whose sender was killed between claiming and sending."""
    _claim(engine)
    _age(engine, alerts.STALE_S - 30)
    assert _claim(engine) is None
    _age(engine, alerts.STALE_S + 1)
    assert _claim(engine) == []


def test_it_is_tried_a_few_times_and_no_more(engine: Engine) -> None:
    """It should give up on an alert that never gets through."""
    for _ in range(alerts.MOST_ATTEMPTS):
        assert _claim(engine) == []
        _finish(engine, [], {"webhook": "no answer"})
    assert _claim(engine) is None


def test_told_is_what_reached_people_or_is_on_its_way(engine: Engine) -> None:
    """It should leave out what failed and what died, and other runs."""
    for about in ("run/sent", "run/failed", "run/sending", "runs/other"):
        _claim(engine, about)
    _finish(engine, ["webhook"], {}, "run/sent")
    _finish(engine, [], {"webhook": "x"}, "run/failed")
    with transaction(engine) as session:
        assert [t.about for t in alerts.told(session, "run/")] == ["run/sending", "run/sent"]
        assert alerts.told(session, "run/")[0].body["told"] == ["x"]
    _age(engine, alerts.STALE_S + 1)
    with transaction(engine) as session:
        assert [t.about for t in alerts.told(session, "run/")] == ["run/sent"]


@pytest.mark.parametrize("wildcard", ["%", "_", "\\"])
def test_a_prefix_is_taken_literally(engine: Engine, wildcard: str) -> None:
    """It should not let a run's name stand for other runs."""
    _claim(engine, "dag/run1/task")
    with transaction(engine) as session:
        assert alerts.told(session, f"dag/{wildcard}") == []
