"""Alertmanager's API for silences, and its webhook: what is answered can't be lost any more.

`amtool --alertmanager.url` takes its address, and the console sends its silences there.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from whiteroom_monitoring.datasources.errors import RefusedError, SourceError
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler.notification_journal import KEPT_PATH
from whiteroom_monitoring.reconciler.service import Reconciler, utc_now
from whiteroom_monitoring.web.server import (
    BodyTooLargeError,
    PasswordMiddleware,
    json_object,
    middleware,
)

_COUNTS = {
    "ended": "Incidents that were over and that Alertmanager had left open.",
    "silences": "Silences that Alertmanager had forgotten and has again.",
    "problems": "Pages and their ends about Prometheus and Alertmanager themselves.",
}


def make_app(reconciler: Reconciler, hosts: set[str], authorization: str = "") -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed.

    ``authorization`` is the header that it asks for, as Alertmanager does.
    """

    async def create(request: Request) -> Response:
        """Make or change a silence, and keep it."""
        silence = await json_object(request)
        identifier = await run_in_threadpool(_create, reconciler, silence)
        return JSONResponse({"silenceID": identifier})

    async def expire(request: Request) -> Response:
        """End a silence."""
        await run_in_threadpool(_expire, reconciler, request.path_params["identifier"])
        return Response()

    async def listed(request: Request) -> Response:
        """List the silences."""
        return JSONResponse(await run_in_threadpool(reconciler.alertmanager.silences))

    async def told(request: Request) -> Response:
        """Keep what Alertmanager tells of a notification."""
        await run_in_threadpool(reconciler.keep_told, await json_object(request))
        return Response()

    async def healthy(request: Request) -> Response:
        """Answer 200 as long as the reconciler answers."""
        return PlainTextResponse("ok\n")

    async def metrics(request: Request) -> Response:
        """The reconciler's own metrics."""
        return PlainTextResponse(_exposition(reconciler.counts))

    return Starlette(
        routes=[
            Route("/api/v2/silences", create, methods=["POST"]),
            Route("/api/v2/silences", listed, methods=["GET"]),
            Route("/api/v2/silence/{identifier}", expire, methods=["DELETE"]),
            Route(KEPT_PATH, told, methods=["POST"]),
            Route("/-/healthy", healthy, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
        ],
        middleware=[
            *middleware(hosts),
            Middleware(PasswordMiddleware, authorization=authorization),
        ],
        exception_handlers={
            BodyTooLargeError: _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            RefusedError: _refused,
            SourceError: _failure(HTTPStatus.BAD_GATEWAY),
            MonitoringError: _failure(HTTPStatus.BAD_REQUEST),
            ValueError: _failure(HTTPStatus.BAD_REQUEST),
            OSError: _failure(HTTPStatus.INSUFFICIENT_STORAGE),
        },
    )


def _create(reconciler: Reconciler, silence: dict[str, Any]) -> str:
    """Create a silence, or change it; it is written down when this returns."""
    with reconciler.lock:
        identifier = reconciler.alertmanager.create_silence(silence)
        if (changed := silence.get("id")) and changed != identifier:
            reconciler.journal.end(str(changed), utc_now())
        by_id = {str(known["id"]): known for known in reconciler.alertmanager.silences()}
        reconciler.journal.keep(identifier, by_id.get(identifier, silence))
    return identifier


def _expire(reconciler: Reconciler, identifier: str) -> None:
    if not identifier.replace("-", "").isalnum():
        raise ValueError(f"{identifier!r}: expected the id of a silence")
    with reconciler.lock:
        current = reconciler.journal.current(identifier)
        try:
            reconciler.alertmanager.expire_silence(current)
        except RefusedError:
            # One that Alertmanager has forgotten, and would be given back in a second.
            if current not in reconciler.journal.silences():
                raise
        reconciler.journal.end(current, utc_now())


def _exposition(counts: dict[str, int]) -> str:
    lines = []
    for name, text in _COUNTS.items():
        metric = f"reconciler_{name}_total"
        lines += [f"# HELP {metric} {text}", f"# TYPE {metric} counter", f"{metric} {counts[name]}"]
    return "\n".join(lines) + "\n"


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return JSONResponse(str(error), error.status)


def _failure(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        print(f"{request.method} {request.url.path}: {status.value}: {error}", flush=True)
        return JSONResponse(str(error), status)

    return answer
