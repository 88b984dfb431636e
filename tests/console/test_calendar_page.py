"""The calendar's page: bars where days are known, words for everything, and nothing that acts."""

from collections.abc import Iterator
from datetime import date

import pytest
from calendar_world import BOREALIS, calendar_world, on
from console_client import Doorkeeper, client_of
from starlette.testclient import TestClient

from gatehouse.console.app import console_app
from gatehouse.console.calendar import Axis, axis_of
from gatehouse.local.postgres import Server
from gatehouse.model.calendar import SlipCause
from gatehouse.model.status import Phase
from gatehouse.operations.view_calendar import record_slip, view_calendar
from gatehouse.operations.workspace import Workspace

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def workspace(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """``borealis`` with a slip that somebody explained with hostile words."""
    with calendar_world(postgres_server, tmp_path_factory.mktemp("page")) as made:
        record_slip(made, BOREALIS, Phase.PVT, SlipCause.SUPPLIER_PARTS, f"fans were late {HOSTILE}", "Ada")
        yield made


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    """The console over it."""
    return client_of(console_app(lambda: workspace, Doorkeeper()))


def test_the_page_tells_of_slips_and_causes(client: TestClient) -> None:
    """It should say days, cause and shares in words, and escape what people wrote."""
    page = client.get("/gatehouse/calendar")
    assert page.status_code == 200
    assert "12 days late" in page.text
    assert "supplier-parts: fans were late" in page.text
    assert "5 on Final yield, 4 by its late entry, 3 waiting for sign-off" in page.text
    assert "exited on conditions" in page.text
    assert "at first 2026-04-10" in page.text
    assert HOSTILE not in page.text
    assert "style=" not in page.text, "the content-security policy would refuse it"


def test_the_file_is_a_calendar(client: TestClient) -> None:
    """It should come as an iCalendar file to keep."""
    file = client.get("/gatehouse/calendar.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "attachment" in file.headers["content-disposition"]
    assert file.text.startswith("BEGIN:VCALENDAR\r\n")


def test_the_programs_lead_there(client: TestClient) -> None:
    """It should be one click from the first page."""
    assert 'href="/gatehouse/calendar"' in client.get("/gatehouse/programs").text


def test_every_day_has_its_place(workspace: Workspace) -> None:
    """It should draw each bar within the axis, planned and real alike."""
    found = view_calendar(workspace)
    axis = axis_of(found, date(2026, 6, 1))
    bars = [axis.bar(line.entry.day, line.exit.day) for program in found for line in program.phases]
    drawn = [bar for bar in bars if bar]
    assert len(drawn) >= 4
    assert all(bar.x >= 0 and bar.width > 0 and bar.x + bar.width <= 1000 for bar in drawn)


def test_an_axis_knows_days_and_months() -> None:
    """It should put the first day at the left end, the last at the right, and mark each month's first."""
    axis = Axis(on(0), on(40))
    assert (axis.at(on(0)), axis.at(on(40))) == (0.0, 1000.0)
    assert axis.months == [axis.at(date(2026, 2, 1))]
    bar = axis.bar(on(10), on(9))
    assert bar is not None
    assert bar.width == 25.0, "what ends before it begins is a day"
    assert axis.bar(None, on(1)) is None
