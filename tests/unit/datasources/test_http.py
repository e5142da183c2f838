"""The laws of the client that every data source is asked with."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.datasources import http as datasources_http
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import (
    RefusedError,
    SourceError,
    SourceTimeoutError,
    UnreachableError,
)
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.datasources.prometheus import streams
from whiteroom_monitoring.datasources.single_flight import SingleFlight


def test_many_askers_cost_one_answer() -> None:
    """Who asks what is being asked waits for the same answer; a failure is not kept."""
    answers, computed, open_now = SingleFlight(5.0, 8, clock=lambda: 0.0), [], threading.Event()

    def compute() -> int:
        computed.append(1)
        open_now.wait(10)
        return 42

    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(answers.get("key", compute)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    open_now.set()
    for thread in threads:
        thread.join()
    assert (results, len(computed)) == ([42] * 8, 1)
    with pytest.raises(ZeroDivisionError):
        answers.get("other", lambda: 1 // 0)
    assert answers.get("other", lambda: 1) == 1


def test_kept_answers_grow_old_and_few() -> None:
    """An answer is asked again after its time, and the oldest make room for new ones."""
    now = [0.0]
    answers = SingleFlight(5.0, 2, clock=lambda: now[0])
    assert [answers.get("a", lambda: 1), answers.get("a", lambda: 2)] == [1, 1]
    now[0] = 5.0
    assert answers.get("a", lambda: 3) == 3
    for key in ("b", "c"):
        answers.get(key, lambda: 0)
    assert answers.get("a", lambda: 4) == 4


def test_as_many_answers_are_kept_as_are_allowed() -> None:
    """The newest answers stay, however many came before; one more pushes out the oldest."""
    answers = SingleFlight(60.0, 2, clock=lambda: 0.0)
    for key in ("a", "b"):
        answers.get(key, lambda: "kept")
    assert [answers.get(key, lambda: "new") for key in ("a", "b")] == ["kept", "kept"]
    answers.get("c", lambda: "kept")
    assert answers.get("b", lambda: "new") == "kept"
    assert answers.get("a", lambda: "new") == "new"


def test_a_failure_does_not_forget_a_later_answer() -> None:
    """Who fails late, after its answer was pushed out and asked anew, leaves the new one alone."""
    answers = SingleFlight(60.0, 1, clock=lambda: 0.0)

    def fail_late() -> None:
        answers.get("other", lambda: 0)
        assert answers.get("key", lambda: "new") == "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answers.get("key", fail_late)
    assert answers.get("key", lambda: "newer") == "new"


def test_a_source_that_answers_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time-out is that of the whole answer, and not of each part of it."""

    class Trickle:
        def read(self, _: int) -> bytes:
            now[0] += 1.0
            return b"x"

    now = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("whiteroom_monitoring.datasources.http.time", clock)
    with pytest.raises(TimeoutError):
        HttpClient("X", "http://x", Limits(timeout_s=3.0))._read(Trickle())  # type: ignore[arg-type]
    assert now[0] == 4.0


@pytest.mark.parametrize(("url", "secure"), [("http://x:1", False), ("https://x:1", True)])
def test_an_address_of_https_is_asked_by_https(
    url: str, secure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheme of the address decides how the source is asked."""
    made: list[bool] = []

    def connection(is_secure: bool) -> Any:
        def make(*_: object, **__: object) -> Any:
            made.append(is_secure)
            raise OSError("unreachable")

        return make

    monkeypatch.setattr("http.client.HTTPConnection", connection(False))
    monkeypatch.setattr("http.client.HTTPSConnection", connection(True))
    with pytest.raises(OSError, match="unreachable"):
        HttpClient("X", url).get_status("/")
    assert made == [secure]


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/broken": (200, b"<html>"),
            "/refuses": (400, b'{"error": "unknown function"}'),
            "/large": (200, b"1" * 5000),
            "/odd": (200, b'{"status": "success"}'),
        }[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """A source that answers badly."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{serving.server_port}"
        yield HttpClient("Prometheus", url, Limits(timeout_s=2.0, max_bytes=1000))
        serving.shutdown()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/broken", "Prometheus did not answer with JSON"),
        ("/refuses", "Prometheus refused: unknown function"),
        ("/large", "Prometheus answered with more than"),
        ("/odd", "Prometheus answered in an unexpected form: KeyError 'data'"),
    ],
)
def test_bad_answers_are_said_in_words(client: HttpClient, path: str, expected: str) -> None:
    """Whatever a source does wrong is an error that names it and says what."""
    with pytest.raises(SourceError, match=expected):
        client.get_json(path, decode=lambda answer: answer["data"])


