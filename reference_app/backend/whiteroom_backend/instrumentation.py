"""Counts and times requests, around the whole application."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whiteroom_backend.recorder import NOT_COUNTED
from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.generated import http
from whiteroom_monitoring.client.tracing import exemplar_of

METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
STATUSES = frozenset(
    "200 201 204 206 301 302 303 304 307 308 400 401 403 404 405 409 410 413 415 422 429 "
    "500 501 502 503 504".split()
)
OTHER = "other"

_active = http.http_active_connections
_duration = http.http_request_duration_seconds
_counters: dict[tuple[str, int], _native.Counter] = {}


class Instrumentation:
    """Middleware. A request is recorded before the last part of its answer leaves: who has the
    answer finds it counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["path"].startswith(NOT_COUNTED):
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        status = 0
        active = True
        _active.inc()

        # Not a coroutine of its own: it would cost more than what it records.
        def observed(message: Message) -> Awaitable[None]:
            nonlocal status, active
            if message["type"] == "http.response.start":
                status = message["status"]
            elif active and not message.get("more_body", False):
                active = False
                _active.dec()
                took = time.perf_counter() - begin
                _duration.observe(took, exemplar=_exemplar(scope))
                (
                    _counters.get((scope["method"], status)) or _counter(scope["method"], status)
                ).inc()
            return send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            if active:  # nobody has got an answer
                _active.dec()


def _exemplar(scope: Scope) -> Mapping[str, str] | None:
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return exemplar_of(value.decode("latin-1"))
    return None


def _counter(method: str, status: int) -> _native.Counter:
    """Return the counter of an answer, and remember it unless a client has invented its method."""
    requests = cast(Any, http.http_requests_total)
    known = method if method in METHODS else OTHER
    code = str(status) if str(status) in STATUSES else OTHER
    counter: _native.Counter = requests.labels(method=known, status=code)
    if known != OTHER:
        _counters[method, status] = counter
    return counter
