"""The console over HTTP: pages for people, and the answers that their scripts ask for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.client.exposition.bounded_http import ServerLimits
from whiteroom_monitoring.console import auth
from whiteroom_monitoring.console.logs.api import LogApi
from whiteroom_monitoring.console.service import DashboardService, ViewRequest
from whiteroom_monitoring.console.workers import BusyError, Workers, as_they_come
from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError, UnsupportedError
from whiteroom_monitoring.web import console as page
from whiteroom_monitoring.web.assets import ROUTE
from whiteroom_monitoring.web.server import (
    JSON,
    BodyTooLargeError,
    MediaTypeError,
    middleware,
    require_media_type,
)
from whiteroom_monitoring.web.site_files import SiteFiles, is_site

_SILENCE_ID = re.compile(r"[0-9a-fA-F-]{8,64}")
_STATUSES: Mapping[type[MonitoringError], HTTPStatus] = {
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    RequestError: HTTPStatus.BAD_REQUEST,
    UnsupportedError: HTTPStatus.BAD_REQUEST,
    NotFoundError: HTTPStatus.NOT_FOUND,
    SourceError: HTTPStatus.BAD_GATEWAY,
    MonitoringError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

Handler = Callable[[Request], Awaitable[Response]]


class Console:
    """The handlers of all routes."""

    def __init__(
        self, service: DashboardService, workers: Workers, documents: Path | None = None
    ) -> None:
        self._service, self._workers, self._documents = service, workers, documents

    def answering(self, answer: Callable[[Request], Any]) -> Handler:
        """Return a handler that answers with JSON, made in a thread."""

        async def handle(request: Request) -> Response:
            content = await self._workers.run(lambda: _encoded(answer(request)), _viewer(request))
            return Response(content, headers=_NOT_KEPT, media_type="application/json")

        return handle

    def dashboard(self, request: Request) -> Any:
        """Return a dashboard without its data."""
        return self._service.dashboard(request.path_params["uid"], view_request(request))

    async def panels(self, request: Request) -> Response:
        """Answer with a line of JSON for each panel that is asked for, as soon as it is known.

        A line more has the dashboard's annotations, if they are asked for.
        """
        uid, view = request.path_params["uid"], view_request(request)
        points = dict(_panel(text) for text in request.query_params.getlist("panel"))
        annotated = "annotations" in request.query_params
        viewer, view_key = _viewer(request), (uid, _choices(request))
        panels = await self._workers.run(
            lambda: self._service.panels(uid, view, points, annotated=annotated), viewer
        )

        async def line(key: str, panel: Callable[[], Any]) -> bytes:
            same = (*view_key, key, points.get(key))
            try:
                return await self._workers.run(lambda: _encoded(panel()), viewer, same) + b"\n"
            except BusyError as error:
                return _encoded({"key": key, "problem": str(error)}) + b"\n"

        lines = as_they_come([line(key, panel) for key, panel in panels.items()])
        return StreamingResponse(lines, headers=_NOT_KEPT, media_type="application/x-ndjson")

    def panel_services(self, request: Request) -> Any:
        """Return the services that the series of a panel are of."""
        place = request.path_params
        return self._service.panel_services(place["uid"], place["key"], view_request(request))

    def explore(self, request: Request) -> Any:
        """Return an expression over a range."""
        return self._service.explore(request.query_params.get("expr", ""), view_request(request))

    def labels(self, request: Request) -> Any:
        """Return labels of a metric, or values of a label."""
        query = request.query_params
        return self._service.labels(query.get("metric", ""), query.get("label", ""))

    async def silence(self, request: Request) -> Response:
        """Make a silence."""
        require_media_type(request, JSON)
        content = await _content(request)
        created = await self._workers.run(lambda: self._service.silence(content))
        return JSONResponse(created, HTTPStatus.CREATED)

    async def expire(self, request: Request) -> Response:
        """End a silence."""
        require_media_type(request, JSON)
        identifier = request.path_params["id"]
        if not _SILENCE_ID.fullmatch(identifier):
            raise RequestError("expected the id of a silence")
        return JSONResponse(await self._workers.run(lambda: self._service.expire(identifier)))

    async def page(self, request: Request) -> Response:
        """Return one of the pages."""
        name = request.url.path.strip("/").partition("/")[0]
        title = self._title(request) if name == "d" else ""
        return Response(
            page.render(name or "home", self._service.project.title, title), media_type="text/html"
        )

    def _title(self, request: Request) -> str:
        return self._service.library.get(request.path_params["uid"]).title

    async def documents_home(self, request: Request) -> Response:
        """Lead to the documents' first page."""
        return RedirectResponse("/docs/", HTTPStatus.FOUND)

    async def documents(self, request: Request) -> Response:
        """Return a page of the documents, or say how they are built."""
        if self._documents is None or not is_site(self._documents):
            raise NotFoundError(
                "The documents are not built. `whiteroom docs --build` builds them."
            )
        files = SiteFiles(self._documents)
        return await files.get_response(request.path_params["path"] or ".", request.scope)

    async def graph(self, request: Request) -> Response:
        """Lead where Prometheus' own page of this name would: its alerts name their source so."""
        query = urlencode({"expr": request.query_params.get("g0.expr", "")})
        return RedirectResponse(f"/explore?{query}", HTTPStatus.FOUND)

    async def healthy(self, request: Request) -> Response:
        """Answer 200 as long as the console answers."""
        return PlainTextResponse("ok\n")


