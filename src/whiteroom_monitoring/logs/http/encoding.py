"""Answers in Loki's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from whiteroom_monitoring.logs.engine import Entry, Progress
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.metadata import fields

CATEGORIZE = "categorize-labels"


def json(content: object, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Return an answer of JSON."""
    text = orjson.dumps(content)
    return Response(text, status, dict(headers or {}), "application/json; charset=UTF-8")


def success(data: object) -> Response:
    """Return an answer with data."""
    return json({"status": "success", "data": data})


def streams(entries: Iterable[Entry], categorized: bool) -> list[dict[str, Any]]:
    """Return lines by stream: of Loki 3, a stream is its labels and its structured metadata.

    Where they are ``categorized``, structured metadata is told with each line instead.
    """
    parsed: dict[str, dict[str, str]] = {}
    found: dict[tuple[str, bytes, int], dict[str, Any]] = {}
    for entry in entries:
        key = (entry.labels, b"", 0) if categorized else (entry.labels, entry.meta, entry.level)
        stream = found.get(key)
        labels = parsed.get(entry.labels)
        if labels is None:
            labels = parsed[entry.labels] = parse_labels(entry.labels)
        if stream is None:
            shown = labels if categorized else _merged(labels, entry)
            stream = found[key] = {"stream": shown, "values": []}
        value: list[Any] = [str(entry.time_ns), entry.line.decode(errors="replace")]
        if categorized:
            told = dict(fields(entry.meta, entry.level))
            value.append({"structuredMetadata": told} if told else {})
        stream["values"].append(value)
    return list(found.values())


def _merged(labels: Mapping[str, str], entry: Entry) -> dict[str, str]:
    merged = dict(labels)
    for name, value in fields(entry.meta, entry.level):
        merged[name if name not in labels else f"{name}_extracted"] = value
    return dict(sorted(merged.items()))


def query_result(
    entries: Sequence[Entry], categorized: bool, progress: Progress, seconds: float
) -> dict[str, Any]:
    """Return the data of a query for lines."""
    data: dict[str, Any] = {"resultType": "streams", "result": streams(entries, categorized)}
    if categorized:
        data["encodingFlags"] = [CATEGORIZE]
    return {**data, "stats": statistics(progress, len(entries), seconds)}


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
