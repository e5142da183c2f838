"""The laws of the inbox' API, without a server: what is asked wrongly is said, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.asgi import ask
from whiteroom_monitoring.inbox import http
from whiteroom_monitoring.inbox.receiver import Receiver
from whiteroom_monitoring.inbox.service import InboxService

JSON = {"Content-Type": "application/json"}
EVENT = {
    "routing_key": "0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "engine down", "source": "s", "severity": "critical"},
}


class Client:
    """An inbox in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.service = InboxService(folder)
        self._app = http.make_app(self.service, {"inbox"})

    def ask(
        self, path: str, method: str = "GET", host: str = "inbox", **more: Any
    ) -> httpx.Response:
        """Return the answer to one request."""
        return ask(self._app, path, method, host, **more)

    def error(self, path: str, method: str = "GET", **more: Any) -> str:
        """Return what is said of a bad request."""
        answer = self.ask(path, method, **more)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])

    def titles(self, query: str = "") -> list[str]:
        """Return the titles of the messages that a query chooses."""
        return [m["title"] for m in self.ask(f"/api/messages?{query}").json()["messages"]]


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Client]:
    """An inbox with an incident and two of Slack's messages."""
    client = Client(tmp_path)
    assert client.ask("/pagerduty/v2/enqueue", "POST", json=EVENT).status_code == 202
    for text in ("one", "two"):
        assert client.ask("/slack/ops", "POST", json={"text": text}).status_code == 200
    yield client
    client.service.close()


def test_messages_are_chosen(inbox: Client) -> None:
    """Messages come newest first, by channel, by text, and before an id."""
    assert inbox.titles() == ["two", "one", "engine down"]
    assert inbox.titles("limit=1") == ["two"]
    assert inbox.titles("channel=slack&before=3") == ["one"]
    assert inbox.titles("search=own") == ["engine down"]


@pytest.mark.parametrize("limit", [1, 500])
def test_a_limit_may_be_the_least_and_the_most(inbox: Client, limit: int) -> None:
    """From one message to five hundred can be asked for at once."""
    assert inbox.ask(f"/api/messages?limit={limit}").status_code == 200


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("limit=0", "limit=0: expected 1 to 500"),
        ("limit=501", "limit=501: expected 1 to 500"),
        ("limit=-1", "limit=-1: expected a whole number"),
        ("limit=²", "limit=²: expected a whole number"),
        (f"before={10**18}", f"before={10**18}: expected a whole number"),
        ("channel=fax", "channel=fax: expected one of email, pagerduty, slack"),
    ],
)
def test_a_meaningless_query_is_named(inbox: Client, query: str, problem: str) -> None:
    """A parameter that means nothing is said with what was expected."""
    assert inbox.error(f"/api/messages?{query}").startswith(problem)


def test_the_largest_number_is_a_number(inbox: Client) -> None:
    """SQLite's ids have up to eighteen digits, and all of them can be asked for."""
    assert inbox.titles(f"before={10**18 - 1}") == ["two", "one", "engine down"]


def test_an_incident_is_decided_by_json_alone(inbox: Client) -> None:
    """Only JSON with one of the two actions decides about an incident that is open."""
    path = "/api/incidents/1"
    form = {"Content-Type": "text/plain"}
    body = json.dumps({"action": "resolve"})
    assert inbox.ask(path, "POST", content=body, headers=form).status_code == 415
    for action in ("reopen", ["resolve"], None):
        problem = inbox.error(path, "POST", json={"action": action})
        assert problem == f"action={action}: expected one of acknowledge, resolve, note"
    assert inbox.ask(path, "POST", json={"action": "resolve"}).json()["state"] == "resolved"
    assert inbox.ask(path, "POST", json={"action": "resolve"}).status_code == 404


def test_incidents_are_chosen_by_state(inbox: Client) -> None:
    """Open incidents are those that are not resolved; no state chooses all."""
    inbox.ask("/api/incidents/1", "POST", json={"action": "acknowledge"})
    for query, count in (
        ("", 1),
        ("?state=open", 1),
        ("?state=acknowledged", 1),
        ("?state=resolved", 0),
    ):
        listed = inbox.ask(f"/api/incidents{query}").json()["incidents"]
        assert len(listed) == count, query
    assert inbox.error("/api/incidents?state=lost").startswith("state=lost: expected one of open,")


