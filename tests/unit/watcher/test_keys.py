"""Keys of real channels are used once a day: a wrong one is found, and nobody is notified."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.datasources.errors import RefusedError, SourceError
from whiteroom_monitoring.pager_path import BrokenHop, PathState
from whiteroom_monitoring.reconciler.pagerduty import Service
from whiteroom_monitoring.watcher.channels import PagerDuty, Slack, every_channel
from whiteroom_monitoring.watcher.keys import AGAIN_S, DAY_S, Keys

INBOX = "http://127.0.0.1:8004"
STATE = PathState(100.0, {})


@dataclass
class Channel:
    """A channel whose key is good, or is refused."""

    name: str = "pagerduty"
    refused: bool = False
    is_own: bool = False
    probes: int = 0

    def takes(self, hop: BrokenHop) -> bool:
        return True

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        raise AssertionError("a probe notifies nobody")

    def leads_to(self, address: str) -> bool:
        assert address == INBOX
        return self.is_own

    def probe(self) -> None:
        self.probes += 1
        if self.refused:
            raise RefusedError("PagerDuty", "Invalid routing key", 400)


def _keys(*channels: Channel) -> Keys:
    return Keys(lambda: channels, INBOX, lambda line: None)


def test_each_key_is_used_once_a_day() -> None:
    """The first time some minutes after the start, and never one that leads to the inbox."""
    real, own = Channel(), Channel("slack", is_own=True)
    keys = _keys(real, own)
    for minute in range(2 * 24 * 60):
        keys.probe(minute * 60.0, 0.0)
    assert (real.probes, own.probes) == (2, 0)
    assert keys.with_broken(STATE) == STATE


def test_a_key_that_is_refused_twice_is_named() -> None:
    """A network that is away for a moment names nobody; a key that is mended is fine in minutes."""
    real = Channel(refused=True)
    keys = _keys(real)
    now_s = 0.0
    names = []
    for refused in (True, True, True, False, False):
        real.refused = refused
        keys.probe(now_s, now_s)
        names.append([str(hop) for hop in keys.with_broken(STATE).broken])
        now_s += AGAIN_S
    problem = "pagerduty: its daily probe failed: PagerDuty refused: Invalid routing key"
    assert names == [[], [], [problem], [], []]
    assert real.probes == 3
    keys.probe(now_s + DAY_S, 0.0)
    assert real.probes == 4


def test_a_hop_that_is_named_already_is_named_once() -> None:
    """What the rounds have found has their reason."""
    real = Channel("email", refused=True)
    keys = _keys(real)
    for number in range(4):
        keys.probe(number * AGAIN_S, 0.0)
    rounds = BrokenHop("email", 1.0, "it refuses what Alertmanager sends")
    assert keys.with_broken(PathState(1.0, {}, (rounds,))).broken == (rounds,)


@dataclass
class Provider:
    """A server that answers each path as it is told, and remembers what it got."""

    url: str
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    bodies: list[Any] = field(default_factory=list)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider of notifications on this machine."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.bodies.append(json.loads(body))
            status, text = made.answers[self.path]
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Provider(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "text", "good"),
    [
        (400, "no_text", True),
        (400, "invalid_payload", True),
        (200, "ok", True),
        (404, "no_service", False),
        (403, "invalid_token", False),
        (400, "user_not_found", False),
        (500, "rollup_error", False),
    ],
)
def test_a_webhook_that_wants_a_text_is_there(
    provider: Provider, status: int, text: str, good: bool
) -> None:
    """Slack refuses a message without a text by a webhook that it knows, and shows nothing."""
    provider.answers["/hook"] = (status, text)
    slack = Slack(f"{provider.url}/hook", "#ops")
    if good:
        slack.probe()
    else:
        with pytest.raises(SourceError, match=text):
            slack.probe()
    assert provider.bodies == [{}]


def test_pagerduty_is_told_of_the_end_of_nothing(provider: Provider, tmp_path: Path) -> None:
    """The probe resolves an incident that there is not, with the real key: nobody is called."""
    (tmp_path / "key").write_text("the-key\n")
    pager = PagerDuty(Service(f"{provider.url}/enqueue", tmp_path / "key", "critical"))
    provider.answers["/enqueue"] = (202, '{"status": "success"}')
    pager.probe()
    provider.answers["/enqueue"] = (400, '{"error": "Invalid routing key"}')
    with pytest.raises(SourceError, match="Invalid routing key"):
        pager.probe()
    event = {"event_action": "resolve", "dedup_key": "whiteroom-pager-path-probe"}
    assert provider.bodies == [{"routing_key": "the-key", **event}] * 2


def test_every_key_is_a_channel_once(tmp_path: Path) -> None:
    """Two receivers that share a key are one channel, and two keys are two."""
    path = tmp_path / "alertmanager.yml"
    path.write_text(
        "global: {slack_api_url: 'https://hooks.example/a'}\n"
        "receivers:\n"
        "  - name: a\n"
        "    pagerduty_configs: [{routing_key_file: high, severity: error}]\n"
        "    slack_configs: [{channel: '#a'}]\n"
        "  - name: b\n"
        "    pagerduty_configs:\n"
        "      - {routing_key_file: critical, severity: critical}\n"
        "      - {routing_key_file: high, severity: error}\n"
        "    slack_configs: [{channel: '#b'}, {channel: '#c', api_url: 'https://hooks.example/b'}]\n"
    )
    every = every_channel(path, tmp_path)
    assert [channel.name for channel in every] == ["pagerduty", "pagerduty", "slack", "slack"]
