"""What tests share: one PostgreSQL a session, and an empty database of its own for each test that asks."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatehouse.local.postgres import Server
from gatehouse.local.postgres_cluster import PORT, SETTINGS, SUPERUSER, Cluster

# Nothing of a test has to survive a power cut.
_FAST = {**SETTINGS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_TEMPLATE = "gatehouse_empty"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """An embedded PostgreSQL that ends with the test session, even one that is killed (Linux)."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-pg-"))
    folder.chmod(0o711)  # as root, the server runs as another account, which must get through
    cluster = Cluster(folder / "data", folder / "sock", folder / "log", _FAST)
    try:
        process = cluster.start(tied=True)
        server = Server({"host": str(cluster.sockets), "port": str(PORT), "user": SUPERUSER}, process.pid)
        server.create_database(_TEMPLATE)
        yield server
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    """SQLAlchemy's URL of the session's server: an empty database that nobody should write to."""
    return postgres_server.url(_TEMPLATE)


@pytest.fixture
def fresh_store_url(postgres_server: Server) -> Iterator[str]:
    """SQLAlchemy's URL of a new empty database, dropped after the test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    postgres_server.create_database(name, template=_TEMPLATE)
    try:
        yield postgres_server.url(name)
    finally:
        postgres_server.drop_database(name)
