"""The routes of logs: what the page asks, and nothing else of the log store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from whiteroom_monitoring.console.logs import tail
from whiteroom_monitoring.console.logs.explorer import LogExplorer
from whiteroom_monitoring.console.workers import BusyError
from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange

MAX_TAILS = 20
# So many lines come first, and so many at most after the connection was lost.
FIRST_LINES = 50
MISSED_LINES = 1000
_CONTEXT_LINES = 10
_MOST_DIGITS = 19


class LogApi:
    """Answers requests from an explorer; ``time_range`` reads what a request says of the time."""

    def __init__(
        self, explorer: Callable[[], LogExplorer], time_range: Callable[[Request], TimeRange]
    ) -> None:
        self._explorer, self._time_range = explorer, time_range
        self._tails = 0

    @property
    def answers(self) -> Mapping[str, Callable[[Request], Any]]:
        """What answers the path of each route, but for the tail."""
        return {
            "/api/logs": self.lines,
            "/api/logs/volume": self.volume,
            "/api/logs/context": self.context,
            "/api/logs/labels": self.labels,
            "/api/logs/fields": self.fields,
        }

    def lines(self, request: Request) -> Any:
        """Return the lines of a query of LogQL over a range, or its series."""
        query, when = request.query_params, self._time_range(request)
        until = _number(query, "until", None)
        answer = self._explorer().answer(
            query.get("expr", ""),
            when,
            _number(query, "limit", 500) or 0,
            until,
            oldest=query.get("order") == "asc",
        )
        return {**answer, "from": when.start, "to": when.end}

    def volume(self, request: Request) -> Any:
        """Return how many lines of each level a query has over a range."""
        when = self._time_range(request)
        volume = self._explorer().volume(request.query_params.get("expr", ""), when)
        return {**volume, "from": when.start, "to": when.end}

    def context(self, request: Request) -> Any:
        """Return the lines before and after a moment, of the streams of a query."""
        query = request.query_params
        time_ns = _number(query, "time", None)
        if time_ns is None:
            raise RequestError("time: expected the time of a line, in nanoseconds")
        before, after = (_number(query, name, _CONTEXT_LINES) or 0 for name in ("before", "after"))
        return self._explorer().context(query.get("expr", ""), time_ns, before, after)

    def labels(self, request: Request) -> Any:
        """Return the labels of streams, or the values of one."""
        query, when = request.query_params, self._time_range(request)
        return self._explorer().labels(query.get("expr", ""), query.get("label", ""), when)

    def fields(self, request: Request) -> Any:
        """Return the fields of the newest lines of a query, or the values of one."""
        query, when = request.query_params, self._time_range(request)
        return self._explorer().fields(query.get("expr", ""), query.get("field", ""), when)

    async def tail(self, request: Request) -> Response:
        """Stream the newest lines of a query, then each new one, as server-sent events."""
        query = request.query_params
        # A browser that comes again says after which line.
        seen = request.headers.get("last-event-id", "")
        start_ns = _number({"start": seen or query.get("start", "")}, "start", None)
        if start_ns is None:
            raise RequestError("start: expected from when on, in nanoseconds")
        limit = MISSED_LINES if seen else FIRST_LINES
        address, headers = self._explorer().tail_address(query.get("expr", ""), start_ns, limit)
        if self._tails >= MAX_TAILS:
            raise BusyError(f"{MAX_TAILS} viewers follow logs already; try again")
        return StreamingResponse(
            self._counted(tail.events(address, headers)),
            headers={"Cache-Control": "no-store"},
            media_type="text/event-stream",
        )

    async def _counted(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self._tails += 1
        try:
            async for event in events:
                yield event
        finally:
            self._tails -= 1


def _number(query: Mapping[str, str], name: str, default: int | None) -> int | None:
    """Return a whole number that a request names. Raises RequestError."""
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise RequestError(f"{name}={text[:20]}: expected a whole number")
    return int(text)
