"""A store that tests of a folder share: each phase in it has a program of its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from gatehouse.local.postgres import Server
from gatehouse.store.engine import migrate, open_store


@pytest.fixture(scope="session")
def shared_store(postgres_server: Server) -> Iterator[Engine]:
    """A migrated store, dropped at the end."""
    name = "shared_store"
    postgres_server.create_database(name)
    opened = open_store(postgres_server.url(name))
    migrate(opened)
    yield opened
    opened.dispose()
    postgres_server.drop_database(name)
