"""What our servers of pages share: who may address them, what a browser may load, how they end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Mapping
from http import HTTPStatus

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whiteroom_monitoring.client.exposition.server import ListenError, SignalFreeServer

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# How long a request that is under way may take when a server is told to stop.
GRACE_S = 1

# No script, style or connection but the server's own: what it shows was written by others.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Answers only who addresses the server by its own name, and adds the security headers.

    A page elsewhere whose name is made to lead to this machine would else read what is shown.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str], headers: Mapping[str, str] = HEADERS
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = [(k.lower().encode(), v.encode()) for k, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host_name(named).lower() not in self._hosts:
            answer = PlainTextResponse(
                f"Host is {named!r}; expected one of {', '.join(sorted(self._hosts))}\n",
                HTTPStatus.MISDIRECTED_REQUEST,
            )
            await answer(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._app(scope, receive, send_guarded)


def host_name(header: str) -> str:
    """Return the name in a Host header, without its port and brackets.

    >>> host_name("[::1]:3000"), host_name("localhost:3000"), host_name("localhost")
    ('::1', 'localhost', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] or header


@contextlib.contextmanager
def listening(address: str, port: int) -> Iterator[socket.socket]:
    """Listen for as long as the context lasts. Raises ListenError."""
    try:
        listener = socket.create_server((address, port))
    except OSError as error:
        raise ListenError(f"{address}:{port}: can't be listened on: {error.strerror}") from error
    with listener:
        yield listener


async def serve(
    application: ASGIApp, listener: socket.socket, at_stop: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or SIGINT; ``at_stop`` is called at once when one arrives."""
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        http="h11",
        ws="none",
        server_header=False,
    )
    server = SignalFreeServer(config)

    def stop() -> None:
        at_stop()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve([listener])
