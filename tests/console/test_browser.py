"""Tests of the pages in a real browser: what it runs, how they look in both themes, and on a phone."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from console_client import GOOD_ROUND, Doorkeeper
from filled_store import World
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse

from gatehouse.console.app import console_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
# As Airflow frames the pages of a plugin.
AROUND = """<!doctype html><iframe src="/gatehouse/programs"
 sandbox="allow-scripts allow-same-origin allow-forms allow-downloads"></iframe>"""
PAGES = [
    "/programs",
    "/calendar",
    "/programs/atlas/EVT",
    f"/rounds/{GOOD_ROUND}",
    "/hosts/SN00002",
    "/report/atlas/EVT",
    "/nothing",
]


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """The console on a port of its own, without log-in."""
    app = Starlette()
    app.add_route("/around", lambda request: HTMLResponse(AROUND))
    app.mount("/gatehouse", console_app(lambda: world.workspace, Doorkeeper()))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/gatehouse"
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--headless"])
        yield started
        started.close()


@contextmanager
def _page(browser: Browser, width: int = 1280, scheme: Any = "light") -> Iterator[tuple[Page, list[str]]]:
    """A page, and everything that the browser complains of: errors, refused loads, dialogs."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed {request.url}"))
    try:
        yield page, complaints
    finally:
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_usable_on_a_desk_and_on_a_phone(browser: Browser, address: str, path: str) -> None:
    """It should fit the width without scrolling sideways, run nothing of a machine's, and be refused nothing."""
    for width in (1280, 390):
        with _page(browser, width) as (page, complaints):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [c for c in complaints if "404" not in c] == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_review_prints(browser: Browser, address: str, paper: str) -> None:
    """It should fit the paper's width, on white, and number its pages: a print is a PDF of some pages."""
    width = {"A4": 794, "Letter": 816}[paper] - 98  # CSS pixels, less the margins of 13 mm
    with _page(browser, width, "dark") as (page, complaints):
        page.emulate_media(media="print", color_scheme="dark")
        page.goto(f"{address}/report/atlas/EVT")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(28, 37, 48)"
        printed = page.pdf(format=paper)
        assert [c for c in complaints if "404" not in c] == []  # the browser asks for an icon
    assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= 8


def test_a_chart_follows_a_dark_screen(browser: Browser, address: str) -> None:
    """It should turn the letters of its drawings light, by the style sheet alone."""
    inks = {}
    for scheme in ("light", "dark"):
        with _page(browser, scheme=scheme) as (page, _):
            page.goto(f"{address}/report/atlas/EVT")
            inks[scheme] = page.evaluate("getComputedStyle(document.querySelector('.chart text')).fill")
    assert inks == {"light": "rgb(28, 37, 48)", "dark": "rgb(227, 232, 238)"}


def test_a_chart_is_told_to_those_who_do_not_see_it(browser: Browser, address: str) -> None:
    """It should be a picture with a name, and its words should stand below it for everybody."""
    with _page(browser) as (page, _):
        page.goto(f"{address}/report/atlas/EVT")
        charts = page.locator("figure.chart")
        assert charts.count() >= 4
        for chart in charts.all():
            told = chart.locator("svg[role=img]").get_attribute("aria-label") or ""
            assert len(told) > 20
            assert chart.locator("figcaption").inner_text().split() == told.split()


def _theme(page: Page) -> tuple[str, str]:
    """The theme, and the page's background as the browser paints it."""
    theme = page.evaluate("document.documentElement.dataset.theme")
    return str(theme), str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize(
    ("system", "chosen", "theme"),
    [
        ("light", None, "light"), ("dark", None, "dark"), ("light", "dark", "dark"), ("dark", "light", "light"),
        ("dark", "system", "dark"), ("light", "rubbish", "light"),
    ],
)  # fmt: skip
def test_the_theme_is_airflow_s(browser: Browser, address: str, system: str, chosen: str | None, theme: str) -> None:
    """It should follow what a person chose in Airflow, and the system where nothing was chosen."""
    with _page(browser, scheme=system) as (page, _):
        page.goto(f"{address}/nothing")
        if chosen:
            page.evaluate("value => localStorage.setItem('theme', value)", chosen)
        page.goto(f"{address}/programs")
        assert _theme(page) == (theme, "rgb(15, 20, 25)" if theme == "dark" else "rgb(245, 247, 249)")


def test_a_frame_follows_when_the_theme_changes(browser: Browser, address: str) -> None:
    """It should change with the Airflow page around it, without a reload."""
    with _page(browser) as (page, _):
        page.goto(address.removesuffix("/gatehouse") + "/around")
        frame = page.frames[1]
        assert frame.evaluate("document.documentElement.dataset.theme") == "light"
        page.evaluate("localStorage.setItem('theme', 'dark')")
        frame.wait_for_function("document.documentElement.dataset.theme === 'dark'", timeout=3000)


def _contrast(one: list[float], other: list[float]) -> float:
    """Contrast ratio of two sRGB colours, as WCAG 2.2 defines it."""

    def luminance(colour: list[float]) -> float:
        linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


_COLOURS = """() => {
  const numbers = text => text.match(/[0-9.]+/g).map(Number);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('main *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => [e.textContent.trim().slice(0, 40), numbers(getComputedStyle(e).color).slice(0, 3), behind(e)]);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES[:5])
def test_every_text_can_be_read(browser: Browser, address: str, path: str, scheme: str) -> None:
    """It should keep the contrast of 4.5 that WCAG AA asks of text, in both themes."""
    with _page(browser, scheme=scheme) as (page, _):
        page.goto(address + path)
        texts = page.evaluate(_COLOURS)
    assert len(texts) > 10
    weak = [(text, round(_contrast(ink, paper), 2)) for text, ink, paper in texts if _contrast(ink, paper) < 4.5]
    assert weak == []


def test_a_raw_output_is_shown_as_it_is(browser: Browser, address: str, world: World) -> None:
    """It should run no script of a tool's output, even when the browser is asked to open it."""
    digest = world.workspace.raw.put(b"<html><script>alert(1)</script>hello</html>")
    with _page(browser) as (page, complaints):
        page.goto(f"{address}/raw/{digest}")
        assert "<script>alert(1)</script>" in page.inner_text("body")
        assert complaints == []


def test_data_docs_run_nothing(browser: Browser, address: str) -> None:
    """It should show them and refuse the script that stands in them."""
    with _page(browser) as (page, complaints):
        page.goto(f"{address}/rounds/{GOOD_ROUND}/docs/validations/a.html")
        assert not [c for c in complaints if c.startswith("dialog")]
        assert any("Content Security Policy" in c for c in complaints)


def test_a_person_finds_the_way(browser: Browser, address: str) -> None:
    """It should lead from the programs over gate and round to the host and its raw output."""
    with _page(browser) as (page, complaints):
        page.goto(f"{address}/programs")
        page.click("a.gate.open")
        page.click(f"text={GOOD_ROUND}")
        page.click("th >> text=evt-02")
        page.click("summary >> nth=0")
        page.click("text=stdout >> nth=0")
        assert "accelerator_health of evt-02" in page.inner_text("body")
        assert complaints == []
