"""The laws of the clients: what each asks, and what it makes of the answer."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.datasources.loki import LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.datasources.single_flight import SingleFlight


@dataclass
class Server:
    """A server that answers what it is told to, and remembers what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b"null"
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def answer(self, content: Any, status: int = 200) -> None:
        """Answer with this JSON, or these bytes, from now on."""
        self.status = status
        self.body = content if isinstance(content, bytes) else json.dumps(content).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of this test."""
    canned = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            path, _, query = self.path.partition("?")
            is_json = self.headers.get("Content-Type") == "application/json"
            parameters = {"json": body} if is_json else dict(urllib.parse.parse_qsl(query or body))
            canned.requests.append((self.command, path, parameters))
            self.send_response(canned.status)
            self.end_headers()
            self.wfile.write(canned.body)

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        canned.url = f"http://127.0.0.1:{serving.server_port}/prefix/"
        yield canned
        serving.shutdown()


def vector(*values: float) -> dict[str, Any]:
    """Return an answer of Prometheus with a series for each value."""
    result = [{"metric": {"n": str(v)}, "value": [9.0, str(v)]} for v in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def test_values_of_prometheus(server: Server) -> None:
    """A query is asked by a form; its value is that of its first series, or None."""
    prometheus = PrometheusClient.at(server.url)
    server.answer(vector(4.0, 5.0))
    assert prometheus.query("up") == [({"n": "4.0"}, 4.0), ({"n": "5.0"}, 5.0)]
    assert prometheus.value("up") == 4.0
    server.answer(vector())
    assert prometheus.value("up") is None
    assert server.requests[0] == ("POST", "/prefix/api/v1/query", {"query": "up"})


def test_series_of_prometheus(server: Server) -> None:
    """A range has its start, end, step and time-out; a series its labels, times and values."""
    prometheus = PrometheusClient(HttpClient("P", server.url, Limits(timeout_s=2.5, max_series=1)))
    matrix = [
        {"metric": {"a": "b"}, "values": [[1.0, "2"], [3.5, "NaN"]]},
        {"metric": {}, "histograms": []},
    ]
    server.answer({"data": {"resultType": "matrix", "result": matrix[:1]}})
    [stream] = prometheus.range("up", 1.0, 3.5, 2.5)
    assert (stream.labels, list(stream.times), stream.values[0]) == ({"a": "b"}, [1.0, 3.5], 2.0)
    times = {"start": "1.0", "end": "3.5", "step": "2.5", "timeout": "2.5s"}
    assert server.requests == [("POST", "/prefix/api/v1/query_range", {"query": "up", **times})]
    server.answer({"data": {"resultType": "matrix", "result": matrix[1:]}})
    assert prometheus.range("up", 1.0, 3.5, 2.5) == []
    server.answer({"data": {"resultType": "scalar", "result": [1.0, "7"]}})
    assert prometheus.instant("7", 1.23456)[0].values[0] == 7.0
    assert server.requests[-1][2] == {"query": "7", "time": "1.235", "timeout": "2.5s"}
    server.answer({"data": {"resultType": "matrix", "result": matrix}})
    with pytest.raises(SourceError, match="returns 2 series; at most 1 are shown"):
        prometheus.range("up", 1.0, 3.5, 2.5)


def test_labels_of_prometheus(server: Server) -> None:
    """Labels are asked of a range, and of the series that are selected."""
    prometheus = PrometheusClient.at(server.url)
    server.answer({"data": ["a", "b"]})
    assert prometheus.label_values("job", "up", 1.2, 3.8) == ["a", "b"]
    assert prometheus.label_names("", 1.2, 3.8) == ["a", "b"]
    assert prometheus.get("targets", state="active") == ["a", "b"]
    times = {"start": "1", "end": "4"}
    assert server.requests == [
        ("GET", "/prefix/api/v1/label/job/values", {**times, "match[]": "up"}),
        ("GET", "/prefix/api/v1/labels", times),
        ("GET", "/prefix/api/v1/targets", {"state": "active"}),
    ]


def test_lines_of_loki(server: Server) -> None:
    """Lines are asked of a range in nanoseconds, at most as many as are shown; newest first.

    Each says which of its labels are its stream's, came with it, and were parsed.
    """
    loki = LokiClient(HttpClient("Loki", server.url, Limits(max_log_lines=5)))
    labels = {"structuredMetadata": {"trace_id": "x"}, "parsed": {"status": "500"}}
    streams = [
        {"stream": {"job": "a"}, "values": [["1500000000", "old"], ["3500000000", "new", labels]]},
        {"stream": {"job": "b"}, "values": [["2500000000", "middle"]]},
    ]
    server.answer({"data": {"resultType": "streams", "result": streams}})
    when = LogRange.of_seconds(1.0, 4.0)
    assert loki.lines('{job="a"}', when, 9) == [
        LogLine(3_500_000_000, {"job": "a"}, "new", {"trace_id": "x"}, {"status": "500"}),
        LogLine(2_500_000_000, {"job": "b"}, "middle"),
        LogLine(1_500_000_000, {"job": "a"}, "old"),
    ]
    parameters = {"query": '{job="a"}', "start": "1000000000", "end": "4000000000", "limit": "5"}
    assert server.requests == [("GET", "/prefix/loki/api/v1/query_range", parameters)]
    loki.lines("{}", when, 3, oldest=True)
    assert server.requests[-1][2]["limit"] == "3"
    assert server.requests[-1][2]["direction"] == "forward"
    server.answer({"data": {"resultType": "matrix", "result": []}})
    with pytest.raises(SourceError, match="returns a matrix; a logs panel shows lines"):
        loki.lines("{}", when, 3)
    server.answer({"data": {"resultType": "vector", "result": []}})
    with pytest.raises(SourceError, match="returns a vector; ask for lines or series"):
        loki.answer("{}", when, 3)


def test_series_labels_and_fields_of_loki(server: Server) -> None:
    """A query that makes numbers has series; names and values are asked of a range."""
    loki = LokiClient(HttpClient("Loki", server.url, Limits(max_series=1)))
    when = LogRange(1, 2)
    series = {"metric": {"level": "error"}, "values": [[1, "2"], [2.5, "3"]]}
    server.answer({"data": {"resultType": "matrix", "result": [series]}})
    answer = loki.answer("rate", when, 1, step_s=0.5)
    assert answer.lines is None
    assert [(s.labels, list(s.times), list(s.values)) for s in answer.series] == [
        ({"level": "error"}, [1.0, 2.5], [2.0, 3.0])
    ]
    assert server.requests[-1][2]["step"] == "0.5"
    server.answer({"data": {"resultType": "matrix", "result": [series, series]}})
    with pytest.raises(SourceError, match="returns 2 series; at most 1 are shown"):
        loki.answer("rate", when, 1)
    server.answer({"status": "success", "data": ["job"]})
    assert loki.labels("", when) == ["job"]
    assert loki.label_values("a/b", '{c="d"}', when) == ["job"]
    assert server.requests[-1][1:] == (
        "/prefix/loki/api/v1/label/a%2Fb/values",
        {"start": "1", "end": "2", "query": '{c="d"}'},
    )
    server.answer(
        {"fields": [{"label": "status", "parsers": ["json"]}, {"label": "x", "parsers": None}]}
    )
    assert loki.fields("{}", when) == [("status", ["json"]), ("x", [])]
    server.answer({"values": ["500"]})
    assert loki.field_values("status", "{}", when) == ["500"]


def test_the_address_of_a_tail() -> None:
    """New lines are told at the same address by WebSocket, to whom may ask."""
    loki = LokiClient(HttpClient("Loki", "https://logs/x/", authorization="Basic abc"))
    address, headers = loki.tail_address('{a="b"}', 7, 50)
    assert address == "wss://logs/x/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D&start=7&limit=50"
    assert headers["Authorization"] == "Basic abc"


def test_silences_of_alertmanager(server: Server) -> None:
    """A silence is created from JSON and expired by its id; alerts and silences are lists."""
    alertmanager = AlertmanagerClient.at(server.url)
    server.answer({"silenceID": "x-1"})
    assert alertmanager.create_silence({"comment": "c"}) == "x-1"
    server.answer(b"")
    alertmanager.expire_silence("x-1")
    server.answer([{"a": 1}])
    assert alertmanager.alerts() == alertmanager.silences() == [{"a": 1}]
    assert server.requests == [
        ("POST", "/prefix/api/v2/silences", {"json": '{"comment":"c"}'}),
        ("DELETE", "/prefix/api/v2/silence/x-1", {"json": "null"}),
        ("GET", "/prefix/api/v2/alerts", {}),
        ("GET", "/prefix/api/v2/silences", {}),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"error": "parse error"}, "X refused: parse error"),
        ("no such silence", "X refused: no such silence"),
        (b"plain words\n", "X refused: plain words"),
        (b"<html>", "X refused: status 503"),
        (b"", "X refused: status 503"),
        ({"status": "error"}, "X refused: {"),
        (b"w" * 300, "X refused: " + "w" * 200 + "$"),
    ],
)
def test_a_refusal_says_why(server: Server, content: Any, expected: str) -> None:
    """The reason is the source's own words, cut off where they are long, or the status."""
    server.answer(content, 503)
    client = HttpClient("X", server.url)
    with pytest.raises(SourceError, match=expected):
        client.get_json("/a")
    with pytest.raises(SourceError, match="X refused: "):
        client.get_text("/a")
    assert client.get_status("/a") == 503


