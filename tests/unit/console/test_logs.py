"""What the console makes of logs: levels, histograms, bounds, and the events of a tail."""

from __future__ import annotations

import asyncio
import json
from array import array
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.data_sources import CannedLoki, CannedSources
from whiteroom_monitoring.console.logs import levels, tail
from whiteroom_monitoring.console.logs.explorer import LogExplorer, bars
from whiteroom_monitoring.console.logs.services import services_of
from whiteroom_monitoring.datasources.errors import RefusedError, RequestError, SourceError
from whiteroom_monitoring.datasources.loki import LogAnswer, LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient, SampleStream
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange

WHEN = TimeRange(1000.0, 1100.0)
SECOND_NS = 10**9


def _stream(times: list[float], **labels: str) -> SampleStream:
    return SampleStream(labels, array("d", times), array("d", [2.0] * len(times)))


class Loki(CannedLoki):
    """Remembers what it was asked for, and answers with what it was given."""

    def __init__(self, answer: LogAnswer | Exception) -> None:
        super().__init__()
        self._answer = answer
        self.requests: list[tuple[str, LogRange, int, bool]] = []

    def answer(
        self,
        query: str,
        when: LogRange,
        limit: int,
        *,
        step_s: float | None = None,
        oldest: bool = False,
    ) -> LogAnswer:
        """Return the answer, or raise it."""
        self.requests.append((query, when, limit, oldest))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def lines(
        self, query: str, when: LogRange, limit: int, *, oldest: bool = False
    ) -> list[LogLine]:
        """Return the lines of the answer that are in the range."""
        lines = self.answer(query, when, limit, oldest=oldest).lines or []
        inside = [line for line in lines if when.start_ns <= line.time_ns < when.end_ns]
        return (inside[-limit:] if oldest else inside[:limit]) if limit else []


def _explorer(answer: LogAnswer | Exception) -> tuple[LogExplorer, Loki]:
    loki = Loki(answer)

    class Sources(CannedSources):
        @property
        def loki(self) -> LokiClient:
            return loki

    return LogExplorer(Sources()), loki


def test_a_level_is_told_by_the_stream_before_the_line() -> None:
    """What a stream says of its lines counts more than what is found in them."""
    line = LogLine(1, {"level": "notice"}, "t", {"detected_level": "error"})
    assert levels.of_line(line) == "info"
    assert levels.of_line(LogLine(1, {}, "t", {"detected_level": "FATAL"})) == "critical"
    assert levels.of_line(LogLine(1, {"level": "loud"}, "t")) == "unknown"


def test_every_level_has_a_colour_of_its_own() -> None:
    """No two levels look the same, and each name of a level is one of them."""
    assert len(set(levels.COLORS.values())) == len(levels.COLORS) == 7
    assert {levels.named(level) for level in levels.COLORS} == set(levels.COLORS)


def test_a_histogram_counts_lines_by_level() -> None:
    """The windows of a bar end where it ends; levels of several names are one."""
    streams = [
        _stream([1001.0, 1003.0], level="err", detected_level="error"),
        _stream([1001.0], level="error", detected_level="error"),
        _stream([1002.0], detected_level="info"),
        _stream([999.0], detected_level="info"),
    ]
    explorer, loki = _explorer(LogAnswer(None, streams))
    volume = explorer.volume('{a="b"} # why', WHEN)
    [(query, when, _, _)] = loki.requests
    assert query == (
        'sum by (level, detected_level) (count_over_time({a="b"} # why\n| drop __error__ [1000ms]))'
    )
    assert when == LogRange(1001 * SECOND_NS, 1101 * SECOND_NS)
    assert volume["levels"] == [
        {"level": "error", "count": 6, "filter": 'detected_level="error"'},
        {"level": "info", "count": 2, "filter": 'detected_level="info"'},
    ]
    assert [series["name"] for series in volume["series"]] == ["error", "info"]
    assert volume["times"] == {"start": 1000, "step": 1, "count": 101}


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(0.2, 0.002), (5, 0.05), (60, 1), (3600, 60), (86_400, 900), (9e6, 90_000)],
)
def test_bars_are_about_a_hundred(seconds: float, step: float) -> None:
    """Each range has a whole step, from milliseconds to days, and its first bar begins in it."""
    moments = bars(TimeRange(1_767_225_600.1, 1_767_225_600.1 + seconds))
    assert moments.step == step
    assert 50 <= moments.count <= 102
    assert moments.start <= 1_767_225_600.1


def test_lines_go_on_where_they_have_ended() -> None:
    """What is loaded later begins with the line that was the last, so that none is missed."""
    explorer, loki = _explorer(LogAnswer([]))
    explorer.answer("{}", WHEN, 10, None, oldest=False)
    explorer.answer("{}", WHEN, 10, 1050 * SECOND_NS, oldest=False)
    explorer.answer("{}", WHEN, 10, 1050 * SECOND_NS, oldest=True)
    start, end = 1000 * SECOND_NS, 1100 * SECOND_NS
    assert [when for _, when, _, _ in loki.requests] == [
        LogRange(start, end),
        LogRange(start, 1050 * SECOND_NS + 1),
        LogRange(1050 * SECOND_NS, end),
    ]


def test_the_context_of_a_line_is_before_and_after_it() -> None:
    """Lines of the moment itself stand with those after it, and the oldest comes first."""
    lines = [LogLine(n, {}, str(n)) for n in range(9, 0, -1)]
    explorer, _ = _explorer(LogAnswer(lines))
    context = explorer.context("{}", 5, 2, 2)
    assert [line["text"] for line in context["before"]] == ["3", "4"]
    assert [line["text"] for line in context["after"]] == ["5", "6", "7"]
    assert explorer.context("{}", 5, 0, 0)["before"] == []


