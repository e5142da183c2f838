"""Labels, series, and how much there is of what."""

from __future__ import annotations

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.clients import in_thread, parsed
from whiteroom_monitoring.logs.logql.parser import parse_labels, parse_log_query, parse_selector
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.query import index as directories
from whiteroom_monitoring.logs.query.plan import plan
from whiteroom_monitoring.logs.service import LogService
from whiteroom_monitoring.logs.store.streams import canonical

T = TypeVar("T")
# Of labels and series, where no start is told.
DEFAULT_NS = 6 * params.HOUR_NS
MAX_POINTS = 11_000


class IndexApi:
    """What the directories of segments tell, without a line being read."""

    def __init__(self, service: LogService) -> None:
        self._service = service

    async def labels(self, request: Request) -> Response:
        """Return the names of labels."""
        parameters = await params.parameters(request)
        streams = await self._streams(parameters, await self._optional(parameters))
        return encoding.success(sorted({name for labels in streams for name in labels}))

    async def values(self, request: Request) -> Response:
        """Return the values of a label."""
        parameters = await params.parameters(request)
        name = request.path_params["name"]
        streams = await self._streams(parameters, await self._optional(parameters))
        return encoding.success(sorted({labels[name] for labels in streams if name in labels}))

    async def series(self, request: Request) -> Response:
        """Return the streams that selectors mean."""
        parameters = await params.parameters(request)
        texts = [*parameters.getlist("match[]"), *parameters.getlist("match")]
        if not texts:
            raise QueryError("0 matcher groups provided")
        queries = [await parsed(self._service, parse_selector, text) for text in texts]
        return encoding.success(await self._streams(parameters, queries))

    async def stats(self, request: Request) -> Response:
        """Return what a query has to read: streams, chunks, lines and bytes."""
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
        times = params.time_range(parameters)
        snapshot = self._service.store.snapshot()
        volumes = await in_thread(
            self._service, lambda: directories.volumes(snapshot, query, *times)
        )
        cost = await in_thread(self._service, lambda: plan(snapshot, query, *times).cost)
        content = {
            "streams": len(volumes),
            "chunks": sum(volume.chunks for volume in volumes.values()),
            "entries": sum(volume.lines for volume in volumes.values()),
            "bytes": sum(volume.bytes for volume in volumes.values()),
        }
        return encoding.json(content, encoding.costs(cost))

    async def volume(self, request: Request) -> Response:
        """Return the bytes of each series, the largest first."""
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_selector, parameters.get("query", ""))
        most = _limit(parameters)
        start, end = params.time_range(parameters)
        totals = await in_thread(self._service, lambda: self._totals(parameters, query, start, end))
        ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:most]
        result = [
            {"metric": parse_labels(labels), "value": [end / 1e9, str(size)]}
            for labels, size in ranked
        ]
        return encoding.success({"resultType": "vector", "result": result})

    async def volume_range(self, request: Request) -> Response:
        """Return the bytes of each series in each step."""
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_selector, parameters.get("query", ""))
        most = _limit(parameters)
        start, end = params.time_range(parameters)
        default = max((end - start) // 250, 10**9)
        step = params.duration_ns("step", parameters["step"]) if parameters.get("step") else default
        if step <= 0 or (end - start) // step > MAX_POINTS:
            raise QueryError(
                "exceeded maximum resolution of 11,000 points per time series. Try increasing the "
                "value of the step parameter"
            )

        def steps() -> dict[str, list[tuple[float, str]]]:
            series: dict[str, list[tuple[float, str]]] = {}
            for at in range(start, end, step):
                until = min(at + step, end)
                for labels, size in self._totals(parameters, query, at, until).items():
                    series.setdefault(labels, []).append((until / 1e9, str(size)))
            return series

        series = await in_thread(self._service, steps)
        result = [
            {"metric": parse_labels(labels), "values": values}
            for labels, values in sorted(series.items())[:most]
        ]
        return encoding.success({"resultType": "matrix", "result": result})

    def _totals(
        self, parameters: params.Parameters, query: LogQuery, start: int, end: int
    ) -> dict[str, int]:
        """Return bytes by the labels that are asked for, else by those of the selector."""
        targets = [n for n in parameters.get("targetLabels", "").split(",") if n]
        names = targets or [matcher.name for matcher in query.matchers]
        by_label = parameters.get("aggregateBy") == "labels"
        totals: dict[str, int] = {}
        volumes = directories.volumes(self._service.store.snapshot(), query, start, end)
        for labels, volume in volumes.items():
            pairs = parse_labels(labels)
            if by_label:
                keys = [canonical({n: ""}) for n in pairs if not targets or n in targets]
            else:
                keys = [canonical({n: pairs[n] for n in names if n in pairs})]
            for key in keys:
                totals[key] = totals.get(key, 0) + volume.bytes
        return totals

    async def _optional(self, parameters: params.Parameters) -> list[LogQuery]:
        text = parameters.get("query")
        return [await parsed(self._service, parse_selector, text)] if text else []

    async def _streams(
        self, parameters: params.Parameters, queries: list[LogQuery]
    ) -> list[dict[str, str]]:
        start, end = params.time_range(parameters, DEFAULT_NS)
        snapshot = self._service.store.snapshot()
        streams = await in_thread(
            self._service, lambda: directories.streams(snapshot, queries, start, end + 1)
        )
        return [parse_labels(labels) for labels in streams]


def _limit(parameters: params.Parameters) -> int:
    return params.limit(parameters, 100, 1000)
