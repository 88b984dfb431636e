"""What tests share: one PostgreSQL a session, an empty database for each test that asks, an Airflow of their own."""

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatehouse.local.home import CHECKOUT, MARKER
from gatehouse.local.postgres import Server
from gatehouse.local.postgres_cluster import PORT, SETTINGS, SUPERUSER, Cluster

# Nothing of a test has to survive a power cut.
_FAST = {**SETTINGS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_TEMPLATE, _SHARED = "gatehouse_empty", "gatehouse_shared"
_numbers = itertools.count(1)


def _airflow_of_our_own() -> None:
    """Airflow reads these when it is first imported, whichever test does it: never the developer's own ~/airflow."""
    home = Path(tempfile.mkdtemp(prefix="gatehouse-airflow-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith("AIRFLOW") or name == MARKER]:
        del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "GX_ANALYTICS_ENABLED": "false",
        "SCARF_ANALYTICS": "false",
    }


_airflow_of_our_own()


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's tables, for tests that run DAGs in this process."""
    from airflow.utils.db import initdb

    initdb()


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
    """SQLAlchemy's URL of the session's server: an empty database that nobody should write to.

    It is not the template: one connection that a failed test keeps open would let no further database be made of it.
    """
    postgres_server.create_database(_SHARED)
    return postgres_server.url(_SHARED)


@pytest.fixture
def fresh_store_url(postgres_server: Server) -> Iterator[str]:
    """SQLAlchemy's URL of a new empty database, dropped after the test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    postgres_server.create_database(name, template=_TEMPLATE)
    try:
        yield postgres_server.url(name)
    finally:
        postgres_server.drop_database(name)
