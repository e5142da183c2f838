"""Panels show what happens: in a healthy stack, when sound breaks, calls fail, musicians come."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.evaluation.frames import Lines
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.dashboard import Dashboard
from whiteroom_monitoring.grafana.model.library import read
from whiteroom_monitoring.resources import repository_root, share

# Each waits for rates over a minute.
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

SOUND, BUSINESS = "application-performance", "business-metrics"
# A minute of rate, a scrape, a round of rules, and a busy machine.
LIMIT_S = 150


@dataclass(frozen=True)
class Panels:
    """The panels of a running stack, as the console evaluates them."""

    evaluator: Evaluator

    def show(self, slug: str, title: str) -> dict[str, float]:
        """Return the newest value of each series of a panel, by its name."""
        dashboard = _dashboard(slug)
        [panel] = [panel for panel in dashboard.panels() if panel.title == title]
        now = time.time()
        view = self.evaluator.view(dashboard, TimeRange(now - 300, now))
        shown = self.evaluator.panel(view, panel)
        assert isinstance(shown.data, Lines), shown
        return {
            series.name: value
            for series in shown.data.series
            if (value := series.values[-1]) is not None
        }

    def largest(self, slug: str, title: str) -> str:
        """Return the name of the series with the largest value; "" when all are 0."""
        values = {name: value for name, value in self.show(slug, title).items() if value > 0}
        return max(values, key=lambda name: values[name], default="")

    def value(self, slug: str, title: str) -> float:
        """Return the one value of a panel; nan when it has none."""
        return next(iter(self.show(slug, title).values()), float("nan"))


def _dashboard(slug: str) -> Dashboard:
    return read(share("infrastructure/monitoring/grafana") / "dashboards" / f"{slug}.json")


@pytest.fixture(scope="module")
def panels(stack) -> Panels:
    """The panels of the stack."""
    return Panels(Evaluator(access.data_sources(stack.paths)))


@pytest.fixture
def fault(stack) -> Iterator[Callable[..., None]]:
    """Return a function that switches a fault of the engine on; in the end all are off."""
    root = repository_root()
    assert root is not None
    command = [
        *(sys.executable, str(root / "examples/control_engine.py")),
        *("--socket", str(stack.paths.control_socket)),
    ]

    def switch_on(*fields: str) -> None:
        subprocess.run([*command, "fault", *fields], check=True, capture_output=True)

    yield switch_on
    subprocess.run([*command, "faults_off"], check=True, capture_output=True)


@contextlib.contextmanager
def _more_musicians(stack) -> Iterator[None]:
    """Let many more musicians come than the stack has, and go in the end."""
    root = repository_root()
    assert root is not None
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "whiteroom_musicians"),
            *("--url", f"http://{LOOPBACK}:{stack.paths.port('web')}"),
            *("--musicians", "150", "--rate", "10", "--seed", "2"),
        ],
        env={**os.environ, "PYTHONPATH": str(root / "reference_app/musicians")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _verify(stack, wait_s: str) -> list[dict[str, Any]]:
    """Return the checks of `verify`, whether they hold or not."""
    process = stack.start("verify", "--json", "--wait", wait_s)
    checks: list[dict[str, Any]] = json.loads(process.communicate(timeout=200)[0])["checks"]
    return checks


def test_every_panel_shows_what_it_promises(stack) -> None:
    """In a healthy stack every query of every panel gives data, zero or nothing, as declared."""
    failed = [
        (check["id"], check["seen"])
        for check in _verify(stack, "90")
        if check["area"] == "panels" and check["state"] != "ok"
    ]
    assert failed == []


def test_slow_plugin_is_found_in_three_looks(panels, fault) -> None:
    """A channel that takes 8 ms of 5 breaks the sound; the suspects say engine, and which."""
    fault("kind=slow_plugin", "channel=bass", "microseconds=8000")

    def broken() -> bool:
        return panels.value(SOUND, "Audio quality") > 6 and panels.value(SOUND, "Load (p99)") > 1

    wait_until(broken, LIMIT_S, "the sound is shown as broken")
    for title, culprit in (
        ("Culprits, each as a share of its limit", "engine"),
        ("Most expensive channels", "bass"),
        ("Sound lost by cause", "over_budget"),
    ):

        def is_named(title: str = title, culprit: str = culprit) -> bool:
            return panels.largest(SOUND, title).startswith(culprit)

        wait_until(is_named, LIMIT_S, f"{title} name {culprit}")


def test_failing_calls_are_named(stack, panels, fault) -> None:
    """Calls that fail appear with their function and code, where there was nothing before.

    `verify` names the panel, which promises to be empty.
    """
    title = "FFI errors by function and code"
    assert panels.show(SOUND, title) == {}
    fault("kind=failing_calls", "function=sch_engine_set_tempo", "code=rejected")
    name = "sch_engine_set_tempo rejected"
    wait_until(lambda: name in panels.show(SOUND, title), LIMIT_S, "the failed calls are shown")
    assert (
        panels.show(SOUND, "Culprits, each as a share of its limit")["FFI: failed calls, of 5 %"]
        > 0
    )
    [seen] = [check["seen"] for check in _verify(stack, "0") if check["id"] == f"panels.{SOUND}"]
    assert f"{title}: query A: found 1 series, expected none" in seen


def test_more_musicians_are_seen(stack, panels) -> None:
    """When more musicians come, more users are active and more requests are answered."""
    users = panels.value(BUSINESS, "Active users")
    requests = panels.show(BUSINESS, "Requests by status").get("200", 0.0)
    with _more_musicians(stack):

        def busier() -> bool:
            answered = panels.show(BUSINESS, "Requests by status").get("200", 0.0)
            return panels.value(BUSINESS, "Active users") > users + 20 and answered > 2 * requests

        wait_until(busier, LIMIT_S, "more users and requests are shown")
