"""The small server, the ASGI and the WSGI application give the same answers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from whiteroom_monitoring.client.exposition import asgi, handler, wsgi
from whiteroom_monitoring.client.exposition.credentials import Credentials, CredentialsError
from whiteroom_monitoring.client.exposition.request import (
    OPEN_METRICS,
    TEXT,
    Exposition,
    ExpositionRequest,
    Source,
    text_only,
)
from whiteroom_monitoring.client.exposition.server import ListenError, MetricsServer, Security

SMALL = b"# TYPE a counter\na_total 1\n"
PLAIN = "text/plain; charset=utf-8"
NOT_FOUND = b"not found; the metrics are at /metrics\n"
ONLY = b"only GET and HEAD are answered\n"


class Ask(Protocol):
    """Sends a request."""

    def __call__(
        self, method: str, path: str, headers: dict[str, str] | None = None
    ) -> httpx.Response: ...


def _source(request: ExpositionRequest) -> Exposition:
    created = b"a_created 5\n" if request.created else b""
    return Exposition(request.content_type, iter([SMALL + created]))


def _long(request: ExpositionRequest) -> Exposition:
    return Exposition(request.content_type, (b"%d\n" % block * 20_000 for block in range(9)), 1000)


def _broken(request: ExpositionRequest) -> Exposition:
    raise OSError(28, "No space left on device")


LONG = b"".join(_long(ExpositionRequest()).blocks)


def _by_server(source: Source, credentials: Credentials | None) -> Iterator[Ask]:
    with (
        MetricsServer("127.0.0.1", 0, source, Security(credentials)) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as asker,
    ):
        asker.headers.clear()
        yield lambda method, path, headers=None: asker.request(method, path, headers=headers)


def _ask_asgi(
    application: Any, method: str, path: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://a", follow_redirects=True
        ) as asker:
            asker.headers.clear()
            return await asker.request(method, path, headers=headers)

    return asyncio.run(ask())


def _by_asgi(source: Source, credentials: Credentials | None) -> Iterator[Ask]:
    application = asgi.MetricsApp(source, credentials)
    yield lambda method, path, headers=None: _ask_asgi(application, method, path, headers)


def _by_wsgi(source: Source, credentials: Credentials | None) -> Iterator[Ask]:
    transport = httpx.WSGITransport(wsgi.MetricsApp(source, credentials))
    with httpx.Client(transport=transport, base_url="http://a") as asker:
        asker.headers.clear()
        yield lambda method, path, headers=None: asker.request(method, path, headers=headers)


@pytest.fixture(params=[_by_server, _by_asgi, _by_wsgi])
def carry(request) -> Iterator[Callable[..., Ask]]:
    """Let one of the three serve a source."""
    carriers = []

    def serve(source: Source, credentials: Credentials | None = None) -> Ask:
        carriers.append(request.param(source, credentials))
        return next(carriers[-1])

    yield serve
    for carrier in carriers:
        next(carrier, None)


class Case(NamedTuple):
    """A request and what it is answered."""

    method: str
    path: str
    status: int
    content_type: str
    body: bytes


@pytest.mark.parametrize(
    "case",
    [
        Case("GET", "/metrics", 200, TEXT, SMALL),
        Case("GET", "/metrics?name=x", 200, TEXT, SMALL),
        Case("GET", "/metrics?created=1", 200, TEXT, SMALL + b"a_created 5\n"),
        Case("GET", "/metrics?created=0", 200, TEXT, SMALL),
        Case("GET", "/-/healthy", 200, PLAIN, b"ok\n"),
        Case("GET", "/-/ready", 200, PLAIN, b"ok\n"),
        Case("GET", "/", 404, PLAIN, NOT_FOUND),
        Case("GET", "/metrics/", 404, PLAIN, NOT_FOUND),
        Case("POST", "/elsewhere", 404, PLAIN, NOT_FOUND),
        Case("POST", "/metrics", 405, PLAIN, ONLY),
        Case("DELETE", "/-/healthy", 405, PLAIN, ONLY),
        Case("OPTIONS", "/metrics", 405, PLAIN, ONLY),
    ],
)
def test_answers(carry, case: Case) -> None:
    """Each request has one answer, the same from all three."""
    answer = carry(_source)(case.method, case.path)
    seen = Case(*case[:2], answer.status_code, answer.headers["content-type"], answer.content)
    assert seen == case
    assert answer.headers["content-length"] == str(len(case.body))
    assert answer.headers.get("allow") == ("GET, HEAD" if case.status == 405 else None)


def test_head_has_the_headers_of_get(carry) -> None:
    """HEAD tells the length of what GET would bring, and brings nothing."""
    answer = carry(_source)("HEAD", "/metrics")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SMALL))


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("application/openmetrics-text;version=1.0.0", OPEN_METRICS), ("text/plain", TEXT)],
)
def test_the_scraper_chooses_the_format(carry, accept: str, content_type: str) -> None:
    """The answer has the format that the Accept header prefers, and says that it depends on it."""
    answer = carry(_source)("GET", "/metrics", {"Accept": accept})
    assert answer.headers["content-type"] == content_type
    assert answer.headers["vary"] == "Accept, Accept-Encoding"


def test_the_scraper_chooses_gzip(carry) -> None:
    """The answer is compressed for those who can read that, whole or in blocks."""
    for source, text in ((_source, SMALL), (_long, LONG)):
        answer = carry(source)("GET", "/metrics", {"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == text


def test_gzip_is_a_whole_file(carry) -> None:
    """What is compressed in blocks ends as a file of gzip does, with length and checksum."""
    application = asgi.MetricsApp(_long)
    answer = application._handler.handle(
        handler.HttpRequest("GET", "/metrics", accept_encoding="gzip")
    )
    assert gzip.decompress(b"".join(answer.body)) == LONG


def test_a_long_text_comes_in_blocks(carry) -> None:
    """A text of many blocks arrives whole; its length is not known when it begins."""
    answer = carry(_long)("GET", "/metrics")
    assert answer.content == LONG
    assert "content-length" not in answer.headers


def test_an_empty_block_ends_nothing(carry) -> None:
    """A source may have nothing to say in a block; what follows is answered, compressed or not."""

    def source(request: ExpositionRequest) -> Exposition:
        return Exposition(request.content_type, iter([b"", SMALL, b"", SMALL]))

    for encoding in ("identity", "gzip"):
        answer = carry(source)("GET", "/metrics", {"Accept-Encoding": encoding})
        assert answer.content == 2 * SMALL


def test_metrics_that_can_not_be_read(carry, capfd) -> None:
    """A scrape that fails is a 500 with the reason, which goes to standard error, too."""
    answer = carry(_broken)("GET", "/metrics")
    assert answer.status_code == 500
    assert b"No space left on device" in answer.content
    assert "scrape: [Errno 28] No space left on device" in capfd.readouterr().err


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with a secret that is a token and a password."""
    path = tmp_path / "secret"
    path.write_text("ada:lövelace\nsecond line\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("kind", "authorization", "status"),
    [
        (Credentials.bearer, None, 401),
        (Credentials.bearer, "Bearer ada:other", 401),
        (Credentials.bearer, "Bearer", 401),
        (Credentials.basic, None, 401),
        (Credentials.basic, "Basic YWRhOmzDtnZlbGFjZQ==", 200),
        (Credentials.basic, "basic YWRhOmzDtnZlbGFjZQ==", 200),
        (Credentials.basic, "Bearer YWRhOmzDtnZlbGFjZQ==", 401),
        (Credentials.basic, "Basic YWRhOmzDtnZlbGFjZR==", 401),
    ],
)
def test_scrapes_may_need_credentials(
    carry, secret: Path, kind: Any, authorization: str | None, status: int
) -> None:
    """Who does not bring the secret gets a 401 that says how to, and no metrics."""
    credentials = kind(secret)
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = carry(_source, credentials)("GET", "/metrics", headers)
    assert (answer.status_code, SMALL in answer.content) == (status, status == 200)
    assert answer.headers.get("www-authenticate") == (
        credentials.challenge if status == 401 else None
    )
    assert carry(_source, credentials)("GET", "/-/healthy").status_code == 200