def test_an_answer_as_large_as_allowed_is_read(server: Server) -> None:
    """The limit of bytes is the last size that is read; the message says it in megabytes."""
    server.answer(b'"' + b"x" * 998 + b'"')
    assert len(HttpClient("X", server.url, Limits(max_bytes=1000)).get_text("/")) == 1000
    server.answer(b"1" * 2_000_001)
    limited = HttpClient("X", server.url, Limits(max_bytes=2_000_000))
    with pytest.raises(SourceError, match="answered with more than 2 MB; ask for less"):
        limited.get_text("/")


def test_a_change_forgets_the_answers_of_its_source_alone(server: Server) -> None:
    """What was changed at one source is asked anew; answers of another are still shared."""
    shared = SingleFlight(60.0, 8)
    one, other = (HttpClient(name, server.url, shared=shared) for name in ("one", "other"))
    for client in (one, other, one, other):
        client.get_json("/a")
    assert len(server.requests) == 2
    one.send_json("POST", "/b")
    other.get_json("/a")
    assert len(server.requests) == 3
    one.get_json("/a")
    assert len(server.requests) == 4


def test_only_text_that_is_there_is_text(server: Server) -> None:
    """A text is the body of an answer with status 200; of a page of an error the status is said."""
    client = HttpClient("X", server.url)
    server.answer(b"up 1\n")
    assert client.get_text("/metrics") == "up 1\n"
    server.answer(b"<html>gone</html>", 404)
    with pytest.raises(SourceError, match=r"^X refused: status 404$"):
        client.get_text("/metrics")
    server.answer(b"", 204)
    assert client.get_status("/metrics") == 204