def test_the_time_of_a_line_is_text() -> None:
    """A browser gets every digit of a nanosecond."""
    explorer, _ = _explorer(LogAnswer([LogLine(1_767_225_600_123_456_789, {"a": "b"}, "t")]))
    [line] = explorer.answer("{}", WHEN, 10, None, oldest=False)["lines"]
    assert (line["time"], line["labels"]) == ("1767225600123456789", {"a": "b"})


def test_series_of_a_query_are_drawn() -> None:
    """A query that makes numbers has series with the names of their labels."""
    explorer, _ = _explorer(LogAnswer(None, [_stream([1000.0], job="a"), _stream([1001.0])]))
    answer = explorer.answer("rate({}[1m])", WHEN, 10, None, oldest=False)
    assert [series["name"] for series in answer["series"]] == ['{job="a"}', "rate({}[1m])"]
    assert "lines" not in answer


@pytest.mark.parametrize(
    ("query", "limit", "message"),
    [
        ("  ", 10, "there is no query"),
        ("x" * 4001, 10, "4001 characters; expected 4000 at most"),
        ("{}", 1001, "limit=1001: expected 1 to 1000"),
        ("{}", 0, "limit=0: expected 1 to 1000"),
    ],
)
def test_what_is_asked_is_bounded(query: str, limit: int, message: str) -> None:
    """A query has a length, and an answer a number of lines."""
    explorer, loki = _explorer(LogAnswer([]))
    with pytest.raises(RequestError, match=message):
        explorer.answer(query, WHEN, limit, None, oldest=False)
    assert loki.requests == []


def test_what_the_store_refuses_is_the_readers_mistake() -> None:
    """A refused query is a request without meaning; a store that is down is not."""
    explorer, _ = _explorer(RefusedError("Loki", "parse error at line 1, col 2", 400))
    with pytest.raises(RequestError, match=r"^parse error at line 1, col 2$"):
        explorer.answer("{", WHEN, 10, None, oldest=False)
    explorer, _ = _explorer(RefusedError("Loki", "too many", 429))
    with pytest.raises(SourceError, match="too many"):
        explorer.answer("{}", WHEN, 10, None, oldest=False)


def test_services_are_those_of_each_selector() -> None:
    """Prometheus names the services of the series that a panel's queries select, each once."""
    requests: list[tuple[str, str]] = []

    class Prometheus(PrometheusClient):
        def __init__(self) -> None:
            """Stand on nothing."""

        def label_values(self, label: str, selector: str, start: float, end: float) -> list[str]:
            requests.append((label, selector))
            return ["engine", ""] if selector == "a" else ["engine", "backend"]

    class Sources(CannedSources):
        @property
        def prometheus(self) -> PrometheusClient:
            return Prometheus()

    services = services_of(['rate(a[1m]) / b{c="d"}', "a"], Sources(), WHEN)
    assert services == ["backend", "engine"]
    assert requests == [("service", "a"), ("service", 'b{c="d"}')]


async def _collected(events: AsyncIterator[bytes], count: int) -> list[bytes]:
    collected: list[bytes] = []
    async for event in events:
        collected.append(event)
        if len(collected) == count:
            break
    return collected


def _data(event: bytes) -> Any:
    return json.loads(event.split(b"data: ")[1])


def _told(handle: Any, count: int) -> list[bytes]:
    async def run() -> list[bytes]:
        async with serve(handle, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            return await _collected(tail.events(f"ws://127.0.0.1:{port}/tail", {}), count)

    return asyncio.run(run())


def test_a_tail_tells_lines_in_their_order_and_what_was_dropped() -> None:
    """Each message is an event whose id lets a browser go on after the last line."""

    async def handle(socket: ServerConnection) -> None:
        values = [["7", "b"], ["5", "a"]]
        stream = {"stream": {"level": "warn"}, "values": values}
        await socket.send(json.dumps({"streams": [stream], "dropped_entries": [{}, {}]}))
        await socket.wait_closed()

    retry, event = _told(handle, 2)
    assert retry == b"retry: 2000\n\n"
    assert event.startswith(b"id: 8\n")
    content = _data(event)
    assert [(line["text"], line["level"]) for line in content["lines"]] == [
        ("a", "warn"),
        ("b", "warn"),
    ]
    assert content["dropped"] == 2


@pytest.mark.parametrize(("code", "final"), [(1008, True), (1013, False)])
def test_a_tail_says_why_it_ends(code: int, final: bool) -> None:
    """A query that is refused is not asked again; a store that has too many readers is."""

    async def handle(socket: ServerConnection) -> None:
        await socket.close(code, "because")

    _, event = _told(handle, 2)
    assert event.startswith(b"event: problem\n")
    assert _data(event) == {"problem": "because", "final": final}


def test_a_tail_of_a_store_that_is_gone_says_so() -> None:
    """Nobody answers: the browser hears it, and asks again."""
    events = tail.events("ws://127.0.0.1:1/tail", {})
    _, event = asyncio.run(_collected(events, 2))
    assert "can't be reached" in _data(event)["problem"]
    assert not _data(event)["final"]


def test_a_quiet_tail_says_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a line, a comment tells the browser that the console is there."""
    monkeypatch.setattr(tail, "HEARTBEAT_S", 0.01)

    async def handle(socket: ServerConnection) -> None:
        await socket.wait_closed()

    assert _told(handle, 3)[1:] == [b": still here\n\n"] * 2
