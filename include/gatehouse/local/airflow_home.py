"""What every process of the stack finds in its environment. Pure: settings in, variables out."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gatehouse.local.home import CHECKOUT, MARKER, PLACE, Home
from gatehouse.local.postgres import Server
from gatehouse.local.secret_files import USERS, Secrets, lab_bmc_password_file, lab_key_file, passwords_file

LAB_USER = BMC_USER = "gatehouse"
DEFAULT_PORT = 8080
_LOOPBACK = "127.0.0.1"
_FOREIGN = ("AIRFLOW__", "AIRFLOW_HOME", "AIRFLOW_CONFIG", "PYTHON", "VIRTUAL_ENV", "CONDA_", "COVERAGE_")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose: the port of the pages, where DAGs and plugins lie, how many tasks run at once."""

    port: int = DEFAULT_PORT
    dags: Path = CHECKOUT / "dags"
    plugins: Path = CHECKOUT / "plugins"
    parallelism: int = 8  # 1.1 GB for the whole stack; 32 need 2.2 GB


def base_url(port: int) -> str:
    """Where the pages and the REST API are."""
    return f"http://{_LOOPBACK}:{port}"


def environment(
    home: Home, settings: Settings, server: Server, secrets: Secrets, inherited: Mapping[str, str]
) -> dict[str, str]:
    """Everything for Airflow, the lab and the tasks. Holds secrets: pass it to processes, print it nowhere.

    ``inherited`` is the caller's environment; another Airflow's or Python's settings in it are left out.
    """
    return {
        **{name: value for name, value in inherited.items() if not name.startswith(_FOREIGN)},
        **_surroundings(inherited),
        **_airflow(home, settings, server, secrets),
        **_tuning(),
        **_connections(server, secrets),
        **_gatehouse(home, server, inherited),
    }


def _gatehouse(home: Home, server: Server, inherited: Mapping[str, str]) -> dict[str, str]:
    """Our own: the store, the kept files, and this home's catalogue on top of the caller's."""
    catalogs = [folder for folder in inherited.get("GATEHOUSE_CATALOG", "").split(os.pathsep) if folder]
    return {
        MARKER: str(home.root),
        PLACE: str(home.root),
        "GATEHOUSE_STORE_URL": server.url("gatehouse"),
        "GATEHOUSE_FILES": inherited.get("GATEHOUSE_FILES") or str(home.files),
        "GATEHOUSE_CATALOG": os.pathsep.join(dict.fromkeys((*catalogs, str(home.catalog)))),
        "GATEHOUSE_LOGIN_GATEHOUSE_LAB": f"{LAB_USER}:{lab_key_file(home)}",
        "GATEHOUSE_BMC_LOGIN_GATEHOUSE_LAB_BMC": f"{BMC_USER}:{lab_bmc_password_file(home)}",
    }


def _surroundings(inherited: Mapping[str, str]) -> dict[str, str]:
    """Nothing phones home, nothing goes through a proxy to ourselves, no library starts a thread a core."""
    no_proxy = ",".join(filter(None, (inherited.get("no_proxy") or inherited.get("NO_PROXY"), "127.0.0.1,localhost")))
    return {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), inherited.get("PATH", os.defpath))),
        "PYTHONPATH": str(CHECKOUT / "include"),
        "PYTHONUNBUFFERED": "1",
        "SPT_NOENV": "1",  # process titles must not overwrite the environment: the marker stands there
        "GX_ANALYTICS_ENABLED": "false",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "OPENBLAS_NUM_THREADS": "1",  # forked workers share what the scheduler loaded
        "OMP_NUM_THREADS": "1",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def _airflow(home: Home, settings: Settings, server: Server, secrets: Secrets) -> dict[str, str]:
    url = base_url(settings.port)
    return {
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.plugins),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A paused npi_round would keep for ever what npi_program asks of it.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(settings.parallelism),
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": str(settings.parallelism),
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in USERS.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(home)),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": server.url("airflow"),
        "AIRFLOW__API__HOST": _LOOPBACK,
        "AIRFLOW__API__PORT": str(settings.port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret,
        "AIRFLOW__API__INSTANCE_NAME": "Gatehouse",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home.airflow / "logs"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home.airflow / "logs" / "dag_processor"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    }


def _tuning() -> dict[str, str]:
    """Measured on two cores; Airflow's own default is in the comment."""
    return {
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",  # 5: a child's exit is missed, resumed tasks fail
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",  # 5 s: a busy machine fails tasks
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",  # 300 s: a new file would show after five minutes
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",  # 30 s: idle CPU; changed files are read at once
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",  # 300 s: what a killed scheduler ran waits that long
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",  # 300 s: the same for a killed task
    }


def _connections(server: Server, secrets: Secrets) -> dict[str, str]:
    """Airflow Connections by environment. A webhook's and a mail server's come from the caller, when there are any."""
    store = {
        "conn_type": "postgres",
        "host": server.dsn["host"],
        "port": int(server.dsn["port"]),
        "login": server.dsn["user"],
        "password": server.dsn.get("password", ""),
        "schema": "gatehouse",
    }
    lab = {"conn_type": "ssh", "login": LAB_USER, "extra": {"private_key": secrets.lab_key}}
    bmc = {"conn_type": "http", "login": BMC_USER, "password": secrets.lab_bmc_password}
    made = {"gatehouse_store": store, "gatehouse_lab": lab, "gatehouse_lab_bmc": bmc}
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection) for name, connection in made.items()}
