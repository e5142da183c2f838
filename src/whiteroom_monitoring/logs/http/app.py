"""The routes of the store: those of Loki's API that it has, and its own beside them.

Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from whiteroom_monitoring import __version__
from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.client.exposition.bounded_http import ServerLimits
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.errors import BudgetError, DamagedError, QueryError, StoreError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.bodies import BadBodyError
from whiteroom_monitoring.logs.http.clients import client_of, in_thread, is_drilldown, parsed
from whiteroom_monitoring.logs.http.context import ContextApi
from whiteroom_monitoring.logs.http.deletions import DeletionApi
from whiteroom_monitoring.logs.http.detect import DetectApi
from whiteroom_monitoring.logs.http.index import IndexApi
from whiteroom_monitoring.logs.http.push import PushApi
from whiteroom_monitoring.logs.http.tail import TailApi
from whiteroom_monitoring.logs.logql.evaluate.run import Times
from whiteroom_monitoring.logs.logql.formatting import pretty
from whiteroom_monitoring.logs.logql.golang.durations import show_go, show_prometheus
from whiteroom_monitoring.logs.logql.parser import parse
from whiteroom_monitoring.logs.logql.syntax import LogQuery, Metric
from whiteroom_monitoring.logs.service import BusyError, LogService
from whiteroom_monitoring.web.server import BodyTooLargeError, MediaTypeError, middleware

READING = ["GET", "POST"]
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
ANSWER_S = 300.0
# Of lines, where none is told.
LIMIT = 100


def server_limits(push_bytes: int) -> ServerLimits:
    """Return the limits of the server: pushes may be large, and answers take long."""
    return ServerLimits(body_bytes=push_bytes, request_s=30, answer_s=None)


class QueryApi:
    """Queries for lines."""

    def __init__(self, service: LogService) -> None:
        self._service = service

    async def query(self, request: Request) -> Response:
        """Return numbers at one instant; lines are refused, as Loki does."""
        parameters = await params.parameters(request)
        expression = await parsed(self._service, parse, parameters.get("query", ""))
        if isinstance(expression, LogQuery):
            raise QueryError(
                "log queries are not supported as an instant query type, please change your query "
                "to a range query type"
            )
        params.limit(parameters, LIMIT, params.MOST_UINT32)
        params.is_backward(parameters)
        time_text = parameters.get("time")
        moment = params.time_ns("time", time_text) if time_text else time.time_ns()
        return await self._numbers(request, expression, Times(moment, moment))

    async def query_range(self, request: Request) -> Response:
        """Return lines, or numbers at each step."""
        parameters = await params.parameters(request)
        expression = await parsed(self._service, parse, parameters.get("query", ""))
        if parameters.get("shards"):
            raise QueryError("shards are not supported: a query is not divided here")
        limits = self._service.limits
        times = params.time_range(parameters)
        is_log = isinstance(expression, LogQuery)
        most = limits.max_entries_limit_per_query if is_log else params.MOST_UINT32
        limit = params.limit(parameters, LIMIT, most)
        backward = params.is_backward(parameters)
        step = params.step_ns(parameters, *times)
        interval = params.interval_ns(parameters)
        length, longest = times[1] - times[0], round(limits.max_query_length * 10**9)
        if length > longest:
            raise QueryError(
                f"the query time range exceeds the limit (query length: {show_go(length)}, "
                f"limit: {show_prometheus(longest)})"
            )
        if not isinstance(expression, LogQuery):
            return await self._numbers(request, expression, Times(*times, step))
        client = client_of(request)

        def respond() -> Response:
            answer = self._service.lines(
                client, expression, times, limit, backward, interval_ns=interval
            )
            data = encoding.query_result(
                answer.entries,
                encoding.is_categorized(request.headers),
                answer.progress,
                answer.seconds,
            )
            return encoding.json({"status": "success", "data": data}, encoding.costs(answer.cost))

        return await in_thread(self._service, respond)

    async def _numbers(self, request: Request, metric: Metric, times: Times) -> Response:
        client = client_of(request)

        def respond() -> Response:
            answer = self._service.numbers(client, metric, times, cuts_series=is_drilldown(request))
            data = encoding.metric_result(
                metric, answer.series, times, answer.progress, answer.seconds
            )
            content: dict[str, object] = {"status": "success", "data": data}
            if answer.warnings:
                content["warnings"] = answer.warnings
            return encoding.json(content, encoding.costs(answer.cost))

        return await in_thread(self._service, respond)

    async def format(self, request: Request) -> Response:
        """Return a query over several lines where it is long."""
        parameters = await params.parameters(request)
        query = parameters.get("query", "")
        text = await parsed(self._service, lambda text: pretty(parse(text)), query)
        return encoding.success(text)

    async def explain(self, request: Request) -> Response:
        """Say how a query is read: which blocks are left out, and by what."""
        parameters = await params.parameters(request)
        expression = await parsed(self._service, parse, parameters.get("query", ""))
        times = Times(*params.time_range(parameters), 1)
        plans = await in_thread(self._service, lambda: self._service.explain(expression, times))
        return encoding.json({"budget_bytes": self._service.limits.query_bytes, "ranges": plans})

    async def running(self, request: Request) -> Response:
        """List the queries that run."""
        return encoding.json({"queries": self._service.running()})

    async def stop(self, request: Request) -> Response:
        """Stop a query."""
        identifier = request.path_params["id"]
        if not self._service.stop(identifier):
            return PlainTextResponse(f"{identifier}: no such query runs\n", HTTPStatus.NOT_FOUND)
        return Response(status_code=HTTPStatus.NO_CONTENT)


class StoreMetrics:
    """The metrics, with gauges as of now."""

    def __init__(self, service: LogService) -> None:
        self._service, self._metrics = service, MetricsApp()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._service.observe()
        await self._metrics(scope, receive, send)


async def _ready(request: Request) -> Response:
    """Answer 200 when the store can be asked."""
    return PlainTextResponse("ready\n")


async def _buildinfo(request: Request) -> Response:
    """Return the version of Loki whose API this is."""
    return encoding.json(
        {
            "version": encoding.LOKI_VERSION,
            "revision": f"whiteroom-{__version__}",
            "branch": "",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
    )


async def _ruler(request: Request) -> Response:
    """Answer 404, by name: there is no ruler."""
    return PlainTextResponse(
        "the ruler is not supported: alerts are Prometheus's\n", HTTPStatus.NOT_FOUND
    )


def make_app(service: LogService, hosts: Collection[str]) -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed."""
    queries, index, detect = QueryApi(service), IndexApi(service), DetectApi(service)
    pushes, deletions, tails = PushApi(service), DeletionApi(service), TailApi(service)
    api = "/loki/api/v1"
    limits = server_limits(service.limits.push_bytes)
    return Starlette(
        routes=[
            Route(f"{api}/push", pushes.loki, methods=["POST"]),
            Route("/api/prom/push", pushes.loki, methods=["POST"]),
            Route("/otlp/v1/logs", pushes.otlp, methods=["POST"]),
            Route(f"{api}/query", queries.query, methods=READING),
            Route(f"{api}/query_range", queries.query_range, methods=READING),
            Route(f"{api}/format_query", queries.format, methods=READING),
            Route(f"{api}/labels", index.labels, methods=READING),
            Route(f"{api}/label", index.labels, methods=READING),
            Route(f"{api}/label/{{name}}/values", index.values, methods=READING),
            Route(f"{api}/series", index.series, methods=READING),
            Route(f"{api}/index/stats", index.stats, methods=READING),
            Route(f"{api}/index/volume", index.volume, methods=READING),
            Route(f"{api}/index/volume_range", index.volume_range, methods=READING),
            Route(f"{api}/index/shards", detect.shards, methods=READING),
            Route(f"{api}/patterns", detect.patterns, methods=READING),
            Route(f"{api}/detected_fields", detect.fields, methods=READING),
            Route(f"{api}/detected_field/{{name}}/values", detect.values, methods=READING),
            Route(f"{api}/detected_labels", detect.labels, methods=READING),
            Route(f"{api}/drilldown-limits", detect.limits, methods=READING),
            Route(f"{api}/rules", _ruler, methods=READING),
            Route(f"{api}/rules/{{path:path}}", _ruler, methods=[*READING, "DELETE"]),
            Route("/prometheus/api/v1/rules", _ruler, methods=["GET"]),
            Route("/prometheus/api/v1/alerts", _ruler, methods=["GET"]),
            WebSocketRoute(f"{api}/tail", tails.tail),
            Route(f"{api}/delete", deletions.add, methods=["POST", "PUT"]),
            Route(f"{api}/delete", deletions.all, methods=["GET"]),
            Route(f"{api}/delete", deletions.cancel, methods=["DELETE"]),
            Route(f"{api}/status/buildinfo", _buildinfo, methods=["GET"]),
            Route("/api/context", ContextApi(service).context, methods=READING),
            Route("/api/explain", queries.explain, methods=READING),
            Route("/api/queries", queries.running, methods=["GET"]),
            Route("/api/queries/{id}", queries.stop, methods=["DELETE"]),
            Route("/flush", deletions.flush, methods=["GET", "POST"]),
            Route("/ready", _ready, methods=["GET"]),
            Route("/-/healthy", _ready, methods=["GET"]),
            Route("/metrics", StoreMetrics(service)),
        ],
        middleware=middleware(hosts, HEADERS, limits),
        exception_handlers={
            BadBodyError: _failure(HTTPStatus.BAD_REQUEST),
            BodyTooLargeError: _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            BudgetError: _failure(HTTPStatus.BAD_REQUEST),
            BusyError: _failure(HTTPStatus.TOO_MANY_REQUESTS),
            DamagedError: _failure(HTTPStatus.INTERNAL_SERVER_ERROR),
            MediaTypeError: _failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
            QueryError: _failure(HTTPStatus.BAD_REQUEST),
            StoreError: _failure(HTTPStatus.SERVICE_UNAVAILABLE),
            MonitoringError: _failure(HTTPStatus.INTERNAL_SERVER_ERROR),
            Exception: _unexpected,
        },
    )


def _unexpected(request: Request, error: Exception) -> Response:
    """Answer what is our own fault, and print where it is."""
    place = f"{request.method} {request.url.path[:100]!r}"
    print(f"{place}: {''.join(traceback.format_exception(error))}", flush=True)
    return PlainTextResponse("Internal Server Error\n", HTTPStatus.INTERNAL_SERVER_ERROR)


def _failure(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        # A text of the query may have bytes that are no UTF-8.
        return PlainTextResponse(f"{error}\n".encode(errors="replace"), status)

    return answer
