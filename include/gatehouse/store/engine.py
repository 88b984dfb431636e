"""Opens the store. PostgreSQL is the one dialect, so that leases, COPY and partitions may be used."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gatehouse.model.errors import StoreError
from gatehouse.store.plain_reading import ONE_MOMENT

if TYPE_CHECKING:
    from alembic.config import Config

Store = Engine  # what the layers above call it: they never import the driver themselves
Transaction = Session
_ALEMBIC = threading.Lock()  # its environment is global to the process


def postgres_url(host: str, port: int | None, database: str, user: str, password: str | None) -> str:
    """A URL from its parts; a ``host`` that starts with a slash is the folder of a Unix socket."""
    is_socket = host.startswith("/")
    query = {"host": host, **({"port": str(port)} if port else {})} if is_socket else {}
    url = URL.create(
        "postgresql+psycopg2",
        username=user,
        password=password,
        host=None if is_socket else host,
        port=None if is_socket else port,
        database=database,
        query=query,
    )
    return url.render_as_string(hide_password=False)


def open_store(url: str) -> Engine:
    """An engine on the store. Connections are checked before use, so a restarted server is no error.

    Raises:
        StoreError: the URL is not PostgreSQL's.
    """
    plain = url.replace("postgres://", "postgresql://", 1)
    if not plain.startswith(("postgresql://", "postgresql+psycopg2://")):
        raise StoreError("the store is PostgreSQL only; the URL must start with postgresql://")
    return _engine(plain.replace("postgresql://", "postgresql+psycopg2://", 1))


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    """One engine a process and URL, so that its pool of connections serves every operation."""
    return create_engine(url, pool_pre_ping=True)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed as a whole, or not at all.

    Raises:
        StoreError: the server cannot be reached.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except OperationalError as error:
        raise StoreError(f"the store does not answer: {error.orig}") from error


def one_moment(session: Session) -> Any:
    """The driver's cursor in the session's transaction, which sees the store as it stands now to its end.

    To be asked for before anything else of the session: a transaction's isolation is that of its beginning.
    """
    connection = session.connection(execution_options={"isolation_level": ONE_MOMENT})
    return connection.connection.cursor()


def cursor_of(session: Session) -> Any:
    """The driver's cursor in the session's transaction, after all that the session has to write."""
    session.flush()
    return session.connection().connection.cursor()


def _config(engine: Engine) -> "Config":
    from alembic.config import Config  # a third of a second that most commands of the shell need not wait for

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine) -> None:
    """Bring the store to the newest form. Safe to call from two processes or threads at once, and again."""
    from alembic import command

    with _ALEMBIC:
        command.upgrade(_config(engine), "head")


def pending_migrations(engine: Engine) -> bool:
    """Whether the store is older than this code."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current != ScriptDirectory.from_config(_config(engine)).get_current_head()
