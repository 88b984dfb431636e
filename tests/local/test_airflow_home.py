"""The environment of every process of a stack."""

import json
from pathlib import Path

import pytest

from gatehouse.local.airflow_home import Settings, base_url, environment
from gatehouse.local.components import AIRFLOW, MIGRATE_AIRFLOW, MIGRATE_STORE, components
from gatehouse.local.home import CHECKOUT, MARKER, Home
from gatehouse.local.postgres import Server
from gatehouse.local.secret_files import USERS, Secrets

HOME = Home(Path("/srv/h"))
SOCKET = Server({"host": "/srv/h/sock", "port": "5432", "user": "postgres"}, pid=7)
REMOTE = Server({"host": "db", "port": "5433", "user": "me", "password": "p/w%"})
SECRETS = Secrets("fernet", "api-secret", "jwt-secret", "-----KEY-----\n", {"admin": "s3cret"})


def made(server: Server = SOCKET, settings: Settings | None = None, **inherited: str) -> dict[str, str]:
    """The environment for a caller that has these variables."""
    return environment(HOME, settings or Settings(), server, SECRETS, inherited)


def test_it_is_pure() -> None:
    """It should depend on nothing but its arguments, and change none of them."""
    inherited = {"LANG": "C", "AIRFLOW_HOME": "/elsewhere"}
    first = environment(HOME, Settings(), SOCKET, SECRETS, inherited)
    assert first == environment(HOME, Settings(), SOCKET, SECRETS, inherited)
    assert inherited == {"LANG": "C", "AIRFLOW_HOME": "/elsewhere"}


def test_every_process_carries_the_marker() -> None:
    """It should mark what `down` may stop."""
    assert made()[MARKER] == "/srv/h"
    assert made(**{MARKER: "/other"})[MARKER] == "/srv/h"


def test_airflow_lives_in_the_home() -> None:
    """It should keep Airflow's own files out of the checkout and of the user's home."""
    env = made()
    for name in ("AIRFLOW_HOME", "AIRFLOW__LOGGING__BASE_LOG_FOLDER", "GATEHOUSE_FILES"):
        assert Path(env[name]).is_relative_to("/srv/h")
    assert env["AIRFLOW__CORE__DAGS_FOLDER"] == str(CHECKOUT / "dags")


