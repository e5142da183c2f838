"""What lines have in them, which Grafana's Drilldown asks: fields, labels, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.clients import client_of, in_thread, parsed
from whiteroom_monitoring.logs.logql.golang import durations, numbers
from whiteroom_monitoring.logs.logql.parser import parse_log_query, parse_selector
from whiteroom_monitoring.logs.logql.stages.json_parser import parse_with_paths
from whiteroom_monitoring.logs.logql.stages.logfmt_parser import LogfmtParser
from whiteroom_monitoring.logs.logql.stages.row import SPECIAL, Hints, Row
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.service import LogService

LINES = 1000
FIELDS = 1000
# Labels that are shown whatever their values are.
PLAIN_LABELS = ("cluster", "namespace", "instance", "pod")
_LOGFMT = LogfmtParser(())


@dataclass
class Field:
    """A field of lines: how often it is another one, and who found it."""

    values: set[str] = field(default_factory=set)
    parsers: list[str] = field(default_factory=list)
    kind: str = "string"
    path: tuple[str, ...] = ()

    def shown(self, name: str) -> dict[str, Any]:
        """Return what is told of it."""
        row = {
            "label": name,
            "type": self.kind,
            "cardinality": len(self.values),
            "parsers": self.parsers or None,
        }
        return {**row, "jsonPath": self.path} if self.path else row


def kind_of(value: str) -> str:
    """Return the type of a value: int, float, boolean, duration, bytes or string.

    >>> [kind_of(text) for text in ("7", "1.5", "true", "5ms", "3KiB", "x")]
    ['int', 'float', 'boolean', 'duration', 'bytes', 'string']
    """
    with suppress(ValueError):
        numbers.parse_int(value)
        return "int"
    if value in ("t", "T", "TRUE", "true", "True", "f", "F", "FALSE", "false", "False"):
        return "boolean"
    readers: dict[str, Callable[[str], float]] = {
        "float": numbers.parse_float,
        "duration": durations.parse_go,
        "bytes": numbers.parse_bytes,
    }
    for kind, read in readers.items():
        try:
            read(value)
        except ValueError:
            continue
        return kind
    return "string"


def found_in(entry: Entry) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield name, value, parser and path in JSON of a line's fields; metadata have no parser."""
    stream, meta, parsed = encoding.categories_of(entry)
    for name, value in meta.items():
        yield name, value, "", ()
    row, parser = Row(stream, Hints()), "json"
    paths = parse_with_paths(entry.line, row)
    if row.error:
        row.reset(0, ())
        parser = "logfmt"
        _LOGFMT.parse(entry.line, row)
    # What the query has made of a field is a value of it, beside the one that the line has.
    for name, value in chain(parsed.items(), row.parsed.items()):
        if name not in SPECIAL:
            yield name, value, parser, paths.get(name, ()) if parser == "json" else ()


def fields_of(entries: Iterable[Entry], most: int) -> dict[str, Field]:
    """Return the fields of lines, at most so many."""
    fields: dict[str, Field] = {}
    for entry in entries:
        for name, value, parser, path in found_in(entry):
            field = fields.get(name)
            if field is None:
                if len(fields) >= most:
                    continue
                field = fields[name] = Field()
            field.kind = kind_of(value)
            field.values.add(value)
            field.path = path or field.path
            if parser and parser not in field.parsers:
                field.parsers.append(parser)
    return fields


def _shown_value(value: str) -> str:
    """Return a value of a field, a size with a unit as go-humanize writes it."""
    if not value[-1:].isalpha():
        return value
    with suppress(ValueError):
        return numbers.show_bytes(numbers.parse_bytes(value))
    return value


def is_identifier(values: Iterable[str]) -> bool:
    """Tell whether all values are numbers or UUIDs, but for a label that is 0 or 1."""
    texts = list(values)
    if len(texts) <= 2 and all(value in ("0", "1") for value in texts):
        return False
    return all(_is_number(value) or _is_uuid(value) for value in texts)


