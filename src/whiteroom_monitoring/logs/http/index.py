"""Labels, series, and how much there is of what."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.clients import in_thread, parsed
from whiteroom_monitoring.logs.logql.parser import (
    parse_labels,
    parse_log_query,
    parse_matchers,
    parse_selector,
)
from whiteroom_monitoring.logs.logql.stages.row import Labels
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.query import index as directories
from whiteroom_monitoring.logs.query.plan import plan
from whiteroom_monitoring.logs.service import LogService
from whiteroom_monitoring.logs.store.store import LogStore

# Of labels and series, where no start is told.
DEFAULT_NS = 6 * params.HOUR_NS
# Of volumes.
VOLUME_LIMIT = 100
MAX_SERIES = 1000


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
        """Return the streams that selectors mean; all without one, or for ``{}``."""
        parameters = await params.parameters(request)
        texts = sorted({*parameters.getlist("match[]"), *parameters.getlist("match")})
        if len(texts) == 1 and _is_everything(texts[0]):
            texts = []
        queries = [await parsed(self._service, parse_matchers, text) for text in texts]
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
        selection = await self._volumes(parameters)
        start, end = params.time_range(parameters)
        totals = await in_thread(self._service, lambda: selection.largest(start, end))
        return encoding.bytes_by_time({labels: [(end, size)] for labels, size in totals})

    async def volume_range(self, request: Request) -> Response:
        """Return the bytes of the largest series of each step, at the end of the step."""
        parameters = await params.parameters(request)
        selection = await self._volumes(parameters)
        start, end = params.time_range(parameters)
        step = params.step_ns(parameters, start, end)

        def steps() -> dict[Labels, list[tuple[int, int]]]:
            series: dict[Labels, list[tuple[int, int]]] = {}
            # Steps are whole ones since 1970; what is inside one is told a millisecond early.
            for at in range(start - start % step, end, step):
                until = min(at + step, end)
                moment = until if until == end else until - 10**6
                for labels, size in selection.largest(max(at, start), until):
                    series.setdefault(labels, []).append((moment, size))
            return series

        return encoding.bytes_by_time(await in_thread(self._service, steps))

    async def _volumes(self, parameters: params.Parameters) -> _Volumes:
        """Return what is asked for. Raises QueryError."""
        text = parameters.get("query", "")
        query = (
            LogQuery(())
            if _is_everything(text)
            else await parsed(self._service, parse_selector, text)
        )
        limit = (parameters.get("limit") or "").strip()
        most = params.positive("limit", limit) if limit.strip("0") else VOLUME_LIMIT
        by = parameters.get("aggregateBy") or "series"
        if by not in ("labels", "series"):
            raise QueryError("invalid aggregation option")
        targets = tuple(name for name in parameters.get("targetLabels", "").split(",") if name)
        return _Volumes(self._service.store, query, targets, by == "labels", most)

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


@dataclass(frozen=True)
class _Volumes:
    """What is asked of the sizes of streams: by which labels, and of how many at the most."""

    store: LogStore
    query: LogQuery
    targets: tuple[str, ...]
    by_label: bool
    most: int

    def largest(self, start: int, end: int) -> list[tuple[Labels, int]]:
        """Return labels with their bytes in [start, end), the largest first. Raises QueryError."""
        totals: dict[Labels, int] = {}
        volumes = directories.volumes(self.store.snapshot(), self.query, start, end)
        for labels, volume in volumes.items():
            for key in self._keys(parse_labels(labels)):
                totals[key] = totals.get(key, 0) + volume.bytes
        if len(totals) > MAX_SERIES:
            raise QueryError(
                f"the query hit the max number of series limit (limit: {MAX_SERIES} series)"
            )
        return sorted(totals.items(), key=lambda item: (-item[1], item[0]))[: self.most]

    def _keys(self, labels: dict[str, str]) -> list[Labels]:
        """Return what a stream is counted for; it has to have every label that is asked for."""
        named = {matcher.name for matcher in self.query.matchers}
        if any(name not in labels and name not in named for name in self.targets):
            return []
        if self.by_label:
            names = [n for n in labels if not self.targets or n in self.targets]
            return [((name, ""),) for name in names]
        # Without a label in the selector, all of a stream are told.
        names = [n for n in labels if n in (self.targets or named or labels)]
        return [tuple((name, labels[name]) for name in sorted(names))]


def _is_everything(text: str) -> bool:
    return text.replace(" ", "") == "{}"
