"""An application as its authors would write it, for gunicorn and uvicorn: /record counts, at
/metrics are the metrics of all workers, /pid and /kill are about the worker that answers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition import asgi, wsgi
from whiteroom_monitoring.client.generated import business, http

TRACE = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def act(path: str) -> str:
    """Do what the path says; return this worker's process id."""
    if path == "/record":
        business.songs_created_total.inc()
        business.active_users.set(7)
        business.deployment_info.set(version="2.5")
        http.http_request_duration_seconds.observe(0.2, exemplar=TRACE)
    elif path == "/kill":
        os.kill(os.getpid(), signal.SIGKILL)
    return str(os.getpid())


def make_wsgi() -> WsgiApplication:
    """Return a WSGI application."""
    client.prepare("business-metrics")
    metrics = wsgi.MetricsApp()

    def application(
        environment: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environment["PATH_INFO"] == "/metrics":
            return metrics(environment, start_response)
        text = act(environment["PATH_INFO"]).encode()
        start_response("200 OK", [("Content-Length", str(len(text))), ("Connection", "close")])
        return [text]

    return application


async def answer(request: Request) -> PlainTextResponse:
    """Answer as a route of Starlette's."""
    return PlainTextResponse(act(request.url.path), headers={"Connection": "close"})


def make_asgi() -> Starlette:
    """Return an ASGI application."""
    client.prepare("business-metrics")
    return Starlette(
        routes=[
            *(Route(path, answer) for path in ("/record", "/pid", "/kill")),
            Mount("/metrics", asgi.MetricsApp()),
        ]
    )