def test_a_source_that_never_answers_ends_with_its_time() -> None:
    """A server that accepts and says nothing costs the time-out, and the error says so."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(SourceTimeoutError, match=r"Loki did not answer within 0.2 s\."):
            HttpClient("Loki", url, Limits(timeout_s=0.2)).get_json("/")


def test_a_source_that_is_gone_is_unreachable() -> None:
    """Where nobody listens, the error carries the system's reason."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(UnreachableError, match="Connection refused") as caught:
        HttpClient("Loki", url).get_status("/")
    assert caught.value.reason == "Connection refused"


def test_a_change_is_seen_at_once(client: HttpClient) -> None:
    """After a change, the same question is asked anew; without one, it is not."""
    outcomes: list[str] = []
    shared = HttpClient(
        client.name,
        client.url,
        client.limits,
        SingleFlight(60.0, 8),
        lambda source, outcome: outcomes.append(f"{source} {outcome}"),
    )
    for _ in range(2):
        shared.get_json("/odd")
    assert outcomes == ["Prometheus answered"]
    shared.send_json("POST", "/odd", {})
    shared.get_json("/odd")
    assert outcomes == ["Prometheus answered"] * 3


def test_series_beyond_the_limit_are_refused() -> None:
    """An answer of more series than are shown is an error; one of as many is not."""
    sample = {"metric": {"a": "b"}, "value": [1.0, "2"]}
    data = _body("vector", [sample, sample])
    assert [stream.values[0] for stream in streams(data, 2)] == [2.0, 2.0]
    with pytest.raises(SourceError, match="returns 2 series; at most 1"):
        streams(data, 1)
    with pytest.raises(SourceError, match="returns a string"):
        streams(_body("string", [1.0, "x"]), 2)


def test_a_refusal_keeps_its_status() -> None:
    """Who asked tells a bad question from a source that fails."""
    for status in (400, 503):
        with pytest.raises(RefusedError) as refused:
            HttpClient("P", "http://x")._decoded(status, b'{"error": "bad"}', lambda body: body)
        assert (refused.value.status, refused.value.reason) == (status, "bad")


def _body(kind: str, result: object) -> bytes:
    return json.dumps({"data": {"resultType": kind, "result": result}}).encode()


def test_values_are_what_prometheus_writes() -> None:
    """Words stand for what JSON has no number for; a series of native histograms is left out."""
    values = [[1, "NaN"], [2.5, "+Inf"], [3, "-1e3"]]
    matrix = [{"metric": {}, "values": values}, {"metric": {}, "histograms": [[1, {}]]}]
    [stream] = streams(_body("matrix", matrix), None)
    assert list(stream.times) == [1.0, 2.5, 3.0]
    assert [str(value) for value in stream.values] == ["nan", "inf", "-1000.0"]


@pytest.mark.parametrize(
    "body",
    [
        _body("vector", [{"metric": {"a": 1}, "value": [1, "2"]}]),
        _body("vector", [{"value": [1, "2"]}]),
        _body("vector", [{"metric": {}, "value": [1]}]),
        _body("scalar", [1, 2]),
        b'{"data": {"result": []}}',
        b"[]",
    ],
)
def test_an_answer_of_another_form_is_said_with_its_place(body: bytes) -> None:
    """What is expected where is told, and nothing of it is shown."""
    client = HttpClient("Prometheus", "http://x")
    with pytest.raises(SourceError, match=r"unexpected form: (Expected|Object missing)"):
        client._decoded(200, body, lambda content: streams(content, None))
    with pytest.raises(SourceError, match="did not answer with JSON"):
        client._decoded(200, b"<html>", lambda content: streams(content, None))


def test_a_source_that_is_not_configured_is_named() -> None:
    """A panel of a data source without an address gets an error that names it."""
    with pytest.raises(SourceError, match="'loki' is not configured"):
        _ = DataSources({"prometheus": "http://127.0.0.1:1"}).loki


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b'{"error": "no"}', "no"), (b'"no"', "no"), (b"5", "5"), (b'""', '""'), (b"", "status 400")],
)
def test_a_refusal_is_a_text(body: bytes, reason: str) -> None:
    """The reason of a refusal is the text that was sent, whatever JSON it is, else the status."""
    assert datasources_http._reason(body, 400) == reason


def test_silences_are_made_with_the_authorization_of_alertmanager() -> None:
    """Where silences are made elsewhere, what Alertmanager asks for is sent there, too."""
    urls = {"alertmanager": "http://127.0.0.1:1"}
    sources = DataSources(urls, silences="http://127.0.0.1:2", authorizations={"alertmanager": "x"})
    assert sources._silences is not None
    assert sources._silences.authorization == "x"
    open_sources = DataSources(urls, silences="http://127.0.0.1:2")
    assert open_sources._silences is not None
    assert open_sources._silences.authorization == ""
