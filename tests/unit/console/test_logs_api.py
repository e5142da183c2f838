"""The routes of logs: what they read of a request, and whom they let follow new lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.asgi import ask
from tests.support.data_sources import CannedLoki, CannedPrometheus, CannedSources
from tests.support.projects import project_of
from whiteroom_monitoring.console import http
from whiteroom_monitoring.console.logs import api
from whiteroom_monitoring.console.service import DashboardService
from whiteroom_monitoring.console.workers import Workers
from whiteroom_monitoring.datasources.loki import LogAnswer, LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.model.library import Library

NOW_S = 1_767_225_602.3
SECOND_NS = 10**9
PANEL = '{"id": 1, "type": "stat", "targets": [{"expr": "up"}]}'
DASHBOARD = f'{{"uid": "u", "title": "T", "panels": [{PANEL}]}}'


class Loki(CannedLoki):
    """Remembers what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Any] = []

    def answer(
        self,
        query: str,
        when: LogRange,
        limit: int,
        *,
        step_s: float | None = None,
        oldest: bool = False,
    ) -> LogAnswer:
        """Return one line."""
        self.requests.append((query, when, limit, oldest))
        return LogAnswer([LogLine(when.start_ns, {"level": "warn"}, "t")])

    def labels(self, query: str, when: LogRange) -> list[str]:
        """Return a label."""
        return ["job"]

    def label_values(self, label: str, query: str, when: LogRange) -> list[str]:
        """Return a value that says what it is of."""
        return [f"{label} of {query}"]

    def fields(self, query: str, when: LogRange) -> list[tuple[str, list[str]]]:
        """Return a field."""
        return [("status", ["json"])]

    def field_values(self, field: str, query: str, when: LogRange) -> list[str]:
        """Return a value that says what it is of."""
        return [f"{field} of {query}"]

    def tail_address(self, query: str, start_ns: int, limit: int) -> tuple[str, dict[str, str]]:
        """Return an address that says what is asked."""
        return f"{query} {start_ns} {limit}", {}


class Prometheus(CannedPrometheus):
    """One service for every selector."""

    def label_values(self, label: str, selector: str, start: float, end: float) -> list[str]:
        """Return the service."""
        return [f"{label} of {selector}"]


class Sources(CannedSources):
    """Sources with both."""

    def __init__(self) -> None:
        super().__init__()
        self.own_loki = Loki()

    @property
    def loki(self) -> LokiClient:
        """The Loki that remembers."""
        return self.own_loki

    @property
    def prometheus(self) -> PrometheusClient:
        """The Prometheus of the test."""
        return Prometheus()


class Console:
    """A console in this process."""

    def __init__(self, folder: Path) -> None:
        (folder / "one.json").write_text(DASHBOARD)
        self.sources = Sources()
        service = DashboardService(
            Library(folder), Evaluator(self.sources), project_of(folder), lambda: NOW_S
        )
        self._application = http.make(service, Workers(), {"console"})

    def ask(self, path: str, **more: Any) -> httpx.Response:
        """Return the answer to one request."""
        return ask(self._application, path, host="console", **more)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """A console with one dashboard."""
    return Console(tmp_path)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tail that tells what it was asked, and ends."""

    async def events(address: str, headers: dict[str, str]) -> AsyncIterator[bytes]:
        yield address.encode()

    monkeypatch.setattr(api.tail, "events", events)


def test_now_is_this_second(console: Console) -> None:
    """Who looks for the newest line gets it, and does not wait for the next step of charts."""
    answer = console.ask("/api/logs?expr={}&from=now-1m&to=now&limit=7&order=asc").json()
    end = 1_767_225_603
    assert (answer["from"], answer["to"]) == (end - 60, end)
    [(query, when, limit, oldest)] = console.sources.own_loki.requests
    assert (query, limit, oldest) == ("{}", 7, True)
    assert when == LogRange((end - 60) * SECOND_NS, end * SECOND_NS)
    assert answer["lines"][0]["level"] == "warn"


def test_a_range_may_be_a_moment(console: Console) -> None:
    """Lines of 200 ms can be asked for, which would be no range of metrics."""
    moment = "from=1767225600100&to=1767225600300"
    assert console.ask(f"/api/logs?expr={{}}&{moment}").status_code == 200
    [(_, when, _, _)] = console.sources.own_loki.requests
    assert when.end_ns - when.start_ns == SECOND_NS // 5
    empty = console.ask("/api/logs?expr={}&from=1767225600100&to=1767225600100")
    assert (empty.status_code, "is empty" in empty.text) == (400, True)
    assert console.ask(f"/api/time?{moment}").status_code == 400


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("labels?expr=", {"labels": ["job"]}),
        ("labels?label=job&expr={a}", {"values": ["job of {a}"]}),
        ("fields?expr={a}", {"fields": [{"name": "status", "parsers": ["json"]}]}),
        ("fields?field=status&expr={a}", {"values": ["status of {a}"]}),
    ],
)
def test_names_and_values_complete_a_query(console: Console, path: str, expected: Any) -> None:
    """Labels are of streams, fields of lines; either has values."""
    assert console.ask(f"/api/logs/{path}").json() == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("?expr={}&limit=x", "limit=x: expected a whole number"),
        ("?expr={}&until=-1", "until=-1: expected a whole number"),
        ("?expr={}&until=" + "1" * 20, "expected a whole number"),
        ("/context?expr={}", "time: expected the time of a line"),
        ("/context?expr={}&time=1&before=101", "lines=101: expected 0 to 100"),
        ("/tail?expr={}", "start: expected from when on"),
        ("/tail?expr=&start=1", "there is no query"),
        ("/fields", "there is no query"),
    ],
)
def test_what_has_no_meaning_is_refused(console: Console, path: str, message: str) -> None:
    """A request without meaning is the asker's mistake, which is named."""
    answer = console.ask(f"/api/logs{path}")
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_who_comes_again_misses_nothing(console: Console) -> None:
    """A browser whose connection was lost gets what came since its last line, not only a few."""
    first = console.ask("/api/logs/tail?expr={}&start=5")
    assert first.headers["content-type"].startswith("text/event-stream")
    assert first.text == "{} 5 50"
    again = console.ask("/api/logs/tail?expr={}&start=5", headers={"Last-Event-ID": "9"})
    assert again.text == "{} 9 1000"


def test_so_many_may_follow(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who would be one too many is told so; whoever has gone makes room."""
    monkeypatch.setattr(api, "MAX_TAILS", 1)
    for _ in range(3):
        assert console.ask("/api/logs/tail?expr={}&start=5").status_code == 200
    monkeypatch.setattr(api, "MAX_TAILS", 0)
    answer = console.ask("/api/logs/tail?expr={}&start=5")
    assert answer.status_code == 503
    assert "viewers follow logs already" in answer.json()["error"]


def test_a_panel_has_the_services_of_its_series(console: Console) -> None:
    """The services are those that Prometheus names; a panel that is not there is said."""
    answer = console.ask("/api/dashboards/u/panels/1/services")
    assert answer.json() == {"services": ["service of up"]}
    assert console.ask("/api/dashboards/u/panels/2/services").status_code == 404
