"""Tests of what the pages show."""

import json
import re
from html.parser import HTMLParser

import pytest
from filled_store import HOSTILE, World
from starlette.testclient import TestClient

from gatehouse.model.round_ids import round_id_of
from gatehouse.store import jobs, rounds
from gatehouse.store.engine import transaction
from gatehouse.store.jobs import JobSeen

GOOD, SPOILT, OPEN = "1a2b3c4d5e6f", "aabbccddeeff", "00112233aabb"
PAGES = [
    "/programs", "/programs/atlas/EVT", "/programs/atlas/DVT", "/report/atlas/EVT", f"/rounds/{GOOD}",
    f"/rounds/{SPOILT}", f"/rounds/{OPEN}", "/hosts/SN00001", "/hosts/SN00002", "/hosts/SN00003", "/hosts/evt-04",
    "/runs/other/x", "/runs/npi_round/x", "/nothing", "/hosts/nobody",
]  # fmt: skip


class _Seen(HTMLParser):
    """What a browser would show, follow and fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.fetched, self.attributes = "", [], [], []  # type: str, list[str], list[str], list[str]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.attributes += list(values)
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif tag in ("script", "link", "img", "iframe"):
            self.fetched.append(values.get("src") or values.get("href", ""))

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " "


def _see(client: TestClient, path: str, status: int = 200) -> _Seen:
    answer = client.get(f"/gatehouse{path}")
    assert answer.status_code == status, answer.text
    return _Seen(answer.text)


def test_programs_are_rows_of_gates(client: TestClient) -> None:
    """It should show each gate's state, and what an open one lacks."""
    seen = _see(client, "/programs")
    for text in ("Atlas", "8× H100 server", "EVT", "not met", "Every unit measured", "not opened", "Not planned."):
        assert text in seen.text, text
    assert "/gatehouse/programs/atlas/EVT" in seen.links


def test_a_gate_shows_observed_required_and_missing(client: TestClient) -> None:
    """It should show every criterion, the rounds, and the rejection that stands."""
    seen = _see(client, "/programs/atlas/EVT")
    for text in (
        "EVT may not exit", "18 of 24 measured", "at least 24 of 24", "measure evt-03", "not admissible",
        "not judged yet", "2 of 24 cells are empty", "rejected", "repair it", "temp_c",
    ):  # fmt: skip
        assert text in seen.text, text
    for link in (f"/gatehouse/rounds/{GOOD}", "/gatehouse/report/atlas/EVT", "/gatehouse/hosts/SN00002"):
        assert link in seen.links, link


def test_the_report_can_be_read_and_kept(client: TestClient) -> None:
    """It should be shown, downloaded as a page, and downloaded as JSON."""
    shown = _see(client, "/report/atlas/EVT")
    assert "Atlas: EVT exit" in shown.text
    assert f"/gatehouse/rounds/{GOOD}" in shown.links
    kept = client.get("/gatehouse/report/atlas/EVT?download=1")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="atlas-EVT-report.html"'
    assert _Seen(kept.text).links == []
    document = client.get("/gatehouse/report/atlas/EVT/json")
    assert json.loads(document.text)["status"] == "not met"
    assert "attachment" in document.headers["Content-Disposition"]


def test_a_round_shows_plan_against_hosts(client: TestClient) -> None:
    """It should show each answer in words, the reasons below, and a link to the Data Docs."""
    seen = _see(client, f"/rounds/{GOOD}")
    for text in ("✓ good", "✗ bad", "! not measured", "– skipped", "not reached", "Next: swap the part", "may count"):
        assert text in seen.text, text
    assert f"/gatehouse/rounds/{GOOD}/docs/index.html" in seen.links
    assert "/gatehouse/hosts/SN00001" in seen.links


def test_a_round_that_may_not_count_says_so(client: TestClient) -> None:
    """It should put the verdict on the data at the top, with the problems."""
    seen = _see(client, f"/rounds/{SPOILT}")
    assert "no evidence for any gate" in seen.text
    assert "2 of 24 cells are empty" in seen.text
    assert not any("/docs/" in link for link in seen.links)


def test_an_open_round_looks_again_by_itself(client: TestClient) -> None:
    """It should reload until the round is judged, and not after."""
    assert 'http-equiv="refresh"' in client.get(f"/gatehouse/rounds/{OPEN}").text
    assert 'http-equiv="refresh"' not in client.get(f"/gatehouse/rounds/{GOOD}").text


def test_a_round_can_be_searched(client: TestClient) -> None:
    """It should show only what fits, keep what was typed, and say when nothing fits."""
    assert "evt-05" in _see(client, f"/rounds/{GOOD}?search=05").text
    assert "evt-05" not in _see(client, f"/rounds/{GOOD}?trouble=1").text
    typed = client.get(f"/gatehouse/rounds/{GOOD}", params={"search": '"><script>'}).text
    assert 'value="&#34;&gt;&lt;script&gt;"' in typed
    assert "No host of this round fits." in typed


