"""Series and soaks: what a single kill or a short run would not show. Only with --long."""

from __future__ import annotations

import json
import random
import signal
import time
import urllib.request
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import access

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

MONITORING = ("prometheus", "alertmanager", "node-exporter", "segment-exporter", "inbox")
SEED = 20261124
QUIET_S = 900


def _callbacks(stack) -> float:
    with urllib.request.urlopen(stack.paths.url("engine", "/metrics"), timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return float(
        next(line for line in lines if line.startswith("audio_callbacks_total ")).split()[1]
    )


def test_soak(stack) -> None:
    """Fifteen quiet minutes: verified at the end, no restart, no memory that grows, and neither an
    alert of P0 to P2 nor a message but the Watchdog and news.

    It comes first: a killed engine is an alert for a quarter of an hour.
    """
    wait_until(lambda: stack.status()["ok"], 60, "every component is well")
    # Prometheus fills its head block first.
    time.sleep(60)
    before = {c["name"]: c for c in stack.status()["components"]}
    time.sleep(QUIET_S - 60)
    after = {c["name"]: c for c in stack.status()["components"]}
    for name, component in after.items():
        assert component["pid"] == before[name]["pid"], name
        grown = component["resident_bytes"] - before[name]["resident_bytes"]
        assert grown < 25e6, f"{name} has grown by {grown / 1e6:.0f} MB"
    report = json.loads(stack.run("verify", "--json"))
    assert [check["id"] for check in report["checks"] if check["state"] == "failed"] == []
    fired = access.prometheus(stack.paths).query(
        f'max_over_time(ALERTS{{alertstate="firing", priority!="P3"}}[{QUIET_S}s])'
    )
    assert [labels for labels, _ in fired] == []
    assert _read(stack, "/api/incidents")["incidents"] == []
    titles = [message["title"] for message in _read(stack, "/api/messages?limit=500")["messages"]]
    assert titles
    assert [title for title in titles if not title.startswith(("P3: ", "Resolved: "))] == []


def _read(stack, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(stack.paths.url("inbox", path), timeout=5) as answer:
        content: dict[str, Any] = json.load(answer)
        return content


def test_a_long_trouble_pages_once(make_stack) -> None:
    """An engine that stays down for longer than P0 is repeated is one incident: the repetition is
    added to it, and so it is after a person has acknowledged it."""
    stack = make_stack()
    stack.run("up", "--no-restart", "engine")
    stack.kill("engine")

    def incidents() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = _read(stack, "/api/incidents")["incidents"]
        return listed

    def events() -> int:
        listed = incidents()
        assert len(listed) <= 1, [incident["title"] for incident in listed]
        return listed[0]["events"] if listed else 0

    wait_until(lambda: events() >= 1, 120, "the page")
    (incident,) = incidents()
    urllib.request.urlopen(
        urllib.request.Request(
            stack.paths.url("inbox", f"/api/incidents/{incident['id']}"),
            b'{"action": "acknowledge"}',
            {"Content-Type": "application/json"},
        ),
        timeout=5,
    ).close()
    # A front end that is down with the engine joins within this time; then comes the repetition,
    # 5 min after the last event.
    time.sleep(120)
    before = events()
    wait_until(lambda: events() > before, 400, "the repetition")
    (incident,) = incidents()
    assert incident["state"] == "acknowledged"


def test_series_of_kills(stack) -> None:
    """Forty kills in random order: everything comes back each time, and no counter ever falls."""
    choice = random.Random(SEED)
    counted = 0.0
    for _ in range(40):
        name = choice.choice((*MONITORING, "jack", "engine"))
        killed = stack.kill(name)
        wait_until(lambda n=name, k=killed: stack.component(n)["pid"] not in (None, k), 30, name)
        wait_until(lambda: stack.status()["ok"], 60, "every component is well")
        now = _callbacks(stack)
        assert now >= counted
        counted = now
        # Two deaths within the start's own time would count as a failure to start.
        time.sleep(4)


def test_series_of_interrupts(make_stack) -> None:
    """Twenty interrupts at random moments of a start: each leaves nothing, and the next works."""
    choice = random.Random(SEED)
    stack = make_stack()
    for _ in range(20):
        after_s = choice.uniform(0.05, 8)
        command = stack.start("up")
        time.sleep(after_s)
        command.send_signal(choice.choice((signal.SIGINT, signal.SIGTERM)))
        out, err = command.communicate(timeout=60)
        assert "Traceback" not in out + err
        # SIGTERM ends a Python that has not come to our code yet by itself.
        assert command.returncode in (0, 130, -signal.SIGTERM), f"after {after_s:.2f} s: {err}"
        if command.returncode == 0:
            stack.run("down")
        assert stack.leftovers() == [], f"after {after_s:.2f} s"
    stack.run("up")
    assert stack.status()["ok"]
