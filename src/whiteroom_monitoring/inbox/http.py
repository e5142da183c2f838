"""The inbox over HTTP: what senders post, what people and programs read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.inbox import incidents, page
from whiteroom_monitoring.inbox.message import InvalidMessageError, parse_json
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver
from whiteroom_monitoring.inbox.service import InboxService
from whiteroom_monitoring.inbox.store import (
    ACTIONS,
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    MessageQuery,
    Store,
    StoreError,
)
from whiteroom_monitoring.pager_path import PREFIX
from whiteroom_monitoring.web.assets import ROUTE
from whiteroom_monitoring.web.server import (
    JSON,
    SECURITY_HEADERS,
    BodyTooLargeError,
    MediaTypeError,
    middleware,
    require_media_type,
)

HEARTBEAT_S = 15.0
OPEN = "open"
_LONGEST_PATH = 100
LONGEST_NOTE = 4000

_HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-store"}


class BadQueryError(MonitoringError):
    """A parameter of a request has no meaning."""


@dataclass(frozen=True)
class InboxApi:
    """The handlers of all routes."""

    service: InboxService

    def receive(self, receiver: Receiver) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler that takes notifications as the receiver's original does."""

        async def handle(request: Request) -> Response:
            content_type = require_media_type(request, *receiver.content_types)
            rest = request.path_params.get("rest", "")
            try:
                delivery = Delivery(await request.body(), content_type, rest)
            except BodyTooLargeError as error:
                nothing = Delivery(b"", content_type, rest)
                await self.service.reject(receiver, nothing, InvalidMessageError(str(error)))
                raise
            try:
                message = await self.service.parse(receiver, delivery)
            except InvalidMessageError as error:
                return await self.service.reject(receiver, delivery, error)
            await self.service.ingest(message)
            return receiver.accept(message)

        return handle

    def receive_round(self, receiver: Receiver) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler that takes the watcher's messages, which nobody is shown."""

        async def handle(request: Request) -> Response:
            content_type = require_media_type(request, *receiver.content_types)
            delivery = Delivery(await request.body(), content_type)
            try:
                message = await self.service.parse(receiver, delivery)
            except InvalidMessageError as error:
                return receiver.refuse(error)
            self.service.keep_round(message)
            return receiver.accept(message)

        return handle

    async def rounds(self, request: Request) -> Response:
        """List the titles of the watcher's latest messages, by channel."""
        return JSONResponse({"messages": self.service.rounds()})

    async def messages(self, request: Request) -> Response:
        """List messages, newest first."""
        query = self._message_query(request, DEFAULT_LIMIT)
        return await self.service.query(
            lambda store: JSONResponse({"messages": store.messages(query)})
        )

    async def incidents(self, request: Request) -> Response:
        """List incidents, the one that changed last first."""
        state = _choice(request, "state", (OPEN, *incidents.STATES))
        states = incidents.OPEN if state == OPEN else (state,) if state else ()
        return await self.service.query(
            lambda store: JSONResponse({"incidents": store.incidents(*states)})
        )

    async def act(self, request: Request) -> Response:
        """Acknowledge or resolve an open incident, or note something, as one does at PagerDuty."""
        require_media_type(request, JSON)
        incident = _whole_number("incident", request.path_params["incident"])
        content = parse_json(await request.body())
        action, text = content.get("action"), content.get("text", "")
        if not isinstance(action, str) or action not in ACTIONS:
            raise BadQueryError(f"action={str(action)[:40]}: expected one of {', '.join(ACTIONS)}")
        if not isinstance(text, str) or bool(text) != (action == "note"):
            raise BadQueryError("text: a note has one, and nothing else does")
        stored = await self.service.act(incident, action, text[:LONGEST_NOTE])
        if stored is None:
            error = {"error": f"incident {incident}: there is none that is open"}
            return JSONResponse(error, HTTPStatus.NOT_FOUND)
        return JSONResponse(stored)

    async def events(self, request: Request) -> Response:
        """Stream each new message as a server-sent event."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for message in self.service.watch(HEARTBEAT_S):
            if message is None:
                yield ": still here\n\n"
            else:
                yield f"id: {message['id']}\nevent: message\ndata: {json.dumps(message)}\n\n"

    async def page(self, request: Request) -> Response:
        """Return the page: open incidents, and the messages that the address asks for."""
        query = self._message_query(request, page.MESSAGES)

        def render(store: Store) -> str:
            messages = store.messages(query, page.LARGEST_CHARACTERS)
            view = page.View(store.incidents(*incidents.OPEN), messages, query)
            return page.render(view, self.service.receivers)

        return Response(await self.service.query(render), media_type="text/html")

    async def healthy(self, request: Request) -> Response:
        """Answer 200 when a notification could be stored now."""
        await self.service.query(lambda store: store.check_writable())
        return PlainTextResponse("ok\n")

    def _message_query(self, request: Request, default_limit: int) -> MessageQuery:
        limit = _number(request, "limit", default_limit)
        if not 1 <= limit <= LARGEST_LIMIT:
            raise BadQueryError(f"limit={limit}: expected 1 to {LARGEST_LIMIT}")
        return MessageQuery(
            search=request.query_params.get("search", ""),
            channel=_choice(request, "channel", self.service.receivers),
            limit=limit,
            before=_number(request, "before", 0),
        )


def make_app(service: InboxService, hosts: set[str]) -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed."""
    api = InboxApi(service)
    received = [
        Route(path, api.receive(receiver), methods=["POST"])
        for receiver in service.receivers.values()
        for path in receiver.routes
    ]
    followed = [
        Route(PREFIX + path, api.receive_round(receiver), methods=["POST"])
        for receiver in service.receivers.values()
        for path in receiver.routes[:1]
    ]
    return Starlette(
        routes=[
            *received,
            *followed,
            Route(f"{PREFIX}/messages", api.rounds, methods=["GET"]),
            Route("/api/messages", api.messages, methods=["GET"]),
            Route("/api/incidents", api.incidents, methods=["GET"]),
            Route("/api/incidents/{incident}", api.act, methods=["POST"]),
            Route("/api/events", api.events, methods=["GET"]),
            Route("/-/healthy", api.healthy, methods=["GET"]),
            Route("/metrics", MetricsApp()),
            Route("/", api.page, methods=["GET"]),
            Route(ROUTE, page.assets().respond, methods=["GET"]),
        ],
        middleware=middleware(hosts, _HEADERS),
        exception_handlers={
            StoreError: _failure(HTTPStatus.SERVICE_UNAVAILABLE),
            BadQueryError: _failure(HTTPStatus.BAD_REQUEST),
            InvalidMessageError: _failure(HTTPStatus.BAD_REQUEST),
            BodyTooLargeError: _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            MediaTypeError: _failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
            MonitoringError: _failure(HTTPStatus.INTERNAL_SERVER_ERROR),
        },
    )


def _failure(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        place = f"{request.method} {request.url.path[:_LONGEST_PATH]!r}"
        print(f"{place}: {status.value}: {error}", flush=True)
        return JSONResponse({"error": str(error)}, status)

    return answer


def _choice(request: Request, name: str, allowed: Collection[str]) -> str:
    value = request.query_params.get(name, "")
    if value and value not in allowed:
        raise BadQueryError(f"{name}={value[:40]}: expected one of {', '.join(allowed)}")
    return value


def _number(request: Request, name: str, default: int) -> int:
    value = request.query_params.get(name, "")
    return _whole_number(name, value) if value else default


def _whole_number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadQueryError(f"{name}={text[:40]}: expected a whole number")
    return int(text)
