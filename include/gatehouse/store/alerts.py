"""Alerts: who sends one claims it first, so that two that see the same failure never send it twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.store.tables import AlertRow

SENDING, SENT, FAILED = "sending", "sent", "failed"
STALE_S = 120.0  # a claim that is older belongs to a sender that died: sending is bounded far below
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that was sent, or is being sent now, with what it told."""

    about: str
    body: Mapping[str, Any]


def claim(
    session: Session, about: str, subject: str, body: Mapping[str, Any], attempts: int = MOST_ATTEMPTS
) -> Sequence[str] | None:
    """Take the right to send an alert: None when it was sent or is being sent, else the channels that have it already.

    One atomic statement: of two that claim at once, one gets None. A claim that failed, or whose sender died, can be
    taken again, a few times.
    """
    state = AlertRow.channels["state"].astext
    dead = and_(state == SENDING, AlertRow.sent_at < func.clock_timestamp() - timedelta(seconds=STALE_S))
    statement = insert(AlertRow).values(
        about=about, subject=subject, body=dict(body), attempts=1,
        channels={"state": SENDING, "sent": [], "failed": {}}, sent_at=func.clock_timestamp(),
    )  # fmt: skip
    statement = statement.on_conflict_do_update(
        index_elements=[AlertRow.about],
        set_={
            "attempts": AlertRow.attempts + 1,
            "sent_at": func.clock_timestamp(),
            "channels": AlertRow.channels.op("||")(func.jsonb_build_object("state", SENDING)),
        },
        where=and_(or_(state == FAILED, dead), AlertRow.attempts < attempts),
    )
    row = session.execute(statement.returning(AlertRow.channels)).first()
    return None if row is None else list(row[0].get("sent", ()))


def finish(session: Session, about: str, sent: Sequence[str], failed: Mapping[str, str]) -> None:
    """Say how sending went: the channels that have the alert now, and why others have not."""
    channels = {"state": FAILED if failed else SENT, "sent": sorted(sent), "failed": dict(failed)}
    session.execute(update(AlertRow).where(AlertRow.about == about).values(channels=channels))


def told(session: Session, prefix: str) -> list[Told]:
    """Alerts whose ``about`` starts with a prefix and that reached people, or are on their way."""
    state = AlertRow.channels["state"].astext
    fresh = and_(state == SENDING, AlertRow.sent_at >= func.clock_timestamp() - timedelta(seconds=STALE_S))
    query = (
        select(AlertRow.about, AlertRow.body)
        .where(AlertRow.about.startswith(prefix, autoescape=True), or_(state == SENT, fresh))
        .order_by(AlertRow.about)
    )
    return [Told(about, body if isinstance(body, dict) else {}) for about, body in session.execute(query)]
