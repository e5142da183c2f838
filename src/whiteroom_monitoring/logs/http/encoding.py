"""Answers in Loki's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from whiteroom_monitoring.logs.logql.evaluate.run import Series, Times
from whiteroom_monitoring.logs.logql.golang.numbers import format_float
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.stages.row import Hints, Row
from whiteroom_monitoring.logs.logql.syntax import Literal, Metric
from whiteroom_monitoring.logs.metadata import fields
from whiteroom_monitoring.logs.query.entries import Entry, Labels
from whiteroom_monitoring.logs.query.plan import Cost
from whiteroom_monitoring.logs.query.reading import Progress

# The version of Loki whose API this is.
LOKI_VERSION = "3.7.0"
CATEGORIZE = "categorize-labels"


def json(content: object, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Return an answer of JSON."""
    media_type = "application/json; charset=UTF-8"
    return Response(dumps(content), status, dict(headers or {}), media_type)


def dumps(content: object) -> bytes:
    """Return content as JSON; what is no character in it becomes the replacement character."""
    try:
        return orjson.dumps(content)
    except TypeError:
        # Bytes that are no UTF-8, in a label that a parser has found.
        return orjson.dumps(_valid(content))


def _valid(content: Any) -> Any:
    """Return content without what is no character."""
    match content:
        case str():
            return content.encode("utf-8", "surrogateescape").decode(errors="replace")
        case dict():
            return {_valid(name): _valid(value) for name, value in content.items()}
        case list() | tuple():
            return [_valid(item) for item in content]
    return content


def is_categorized(headers: Mapping[str, str]) -> bool:
    """Tell whether a client wants to know where each label of a line is from."""
    return CATEGORIZE in headers.get("x-loki-response-encoding-flags", "")


def costs(cost: Cost) -> dict[str, str]:
    """Return the headers that say what a query reads at the most."""
    return {
        "X-Query-Cost-Blocks": str(cost.blocks),
        "X-Query-Cost-Bytes": str(cost.bytes),
        "X-Query-Blocks-Skipped": str(cost.skipped),
    }


def success(data: object) -> Response:
    """Return an answer with data."""
    return json({"status": "success", "data": data})


def streams(entries: Iterable[Entry], categorized: bool) -> list[dict[str, Any]]:
    """Return lines by stream: of Loki 3, a stream is its labels with those that stages have made.

    Where they are ``categorized``, structured metadata and what was parsed are told with each line.
    """
    categories, keys = _Categories(), _Keys()
    by_labels: dict[tuple[Sequence[str], Sequence[str]], dict[str, Any]] = {}
    for entry in entries:
        stream, meta, parsed = categories.of(entry)
        series_labels = stream if categorized else {**stream, **meta, **parsed}
        key = keys.of(series_labels)
        value: list[Any] = [str(entry.time_ns), entry.line.decode(errors="replace")]
        if categorized:
            by_category = {"structuredMetadata": meta, "parsed": parsed}
            value.append({name: labels for name, labels in by_category.items() if labels})
        stream_entry = by_labels.get(key)
        if stream_entry is None:
            labels = dict(zip(*key, strict=True))
            stream_entry = by_labels[key] = {"stream": labels, "values": []}
        stream_entry["values"].append(value)
    return list(by_labels.values())


class _Keys:
    """Labels as names and values in the order of the names, which is found once for each set."""

    def __init__(self) -> None:
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}

    def of(self, labels: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names and the values."""
        names = tuple(labels)
        order = self._orders.get(names)
        if order is None:
            order = self._orders[names] = tuple(sorted(names))
        return order, tuple(map(labels.__getitem__, order))


class _Categories:
    """Where the labels of lines are from."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes, int], tuple[Labels, Labels, Labels]] = {}

    def of(self, entry: Entry) -> tuple[Labels, Labels, Labels]:
        """Return the labels of the stream, structured metadata, and what was parsed."""
        if entry.processed is not None:
            return entry.processed
        key = (entry.labels, entry.meta, entry.level)
        known = self._known.get(key)
        if known is None:
            row = Row(parse_labels(entry.labels), Hints())
            row.reset(entry.time_ns, fields(entry.meta, entry.level))
            known = self._known[key] = row.categories()
        return known


def categories_of(entry: Entry) -> tuple[Labels, Labels, Labels]:
    """Return the labels of a line's stream, its structured metadata, and what was parsed."""
    return _Categories().of(entry)


def query_result(
    entries: Sequence[Entry], categorized: bool, progress: Progress, seconds: float
) -> dict[str, Any]:
    """Return the data of a query for lines."""
    data: dict[str, Any] = {"resultType": "streams", "result": streams(entries, categorized)}
    if categorized:
        data["encodingFlags"] = [CATEGORIZE]
    return {**data, "stats": statistics(progress, len(entries), seconds)}


def metric_result(
    metric: Metric, series: Series, times: Times, progress: Progress, seconds: float
) -> dict[str, Any]:
    """Return the data of a query for numbers: a scalar, a vector or a matrix."""
    points = sum(len(pair) for pair in series.values())
    stats = statistics(progress, points, seconds)
    if times.is_instant and isinstance(metric, Literal):
        (point,) = series[()]
        return {"resultType": "scalar", "result": _point(*point), "stats": stats}
    kind, name = ("vector", "value") if times.is_instant else ("matrix", "values")
    result = []
    for labels, values in series.items():
        encoded: Any = [_point(*pair) for pair in values]
        result.append({"metric": dict(labels), name: encoded[0] if times.is_instant else encoded})
    return {"resultType": kind, "result": result, "stats": stats}


def _point(time_ns: int, value: float) -> list[Any]:
    seconds = time_ns // 10**6 / 1000
    return [int(seconds) if seconds.is_integer() else seconds, format_float(value, "f")]


def bytes_by_time(
    series: Mapping[tuple[tuple[str, str], ...], Sequence[tuple[int, int]]],
) -> Response:
    """Return bytes by labels with their times: a vector where each has one time."""
    is_vector = all(len(points) == 1 for points in series.values())
    ranked = sorted(series.items(), key=lambda item: (-item[1][0][1], item[0]))
    result = []
    for labels, points in ranked:
        values = [_point(time, size) for time, size in points]
        content: dict[str, Any] = {"value": values[0]} if is_vector else {"values": values}
        result.append({"metric": dict(labels), **content})
    kind = "vector" if is_vector else "matrix"
    return success({"resultType": kind, "result": result})


def statistics(progress: Progress, entries: int, seconds: float) -> dict[str, Any]:
    """Return what a query has cost."""
    rate = max(seconds, 1e-6)
    return {
        "summary": {
            "bytesProcessedPerSecond": round(progress.bytes / rate),
            "linesProcessedPerSecond": round(progress.lines / rate),
            "totalBytesProcessed": progress.bytes,
            "totalLinesProcessed": progress.lines,
            "execTime": seconds,
            "queueTime": 0,
            "subqueries": 0,
            "totalEntriesReturned": entries,
            "splits": 0,
            "shards": 0,
        },
        "querier": {"store": {"totalChunksRef": progress.blocks}},
        "ingester": {},
        "cache": {},
    }
