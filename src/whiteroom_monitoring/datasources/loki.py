"""The client of Loki, or of what speaks its protocol.

Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from __future__ import annotations

import urllib.parse
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient, Parameters
from whiteroom_monitoring.datasources.prometheus import SampleStream

# Asks that each line says which of its labels are its stream's, its metadata, or parsed from it.
CATEGORIZED = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
_SECOND_NS = 1_000_000_000
_API = "/loki/api/v1"


@dataclass(frozen=True)
class LogLine:
    """One line of a log; ``time_ns`` is in nanoseconds since 1970.

    ``labels`` are those of its stream, ``metadata`` came with it, ``parsed`` is what the query has
    found in it.
    """

    time_ns: int
    labels: Mapping[str, str]
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    parsed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LogRange:
    """From ``start_ns`` until before ``end_ns``, in nanoseconds since 1970."""

    start_ns: int
    end_ns: int

    @classmethod
    def of_seconds(cls, start: float, end: float) -> LogRange:
        """Return a range of seconds since 1970, to the microsecond that a float can tell."""
        return cls(_nanoseconds(start), _nanoseconds(end))

    @property
    def parameters(self) -> Parameters:
        """What a request says of it."""
        return (("start", str(self.start_ns)), ("end", str(self.end_ns)))


@dataclass(frozen=True)
class LogAnswer:
    """What a query returns: ``lines``, the newest first, or else ``series``."""

    lines: list[LogLine] | None = None
    series: list[SampleStream] = field(default_factory=list)


class LokiClient:
    """Loki's HTTP API."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def lines(
        self, query: str, when: LogRange, limit: int, *, oldest: bool = False
    ) -> list[LogLine]:
        """Return the lines that a query finds, the newest first. Raises SourceError.

        Where there are more than ``limit``, they are the newest, or the ``oldest``.
        """
        answer = self.answer(query, when, limit, oldest=oldest)
        if answer.lines is None:
            raise SourceError("The query returns a matrix; a logs panel shows lines.")
        return answer.lines

    def answer(
        self,
        query: str,
        when: LogRange,
        limit: int,
        *,
        step_s: float | None = None,
        oldest: bool = False,
    ) -> LogAnswer:
        """Return the lines or the series of a query. Raises SourceError."""
        parameters = [("query", query), *when.parameters]
        parameters.append(("limit", str(min(limit, self._http.limits.max_log_lines))))
        if step_s is not None:
            parameters.append(("step", f"{step_s:g}"))
        if oldest:
            parameters.append(("direction", "forward"))
        return self._http.get_json(
            f"{_API}/query_range", parameters, self._answered, headers=CATEGORIZED
        )

    def _answered(self, answer: Any) -> LogAnswer:
        data = answer["data"]
        if data["resultType"] == "streams":
            return LogAnswer(sorted(lines_of(data["result"]), key=lambda line: -line.time_ns))
        if data["resultType"] != "matrix":
            raise SourceError(f"The query returns a {data['resultType']}; ask for lines or series.")
        most = self._http.limits.max_series
        if len(data["result"]) > most:
            count = f"The query returns {len(data['result'])} series"
            raise SourceError(f"{count}; at most {most} are shown. Ask for fewer.")
        return LogAnswer(None, [_stream(series) for series in data["result"] if series["values"]])

    def labels(self, query: str, when: LogRange) -> list[str]:
        """Return the names of labels, of the streams that a selector matches if it is given."""
        return self._names("labels", query, when)

    def label_values(self, label: str, query: str, when: LogRange) -> list[str]:
        """Return the values of a label, of the streams that a selector matches if it is given."""
        return self._names(f"label/{urllib.parse.quote(label, safe='')}/values", query, when)

    def _names(self, path: str, query: str, when: LogRange) -> list[str]:
        parameters = [*when.parameters, *((("query", query),) if query else ())]
        return self._http.get_json(f"{_API}/{path}", parameters, _texts)

    def fields(self, query: str, when: LogRange) -> list[tuple[str, list[str]]]:
        """Return the fields of the newest lines of a query, each with who finds it in a line.

        That is ``json`` or ``logfmt``; nobody has to find what came with the line.
        """
        parameters = [("query", query), *when.parameters]
        return self._http.get_json(f"{_API}/detected_fields", parameters, _fields)

    def field_values(self, field: str, query: str, when: LogRange) -> list[str]:
        """Return the values of a field of the newest lines of a query."""
        path = f"{_API}/detected_field/{urllib.parse.quote(field, safe='')}/values"
        return self._http.get_json(path, [("query", query), *when.parameters], _values)

    def tail_address(self, query: str, start_ns: int, limit: int) -> tuple[str, dict[str, str]]:
        """Return where new lines are told by WebSocket, and the headers that it is asked with."""
        words = urllib.parse.urlencode({"query": query, "start": start_ns, "limit": limit})
        base = self._http.url.rstrip("/").replace("http", "ws", 1)
        allowed = self._http.authorization
        headers = CATEGORIZED | ({"Authorization": allowed} if allowed else {})
        return f"{base}{_API}/tail?{words}", headers


def lines_of(streams: Iterable[Any]) -> list[LogLine]:
    """Return the lines of streams, as Loki writes them."""
    return [
        LogLine(int(time), stream["stream"], text, *_categories(more))
        for stream in streams
        for time, text, *more in stream["values"]
    ]


def _categories(more: list[Any]) -> tuple[dict[str, str], dict[str, str]]:
    labels = more[0] if more else {}
    return labels.get("structuredMetadata", {}), labels.get("parsed", {})


def _stream(series: Any) -> SampleStream:
    times = array("d", [float(time) for time, _ in series["values"]])
    return SampleStream(
        series["metric"], times, array("d", [float(value) for _, value in series["values"]])
    )


def _texts(answer: Any) -> list[str]:
    return [str(name) for name in answer.get("data") or ()]


def _fields(answer: Any) -> list[tuple[str, list[str]]]:
    return [(row["label"], row["parsers"] or []) for row in answer.get("fields") or ()]


def _values(answer: Any) -> list[str]:
    return [str(value) for value in answer.get("values") or ()]


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e6) * (_SECOND_NS // 1_000_000)
