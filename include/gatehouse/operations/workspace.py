"""What every operation works with: the catalogue, the store, the raw outputs, and who we are on hosts."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gatehouse.catalog.loader import Catalog, open_catalog
from gatehouse.model.errors import UsageError
from gatehouse.model.hosts import BmcLogin, Login
from gatehouse.store.engine import Store, open_store
from gatehouse.store.raw import RawFolder, RawStore
from gatehouse.store.url import store_url

FILES_VARIABLE = "GATEHOUSE_FILES"  # folder or URL under which raw outputs, reports and Data Docs are kept


def login_from_environment(connection: str) -> Login:
    """User and key of a Connection for those who work without Airflow.

    ``GATEHOUSE_LOGIN_<NAME>`` holds ``user:/path/to/private/key``.

    Raises:
        UsageError: it is not set, or the key cannot be read.
    """
    variable = f"GATEHOUSE_LOGIN_{connection.upper()}"
    user, _, path = os.environ.get(variable, "").partition(":")
    if not user or not path:
        raise UsageError(f"no login for connection {connection!r}: set {variable}=user:/path/to/private/key")
    try:
        return Login(user, Path(path).expanduser().read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{variable}: the key {path} cannot be read: {error}") from error


def bmc_login_from_environment(connection: str) -> BmcLogin:
    """User and password of a BMC's Connection for those who work without Airflow.

    ``GATEHOUSE_BMC_LOGIN_<NAME>`` holds ``user:/path/to/file/with/the/password``.

    Raises:
        UsageError: it is not set, or the file cannot be read.
    """
    variable = f"GATEHOUSE_BMC_LOGIN_{connection.upper()}"
    user, _, path = os.environ.get(variable, "").partition(":")
    if not user or not path:
        raise UsageError(f"no login for BMC connection {connection!r}: set {variable}=user:/path/to/password/file")
    try:
        password = Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{variable}: the password file {path} cannot be read: {error}") from error
    if not password:
        raise UsageError(f"{variable}: the password file {path} is empty")
    return BmcLogin(user, password)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The catalogue, the store, and the folder of kept files.

    ``login`` turns a Connection's name into user and key, ``bmc_login`` one of a BMC into user and password.
    """

    catalog: Catalog
    engine: Store
    files: RawFolder
    login: Callable[[str], Login]
    bmc_login: Callable[[str], BmcLogin] = bmc_login_from_environment

    @property
    def raw(self) -> RawStore:
        """Raw outputs by hash."""
        return RawStore(self.files / "raw")


def workspace_from_environment() -> Workspace:
    """The workspace of a shell: store, files and logins come from environment variables."""
    files = Path(os.environ.get(FILES_VARIABLE, "gatehouse-files")).expanduser()
    return Workspace(open_catalog(), open_store(store_url()), files, login_from_environment)