_PAGES = (
    *("/", "/d/{uid}", "/d/{uid}/{slug}"),
    *("/explore", "/logs", "/alerts", "/targets", "/runbooks/{name}"),
)
_NOT_KEPT = {"Cache-Control": "no-store"}
LIMITS = ServerLimits(body_bytes=16_384)


def make(
    service: DashboardService,
    workers: Workers,
    hosts: set[str],
    token: str = "",
    documents: Path | None = None,
) -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed.

    ``documents`` is the folder of the site that is served below /docs/.
    """
    console = Console(service, workers, documents)
    logs = LogApi(
        lambda: service.logs, lambda request: service.exact_time_range(view_request(request))
    )
    answers: Mapping[str, Callable[[Request], Any]] = {
        "/api/home": lambda request: service.home(),
        "/api/dashboards": lambda request: {"dashboards": service.dashboards()},
        "/api/dashboards/{uid}": console.dashboard,
        "/api/alerts": lambda request: service.alerts(),
        "/api/alerts/history": lambda request: service.history(view_request(request)),
        "/api/time": lambda request: service.time_range(view_request(request)),
        "/api/targets": lambda request: service.targets(),
        "/api/explore": console.explore,
        "/api/runbooks/{name}": lambda request: service.runbook(request.path_params["name"]),
        "/api/names": lambda request: service.names(),
        "/api/labels": console.labels,
        "/api/dashboards/{uid}/panels/{key}/services": console.panel_services,
        **logs.answers,
    }
    routes = [
        *(Route(path, console.page, methods=["GET"]) for path in _PAGES),
        *(Route(p, console.answering(a), methods=["GET"]) for p, a in answers.items()),
        Route("/api/dashboards/{uid}/panels", console.panels, methods=["GET"]),
        Route("/api/logs/tail", logs.tail, methods=["GET"]),
        Route("/api/silences", console.silence, methods=["POST"]),
        Route("/api/silences/{id}", console.expire, methods=["DELETE"]),
        Route(ROUTE, page.assets().respond, methods=["GET"]),
        Route("/graph", console.graph, methods=["GET"]),
        Route("/docs", console.documents_home, methods=["GET"]),
        Route("/docs/{path:path}", console.documents, methods=["GET"]),
        Route("/-/healthy", console.healthy, methods=["GET"]),
        Route("/metrics", MetricsApp()),
    ]
    wrapped = middleware(hosts, limits=LIMITS)
    if token:
        routes.append(Route(auth.LOGIN, auth.login(token), methods=["POST"]))
        wrapped.append(Middleware(auth.TokenAuthMiddleware, token=token))
    failures: Mapping[Any, Any] = {
        kind: _failure(status, service.project.title) for kind, status in _STATUSES.items()
    }
    return Starlette(routes=routes, middleware=wrapped, exception_handlers=failures)


def view_request(request: Request) -> ViewRequest:
    """Return what a request says of time, choices and width. Raises RequestError."""
    query = request.query_params
    names = {name for name in query if name.startswith("var-")}
    return ViewRequest(
        query.get("from", "now-30m"),
        query.get("to", "now"),
        {name.removeprefix("var-"): query.getlist(name) for name in names},
        _points(query.get("points", "500")),
        query.get("timezone", ""),
        query.get("weekStart", ""),
    )


def _viewer(request: Request) -> str:
    """Return who asks: a browser's connection, since all viewers may be on one machine."""
    return f"{request.client.host}:{request.client.port}" if request.client else ""


def _choices(request: Request) -> tuple[tuple[str, str], ...]:
    """Return what a request says of time and variables, to compare it with others."""
    items = request.query_params.multi_items()
    return tuple(sorted(item for item in items if item[0] not in ("panel", "annotations")))


def _panel(text: str) -> tuple[str, int]:
    """Return the key of a panel and its points, of such as ``500:12``. Raises RequestError."""
    points, separator, key = text.partition(":")
    if not separator:
        raise RequestError(f"panel={text[:40]}: expected points and key, such as 500:12")
    return key, _points(points)


def _points(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise RequestError(f"{text[:20]} points: expected a whole number")
    return int(text)


def _encoded(content: Any) -> bytes:
    return orjson.dumps(content)


async def _content(request: Request) -> Mapping[str, Any]:
    try:
        content = orjson.loads(await request.body())
    except ValueError as error:
        raise RequestError(f"the body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise RequestError("the body is no JSON object")
    return content


def _failure(status: HTTPStatus, brand: str) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith("/api/"):
            return Response(page.not_found(str(error), brand), status, media_type="text/html")
        return JSONResponse({"error": str(error)}, status, headers=_NOT_KEPT)

    return answer
