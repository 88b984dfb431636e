"""The stack's PostgreSQL: our own from the wheel, or the server that GATEHOUSE_POSTGRES_URL names.

Two databases: ``airflow`` for Airflow's metadata, ``gatehouse`` for the store.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import psutil
import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import parse_dsn

from gatehouse.local.errors import PostgresError
from gatehouse.local.home import MARKER, Home
from gatehouse.local.postgres_cluster import PORT, SUPERUSER, Cluster

EXTERNAL = "GATEHOUSE_POSTGRES_URL"
DATABASES = ("airflow", "gatehouse")


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL that answers. ``dsn`` is for libpq, without the database; ``pid`` is None for a foreign one."""

    dsn: Mapping[str, str]
    pid: int | None = None

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of one database. It may hold a password: never print it, never pass it as an argument."""
        login = quote(self.dsn["user"], safe="")
        if "password" in self.dsn:
            login += ":" + quote(self.dsn["password"], safe="")
        host = self.dsn["host"]
        if host.startswith("/"):
            return f"postgresql+psycopg2://{login}@/{database}?{urlencode({'host': host, 'port': self.dsn['port']})}"
        shown = f"[{host}]" if ":" in host else host
        options = {key: value for key, value in self.dsn.items() if key not in {"host", "port", "user", "password"}}
        return f"postgresql+psycopg2://{login}@{shown}:{self.dsn['port']}/{database}" + (
            f"?{urlencode(options)}" if options else ""
        )

    def connect(self, database: str) -> Any:
        """A psycopg2 connection in autocommit mode; the caller closes it."""
        connection = psycopg2.connect(**{**self.dsn, "dbname": database}, connect_timeout=10)
        connection.autocommit = True
        return connection

    def create_database(self, name: str, template: str = "template0") -> bool:
        """Create a database unless it exists; returns whether it was created."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone():
                return False
            with contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # somebody was faster
                cursor.execute(statement)
        return True

    def drop_database(self, name: str) -> None:
        """Drop a database and throw out whoever is connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with contextlib.closing(self.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(statement)


def cluster(home: Home) -> Cluster:
    """The embedded cluster of a home."""
    return Cluster(home.pgdata, home.sockets, home.logs / "postgres.log")


def start(home: Home, *, tied: bool = False) -> Server:
    """The server with both databases, started if need be. ``tied`` ends it with the calling process (Linux).

    Raises:
        PostgresError: it does not start, or the foreign one does not answer.
    """
    if os.environ.get(EXTERNAL):
        server = external(os.environ[EXTERNAL])
    else:
        home.make().make_state()
        with _one_at_a_time(home):
            process = cluster(home).start({MARKER: str(home.root)}, tied=tied)
        server = Server(_own_dsn(home), process.pid)
    try:
        for name in DATABASES:
            server.create_database(name)
    except psycopg2.Error as error:
        raise PostgresError(f"PostgreSQL at {server.dsn['host']}: {str(error).strip().splitlines()[0]}") from error
    return server


def running(home: Home) -> Server | None:
    """The server if it is there already: a foreign one is taken at its word."""
    if os.environ.get(EXTERNAL):
        return external(os.environ[EXTERNAL])
    process = cluster(home).process()
    return Server(_own_dsn(home), process.pid) if process else None


def stop(home: Home) -> bool:
    """Stop the embedded server; a foreign one is left alone. Returns whether one ran."""
    return cluster(home).stop()


def first_process(home: Home) -> psutil.Process | None:
    """The embedded server's first process, if it runs."""
    return cluster(home).process()


def external(url: str) -> Server:
    """A server that somebody else runs, from its URL: ``postgresql://user:password@host:port``; a path is ignored.

    Raises:
        PostgresError: it is not a URL of PostgreSQL.
    """
    scheme, separator, rest = url.partition("://")
    try:
        if not separator or not scheme.startswith("postgres"):
            raise ValueError(scheme)
        dsn = parse_dsn(f"postgresql://{rest}")
    except (psycopg2.ProgrammingError, ValueError) as error:
        raise PostgresError(f"{EXTERNAL} is not a URL like postgresql://user:password@host:5432") from error
    dsn.pop("dbname", None)
    return Server({"host": "127.0.0.1", "port": "5432", "user": SUPERUSER, **dsn})


def _own_dsn(home: Home) -> dict[str, str]:
    return {"host": str(home.sockets), "port": str(PORT), "user": SUPERUSER}


@contextlib.contextmanager
def _one_at_a_time(home: Home) -> Iterator[None]:
    with (home.run / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
