"""The client of Loki, or of what speaks its protocol.

Source: https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient


@dataclass(frozen=True)
class LogLine:
    """One line of a log, with the labels of its stream; ``time`` is in seconds since 1970."""

    time: float
    labels: Mapping[str, str]
    text: str


class LokiClient:
    """Loki's HTTP API."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def lines(self, query: str, start: float, end: float, limit: int) -> list[LogLine]:
        """Return the lines that a query finds, the newest first. Raises SourceError."""
        parameters = (
            ("query", query),
            ("start", f"{start * 1e9:.0f}"),
            ("end", f"{end * 1e9:.0f}"),
            ("limit", str(min(limit, self._http.limits.max_log_lines))),
        )
        return self._http.get_json("/loki/api/v1/query_range", parameters, _lines)


def _lines(answer: Any) -> list[LogLine]:
    data = answer["data"]
    if data["resultType"] != "streams":
        raise SourceError(f"The query returns a {data['resultType']}; a logs panel shows lines.")
    lines = [
        LogLine(int(time) / 1e9, stream["stream"], text)
        for stream in data["result"]
        for time, text, *_ in stream["values"]
    ]
    return sorted(lines, key=lambda line: -line.time)
