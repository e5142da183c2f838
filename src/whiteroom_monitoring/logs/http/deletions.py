"""Deletion by query, as Loki's compactor has it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import encoding, params
from whiteroom_monitoring.logs.limits import SECOND_NS
from whiteroom_monitoring.logs.service import LogService


class DeletionApi:
    """Requests to delete lines."""

    def __init__(self, service: LogService) -> None:
        self._store = service.store

    async def flush(self, request: Request) -> Response:
        """Write the head to a segment, and wait for it."""
        await asyncio.to_thread(self._store.flush)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def add(self, request: Request) -> Response:
        """Delete what a query means; without times, everything until now."""
        parameters = await params.parameters(request)
        if not parameters.get("query"):
            raise QueryError("query not set")
        start = params.time_ns("start", parameters["start"]) if parameters.get("start") else 0
        end = params.time_range(parameters)[1]
        if start > end:
            raise QueryError("start time can't be greater than end time")
        await asyncio.to_thread(self._store.delete, parameters["query"], start, end)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def all(self, request: Request) -> Response:
        """List the requests."""
        return encoding.json(
            [
                {
                    "request_id": deletion.id,
                    "start_time": deletion.start_ns / SECOND_NS,
                    "end_time": deletion.end_ns / SECOND_NS,
                    "query": deletion.query,
                    "status": deletion.status,
                    "created_at": deletion.created_s,
                }
                for deletion in self._store.deletions()
            ]
        )

    async def cancel(self, request: Request) -> Response:
        """Cancel a request that is not carried out yet."""
        identifier = (await params.parameters(request)).get("request_id", "")
        if not await asyncio.to_thread(self._store.cancel_deletion, identifier):
            text = f"could not find delete request with given id: {identifier[:40]}\n"
            return PlainTextResponse(text, HTTPStatus.NOT_FOUND)
        return Response(status_code=HTTPStatus.NO_CONTENT)
