"""The laws of every server of pages: what a client may cost it, and whom it answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from whiteroom_monitoring.client.exposition.bounded_http import (
    BoundedHttpProtocol,
    ConnectionBounds,
    ServerLimits,
)
from whiteroom_monitoring.web.parsed_in_c import PIPELINED, HttpToolsBounds
from whiteroom_monitoring.web.server import BodyTooLargeError, listening, middleware, serve

LIMITS = ServerLimits(
    idle_connections=3, request_s=30, stall_s=30, header_bytes=2048, body_bytes=10
)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
ANSWER_S = 10
PARSERS: dict[str, type[ConnectionBounds] | None] = {"h11": None, "httptools": HttpToolsBounds}
parser: type[ConnectionBounds] | None = None


@pytest.fixture(autouse=True, params=PARSERS)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold each law with each of the parsers."""
    monkeypatch.setitem(globals(), "parser", PARSERS[request.param])


async def echo(request: Request) -> Response:
    """Answer with what was sent."""
    return PlainTextResponse(await request.body())


ended = threading.Event()


async def endless(request: Request) -> Response:
    """Answer until the connection ends."""

    async def blocks() -> Any:
        try:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)
        finally:
            ended.set()

    return StreamingResponse(blocks())


def too_large(request: Request, error: Exception) -> Response:
    """Answer as the servers do."""
    return PlainTextResponse(str(error), 413)


def ask_server(limits: ServerLimits, ask: Callable[[int], Any]) -> Any:
    """Return what ``ask`` returns, given the port of a server with these limits."""
    application = Starlette(
        routes=[
            Route("/", echo, methods=["GET", "POST"]),
            Route("/endless", endless, methods=["GET"]),
        ],
        middleware=middleware({"localhost"}, limits=limits),
        exception_handlers={BodyTooLargeError: too_large},
    )

    async def run() -> Any:
        with listening("127.0.0.1", 0) as listener:
            server = asyncio.create_task(
                serve(application, listener, limits=limits, connection=parser)
            )
            try:
                return await asyncio.to_thread(ask, listener.getsockname()[1])
            finally:
                os.kill(os.getpid(), signal.SIGTERM)
                await server

    return asyncio.run(run())


def connect(port: int) -> socket.socket:
    """Return a connection."""
    return socket.create_connection(("127.0.0.1", port), ANSWER_S)


def exchange(port: int, request: bytes) -> bytes:
    """Return the beginning of the answer to a request."""
    with connect(port) as connection:
        connection.sendall(request)
        return connection.recv(65536)


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split()[1])


def post(body: bytes) -> bytes:
    """Return a request with a body."""
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_a_connection_too_many_costs_the_oldest_that_is_idle() -> None:
    """The oldest connection without a request is told 503 and closed; others are answered."""

    def ask(port: int) -> tuple[int, int]:
        waiting = [connect(port) for _ in range(LIMITS.idle_connections)]
        newest = exchange(port, GET)
        evicted = waiting[0].recv(65536)
        for connection in waiting:
            connection.close()
        return status(newest), status(evicted)

    assert ask_server(LIMITS, ask) == (200, 503)


def test_a_request_has_to_arrive_in_time() -> None:
    """Half a request is answered with 408 when its time is over."""
    answer = ask_server(replace(LIMITS, request_s=0.2), lambda port: exchange(port, GET[:-2]))
    assert status(answer) == 408


@pytest.mark.parametrize(("length", "expected"), [(1024, 200), (8192, 431)])
def test_a_header_has_a_largest_size(length: int, expected: int) -> None:
    """A header above the limit is answered with 431."""
    request = GET[:-2] + b"X: " + b"x" * length + b"\r\n\r\n"
    assert status(ask_server(LIMITS, lambda port: exchange(port, request))) == expected


@pytest.mark.parametrize(("length", "expected"), [(10, 200), (11, 413)])
def test_a_body_has_a_largest_size(length: int, expected: int) -> None:
    """A body of the limit is taken, one byte more is answered with 413."""
    answer = ask_server(LIMITS, lambda port: exchange(port, post(b"x" * length)))
    assert status(answer) == expected


def test_who_reads_nothing_is_cut_off() -> None:
    """A client that does not read its answer loses its connection."""

    def ask(port: int) -> bool:
        with connect(port) as connection:
            connection.sendall(GET.replace(b"GET /", b"GET /endless"))
            return ended.wait(ANSWER_S)

    assert ask_server(replace(LIMITS, stall_s=0.2), ask)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", 200), ("LOCALHOST:1", 200), ("evil.example", 421), ("", 421)],
)
def test_only_its_own_names_are_answered(host: str, expected: int) -> None:
    """A request for another host is misdirected, and gets nothing of the application."""
    request = GET.replace(b"localhost", host.encode())
    assert status(ask_server(LIMITS, lambda port: exchange(port, request))) == expected


def test_every_answer_has_the_security_headers() -> None:
    """Refusals have them, too."""
    for request in (GET, GET.replace(b"localhost", b"evil.example"), post(b"x" * 11)):
        answer = ask_server(LIMITS, lambda port, request=request: exchange(port, request)).lower()
        assert b"content-security-policy: default-src 'none'" in answer
        assert b"x-content-type-options: nosniff" in answer


def _answer_to(parts: list[bytes]) -> bytes:
    """Return all that is answered to parts of requests, sent with a little time between."""

    def ask(port: int) -> bytes:
        with connect(port) as connection:
            for part in parts:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(part)
                time.sleep(0.02)
            answer = b""
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    answer += part
            return answer

    return bytes(ask_server(replace(LIMITS, request_s=1), ask))


def test_what_follows_the_last_chunk_has_a_largest_size() -> None:
    """A field behind a body that never ends closes the connection, and is not kept."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
    answer = _answer_to([head, *[b"x" * 1024] * 8])
    assert answer.startswith(b"HTTP/1.1 431")


def test_a_body_does_not_wait_for_the_receipt_of_its_header(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each connection sends at once: else small answers take the 40 ms of a delayed receipt."""
    base: Any = parser or BoundedHttpProtocol
    options: list[int] = []

    class Watched(base):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            connection = transport.get_extra_info("socket")
            options.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setitem(globals(), "parser", Watched)
    assert status(ask_server(LIMITS, lambda port: exchange(port, GET))) == 200
    assert [bool(option) for option in options] == [True]


def test_requests_that_wait_are_answered_in_order() -> None:
    """Requests that come before the first is answered are all answered."""
    assert _answer_to([GET * 3]).count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize("_parser", ["httptools"], indirect=True)
def test_requests_that_wait_in_the_parser_are_few() -> None:
    """More of them than may wait are refused, and close the connection: each costs memory."""
    answer = _answer_to([GET * (PIPELINED + 20)])
    assert b"HTTP/1.1 400" in answer
    assert answer.count(b"HTTP/1.1 200") <= PIPELINED + 1
