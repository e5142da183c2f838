"""The application: which path leads to which handler, and how a refusal is answered."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whiteroom_backend.api import Api, answer
from whiteroom_backend.cache import Cache
from whiteroom_backend.database import Database
from whiteroom_backend.errors import (
    ApiError,
    InternalError,
    MalformedError,
    MethodError,
    NotFoundError,
)
from whiteroom_backend.log import Log
from whiteroom_backend.recorder import NOT_COUNTED, NullRecorder
from whiteroom_monitoring.web.server import (
    LOOPBACK_NAMES,
    OwnOriginMiddleware,
    TrustedHostMiddleware,
)

Handler = Callable[[Request], Awaitable[Response]]
BASE = "/api/v1"
# What nginx makes; who calls the backend without it may send anything.
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")


def make(
    api: Api,
    database: Database,
    cache: Cache,
    recorder: NullRecorder,
    log: Log,
    *,
    address: str,
) -> Starlette:
    """Return the application, without its instrumentation. It is called by its ``address``."""

    async def healthy(request: Request) -> Response:
        return answer({"status": "ok"})

    async def ready(request: Request) -> Response:
        await database.row("SELECT 1")
        return answer({"status": "ok", "database": "ok", "cache": cache.state})

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        if not request.url.path.startswith(NOT_COUNTED):
            recorder.error(error.type)
            # Not the path, which may name what belongs to a person.
            log.say(
                "warning",
                "request refused",
                method=request.method,
                type=error.type,
                status=int(error.status),
                **request_id(request.scope),
            )
        return answer(error.body, error.status, dict(error.headers or {}))

    async def unrouted(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await refused(request, _translated(error))

    application = Starlette(
        routes=[
            *_routes(api),
            Route("/-/healthy", healthy, methods=["GET"]),
            Route("/-/ready", ready, methods=["GET"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, hosts={*LOOPBACK_NAMES, address}),
            Middleware(OwnOriginMiddleware),
            Middleware(_Boundary, recorder=recorder, log=log),
        ],
        exception_handlers={ApiError: refused, HTTPException: unrouted},
    )
    application.router.redirect_slashes = False
    return application


def _routes(api: Api) -> list[Route]:
    """The busiest paths come first: they are tried in this order."""
    song = "/songs/{song}"
    table: dict[str, dict[str, Handler]] = {
        song: {"GET": api.open_song, "PATCH": api.change_song, "DELETE": api.delete_song},
        "/songs": {"GET": api.list_songs, "POST": api.create_song},
        "/features/{feature}/uses": {"POST": api.use_feature},
        f"{song}/performance": {"PUT": api.switch},
        f"{song}/channels/{{number}}/instrument": {"PUT": api.assign},
        "/me": {"GET": api.me},
        f"{song}/performances": {"POST": api.perform},
        f"{song}/export": {"POST": api.export},
        "/instruments": {"GET": api.list_instruments},
        "/sessions": {"POST": api.log_in},
        "/sessions/current": {"DELETE": api.log_out},
        "/users": {"POST": api.sign_up},
    }
    return [Route(BASE + path, _by_method(ways), methods=[*ways]) for path, ways in table.items()]


def _by_method(ways: dict[str, Handler]) -> Handler:
    """One route for all methods of a path, so that a refusal names them all in ``Allow``."""

    async def handle(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await ways[method](request)

    return handle


def _translated(error: HTTPException) -> ApiError:
    if error.status_code == MethodError.status:
        return MethodError("this path has no such method", headers=error.headers)
    if error.status_code == NotFoundError.status:
        return NotFoundError("no such path")
    return MalformedError("the request can't be read")


def request_id(scope: Scope) -> dict[str, str]:
    """Return what the web server calls a request, by which its line is found; empty without it."""
    value = Headers(scope=scope).get("x-request-id", "") if scope["type"] == "http" else ""
    return {"request_id": value} if _REQUEST_ID.fullmatch(value) else {}


class _Boundary:
    """What nobody expected ends here: the log learns where, the client only that."""

    def __init__(self, app: ASGIApp, recorder: NullRecorder, log: Log) -> None:
        self._app = app
        self._recorder = recorder
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            error: ApiError = MalformedError("the body ended early")
        except Exception as unexpected:
            self._log.failed("request failed", unexpected, **request_id(scope))
            error = InternalError()
        else:
            return
        self._recorder.error(error.type)
        if not begun:
            await answer(error.body, error.status)(scope, receive, send)
