"""What the servers of our pages share: whom they answer, what a browser may load, their limits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whiteroom_monitoring.client.exposition.bounded_http import (
    ConnectionBounds,
    ServerLimits,
    SignalFreeServer,
    protocol,
    uvicorn_settings,
)
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.hosts import LOOPBACK_NAMES, host_name
from whiteroom_monitoring.client.exposition.server import ListenError
from whiteroom_monitoring.errors import MonitoringError

__all__ = ["LOOPBACK_NAMES"]

LIMITS = ServerLimits()
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# How long a request that is under way may take when a server is told to stop.
GRACE_S = 1

# No script, style or connection but the server's own: what it shows was written by others.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with that, a form of our own is sent without its origin, too.
    "Referrer-Policy": "same-origin",
}


# What a browser says of who has made it ask: nothing (an old one, or no browser), this server's own
# pages, or the person at the address bar.
_OWN_SITES = (None, "same-origin", "none")
_READING = ("GET", "HEAD", "OPTIONS")
# What a scope of a client is: a refusal of a WebSocket is answered before the upgrade.
_ASKING = ("http", "websocket")


class MediaTypeError(MonitoringError):
    """A request that changes something has another content type. Answer it with status 415."""

    def __init__(self, content_type: str, expected: Sequence[str]) -> None:
        super().__init__(f"Content-Type is {content_type!r}; expected {' or '.join(expected)}")


class MalformedBodyError(MonitoringError):
    """The body of a request is no JSON object. Answer it with status 400."""


class BodyTooLargeError(MonitoringError):
    """The body of a request is larger than ``limit`` bytes. Answer it with status 413."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the body is larger than {limit} bytes")


def middleware(
    hosts: Collection[str],
    headers: Mapping[str, str] = SECURITY_HEADERS,
    limits: ServerLimits = LIMITS,
) -> list[Middleware]:
    """Return what every application of ours is wrapped in; ``hosts`` are its own names."""
    return [
        Middleware(SecurityHeadersMiddleware, headers=headers),
        Middleware(TrustedHostMiddleware, hosts=hosts),
        Middleware(OwnOriginMiddleware),
        Middleware(BodyLimitMiddleware, limit=limits.body_bytes),
    ]


class TrustedHostMiddleware:
    """Answers only requests that address the server by its own name, and others with 421.

    Otherwise a page elsewhere whose name is made to lead to this machine could read what is shown.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        if scope["type"] in _ASKING and host_name(host).lower() not in self._hosts:
            expected = ", ".join(sorted(self._hosts))
            text = f"Host is {host!r}; expected one of {expected}\n"
            await PlainTextResponse(text, HTTPStatus.MISDIRECTED_REQUEST)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class OwnOriginMiddleware:
    """Refuses what a page elsewhere makes a browser ask, with 403.

    Such a page can't read an answer, but a question may change something, or cost much. Who follows
    a link to a page of ours is let in. https://www.w3.org/TR/fetch-metadata/
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in _ASKING and _is_foreign(scope):
            text = "only this server's own pages may ask that of a browser\n"
            await PlainTextResponse(text, HTTPStatus.FORBIDDEN)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class PasswordMiddleware:
    """Answers requests below ``/api/`` that carry the header ``authorization``, else 401.

    Without one to compare with, nobody is asked.
    """

    def __init__(self, app: ASGIApp, authorization: str) -> None:
        scheme, _, secret = authorization.partition(" ")
        self._app = app
        self._credentials = Credentials(scheme, secret.encode()) if secret else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._credentials and scope["type"] == "http" and scope["path"].startswith("/api/"):
            presented = Headers(scope=scope).get("authorization", "")
            if not self._credentials.admit(presented):
                headers = {"WWW-Authenticate": self._credentials.challenge}
                refusal = PlainTextResponse("a password is needed\n", 401, headers)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return True
    follows_link = (
        scope.get("method") in _READING
        and headers.get("sec-fetch-mode") == "navigate"
        and not scope["path"].startswith("/api/")
    )
    return site not in _OWN_SITES and not follows_link


def require_media_type(request: Request, *expected: str) -> str:
    """Return the content type of a request that changes something. Raises MediaTypeError.

    A form or a plain text is what a page elsewhere can send without being asked whether it may.
    """
    media_type = request.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() not in expected:
        raise MediaTypeError(media_type[:100], expected)
    return media_type


async def json_object(request: Request) -> dict[str, Any]:
    """Return the body of a request. Raises MediaTypeError and MalformedBodyError."""
    require_media_type(request, JSON)
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise MalformedBodyError(f"the body is no JSON that can be read: {error}") from error
    if not isinstance(content, dict):
        raise MalformedBodyError("the body is JSON, but no object")
    return content


class SecurityHeadersMiddleware:
    """Adds ``headers`` to every response, where it has none of that name."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = [(k.lower().encode(), v.encode()) for k, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                message["headers"] = [*own, *(h for h in self._headers if h[0] not in names)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyLimitMiddleware:
    """Raises BodyTooLargeError in the application that reads more than ``limit`` bytes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise BodyTooLargeError(self._limit)
            return message

        await self._app(scope, receive_within_limit, send)


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
    application: ASGIApp,
    listener: socket.socket,
    at_stop: Callable[[], None] = lambda: None,
    limits: ServerLimits = LIMITS,
    *,
    websockets: bool = False,
    connection: type[ConnectionBounds] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; ``at_stop`` is called at once when one arrives.

    ``connection`` is what parses requests, where it is not h11.
    """
    settings = uvicorn_settings(limits) | {"http": protocol(limits, connection)}
    if websockets:
        settings |= {"ws": "websockets-sansio", "ws_max_size": limits.header_bytes}
    config = uvicorn.Config(application, timeout_graceful_shutdown=GRACE_S, **settings)
    server = SignalFreeServer(config)

    def stop() -> None:
        at_stop()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve([listener])