@pytest.mark.parametrize("name", ["AIRFLOW__CORE__EXECUTOR", "AIRFLOW_HOME", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"])
def test_another_airflows_settings_do_not_leak_in(name: str) -> None:
    """It should not pick up what the user set for something else."""
    assert made(**{name: "/foreign"}).get(name) != "/foreign"


def test_the_users_own_variables_pass() -> None:
    """It should keep what tasks may need, a mail server's and a webhook's Connections among them."""
    env = made(LANG="de_DE", AIRFLOW_CONN_GATEHOUSE_WEBHOOK="http://x", AIRFLOW_CONN_GATEHOUSE_SMTP="smtp://y")
    assert env["LANG"] == "de_DE"
    assert env["AIRFLOW_CONN_GATEHOUSE_WEBHOOK"] == "http://x"
    assert env["AIRFLOW_CONN_GATEHOUSE_SMTP"] == "smtp://y"


def test_only_loopback_is_served() -> None:
    """It should be reachable from this machine only, wherever the port."""
    env = made(settings=Settings(port=18123))
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert env["AIRFLOW__API__PORT"] == "18123"
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18123/execution/"
    assert "0.0.0.0" not in " ".join(env.values())


def test_no_log_server_is_started() -> None:
    """It should not open Airflow's log ports, which listen on every interface."""
    servers = {part.name: part.argv for part in AIRFLOW}
    assert servers["scheduler"][-1] == servers["triggerer"][-1] == "-s"


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_a_proxy_never_stands_between_us_and_ourselves(name: str) -> None:
    """It should keep workers talking to the API server directly, and the user's exceptions as they are."""
    env = made(HTTP_PROXY="http://proxy:3128", **{name: "corp.example"})
    assert env["no_proxy"].split(",") == ["corp.example", "127.0.0.1", "localhost"]
    assert env["NO_PROXY"] == env["no_proxy"]


def test_nothing_phones_home() -> None:
    """It should switch off the telemetry of everything that has some."""
    env = made()
    assert env["GX_ANALYTICS_ENABLED"] == "false"
    assert env["SCARF_ANALYTICS"] == "false"


def test_the_three_knobs_are_set() -> None:
    """It should keep resumed tasks from failing, and a busy machine from failing tasks."""
    env = made()
    assert float(env["AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL"]) <= 1
    assert float(env["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"]) >= 60


def test_a_lost_task_is_found_within_minutes() -> None:
    """It should not leave what a killed scheduler ran alone for Airflow's five minutes."""
    env = made()
    assert float(env["AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL"]) <= 60
    assert float(env["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"]) <= 120


def test_users_are_named_with_their_roles() -> None:
    """It should offer everybody in USERS a log-in."""
    named = made()["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].split(",")
    assert dict(entry.split(":") for entry in named) == dict(USERS)


def test_the_stores_connection_by_socket() -> None:
    """It should say where the store is, as Airflow's postgres Connection says it."""
    connection = json.loads(made()["AIRFLOW_CONN_GATEHOUSE_STORE"])
    assert connection["conn_type"] == "postgres"
    assert (connection["host"], connection["schema"]) == ("/srv/h/sock", "gatehouse")
    assert made()["GATEHOUSE_STORE_URL"].startswith("postgresql+psycopg2://postgres@/gatehouse?host=%2Fsrv%2Fh%2Fsock")


def test_the_stores_connection_by_network() -> None:
    """It should carry a foreign server's password, any character of it."""
    connection = json.loads(made(REMOTE)["AIRFLOW_CONN_GATEHOUSE_STORE"])
    assert (connection["host"], connection["port"], connection["password"]) == ("db", 5433, "p/w%")
    assert made(REMOTE)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].endswith("me:p%2Fw%25@db:5433/airflow")


def test_the_labs_connection_holds_user_and_key() -> None:
    """It should let tasks into lab hosts by the ssh provider's conventions."""
    connection = json.loads(made()["AIRFLOW_CONN_GATEHOUSE_LAB"])
    assert connection["conn_type"] == "ssh"
    assert connection["login"] == "gatehouse"
    assert connection["extra"]["private_key"] == SECRETS.lab_key


def test_the_homes_catalogue_comes_on_top_of_the_users() -> None:
    """It should add the lab's inventory to the caller's folders, once."""
    assert made()["GATEHOUSE_CATALOG"] == str(HOME.catalog)
    assert made(GATEHOUSE_CATALOG="/mine")["GATEHOUSE_CATALOG"] == f"/mine:{HOME.catalog}"
    assert made(GATEHOUSE_CATALOG=str(HOME.catalog))["GATEHOUSE_CATALOG"] == str(HOME.catalog)


def test_command_lines_hold_no_secret() -> None:
    """It should pass secrets where only the owner can see them."""
    words = " ".join(
        word for part in (*components(("--hosts", "3")), MIGRATE_AIRFLOW, MIGRATE_STORE) for word in part.argv
    )
    for secret in (SECRETS.fernet_key, SECRETS.jwt_secret, "s3cret", "KEY", "postgresql"):
        assert secret not in words


def test_the_lab_is_there_when_asked_for() -> None:
    """It should start the lab with its arguments, before Airflow, and not at all without."""
    lab, *rest = components(("--hosts", "3"))
    assert lab.name == "lab"
    assert lab.argv[-2:] == ("--hosts", "3")
    assert tuple(rest) == components(None) == AIRFLOW


def test_base_url() -> None:
    """It should be what people open."""
    assert base_url(8080) == "http://127.0.0.1:8080"
