"""Whether Airflow's database already has the form that the installed Airflow wants. Asking Airflow takes it 8 s."""

import contextlib
import importlib.metadata
import json

import psycopg2

from gatehouse.local.home import Home
from gatehouse.local.postgres import Server


def is_needed(home: Home, server: Server) -> bool:
    """True unless this Airflow was seen to bring this database to the revision that it is at now."""
    try:
        return bool(json.loads((home.run / "migrated.json").read_text()) != _seen(server))
    except (OSError, ValueError):
        return True


def note(home: Home, server: Server) -> None:
    """Remember that it was just done."""
    (home.run / "migrated.json").write_text(json.dumps(_seen(server)))


def _seen(server: Server) -> dict[str, str | None]:
    return {"airflow": importlib.metadata.version("apache-airflow-core"), "revision": _revision(server)}


def _revision(server: Server) -> str | None:
    with contextlib.closing(server.connect("airflow")) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT version_num FROM alembic_version")
        except psycopg2.errors.UndefinedTable:
            return None
        row = cursor.fetchone()
    return str(row[0]) if row else None