@pytest.mark.parametrize(
    ("content", "status", "problem"),
    [
        (b"", 200, None),
        (b"no json", 302, "X did not answer with JSON"),
        (b"no json", 400, "X refused: no json"),
        (b'{"error": ""}', 400, "refused: {"),
    ],
)
def test_an_answer_without_json(
    server: Server, content: bytes, status: int, problem: str | None
) -> None:
    """Nothing at all is None; a refusal in words is said as it is, and other words are no JSON."""
    server.answer(content, status)
    if problem is None:
        assert HttpClient("X", server.url).get_json("/") is None
        return
    with pytest.raises(SourceError, match=problem):
        HttpClient("X", server.url).get_json("/")


def test_what_is_shared_is_forgotten_by_source_alone() -> None:
    """Keys of others, whatever they are, stay when a source is changed."""
    answers = SingleFlight(60.0, 8)
    for key in (("one", "a"), ("other", "a"), "one"):
        answers.get(key, lambda: "kept")
    answers.forget(lambda key: isinstance(key, tuple) and key[0] == "one")
    shared = [answers.get(key, lambda: "new") for key in (("one", "a"), ("other", "a"), "one")]
    assert shared == ["new", "kept", "kept"]


def test_what_a_source_may_cost() -> None:
    """The console's promise: no answer takes longer than 10 s or more than 32 MB, and no picture
    has more than 500 series."""
    limits = Limits()
    assert (limits.timeout_s, limits.max_bytes, limits.max_series) == (10.0, 32_000_000, 500)
    assert (limits.max_points, limits.max_log_lines) == (2_000, 1_000)
    assert limits.max_range_s == 400 * 86_400
