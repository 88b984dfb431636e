"""Alembic's entry: runs the migrations on the engine that the caller opened, one process at a time."""

from alembic import context
from sqlalchemy import Engine, text

from gatehouse.store.tables import Table

_LOCK = 0x6A7E0001  # any constant will do: it keeps two migrating processes apart

engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=Table.metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
