"""The lines around a line: before and after it, in its stream or across streams."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.http.clients import client_of, in_thread, parsed
from whiteroom_monitoring.logs.logql.parser import parse_log_query
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.service import LogService

DEFAULT_LINES = 10


class ContextApi:
    """Context of lines, which Loki's API has no request for."""

    def __init__(self, service: LogService) -> None:
        self._service = service

    async def context(self, request: Request) -> Response:
        """Return lines in the order of time, each with its place: 0 are those of the moment.

        ``query`` says of which streams, ``time`` is the moment, ``before`` and ``after`` are
        numbers of lines, ``since`` is how far away they may be.
        """
        parameters = await params.parameters(request)
        query = await parsed(self._service, parse_log_query, parameters.get("query", ""))
        if not parameters.get("time"):
            raise QueryError("time: expected the time of a line, in nanoseconds")
        time_ns = params.time_ns("time", parameters["time"])
        before, after = (self._lines(parameters, name) for name in ("before", "after"))
        reach_ns = params.duration_ns("since", parameters.get("since") or "1h")
        client = client_of(request)
        context = await in_thread(
            self._service,
            lambda: self._service.context(client, query, time_ns, (before, after), reach_ns),
        )
        return encoding.json({"lines": [self._shown(*one) for one in context]})

    def _lines(self, parameters: params.Parameters, name: str) -> int:
        text, most = parameters.get(name) or "", self._service.limits.max_entries_limit_per_query
        if text and not text.strip("0"):
            return 0
        return params.limit(params.Parameters({"limit": text}), DEFAULT_LINES, most)

    def _shown(self, place: int, entry: Entry) -> dict[str, Any]:
        stream, meta, found = encoding.categories_of(entry)
        return {
            "place": place,
            "time": str(entry.time_ns),
            "stream": {**stream, **meta, **found},
            "line": entry.line.decode(errors="replace"),
        }
