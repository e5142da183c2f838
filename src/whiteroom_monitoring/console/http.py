"""The console over HTTP: pages for people, and the answers that their scripts ask for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.client.exposition.bounded_http import HttpLimits
from whiteroom_monitoring.console import auth
from whiteroom_monitoring.console.service import Desk, Question
from whiteroom_monitoring.console.workers import BusyError, Workers, as_they_come
from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.grafana.errors import NotFoundError, UnsupportedError
from whiteroom_monitoring.web import console as page
from whiteroom_monitoring.web.assets import ROUTE
from whiteroom_monitoring.web.server import BodyTooLargeError, middleware

_SILENCE_ID = re.compile(r"[0-9a-fA-F-]{8,64}")
_STATUSES: Mapping[type[MonitoringError], HTTPStatus] = {
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RequestError: HTTPStatus.BAD_REQUEST,
    UnsupportedError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    SourceError: HTTPStatus.BAD_GATEWAY,
    MonitoringError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

Handler = Callable[[Request], Awaitable[Response]]


class Console:
    """The handlers of all routes, around one desk."""

    def __init__(self, desk: Desk, workers: Workers) -> None:
        self._desk, self._workers = desk, workers

    def answering(self, answer: Callable[[Request], Any]) -> Handler:
        """Return a handler that answers with JSON, made in a thread."""

        async def handle(request: Request) -> Response:
            found = await self._workers.run(lambda: _encoded(answer(request)))
            return Response(found, headers=_NOT_KEPT, media_type="application/json")

        return handle

    def dashboard(self, request: Request) -> Any:
        """Return a dashboard without its data."""
        return self._desk.dashboard(request.path_params["uid"], question(request))

    async def panels(self, request: Request) -> Response:
        """Answer with a line of JSON for each panel that is asked for, as soon as it is known.

        A line more has the dashboard's annotations, if they are asked for.
        """
        uid, asked = request.path_params["uid"], question(request)
        wanted = dict(_panel(text) for text in request.query_params.getlist("panel"))
        marked = "annotations" in request.query_params
        panels = await self._workers.run(
            lambda: self._desk.panels(uid, asked, wanted, marked=marked)
        )

        async def line(key: str, panel: Callable[[], Any]) -> bytes:
            try:
                return await self._workers.run(lambda: _encoded(panel())) + b"\n"
            except BusyError as error:
                return _encoded({"key": key, "problem": str(error)}) + b"\n"

        lines = as_they_come([line(*each) for each in panels.items()])
        return StreamingResponse(lines, headers=_NOT_KEPT, media_type="application/x-ndjson")

    def explore(self, request: Request) -> Any:
        """Return an expression over a range."""
        return self._desk.explore(request.query_params.get("expr", ""), question(request))

    def labels(self, request: Request) -> Any:
        """Return labels of a metric, or values of a label."""
        asked = request.query_params
        return self._desk.labels(asked.get("metric", ""), asked.get("label", ""))

    async def silence(self, request: Request) -> Response:
        """Make a silence."""
        _require_own_page(request)
        wanted = await _content(request)
        found = await self._workers.run(lambda: self._desk.silence(wanted))
        return JSONResponse(found, HTTPStatus.CREATED)

    async def expire(self, request: Request) -> Response:
        """End a silence."""
        _require_own_page(request)
        identifier = request.path_params["id"]
        if not _SILENCE_ID.fullmatch(identifier):
            raise RequestError("expected the id of a silence")
        return JSONResponse(await self._workers.run(lambda: self._desk.expire(identifier)))

    async def page(self, request: Request) -> Response:
        """Return one of the pages."""
        name = request.url.path.strip("/").partition("/")[0]
        title = self._title(request) if name == "d" else ""
        return Response(page.render(name or "home", title), media_type="text/html")

    def _title(self, request: Request) -> str:
        return self._desk.library.get(request.path_params["uid"]).title

    async def healthy(self, request: Request) -> Response:
        """Answer 200 as long as the console answers."""
        return PlainTextResponse("ok\n")


_PAGES = (
    *("/", "/d/{uid}", "/d/{uid}/{slug}"),
    *("/explore", "/alerts", "/targets", "/runbooks/{name}"),
)
_NOT_KEPT = {"Cache-Control": "no-store"}
LIMITS = HttpLimits(body_bytes=16_384)


def make(desk: Desk, workers: Workers, hosts: set[str], token: str = "") -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed."""
    console = Console(desk, workers)
    answers: Mapping[str, Callable[[Request], Any]] = {
        "/api/home": lambda request: desk.home(),
        "/api/dashboards": lambda request: {"dashboards": desk.dashboards()},
        "/api/dashboards/{uid}": console.dashboard,
        "/api/alerts": lambda request: desk.alerts(),
        "/api/alerts/history": lambda request: desk.history(question(request)),
        "/api/targets": lambda request: desk.targets(),
        "/api/explore": console.explore,
        "/api/runbooks/{name}": lambda request: desk.runbook(request.path_params["name"]),
        "/api/names": lambda request: desk.names(),
        "/api/labels": console.labels,
    }
    routes = [
        *(Route(path, console.page, methods=["GET"]) for path in _PAGES),
        *(Route(p, console.answering(a), methods=["GET"]) for p, a in answers.items()),
        Route("/api/dashboards/{uid}/panels", console.panels, methods=["GET"]),
        Route("/api/silences", console.silence, methods=["POST"]),
        Route("/api/silences/{id}", console.expire, methods=["DELETE"]),
        Route(ROUTE, page.assets().respond, methods=["GET"]),
        Route("/-/healthy", console.healthy, methods=["GET"]),
        Route("/metrics", MetricsApp()),
    ]
    wrapped = middleware(hosts, limits=LIMITS)
    if token:
        routes.append(Route(auth.LOGIN, auth.login(token), methods=["POST"]))
        wrapped.append(Middleware(auth.Door, token=token))
    failures: Mapping[Any, Any] = {kind: _failure(status) for kind, status in _STATUSES.items()}
    return Starlette(routes=routes, middleware=wrapped, exception_handlers=failures)


