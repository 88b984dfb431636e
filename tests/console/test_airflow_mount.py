"""Tests of the console inside a real Airflow API server, with its log-in."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from filled_store import World
from starlette.testclient import TestClient

from gatehouse.console.airflow_mount import views


@pytest.fixture(scope="module")
def airflow(airflow_database: None, world: World) -> Iterator[Any]:
    """The API server as Airflow makes it, with our plugin over the filled store."""
    from airflow import plugins_manager
    from airflow.api_fastapi.app import create_app

    apps, _ = plugins_manager.get_fastapi_plugins()
    (ours,) = [each["app"] for each in apps if each["url_prefix"] == "/gatehouse"]
    original, ours._workspace = ours._workspace, lambda: world.workspace
    yield create_app(apps="core")
    ours._workspace = original


@pytest.fixture(scope="module")
def token(airflow: Any) -> str:
    """The log-in of somebody who may only look."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    manager: Any = get_auth_manager()
    made: str = manager.generate_jwt(SimpleAuthManagerUser(username="viewer", role="VIEWER"))
    return made


def _client(airflow: Any) -> TestClient:
    return TestClient(airflow, follow_redirects=False, base_url="http://localhost:8080")


@pytest.mark.parametrize("path", ["/programs", "/hosts/SN00001", "/raw/" + "0" * 64, "/runs/npi_round/x"])
def test_nobody_looks_without_airflow_s_log_in(airflow: Any, path: str) -> None:
    """It should refuse a program, and send a browser to Airflow's own log-in."""
    client = _client(airflow)
    assert client.get(f"/gatehouse{path}").status_code == 401
    to_login = client.get(f"/gatehouse{path}", headers={"Accept": "text/html"})
    assert to_login.headers["Location"].startswith("/api/v2/auth/login?next=%2Fgatehouse%2F")


def test_a_false_token_is_refused(airflow: Any) -> None:
    """It should not take a token that Airflow did not sign."""
    client = _client(airflow)
    assert client.get("/gatehouse/programs", headers={"Authorization": "Bearer x.y.z"}).status_code in (401, 403)
    client.cookies.set("_token", "x.y.z")
    assert client.get("/gatehouse/programs").status_code in (401, 403)


def test_a_viewer_looks_with_token_or_cookie(airflow: Any, token: str) -> None:
    """It should let through whoever may read DAGs: by token as a program, by cookie as a browser."""
    client = _client(airflow)
    answer = client.get("/gatehouse/programs", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "Atlas" in answer.text
    client.cookies.set("_token", token)
    assert client.get("/gatehouse/hosts/SN00002").status_code == 200


def test_airflow_s_own_pages_are_as_before(airflow: Any) -> None:
    """It should put its headers on its own answers only."""
    assert "Content-Security-Policy" not in _client(airflow).get("/api/v2/version").headers


@pytest.mark.parametrize(
    ("base_url", "prefix"), [("/", ""), ("http://h:8080", ""), ("https://h/airflow/", "/airflow"), ("", "")]
)
def test_views_follow_airflow_s_base_url(base_url: str, prefix: str) -> None:
    """It should link to where Airflow is served, and leave the placeholders to Airflow."""
    entries = views(base_url)
    assert [entry["destination"] for entry in entries] == ["nav", "dag_run", "dag"]
    assert all(urlsplit(str(entry["href"])).path.startswith(f"{prefix}/gatehouse/") for entry in entries)
    assert str(entries[1]["href"]).endswith("/runs/{DAG_ID}/{RUN_ID}")
    assert len({entry["url_route"] for entry in entries}) == 3


def test_the_plugin_is_cheap_to_load() -> None:
    """It should import neither FastAPI nor our operations: every component of Airflow loads the plugins."""
    code = (
        "import sys; import gatehouse.console.airflow_mount; "
        "print([m for m in ('fastapi', 'sqlalchemy', 'jinja2', 'pydantic', 'airflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment())
    assert done.stdout.strip() == "[]"


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
