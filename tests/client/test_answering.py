"""The small server, the ASGI and the WSGI application give the same answers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from whiteroom_monitoring.client import CONTENT_TYPE, asgi, wsgi
from whiteroom_monitoring.client.server import MetricsServer

TEXT = b"# TYPE a counter\na_total 1\n"
PLAIN = "text/plain; charset=utf-8"
NOT_FOUND = b"not found; the metrics are at /metrics\n"
ONLY = b"only GET and HEAD are answered\n"

Ask = Callable[[str, str], httpx.Response]


def _exposition() -> bytes:
    return TEXT


def _broken() -> bytes:
    raise OSError(28, "No space left on device")


def _by_server(exposition: Callable[[], bytes]) -> Iterator[Ask]:
    with MetricsServer("127.0.0.1", 0, exposition) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}") as asker:
            yield asker.request
        server.shutdown()
        thread.join()


def _ask_asgi(application: Any, method: str, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://a", follow_redirects=True
        ) as asker:
            return await asker.request(method, path)

    return asyncio.run(ask())


def _by_asgi(exposition: Callable[[], bytes]) -> Iterator[Ask]:
    application = asgi.MetricsApp(exposition)
    yield lambda method, path: _ask_asgi(application, method, path)


def _by_wsgi(exposition: Callable[[], bytes]) -> Iterator[Ask]:
    transport = httpx.WSGITransport(wsgi.MetricsApp(exposition))
    with httpx.Client(transport=transport, base_url="http://a") as asker:
        yield asker.request


CARRIERS = [_by_server, _by_asgi, _by_wsgi]


@pytest.fixture(params=CARRIERS)
def ask(request) -> Iterator[Ask]:
    """Ask one of the three."""
    yield from request.param(_exposition)


@pytest.fixture(params=CARRIERS)
def ask_broken(request) -> Iterator[Ask]:
    """Ask one of the three, whose metrics can't be read."""
    yield from request.param(_broken)


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
        Case("GET", "/metrics", 200, CONTENT_TYPE, TEXT),
        Case("GET", "/metrics?name=x", 200, CONTENT_TYPE, TEXT),
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
def test_answers(ask: Ask, case: Case) -> None:
    """Each request has one answer, the same from all three."""
    found = ask(case.method, case.path)
    seen = Case(*case[:2], found.status_code, found.headers["content-type"], found.content)
    assert seen == case
    assert found.headers["content-length"] == str(len(case.body))
    assert found.headers.get("allow") == ("GET, HEAD" if case.status == 405 else None)


def test_head_has_the_headers_of_get(ask: Ask) -> None:
    """HEAD tells the length of what GET would bring, and brings nothing."""
    found = ask("HEAD", "/metrics")
    assert (found.status_code, found.content) == (200, b"")
    assert found.headers["content-length"] == str(len(TEXT))


def test_metrics_that_can_not_be_read(ask_broken: Ask, capfd) -> None:
    """A scrape that fails is a 500 with the reason, which goes to standard error, too."""
    found = ask_broken("GET", "/metrics")
    assert found.status_code == 500
    assert b"No space left on device" in found.content
    assert "scrape: [Errno 28] No space left on device" in capfd.readouterr().err


@pytest.mark.parametrize("path", ["/monitoring/metrics", "/monitoring/", "/monitoring"])
def test_mounted_in_an_asgi_application(path: str) -> None:
    """An application that is mounted serves at its place, and below it."""
    application = Starlette(routes=[Mount("/monitoring", asgi.MetricsApp(_exposition))])
    assert _ask_asgi(application, "GET", path).content == TEXT


@pytest.mark.parametrize("path", ["/metrics", "/", ""])
def test_mounted_in_a_wsgi_application(path: str) -> None:
    """SCRIPT_NAME, as a dispatcher sets it, is the place at which the application is mounted."""
    started: list[str] = []
    environment = {"SCRIPT_NAME": "/monitoring", "PATH_INFO": path, "REQUEST_METHOD": "GET"}
    application = wsgi.MetricsApp(_exposition)
    body = application(environment, lambda status, headers: started.append(status))
    assert (started, b"".join(body)) == (["200 OK"], TEXT)


def test_alone_under_an_asgi_server() -> None:
    """It starts, answers and ends with a server that tells its application of its life."""
    config = uvicorn.Config(asgi.MetricsApp(_exposition), lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            answer = httpx.get(f"http://127.0.0.1:{listener.getsockname()[1]}/metrics")
        finally:
            server.should_exit = True
            thread.join()
    assert answer.content == TEXT
