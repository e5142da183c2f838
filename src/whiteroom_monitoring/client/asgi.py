"""The metrics as an ASGI application: for uvicorn, or mounted in Starlette, FastAPI and the like.

::

    from starlette.routing import Mount
    from whiteroom_monitoring.client.asgi import MetricsApp

    routes = [Mount("/metrics", MetricsApp())]
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from whiteroom_monitoring import client
from whiteroom_monitoring.client.answering import Exposition, answer, within

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class MetricsApp:
    """Serves what ``exposition`` returns at ``/metrics``, and ``/-/healthy`` and ``/-/ready``.

    Mounted at a path, it serves the metrics at that path, too. Each scrape is read on a thread, so
    that the event loop goes on.
    """

    def __init__(self, exposition: Exposition = client.exposition) -> None:
        self._exposition = exposition

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request; take part in the server's life without needing it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, send)
        else:
            raise ValueError(f"{scope['type']}: expected http")

    async def _answer(self, scope: Message, send: Send) -> None:
        method, path = scope["method"], within(scope.get("root_path", ""), scope["path"])
        found = await asyncio.to_thread(answer, method, path, self._exposition)
        headers = [(name.lower().encode(), value.encode()) for name, value in found.headers]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        body = b"" if method == "HEAD" else found.body
        await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