def _is_number(value: str) -> bool:
    try:
        numbers.parse_float(value)
    except ValueError:
        return False
    return True


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class DetectApi:
    """Fields, labels and patterns."""

    def __init__(self, service: LogService) -> None:
        self._service = service

    async def fields(self, request: Request) -> Response:
        """Return the fields of the newest lines: type, cardinality, parsers."""
        parameters = await params.parameters(request)
        most = _number(parameters, "limit", _number(parameters, "field_limit", FIELDS))
        fields = fields_of(await self._entries(request, parameters), most)
        rows = [field.shown(name) for name, field in sorted(fields.items())]
        return encoding.json({"fields": rows, "limit": most})

    async def values(self, request: Request) -> Response:
        """Return the values of a field in the newest lines."""
        parameters = await params.parameters(request)
        name, most = request.path_params["name"], _number(parameters, "limit", FIELDS)
        fields = fields_of(await self._entries(request, parameters), 10 * FIELDS)
        field = fields.get(name, Field())
        # A size is told as a query takes it, without a space, but for one in the metadata.
        values = {_shown_value(value) if field.parsers else value for value in field.values}
        return encoding.json({"values": sorted(values)[:most], "limit": most})

    async def labels(self, request: Request) -> Response:
        """Return the labels of streams with their cardinality, without those of numbers alone."""
        parameters = await params.parameters(request)
        text = parameters.get("query")
        query = await parsed(self._service, parse_selector, text) if text else None
        times = params.time_range(parameters)
        streams = await in_thread(self._service, lambda: self._service.streams(query, times))
        values: dict[str, set[str]] = {}
        for labels in streams:
            for name, value in labels.items():
                values.setdefault(name, set()).add(value)
        rows = [
            {"label": name, "cardinality": len(texts)}
            for name, texts in sorted(values.items())
            if name in PLAIN_LABELS or not is_identifier(texts)
        ]
        return encoding.json({"detectedLabels": rows})

    async def patterns(self, request: Request) -> Response:
        """Return the patterns of lines of each level, with how many there are in each step."""
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
        start, end = params.time_range(parameters)
        step = params.step_ns(parameters, start, end)
        client = client_of(request)

        clusters = await in_thread(
            self._service, lambda: self._service.patterns(client, query, (start, end), step)
        )
        rows = [
            {
                "pattern": cluster.pattern,
                "level": cluster.level,
                "samples": sorted(cluster.counts.items()),
            }
            for cluster in clusters
        ]
        return encoding.success(rows)

    async def shards(self, request: Request) -> Response:
        """Return one shard: a query is not divided here."""
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
        times = params.time_range(parameters)
        volumes = await in_thread(self._service, lambda: self._service.volumes(query, times))
        stats = {
            "streams": len(volumes),
            "chunks": sum(volume.chunks for volume in volumes.values()),
            "bytes": sum(volume.bytes for volume in volumes.values()),
            "entries": sum(volume.lines for volume in volumes.values()),
        }
        bounds = {"min": 0, "max": 2**64 - 1}
        return encoding.json({"shards": [{"bounds": bounds, "stats": stats}], "statistics": {}})

    async def limits(self, request: Request) -> Response:
        """Return what Grafana's Drilldown has to know of the limits."""
        limits = self._service.limits
        settings = {
            "discover_log_levels": limits.discover_log_levels,
            "discover_service_name": ["service_name"] if limits.discover_service_name else [],
            "max_entries_limit_per_query": limits.max_entries_limit_per_query,
            "max_query_length": f"{round(limits.max_query_length)}s",
            "max_query_series": limits.max_query_series,
            "retention_period": f"{round(limits.retention_period)}s",
            "volume_enabled": True,
            "volume_max_series": 1000,
        }
        content = {
            "limits": settings,
            "pattern_ingester_enabled": True,
            "version": encoding.LOKI_VERSION,
        }
        return encoding.json(content)

    async def _entries(self, request: Request, parameters: params.Parameters) -> list[Entry]:
        query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
        times, lines = params.time_range(parameters), _number(parameters, "line_limit", LINES)
        client = client_of(request)
        most = min(lines, self._service.limits.max_entries_limit_per_query)
        answer = await in_thread(
            self._service, lambda: self._service.lines(client, query, times, most, True)
        )
        return answer.entries


def _number(parameters: params.Parameters, name: str, default: int) -> int:
    if not parameters.get(name):
        return default
    return params.positive(name, parameters[name])
