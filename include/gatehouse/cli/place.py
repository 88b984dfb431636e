"""Where the shell works: the local stack's store, files and keys, unless the environment names others."""

import os

from gatehouse.local import postgres
from gatehouse.local.home import home
from gatehouse.local.secret_files import lab_bmc_password_file, lab_key_file
from gatehouse.operations.workspace import FILES_VARIABLE, Workspace, workspace_from_environment
from gatehouse.store.engine import URL_VARIABLE


def workspace() -> Workspace:
    """The workspace of this shell.

    Raises:
        StoreError: no stack is up and no store is named.
    """
    place = home()
    if URL_VARIABLE not in os.environ and (server := postgres.running(place)):
        os.environ[URL_VARIABLE] = server.url("gatehouse")
        os.environ.setdefault(FILES_VARIABLE, str(place.files))
        os.environ.setdefault("GATEHOUSE_LOGIN_GATEHOUSE_LAB", f"gatehouse:{lab_key_file(place)}")
        bmc_login = f"gatehouse:{lab_bmc_password_file(place)}"
        os.environ.setdefault("GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC", bmc_login)
    folders = [folder for folder in os.environ.get("GATEHOUSE_CATALOG", "").split(os.pathsep) if folder]
    os.environ["GATEHOUSE_CATALOG"] = os.pathsep.join(dict.fromkeys((*folders, str(place.catalog))))
    return workspace_from_environment()
