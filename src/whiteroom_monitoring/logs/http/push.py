"""What clients push."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from whiteroom_monitoring.logs.http import bodies, otlp
from whiteroom_monitoring.logs.http.bodies import BadBodyError
from whiteroom_monitoring.logs.service import LogService, count
from whiteroom_monitoring.logs.store.store import Pushed

PROTOBUF = "application/x-protobuf"
OTLP_PROTOBUF = "application/x-protobuf"
# Larger bodies, and those whose size says little of what is in them, are decoded by a thread, so
# that others are answered meanwhile.
DECODED_AT_ONCE = 512 * 1024


class PushApi:
    """Loki's push, and OpenTelemetry's."""

    def __init__(self, service: LogService) -> None:
        self._service = service

    async def loki(self, request: Request) -> Response:
        """Store streams, as JSON or as protobuf."""
        kind = _media_type(request)
        if kind not in (bodies.JSON, PROTOBUF, ""):
            raise BadBodyError(f"Content-Type {kind[:60]!r} not supported")
        limit = self._service.limits.decompressed_bytes
        if kind == bodies.JSON:
            return await self._store(request, bodies.from_json)
        return await self._store(request, lambda body: bodies.from_protobuf(body, limit))

    async def otlp(self, request: Request) -> Response:
        """Store what OpenTelemetry exports."""
        kind = _media_type(request)
        if kind not in (bodies.JSON, OTLP_PROTOBUF):
            text = f"content type: {kind[:60]} is not supported\n"
            return PlainTextResponse(text, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        decode = otlp.from_json if kind == bodies.JSON else otlp.from_protobuf
        return await self._store(request, decode)

    async def _store(self, request: Request, decode: Callable[[bytes], Pushed]) -> Response:
        body = await request.body()
        encoding = request.headers.get("content-encoding", "").strip().lower()

        def decoded() -> Pushed:
            limit = self._service.limits.decompressed_bytes
            return decode(bodies.decompress(body, encoding, limit))

        if len(body) <= DECODED_AT_ONCE and encoding in ("", "snappy"):
            pushed = decoded()
        else:
            pushed = await asyncio.to_thread(decoded)
        if not pushed:
            text = "error at least one valid stream is required for ingestion\n"
            return PlainTextResponse(text, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            result = await asyncio.wrap_future(self._service.store.push(pushed))
        except OSError as error:
            text = f"the lines can't be stored: {error.strerror}\n"
            return PlainTextResponse(text, HTTPStatus.SERVICE_UNAVAILABLE)
        count(result)
        if result.refused:
            lines = [*result.messages]
            hidden = sum(result.refused.values()) - len(lines)
            if hidden > 0:
                lines.append(f"{hidden} more lines were refused")
            return PlainTextResponse("\n".join(lines) + "\n", result.status)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
