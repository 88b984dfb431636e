"""Who may touch a host now. A lease expires, so a holder that dies blocks nobody for long."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gatehouse.store.tables import LeaseRow


def acquire(session: Session, hosts: Iterable[str], holder: str, seconds: float) -> set[str]:
    """Take the leases that are free, expired, or already ours; returns the hosts that we hold now.

    The database's clock decides, and each lease is one atomic statement: two holders cannot both win.
    """
    now = func.clock_timestamp()
    rows = [{"host": h, "holder": holder, "until": now + timedelta(seconds=seconds)} for h in sorted(hosts)]
    if not rows:
        return set()
    statement = insert(LeaseRow).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=[LeaseRow.host],
        set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
        where=(LeaseRow.until < now) | (LeaseRow.holder == holder),
    )
    return set(session.scalars(statement.returning(LeaseRow.host)))


def release(session: Session, hosts: Iterable[str], holder: str) -> None:
    """Give back what is ours; others' leases are left alone."""
    session.execute(delete(LeaseRow).where(LeaseRow.host.in_(list(hosts)), LeaseRow.holder == holder))


def holders(session: Session, hosts: Iterable[str]) -> dict[str, str]:
    """Who holds a live lease on which of these hosts."""
    rows = session.execute(
        select(LeaseRow.host, LeaseRow.holder).where(
            LeaseRow.host.in_(list(hosts)), LeaseRow.until >= func.clock_timestamp()
        )
    )
    return dict(rows.all())