def test_what_is_no_notification_is_refused_and_shown(inbox: Client, capsys: Any) -> None:
    """A body that no receiver understands is refused as its original does, logged and shown."""
    assert inbox.ask("/slack", "POST", content=b"{}", headers=JSON).status_code == 400
    assert "slack: rejected: no_text" in capsys.readouterr().out
    refused, *others = inbox.titles()
    assert refused.startswith("Refused: Slack would have answered 400")
    assert len(others) == 3


def test_the_page_shows_a_hundred_messages(inbox: Client) -> None:
    """The page has the newest hundred, and a way to those before them only if there are any."""
    for number in range(97):
        inbox.ask("/slack", "POST", json={"text": f"m{number}"})
    whole = inbox.ask("/").text
    assert "engine down" in whole
    assert whole.count('<li class="message') == 100
    assert "?before=1" in whole
    inbox.ask("/slack", "POST", json={"text": "one more"})
    assert inbox.ask("/").text.count('<li class="message') == 100
    assert "?before=2" in inbox.ask("/").text
    assert "before=" not in inbox.ask("/?channel=pagerduty").text


def test_only_its_own_names_are_answered(inbox: Client) -> None:
    """A page elsewhere whose name leads here reads nothing; health needs a store that works."""
    assert inbox.ask("/-/healthy").text == "ok\n"
    assert inbox.ask("/-/healthy", host="evil").status_code == 421


def test_receivers_may_be_others(tmp_path: Path) -> None:
    """An inbox has the receivers that it is given, and without any none."""
    service = InboxService(tmp_path, {})
    assert service.receivers == {}
    service.close()
    plain = Receiver("fax", "Fax", parse=lambda delivery: pytest.fail("not asked"))
    assert (plain.has_json, plain.has_markup, plain.link({})) == (True, False, "")


def test_the_watcher_s_rounds_are_no_messages(inbox: Client) -> None:
    """What the watcher sends is answered as by the original, remembered, and shown to nobody: the
    latest few, by channel. What the original would refuse is refused, and not remembered."""
    before = inbox.titles()
    event = {**EVENT, "payload": {**EVENT["payload"], "summary": "pager-path 1796124560.250"}}
    answer = inbox.ask("/pager-path/pagerduty/v2/enqueue", "POST", json=event)
    assert answer.status_code == 202
    assert answer.json()["dedup_key"] == "k"
    for number in range(9):
        body = {"text": f"pager-path 179612457{number}.250"}
        assert inbox.ask("/pager-path/slack", "POST", json=body).status_code == 200
    assert inbox.ask("/pager-path/slack", "POST", json={}).status_code == 400
    kept = inbox.ask("/pager-path/messages").json()["messages"]
    assert kept["pagerduty"] == ["pager-path 1796124560.250"]
    assert kept["slack"] == [f"pager-path 179612457{number}.250" for number in range(4, 9)]
    assert inbox.titles() == before
    assert len(inbox.ask("/api/incidents").json()["incidents"]) == 1


def test_a_note_stays_with_its_incident_and_changes_nothing(inbox: Client) -> None:
    """What somebody writes is a message of the incident; it stays open, and a note has a text."""
    path = "/api/incidents/1"
    answer = inbox.ask(path, "POST", json={"action": "note", "text": "it is the pump"}).json()
    assert (answer["title"], answer["text"]) == ("Note: engine down", "it is the pump")
    assert (answer["dedup_key"], answer["state"]) == ("k", "")
    (incident,) = inbox.ask("/api/incidents?state=open").json()["incidents"]
    assert incident["state"] == "triggered"
    problem = "text: a note has one, and nothing else does"
    assert inbox.error(path, "POST", json={"action": "note"}) == problem
    assert inbox.error(path, "POST", json={"action": "resolve", "text": "x"}) == problem
    assert inbox.error(path, "POST", json={"action": "note", "text": 1}) == problem
    long = inbox.ask(path, "POST", json={"action": "note", "text": "x" * 5000}).json()
    assert len(long["text"]) == http.LONGEST_NOTE
