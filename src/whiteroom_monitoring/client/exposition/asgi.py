"""The metrics as an ASGI application: for uvicorn, or mounted in Starlette, FastAPI and the like.

::

    from starlette.routing import Route
    from whiteroom_monitoring.client.exposition.asgi import MetricsApp

    routes = [Route("/metrics", MetricsApp())]

A `Mount` at ``/metrics`` would answer that path by a redirect to ``/metrics/``. Where an
application has no routes of this kind, `MetricsMiddleware` answers the path itself::

    app.add_middleware(MetricsMiddleware)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import closing
from typing import Any

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.handler import (
    HttpRequest,
    MetricsHandler,
    body_of,
    mounted_path,
)
from whiteroom_monitoring.client.exposition.request import Source

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class MetricsApp:
    """Serves the metrics of ``source`` at ``/metrics``, and ``/-/healthy`` and ``/-/ready``.

    Mounted at a path, it serves the metrics at that path, too; with ``credentials`` it asks for
    them. Segments are read on a thread, so that the event loop goes on.
    """

    def __init__(
        self, source: Source = client.open_exposition, credentials: Credentials | None = None
    ) -> None:
        self._handler = MetricsHandler(source, credentials)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Respond to a request; complete the events of the server's lifespan."""
        if scope["type"] == "lifespan":
            await _complete_lifespan(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, send)
        else:
            raise ValueError(f"{scope['type']}: expected http")

    async def _respond(self, scope: Message, send: Send) -> None:
        response = await asyncio.to_thread(self._handler.handle, _request(scope))
        headers = [(name.lower().encode(), value.encode()) for name, value in response.headers]
        start = {"type": "http.response.start", "status": response.status, "headers": headers}
        with closing(body_of(response, scope["method"])) as body:
            await send(start)
            while block := await asyncio.to_thread(next, body, b""):
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


class MetricsMiddleware:
    """Answers ``path`` with the metrics, and leaves everything else to an application.

    ``path`` is below the server's root path (`uvicorn --root-path`), as the application's own are.
    The arguments beyond ``path`` are those of ``MetricsApp``.
    """

    def __init__(
        self,
        app: Application,
        path: str = "/metrics",
        source: Source = client.open_exposition,
        credentials: Credentials | None = None,
    ) -> None:
        self._app = app
        self._path = path.rstrip("/")
        self._metrics = MetricsApp(source, credentials)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Respond to a request for the metrics, or let the application do."""
        if scope["type"] == "http" and _path_below_root(scope).rstrip("/") == self._path:
            await self._metrics({**scope, "root_path": "", "path": "/metrics"}, receive, send)
        else:
            await self._app(scope, receive, send)


def _path_below_root(scope: Message) -> str:
    """Return the path without the root path, which servers put before it, or leave away."""
    root: str = scope.get("root_path", "").rstrip("/")
    path: str = scope["path"]
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def _request(scope: Message) -> HttpRequest:
    values: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        values.setdefault(name.lower(), []).append(value.decode("latin-1"))
    return HttpRequest(
        scope["method"],
        mounted_path(scope.get("root_path", ""), scope["path"]),
        scope.get("query_string", b"").decode("latin-1"),
        ",".join(values.get(b"accept", [])),
        ",".join(values.get(b"accept-encoding", [])),
        ",".join(values.get(b"authorization", [])),
    )


async def _complete_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
