"""What the compose file runs, run without it: health checks, the database's script, and compose where there is one."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from compose_file import COMPOSE, GIVEN, filled, runs_on, services

from gatehouse.local.postgres import Server
from gatehouse.local.postgres_install import programs

STAYING = {name: service for name, service in services().items() if runs_on(service) and name != "postgres"}


def has_compose() -> bool:
    """Whether Docker's compose plugin is installed; it needs no engine to check a file."""
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode == 0


class _Health(BaseHTTPRequestHandler):
    """Airflow's health page: ``unwell`` is the part that is not healthy."""

    unwell = ""

    def do_GET(self) -> None:
        """Answer as Airflow does."""
        parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        said = {part: {"status": "unhealthy" if part == self.unwell else "healthy"} for part in parts}
        found = self.path == "/api/v2/monitor/health"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class calls it so
        """Say nothing."""


@pytest.fixture
def health() -> Iterator[str]:
    """The address of a health page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Health)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        _Health.unwell = ""


@pytest.mark.parametrize("name", STAYING)
def test_a_health_check_tells_well_from_unwell(name: str, health: str) -> None:
    """It should succeed while its part is healthy, and fail when it is not or when nobody answers."""
    mode, python, *arguments = STAYING[name]["healthcheck"]["test"]
    assert (mode, python) == ("CMD", "python")

    def exit_code(address: str) -> int:
        argv = [word.replace("http://api-server:8080/", address) for word in arguments]
        return subprocess.run([sys.executable, *argv], capture_output=True, check=False).returncode

    assert exit_code(health) == 0
    _Health.unwell = arguments[-1]
    assert exit_code(health) == 1
    _Health.unwell = "another"
    assert exit_code(health) == 0
    assert exit_code("http://127.0.0.1:9/") == 1


def test_the_store_s_database_is_made_once(postgres_server: Server) -> None:
    """It should make role and database, be safe to run again, and take a changed password."""
    job = services()["create-store"]
    psql = programs(None) / "psql"
    assert job["command"][:2] == ["sh", "-euc"]
    script = filled(job["command"][2], GIVEN)
    dsn = postgres_server.dsn
    env = {**os.environ, "PATH": f"{psql.parent}:{os.environ['PATH']}", "PGHOST": dsn["host"], "PGUSER": dsn["user"]}
    env |= {"PGDATABASE": "postgres", "PGPORT": dsn["port"]}
    try:
        stored = []
        for password in ("first", "it's second"):
            asked = {**env, "STORE_DB_PASSWORD": password}
            done = subprocess.run(["sh", "-euc", script], env=asked, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            stored += _ask(
                postgres_server, "SELECT rolcanlogin, rolpassword FROM pg_authid WHERE rolname = 'gatehouse'"
            )
        assert [can_log_in for can_log_in, _ in stored] == [True, True]
        assert len({scrambled for _, scrambled in stored}) == 2
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'gatehouse'"
        assert _ask(postgres_server, owner) == [("gatehouse",)]
    finally:
        postgres_server.drop_database("gatehouse")
        _ask(postgres_server, "DROP ROLE IF EXISTS gatehouse", answers=False)


def _ask(server: Server, statement: str, *, answers: bool = True) -> list[tuple[object, ...]]:
    with contextlib.closing(server.connect("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if answers else []


@pytest.mark.skipif(not has_compose(), reason="there is no docker compose")
def test_docker_compose_takes_it(tmp_path: Path) -> None:
    """It should be valid for compose itself, and refused with a clear word while a secret is missing."""

    def config(given: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
        argv = ["docker", "compose", "--env-file", str(tmp_path / "env"), "--file", str(COMPOSE), "config", "--quiet"]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    assert config(GIVEN).returncode == 0, config(GIVEN).stderr
    for name in GIVEN:
        refused = config({**GIVEN, name: ""})
        assert refused.returncode != 0
        assert name in refused.stderr
