"""The workspace of a task: store, files and logins come from Airflow's Connections."""

import json
import os
from functools import lru_cache
from typing import Any

from airflow.sdk import Connection, ObjectStoragePath

from gatehouse.catalog.loader import open_catalog
from gatehouse.model.errors import UsageError
from gatehouse.model.hosts import BmcLogin, Login
from gatehouse.operations.workspace import FILES_VARIABLE, Workspace
from gatehouse.store.engine import open_store, postgres_url

STORE = "gatehouse_store"
FILES = "gatehouse_files"  # the Connection of the object storage; not needed for file://


def workspace_from_connections() -> Workspace:
    """The workspace that a task works with."""
    store = open_store(store_url_of(Connection.get(STORE)))
    return Workspace(open_catalog(), store, _files(), login_from_connection, bmc_login_from_connection)


def store_url_of(connection: Any) -> str:
    """The store's URL from its Connection. A Unix socket's folder stands in the extra ``host``."""
    extra = connection.extra_dejson
    return postgres_url(
        host=extra.get("host") or connection.host or "",
        port=extra.get("port") or connection.port,
        database=connection.schema or "gatehouse",
        user=connection.login or "postgres",
        password=connection.password,
    )


@lru_cache(maxsize=64)
def login_from_connection(name: str) -> Login:
    """User and key of an SSH Connection, by the conventions of Airflow's ssh provider (extra ``private_key``).

    Raises:
        UsageError: the Connection holds no private key.
    """
    connection = Connection.get(name)
    extra = json.loads(connection.extra or "{}")
    key = extra.get("private_key")
    if not key:
        raise UsageError(f'Connection {name!r} holds no private key: put it into its extra as "private_key"')
    return Login(connection.login or "root", key)


@lru_cache(maxsize=64)
def bmc_login_from_connection(name: str) -> BmcLogin:
    """User and password of a BMC's Connection, of type ``http`` or any other that holds both.

    Raises:
        UsageError: the Connection lacks one of them.
    """
    connection = Connection.get(name)
    if not connection.login or not connection.password:
        raise UsageError(f"Connection {name!r} needs a login and a password: the BMC's user")
    return BmcLogin(connection.login, connection.password)


def _files() -> ObjectStoragePath:
    url = os.environ.get(FILES_VARIABLE)
    if not url:
        raise UsageError(f"{FILES_VARIABLE} is not set: the folder or URL under which raw outputs and reports are kept")
    if "://" not in url:
        return ObjectStoragePath(f"file://{url}")
    return ObjectStoragePath(url, conn_id=None if url.startswith("file://") else FILES)
