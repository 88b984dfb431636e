"""The compose file as it is written: what it starts exists, what it sets is known, what it hides stays hidden."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from compose_file import (
    ENV_EXAMPLE,
    GIVEN,
    document,
    example,
    filled,
    is_airflow_s,
    needed_variables,
    optional_variables,
    runs_on,
    services,
)

from gatehouse.local.airflow_home import Settings, environment
from gatehouse.local.components import AIRFLOW
from gatehouse.local.home import CHECKOUT, home
from gatehouse.local.postgres import Server
from gatehouse.local.secret_files import Secrets

OURS = {name: service for name, service in services().items() if is_airflow_s(service)}
STAYING = {name: service for name, service in services().items() if runs_on(service)}
LIBRARIES = {"GX_ANALYTICS_ENABLED", "SCARF_ANALYTICS", "DO_NOT_TRACK", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|SQL_ALCHEMY_CONN|STORE_URL|^AIRFLOW_CONN_")


def test_the_parts_of_the_local_stack_are_all_there() -> None:
    """It should run what `make up` runs: the four parts of Airflow, PostgreSQL, and both migrations."""
    assert set(STAYING) == {"postgres", *(component.name for component in AIRFLOW)}
    assert {"migrate-airflow", "migrate-store", "create-store"} <= set(services())


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    """It should start a subcommand of the installed Airflow, with its options; or a module, or a script of ours."""
    command = [*OURS[name].get("entrypoint", []), *OURS[name]["command"]]
    if command[0] == "airflow":
        from airflow.cli.cli_parser import get_parser

        get_parser().parse_args(command[1:])  # ends the process where it does not know one
    elif command[:2] == ["python", "-m"]:
        assert importlib.util.find_spec(command[2])
    else:
        assert command == ["gatehouse", "--help"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_known(name: str) -> None:
    """It should set nothing that neither Airflow nor our code would read."""
    from airflow.configuration import conf

    known = {
        f"AIRFLOW__{section}__{option}".upper().replace(".", "_")
        for section, held in conf.configuration_description.items()
        for option in held["options"]
    }
    source = "\n".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "include").rglob("*.py"))
    for variable in OURS[name]["environment"]:
        if variable.startswith("AIRFLOW__"):
            assert variable in known, variable
        elif variable.startswith("AIRFLOW_CONN_"):
            assert f'"{variable.removeprefix("AIRFLOW_CONN_").lower()}"' in source, variable
        else:
            assert variable in LIBRARIES | {"AIRFLOW_HOME"} or f'"{variable}"' in source, variable


def test_measured_settings_are_those_of_the_local_stack(tmp_path: Path) -> None:
    """It should not fall behind what was measured: settings that both make are the same."""
    local = environment(
        home(tmp_path), Settings(), Server({"host": "db", "port": "5432", "user": "u"}), Secrets("", "", "", "", {}), {}
    )
    ours = OURS["scheduler"]["environment"]
    tuned = {name for name in local if name.startswith(("AIRFLOW__WORKERS__", "AIRFLOW__SCHEDULER__", "AIRFLOW__DAG_"))}
    assert len(tuned) >= 6
    for name in tuned | LIBRARIES:
        assert ours[name] == local[name], name


@pytest.mark.parametrize("name", services())
def test_no_secret_stands_in_the_file(name: str) -> None:
    """It should take every secret from the environment, and have no default for one."""
    for variable, value in services()[name]["environment"].items():
        if SECRET.search(variable) and not variable.endswith("_PASSWORDS_FILE"):
            references = re.findall(r"\$\{[^}]*\}", value)
            assert references, f"{variable} is written out"
            assert all(":?" in reference for reference in references), f"{variable} has a default"


def test_every_service_is_healthy_or_a_job() -> None:
    """It should know of everything that stays whether it is well, and of everything else when it has ended."""
    awaited = {
        other
        for service in services().values()
        for other, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    for name, service in services().items():
        assert "healthcheck" in service if runs_on(service) else name in awaited or service["profiles"], name


def test_nothing_starts_before_what_it_needs() -> None:
    """It should migrate first, and wait for PostgreSQL by its health."""
    for name, component in STAYING.items():
        if name != "postgres":
            assert {"migrate-airflow", "migrate-store"} <= set(component["depends_on"])
    assert services()["migrate-store"]["depends_on"].keys() == {"create-store"}
    for job in ("create-store", "migrate-airflow"):
        assert services()[job]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", services())
def test_nothing_runs_as_root_or_gains_rights(name: str) -> None:
    """It should drop what it does not need; our image says its user itself (`test_image.py`)."""
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert is_airflow_s(service) or int(service["user"].split(":")[0]) > 0
    assert "privileged" not in service


def test_ports_are_open_to_this_machine_only() -> None:
    """It should publish one port, on loopback."""
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert len(ports) == 1
    assert ports[0].startswith("127.0.0.1:")


def test_volumes_are_declared_and_images_pinned() -> None:
    """It should name a version of every image, and keep data in volumes of its own."""
    named = {
        volume.split(":")[0]
        for service in services().values()
        for volume in service.get("volumes", ())
        if re.match(r"\w", volume)
    }
    assert named == set(document()["volumes"])
    for service in services().values():
        assert re.search(r":\d", service["image"]), service["image"]


def test_the_example_names_every_variable_and_no_secret() -> None:
    """It should be enough to fill in .env.example; the file itself opens nothing."""
    lines = example()
    assert set(lines) == set(needed_variables()) | optional_variables()
    assert all(lines[name] == "" for name in needed_variables())
    assert all(".env" in message for message in needed_variables().values())
    assert ".env" in (CHECKOUT / ".gitignore").read_text().splitlines()


def test_the_example_s_recipes_work() -> None:
    """It should make secrets in the form that Airflow and addresses want."""
    recipes = re.findall(r": (openssl [^\n:]+)$", ENV_EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(recipes) == 3
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl")
    from cryptography.fernet import Fernet

    made = [subprocess.run(["sh", "-c", r], capture_output=True, text=True, check=True).stdout.strip() for r in recipes]
    assert [len(secret) for secret in made] == [48, 44, 64]
    assert re.fullmatch(r"[0-9a-f]+", made[0] + made[2])
    Fernet(made[1])


def test_the_connection_of_the_store_can_be_read() -> None:
    """It should be a Connection as tasks read it: PostgreSQL, our database, the password that was given."""
    said = filled(OURS["scheduler"]["environment"]["AIRFLOW_CONN_GATEHOUSE_STORE"], GIVEN)
    from airflow.sdk import Connection

    from gatehouse.pipeline.workspace import store_url_of

    held = Connection.from_json(said, conn_id="gatehouse_store")
    address = filled(OURS["migrate-store"]["environment"]["GATEHOUSE_STORE_URL"], GIVEN)
    assert store_url_of(held).replace(":5432", "") == address