def question(request: Request) -> Question:
    """Return what a request says of time, choices and width. Raises RequestError."""
    asked = request.query_params
    names = {name for name in asked if name.startswith("var-")}
    chosen = {name.removeprefix("var-"): asked.getlist(name) for name in names}
    points = _points(asked.get("points", "500"))
    return Question(asked.get("from", "now-30m"), asked.get("to", "now"), chosen, points)


def _panel(text: str) -> tuple[str, int]:
    """Return the key of a panel and its points, of such as ``500:12``. Raises RequestError."""
    points, found, key = text.partition(":")
    if not found:
        raise RequestError(f"panel={text[:40]}: expected points and key, such as 500:12")
    return key, _points(points)


def _points(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise RequestError(f"{text[:20]} points: expected a whole number")
    return int(text)


def _encoded(content: Any) -> bytes:
    return orjson.dumps(content)


def _require_own_page(request: Request) -> None:
    """Refuse what a page elsewhere makes a browser send."""
    kind = request.headers.get("sec-fetch-site", "same-origin")
    if kind not in ("same-origin", "none"):
        raise RequestError("only the console's own pages may change anything")
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise RequestError("expected Content-Type: application/json")


async def _content(request: Request) -> Mapping[str, Any]:
    try:
        content = orjson.loads(await request.body())
    except ValueError as error:
        raise RequestError(f"the body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise RequestError("the body is no JSON object")
    return content


def _failure(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith("/api/"):
            return Response(page.not_found(str(error)), status, media_type="text/html")
        return JSONResponse({"error": str(error)}, status, headers=_NOT_KEPT)

    return answer
