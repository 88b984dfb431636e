"""Tests of who may look, and of what a browser is told it may do."""

from pathlib import Path

import pytest
from console_client import Doorkeeper, client_of
from filled_store import HOSTILE, World
from starlette.testclient import TestClient

from gatehouse.console.app import console_app
from gatehouse.console.raw import SHOWN_BYTES

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
EVERYTHING = [
    "/programs", "/programs/atlas/EVT", "/report/atlas/EVT", "/report/atlas/EVT/json", "/rounds/1a2b3c4d5e6f",
    "/rounds/1a2b3c4d5e6f/docs/index.html", "/hosts/SN00001", "/hosts?host=evt-01", "/raw/" + "0" * 64,
    "/runs/npi_round/x", "/",
]  # fmt: skip


@pytest.mark.parametrize("path", EVERYTHING)
def test_nobody_looks_without_log_in(client: TestClient, doorkeeper: Doorkeeper, path: str) -> None:
    """It should refuse every page, and show nothing of it."""
    doorkeeper.status = 401
    answer = client.get(f"/gatehouse{path}")
    assert answer.status_code == 401
    assert "atlas" not in answer.text.lower().replace(path, "")


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_browser_is_sent_to_log_in_and_back(client: TestClient, doorkeeper: Doorkeeper, path: str) -> None:
    """It should send a person to Airflow's log-in, which returns to the very page."""
    from urllib.parse import quote

    doorkeeper.status = 401
    answer = client.get(f"/gatehouse{path}", headers=BROWSER)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/api/v2/auth/login?next={quote('/gatehouse' + path, safe='')}"


def test_who_is_logged_in_but_may_not_look_is_told(client: TestClient, doorkeeper: Doorkeeper) -> None:
    """It should not send a person round in circles."""
    doorkeeper.status = 403
    assert client.get("/gatehouse/programs", headers=BROWSER).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    """It should only read."""
    for path in EVERYTHING:
        assert client.request(method, f"/gatehouse{path}").status_code == 405


@pytest.mark.parametrize("path", [*EVERYTHING, "/static/console.css", "/static/theme.js", "/nothing", "/raw/xyz"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    """It should keep strangers from framing, browsers from guessing types, and pages from loading from elsewhere."""
    headers = client.get(f"/gatehouse{path}").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'unsafe" not in policy


def test_the_report_allows_its_own_style_and_nothing_else(client: TestClient) -> None:
    """It should name the style by its hash."""
    policy = client.get("/gatehouse/report/atlas/EVT").headers["Content-Security-Policy"]
    assert "style-src 'sha256-" in policy
    assert "unsafe-inline" not in policy


def _raw(world: World) -> str:
    return world.workspace.raw.put(f"before\n{HOSTILE}\nafter\n".encode())


def test_raw_output_is_text_and_nothing_else(client: TestClient, world: World) -> None:
    """It should be plain text in a sandbox, with control characters shown by name."""
    answer = client.get(f"/gatehouse/raw/{_raw(world)}")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.text == "before\n<script>alert('x')</script>‹ESC›[31mred | **bold** ‹U+202E›gnp.exe\nafter\n"


def test_raw_output_can_be_kept_as_it_was(client: TestClient, world: World) -> None:
    """It should give the very bytes as a file, never as something to open in the browser."""
    answer = client.get(f"/gatehouse/raw/{_raw(world)}?download=1")
    assert answer.content == f"before\n{HOSTILE}\nafter\n".encode()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_huge_raw_output_is_cut(client: TestClient, world: World) -> None:
    """It should say how much is missing, and where to get it."""
    digest = world.workspace.raw.put(b"x" * (SHOWN_BYTES + 1234))
    text = client.get(f"/gatehouse/raw/{digest}").text
    assert len(text) < SHOWN_BYTES + 200
    assert "1,234 more bytes" in text
    assert len(client.get(f"/gatehouse/raw/{digest}?download=1").content) == SHOWN_BYTES + 1234


def test_bytes_that_are_no_text_are_shown(client: TestClient, world: World) -> None:
    """It should not fail on a tool that prints anything at all."""
    digest = world.workspace.raw.put(bytes(range(256)))
    assert client.get(f"/gatehouse/raw/{digest}").status_code == 200


@pytest.mark.parametrize("name", ["0" * 64, "x" * 64, "..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63, "%00"])
def test_only_hashes_of_kept_outputs_are_served(client: TestClient, name: str) -> None:
    """It should know nothing else than hashes."""
    assert client.get(f"/gatehouse/raw/{name}").status_code == 404


def test_data_docs_are_served_without_scripts(client: TestClient) -> None:
    """It should give the pages of Great Expectations, in which values stand unescaped, no way to run anything."""
    answer = client.get("/gatehouse/rounds/1a2b3c4d5e6f/docs/validations/a.html")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert client.get("/gatehouse/rounds/1a2b3c4d5e6f/docs/").text == "<h1>Data Docs</h1>"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.html", "..%2fsecret.html", "%2e%2e/secret.html", "validations/../../../raw/x", "//etc/passwd",
        "%2fetc%2fpasswd", "..\\secret.html", "validations//a.html", "validations", "notes.txt", "a.html%00.html",
        "link.html", "linked/secret.html", "file:index.html", "none.html",
    ],
)  # fmt: skip
def test_data_docs_end_at_their_folder(client: TestClient, world: World, path: str) -> None:
    """It should serve no other file, whatever the path, and follow no link out of the folder."""
    docs = Path(world.workspace.files) / "datadocs" / "1a2b3c4d5e6f"
    (docs.parent / "secret.html").write_text("secret")
    for link, target in (("link.html", docs.parent / "secret.html"), ("linked", docs.parent)):
        if not (docs / link).is_symlink():
            (docs / link).symlink_to(target)
    answer = client.get(f"/gatehouse/rounds/1a2b3c4d5e6f/docs/{path}")
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.html", "").replace(path, "")


@pytest.mark.parametrize("round_id", ["..", "%2e%2e", ".", "a%2f..", "aabbccddeeff"])
def test_a_round_without_docs_has_none(client: TestClient, round_id: str) -> None:
    """It should not take another folder for a round's."""
    assert client.get(f"/gatehouse/rounds/{round_id}/docs/index.html").status_code == 404


def test_data_docs_in_object_storage_are_served(world: World, tmp_path: Path) -> None:
    """It should read them through Airflow's object storage path as through a local one."""
    from dataclasses import replace

    from airflow.sdk import ObjectStoragePath

    (tmp_path / "datadocs" / "r1").mkdir(parents=True)
    (tmp_path / "datadocs" / "r1" / "index.html").write_text("<h1>here</h1>")
    (tmp_path / "secret.html").write_text("secret")
    elsewhere = replace(world.workspace, files=ObjectStoragePath(f"file://{tmp_path}"))
    client = client_of(console_app(lambda: elsewhere, lambda: None))
    assert client.get("/gatehouse/rounds/r1/docs/index.html").text == "<h1>here</h1>"
    assert client.get("/gatehouse/rounds/r1/docs/..%2f..%2fsecret.html").status_code == 404


def test_a_store_that_is_down_is_said(world: World) -> None:
    """It should answer 503 with a word on what to do, and no traceback."""
    from dataclasses import replace

    from gatehouse.store.engine import open_store

    nowhere = replace(world.workspace, engine=open_store("postgresql://nobody@127.0.0.1:1/none"))
    answer = client_of(console_app(lambda: nowhere, lambda: None)).get("/gatehouse/programs")
    assert answer.status_code == 503
    assert "The store does not answer" in answer.text
    assert "Traceback" not in answer.text
