"""The law of the registry: a receiver is one module, and nothing else knows it by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import whiteroom_monitoring
from tests.support.paths import ROOT
from whiteroom_monitoring.inbox.receivers import load_receivers

SCHEMA = json.loads(
    (Path(whiteroom_monitoring.__file__).parent / "schemas/inbox.schema.json").read_text()
)
# What the documentation tells somebody to write for Microsoft Teams.
TEAMS = (
    (ROOT / "docs/how-to/add-a-receiver.md")
    .read_text()
    .partition("```python\n")[2]
    .partition("```")[0]
)
# The inbox, with a folder more in which receivers are looked for.
PROGRAM = """
import sys
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.inbox import receivers

receivers.__path__.append(sys.argv.pop(1))
sys.exit(main())
"""


@pytest.fixture
def command(command: list[str], tmp_path: Path) -> list[str]:
    """The command line of an inbox with one receiver more than the product's."""
    folder = tmp_path / "receivers"
    folder.mkdir()
    (folder / "teams.py").write_text(TEAMS)
    python, _, _, *arguments = command
    return [python, "-c", PROGRAM, str(folder), *arguments]


def test_a_receiver_is_one_module(inbox: Any) -> None:
    """What is posted to a new receiver is listed, shown, counted and refused like any other."""
    card = {"title": "Engine down", "text": "since 12:00"}
    assert inbox.post("/teams", card) == (200, b"ok")
    assert inbox.post("/teams", {}) == (400, b"'title' is missing")
    answer = inbox.get("/api/messages?channel=teams")
    jsonschema.validate(answer, SCHEMA)
    refused, message = answer["messages"]
    assert refused["title"].startswith("Refused: Microsoft Teams would have answered 400")
    assert (message["channel"], message["title"], message["raw"]) == ("teams", "Engine down", card)
    page = inbox.ask("GET", "/?channel=teams")[2].decode()
    assert '<option value="teams" selected>Microsoft Teams</option>' in page
    assert "<h3>Engine down</h3>" in page
    lines = inbox.ask("GET", "/metrics")[2].decode().splitlines()
    assert 'inbox_notifications_total{channel="teams"} 1' in lines
    assert 'inbox_rejected_total{channel="teams"} 1' in lines
    assert 'inbox_notifications_total{channel="slack"} 0' in lines


def test_a_message_outlives_its_receiver(command: list[str], inbox: Any, start: Any) -> None:
    """What a receiver has taken is listed and shown when the program has it no more."""
    inbox.post("/teams", {"title": "Engine down"})
    inbox.stop()
    (Path(command[3]) / "teams.py").unlink()
    later = start()
    assert [m["title"] for m in later.get("/api/messages")["messages"]] == ["Engine down"]
    assert "<h3>Engine down</h3>" in later.ask("GET", "/")[2].decode()
    assert later.post("/teams", {"title": "again"})[0] == 404


def test_the_receivers_of_the_product() -> None:
    """The product has three, each under its own name."""
    receivers = load_receivers()
    assert {name: r.title for name, r in receivers.items()} == {
        "email": "E-mail",
        "pagerduty": "PagerDuty",
        "slack": "Slack",
    }
