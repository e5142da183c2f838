"""Who asks the store, and the threads in which what is asked is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from whiteroom_monitoring.logs.service import LogService

T = TypeVar("T")


async def in_thread(service: LogService, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, done by a thread for queries."""
    return await asyncio.get_running_loop().run_in_executor(service.threads, work)


def client_of(request: Request) -> str:
    """Return who asks: the tenant and the user that a request names, else its address."""
    headers = request.headers
    names = [headers.get(name, "") for name in ("x-scope-orgid", "x-grafana-user")]
    client = "/".join(name[:64] for name in names if name)
    return client or (request.client.host if request.client else "unknown")
