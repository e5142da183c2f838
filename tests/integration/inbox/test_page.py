"""The laws of the inbox' page, in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import Watched
from whiteroom_monitoring.console import chromium

EVENT: dict[str, Any] = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "P1: engine down", "source": "am", "severity": "critical"},
}
ENQUEUE = "/pagerduty/v2/enqueue"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TITLES = "[...document.querySelectorAll('#messages h3')].map((title) => title.innerText)"


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Page]:
    """One browser for all tests of this file."""
    if not any(map(shutil.which, chromium.NAMES)):
        pytest.skip("Debian's package chromium is not installed")
    with chromium.page() as page:
        yield page


@pytest.fixture
def page(browser: chromium.Page, inbox: Any) -> Iterator[Watched]:
    """The browser at a fresh inbox, which it leaves before the inbox ends."""
    browser.events.clear()
    yield Watched(browser, f"http://127.0.0.1:{inbox.port}")
    browser.open("about:blank")


def open_live(page: Watched, path: str = "/", width: int = 1400) -> None:
    """Open the page and wait until it is told what arrives."""
    page.open(path, width)
    page.page.wait("document.getElementById('connection').dataset.state === 'live'")
    page.wait_until_drawn()


@pytest.mark.parametrize("width", [1400, 390])
def test_the_page_is_clean(page: Watched, inbox: Any, width: int) -> None:
    """It has no error, asks nobody else, and is not wider than its window, whatever is written."""
    inbox.post(ENQUEUE, {**EVENT, "payload": {**EVENT["payload"], "summary": EVIL + "x" * 500}})
    inbox.post("/slack", {"channel": EVIL, "text": f"{EVIL} {'y' * 500}"})
    open_live(page, width=width)
    assert page.asked_elsewhere() == []
    assert page.complaints() == []
    assert page.value("document.documentElement.scrollWidth") <= width
    assert page.value(TITLES)[1] == EVIL + "x" * 500
    assert page.value("document.querySelectorAll('script:not([src]), img').length") == 0


def test_what_arrives_is_shown_at_once_and_what_is_read_stays(page: Watched, inbox: Any) -> None:
    """A new message comes on top; details that a reader has opened stay open."""
    inbox.post("/slack", {"text": "first"})
    open_live(page)
    page.value("document.querySelector('#messages details').open = true")
    inbox.post("/slack", {"text": "second"})
    page.page.wait(f'JSON.stringify({TITLES}) === \'["second","first"]\'')
    assert page.value("document.querySelectorAll('#messages details[open]').length") == 1
    assert page.complaints() == []


def test_an_incident_is_acknowledged_and_resolved_on_the_page(page: Watched, inbox: Any) -> None:
    """Its buttons act, the page says what became of it, and the title counts what is open."""
    inbox.post(ENQUEUE, EVENT)
    open_live(page)
    assert page.value("document.title").startswith("(1) ")
    page.value("document.querySelector('[value=acknowledge]').click()")
    page.page.wait("document.querySelector('.incident.acknowledged') !== null")
    assert page.value("document.querySelector('[value=acknowledge]')") is None
    page.value("document.querySelector('[value=resolve]').click()")
    page.page.wait("document.querySelectorAll('.incident').length === 0")
    page.page.wait("!document.title.startsWith('(')")
    page.page.wait(f"{TITLES}[0] === 'Resolved: P1: engine down'")
    assert [i["state"] for i in inbox.get("/api/incidents")["incidents"]] == ["resolved"]


def test_a_note_is_written_on_the_page(page: Watched, inbox: Any) -> None:
    """Its button asks for the text, and the incident stays open; without a text nothing is sent."""
    inbox.post(ENQUEUE, EVENT)
    open_live(page)
    page.value("window.prompt = () => ''")
    page.value("document.querySelector('[value=note]').click()")
    page.value("window.prompt = () => 'it is the pump'")
    page.value("document.querySelector('[value=note]').click()")
    page.page.wait(f"{TITLES}[0] === 'Note: P1: engine down'")
    assert page.value(TITLES) == ["Note: P1: engine down", "P1: engine down"]
    assert page.value("document.querySelectorAll('.incident.triggered').length") == 1


def test_a_filter_is_in_the_address(page: Watched, inbox: Any) -> None:
    """What is searched for is shown alone, and again when the address is opened anew."""
    for text in ("one", "two", "three"):
        inbox.post("/slack", {"text": text})
    open_live(page)
    page.value("document.querySelector('[name=search]').focus()")
    page.page.call("Input.insertText", text="tw")
    page.page.wait(f"JSON.stringify({TITLES}) === '[\"two\"]'")
    assert page.value("location.search") == "?search=tw"
    open_live(page, "/?search=tw&channel=slack")
    assert page.value(TITLES) == ["two"]
    assert page.value("document.querySelector('[name=channel]').value") == "slack"


def test_older_messages_are_reached(page: Watched, inbox: Any) -> None:
    """The page shows the newest hundred, and the older ones below them when they are asked for."""
    for number in range(103):
        inbox.post("/slack", {"text": f"message {number}"})
    open_live(page)
    assert len(page.value(TITLES)) == 100
    page.value("document.getElementById('older').click()")
    page.page.wait(f"{TITLES}.length === 103")
    assert page.value(TITLES) == [f"message {number}" for number in reversed(range(103))]
    page.page.wait("document.getElementById('older') === null")


def test_a_lost_connection_is_said(page: Watched, inbox: Any) -> None:
    """When the inbox is gone, the page says so instead of looking live."""
    open_live(page)
    inbox.stop()
    page.page.wait("document.getElementById('connection').dataset.state === 'lost'")


def test_the_page_is_dark_where_that_is_wanted(page: Watched) -> None:
    """A dark page has a dark ground."""
    open_live(page, "/?theme=dark")
    ground = page.value("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 40 for part in ground.strip("rgb()").split(","))