def test_a_token_is_compared_as_bytes(tmp_path: Path) -> None:
    """The token of the file admits, and nothing that begins or ends like it."""
    path = tmp_path / "token"
    path.write_text("abc\r\n")
    credentials = Credentials.bearer(path)
    admitted = [t for t in ("abc", "ab", "abcd", "", "abc ") if credentials.admit(f"Bearer {t}")]
    assert admitted == ["abc"]


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (None, Credentials.bearer, "can't be read"),
        ("", Credentials.bearer, "its first line is empty, expected a secret"),
        ("token\n", Credentials.basic, "expected user:password"),
    ],
)
def test_a_file_without_a_secret(tmp_path: Path, content, kind: Any, problem: str) -> None:
    """The error names the file and what is wrong with it."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CredentialsError, match=problem) as raised:
        kind(path)
    assert str(path) in str(raised.value)


def test_answers_under_way_hold_no_more_than_they_may() -> None:
    """A scrape beyond what all answers may hold is refused until one of them ends."""

    def large(request: ExpositionRequest) -> Exposition:
        return Exposition(TEXT, iter([b"x"] * 5), handler.HELD_BYTES + 1)

    metrics = handler.MetricsHandler(large)
    scrape = handler.HttpRequest("GET", "/metrics")
    first = metrics.handle(scrape)
    refused = metrics.handle(scrape)
    assert (first.status, refused.status) == (200, 503)
    assert ("Retry-After", "1") in refused.headers
    first.body.close()
    again = metrics.handle(scrape)
    assert again.status == 200
    assert b"".join(again.body) == b"xxxxx"
    assert metrics.handle(scrape).status == 200


@pytest.mark.parametrize("path", ["/monitoring/metrics", "/monitoring/", "/monitoring"])
def test_mounted_in_an_asgi_application(path: str) -> None:
    """An application that is mounted serves at its place, and below it."""
    application = Starlette(routes=[Mount("/monitoring", asgi.MetricsApp(_source))])
    assert _ask_asgi(application, "GET", path).content == SMALL


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_within_an_asgi_application_no_redirect_is_needed(path: str) -> None:
    """The middleware answers its path with or without a slash; the application has the rest."""
    answer = PlainTextResponse("app")
    inner = Starlette(routes=[Route("/songs", lambda request: answer)])
    application = asgi.MetricsMiddleware(inner, source=_source)
    assert _ask_asgi(application, "GET", path).content == SMALL
    assert _ask_asgi(application, "GET", "/songs").content == b"app"


@pytest.mark.parametrize(
    ("root_path", "path", "content"),
    [
        ("/api", "/api/metrics", SMALL),
        ("/api", "/api/metrics/", SMALL),
        ("/api/", "/api/metrics", SMALL),
        ("/api", "/metrics", SMALL),  # from a server that leaves the root path away
        ("/metrics", "/metrics/metrics", SMALL),
        ("/api", "/apis/metrics", b"app"),
        ("/api", "/api/songs", b"app"),
    ],
)
def test_the_middlewares_path_is_below_the_root_path(
    root_path: str, path: str, content: bytes
) -> None:
    """Behind a proxy that serves the application at a place of its own, the metrics are there."""
    answer = PlainTextResponse("app")

    async def inner(scope, receive, send) -> None:
        await answer(scope, receive, send)

    middleware = asgi.MetricsMiddleware(inner, source=_source)

    async def application(scope, receive, send) -> None:
        await middleware({**scope, "root_path": root_path}, receive, send)

    assert _ask_asgi(application, "GET", path).content == content


@pytest.mark.parametrize("path", ["/metrics", "/", ""])
def test_mounted_in_a_wsgi_application(path: str) -> None:
    """SCRIPT_NAME, as a dispatcher sets it, is the place at which the application is mounted."""
    started: list[str] = []
    environment = {"SCRIPT_NAME": "/monitoring", "PATH_INFO": path, "REQUEST_METHOD": "GET"}
    application = wsgi.MetricsApp(text_only(lambda: SMALL))
    body = application(environment, lambda status, headers: started.append(status))
    assert (started, b"".join(body)) == (["200 OK"], SMALL)


def test_alone_under_an_asgi_server() -> None:
    """It starts, answers and ends with a server that tells its application of its life."""
    config = uvicorn.Config(asgi.MetricsApp(_source), lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            answer = httpx.get(f"http://127.0.0.1:{listener.getsockname()[1]}/metrics")
        finally:
            server.should_exit = True
            thread.join()
    assert answer.content == SMALL


def test_a_port_that_is_taken_is_named() -> None:
    """The error says which address, and why."""
    with (
        MetricsServer("127.0.0.1", 0, _source) as server,
        pytest.raises(ListenError, match=f"127.0.0.1:{server.port}: can't be listened on"),
    ):
        MetricsServer("127.0.0.1", server.port, _source)


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    """The error says which files, and why."""
    path = tmp_path / "nothing.pem"
    path.write_text("nothing")
    with pytest.raises(ListenError, match=r"nothing\.pem: the certificate or its key"):
        MetricsServer("127.0.0.1", 0, _source, Security(None, path, path))