def test_a_host_shows_everything_that_is_known(client: TestClient) -> None:
    """It should show identity, issues with the next step, results with readings and raw outputs, and history."""
    seen = _see(client, "/hosts/SN00002")
    for text in (
        "evt-02", "SN00002", "10.0.0.2:22", "1 diagnostic says that this machine is bad", "Next: swap the part.",
        "at most 85 degC", "tool --all accelerator_health", "xid.79", "97 degC", "no value", "round 1",
    ):  # fmt: skip
        assert text in seen.text, text
    assert any(re.fullmatch(r"/gatehouse/raw/[0-9a-f]{64}", link) for link in seen.links)


def test_a_host_is_found_by_what_people_type(client: TestClient) -> None:
    """It should lead from a name to the host's page."""
    answer = client.get("/gatehouse/hosts", params={"host": " evt-02 "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/gatehouse/hosts/SN00002")
    assert client.get("/gatehouse/hosts", params={"host": "nobody"}).status_code == 404


def test_a_run_leads_to_its_page(client: TestClient, world: World) -> None:
    """It should lead to the round of an npi_round run, and to the programs for an npi_program run."""
    run_id = "manual__2025-11-20T09:30:00+00:00"
    assert "has not opened its round yet" in _see(client, f"/runs/npi_round/{run_id}").text
    world.round(round_id_of(run_id), admissible=None)
    there = client.get(f"/gatehouse/runs/npi_round/{run_id}")
    assert there.headers["Location"] == f"/gatehouse/rounds/{round_id_of(run_id)}"
    assert client.get("/gatehouse/runs/npi_program/x").headers["Location"] == "/gatehouse/programs"
    assert "No round belongs to this run" in _see(client, "/runs/other_dag/x").text


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/nothing", 404, "Not found"),
        ("/hosts/nobody", 404, "neither the catalogue nor any round knows it"),
        ("/programs/zeus/EVT", 404, "zeus"),
        ("/programs/atlas/XVT", 400, "makes no sense"),
        ("/programs/atlas/PVT", 404, "atlas has no PVT"),
        ("/rounds/nope", 404, "nope"),
        (f"/rounds/{GOOD}?page=0", 400, "makes no sense"),
    ],
)
def test_mistakes_are_pages_that_say_what_to_do(client: TestClient, path: str, status: int, text: str) -> None:
    """It should name what is wrong, on a page and with the right status."""
    assert text in _see(client, path, status).text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_hostile_text_as_markup(client: TestClient, path: str) -> None:
    """It should escape what machines said, and show control characters by name, wherever it stands."""
    html = client.get(f"/gatehouse{path}").text
    assert "<script>alert" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_hostile_text_is_shown_nevertheless(client: TestClient) -> None:
    """It should not lose what a tool printed."""
    for path in ("/hosts/SN00002", f"/rounds/{GOOD}", "/programs/atlas/EVT"):
        assert "<script>alert('x')</script>" in _see(client, path).text
        assert "‹ESC›[31mred | **bold** ‹U+202E›gnp.exe" in _see(client, path).text
    assert HOSTILE not in client.get("/gatehouse/hosts/SN00002").text


@pytest.mark.parametrize("path", PAGES)
def test_pages_fetch_only_from_here(client: TestClient, path: str) -> None:
    """It should load nothing from outside, link nowhere else, and hold no inline style or handler."""
    seen = _Seen(client.get(f"/gatehouse{path}").text)
    assert all(address.startswith(("/gatehouse/static/", "data:,")) for address in seen.fetched)
    assert all(link.startswith(("/gatehouse/", "?")) for link in seen.links)
    assert not [name for name in seen.attributes if name == "style" or name.startswith("on")]


def test_links_work_wherever_the_console_is_mounted(world: World) -> None:
    """It should begin every link with the path under which it is served."""
    from starlette.applications import Starlette

    from gatehouse.console.app import console_app

    outer = Starlette()
    outer.mount("/airflow/gatehouse", console_app(lambda: world.workspace, lambda: None))
    seen = _Seen(TestClient(outer).get("/airflow/gatehouse/programs").text)
    assert seen.links
    assert all(link.startswith("/airflow/gatehouse/") for link in [*seen.links, *seen.fetched[1:]])


def test_a_running_job_is_on_the_pages_of_its_round_and_host(client: TestClient, world: World) -> None:
    """It should show how far it is, and what it printed as text."""
    host = world.hosts[-1]
    seen = JobSeen("soak-1-x", "soak-1-x.abc", "cpu_stress", 7200.0, None, 3024.0, HOSTILE, over=False)
    with transaction(world.engine) as session:
        rounds.open_round(session, "50a450a450a4", "atlas", "EVT", "evt", "pat", "", {"plan": {}}, world.hosts)
        jobs.note_look(session, "50a450a450a4", host.serial, seen)
    for path in ("/rounds/50a450a450a4", f"/hosts/{host.serial}"):
        shown = _see(client, path)
        for text in ("Running now", "cpu_stress", "42 %", "50 min of at most 2 h", "<script>alert('x')</script>"):
            assert text in shown.text, (path, text)
        assert "\x1b" not in shown.text
    assert f"{host.name}" in _see(client, "/rounds/50a450a450a4").text
