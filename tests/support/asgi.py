"""Asking an application without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


def ask(
    app: ASGIApp, path: str, method: str = "GET", host: str = "host", **more: Any
) -> httpx.Response:
    """Return the answer to one request that addresses the application as ``host``."""

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, path, **more)

    return asyncio.run(answer())
