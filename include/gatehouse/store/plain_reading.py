"""A look at the store by the driver alone, for answers that must come at once: SQLAlchemy takes longer to import."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from gatehouse.model.errors import StoreError

Cursor = Any  # psycopg2 ships no types
ONE_MOMENT = "REPEATABLE READ"  # every query of a look sees the store as it stood at the first


@contextmanager
def reading(url: str) -> Iterator[Cursor]:
    """A cursor in a transaction that reads one moment of the store and changes nothing.

    Raises:
        StoreError: the URL is not PostgreSQL's, or the server does not answer.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise StoreError("the store is PostgreSQL only; the URL must start with postgresql://")
    try:
        connection = psycopg2.connect(f"postgresql://{rest}")
        try:
            connection.set_session(isolation_level=ONE_MOMENT, readonly=True)
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()
    except psycopg2.OperationalError as error:
        raise StoreError(f"the store does not answer: {str(error).strip()}") from error
