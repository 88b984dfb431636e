"""Where the shell works: the local stack's store, files and keys, unless the environment names others.

What only some commands need is imported by those: to look at a gate takes less time than to import what opens rounds.
"""

import os
from typing import TYPE_CHECKING

from gatehouse.catalog.loader import Catalog, open_catalog
from gatehouse.local.home import Home, home
from gatehouse.store.url import URL_VARIABLE, store_url

if TYPE_CHECKING:
    from gatehouse.operations.workspace import Workspace


def workspace() -> "Workspace":
    """The workspace of this shell.

    Raises:
        StoreError: no stack is up and no store is named.
    """
    from gatehouse.operations.workspace import workspace_from_environment

    _settle(home())
    return workspace_from_environment()


def catalog_and_store() -> tuple[Catalog, str]:
    """The catalogue of this shell, and the URL of its store.

    Raises:
        StoreError: no stack is up and no store is named.
    """
    _settle(home())
    return open_catalog(), store_url()


def _settle(place: Home) -> None:
    """Write into the environment what the local stack, if one runs, has to say."""
    if URL_VARIABLE not in os.environ:
        _use_stack(place)
    folders = [folder for folder in os.environ.get("GATEHOUSE_CATALOG", "").split(os.pathsep) if folder]
    os.environ["GATEHOUSE_CATALOG"] = os.pathsep.join(dict.fromkeys((*folders, str(place.catalog))))


def _use_stack(place: Home) -> None:
    from gatehouse.local import postgres
    from gatehouse.local.secret_files import lab_bmc_password_file, lab_key_file

    if server := postgres.running(place):
        os.environ[URL_VARIABLE] = server.url("gatehouse")
        os.environ.setdefault("GATEHOUSE_FILES", str(place.files))
        os.environ.setdefault("GATEHOUSE_LOGIN_GATEHOUSE_LAB", f"gatehouse:{lab_key_file(place)}")
        bmc_login = f"gatehouse:{lab_bmc_password_file(place)}"
        os.environ.setdefault("GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC", bmc_login)
