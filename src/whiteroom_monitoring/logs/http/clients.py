"""Who asks the store, and the threads in which what is asked is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from whiteroom_monitoring.logs.service import LogService

T = TypeVar("T")


# A query of fewer characters is parsed at once; longer ones may take a second.
SHORT_QUERY = 2000
DRILLDOWN = "grafana-lokiexplore-app"


async def parsed(service: LogService, parse: Callable[[str], T], text: str) -> T:
    """Return what ``parse`` makes of a query, in a thread where it is long."""
    if len(text) < SHORT_QUERY:
        return parse(text)
    return await in_thread(service, lambda: parse(text))


async def in_thread(service: LogService, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, done by a thread for queries."""
    return await asyncio.get_running_loop().run_in_executor(service.threads, work)


def client_of(request: Request) -> str:
    """Return who asks: the tenant and the user that a request names, else its address."""
    headers = request.headers
    names = [headers.get(name, "") for name in ("x-scope-orgid", "x-grafana-user")]
    client = "/".join(name[:64] for name in names if name)
    return client or (request.client.host if request.client else "unknown")


def is_drilldown(request: Request) -> bool:
    """Tell whether it is Grafana's Logs Drilldown that asks, by the tags of its query."""
    for tag in request.headers.get("x-query-tags", "").split(","):
        parts = [part for part in tag.lower().split("=") if part]
        if parts == ["source", DRILLDOWN]:
            return True
    return False
