"""The inbox over HTTP: what senders post, what people and programs read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.inbox import incidents
from whiteroom_monitoring.inbox.messages import (
    CHANNELS,
    InvalidMessageError,
    decoded,
)
from whiteroom_monitoring.inbox.receivers import pagerduty, slack
from whiteroom_monitoring.inbox.service import Desk
from whiteroom_monitoring.inbox.store import DECIDED, DEFAULT_LIMIT, LARGEST_LIMIT, StoreError
from whiteroom_monitoring.web import inbox as page
from whiteroom_monitoring.web.server import SECURITY_HEADERS, BodyTooLargeError, middleware

HEARTBEAT_S = 15.0
OPEN = "open"

_HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-store"}


class _BadQueryError(Exception):
    """A parameter of a request has no meaning."""


class Inbox:
    """The handlers of all routes, around one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def pagerduty(self, request: Request) -> Response:
        """Take an event as PagerDuty's Events API v2 does."""
        try:
            event = pagerduty.parsed(await request.body())
        except InvalidMessageError as error:
            self._desk.reject("pagerduty", error)
            answer = {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": list(error.errors),
            }
            return JSONResponse(answer, HTTPStatus.BAD_REQUEST)
        await self._desk.take(event)
        answer = {
            "status": "success",
            "message": "Event processed",
            "dedup_key": event.dedup_key,
        }
        return JSONResponse(answer, HTTPStatus.ACCEPTED)

    async def slack(self, request: Request) -> Response:
        """Take a message as Slack's incoming webhooks do."""
        try:
            kind = request.headers.get("content-type", "application/json")
            message = slack.parsed(await request.body(), kind, request.path_params.get("rest", ""))
        except InvalidMessageError as error:
            self._desk.reject("slack", error)
            return PlainTextResponse(f"invalid_payload: {error}", HTTPStatus.BAD_REQUEST)
        await self._desk.take(message)
        return PlainTextResponse("ok")

    async def messages(self, request: Request) -> Response:
        """List messages, newest first."""
        search, channel = _text(request, "search"), _choice(request, "channel", CHANNELS)
        limit = _number(request, "limit", DEFAULT_LIMIT)
        before = _number(request, "before", 0)
        if not 1 <= limit <= LARGEST_LIMIT:
            raise _BadQueryError(f"limit={limit}: expected 1 to {LARGEST_LIMIT}")
        found = await self._desk.ask(lambda s: s.messages(search, channel, limit, before))
        return JSONResponse({"messages": found})

    async def incidents(self, request: Request) -> Response:
        """List incidents, the one that changed last first."""
        state = _choice(request, "state", (OPEN, *incidents.STATES))
        states = incidents.OPEN if state == OPEN else (state,) if state else ()
        found = await self._desk.ask(lambda store: store.incidents(*states))
        return JSONResponse({"incidents": found})

    async def decide(self, request: Request) -> Response:
        """Acknowledge or resolve an open incident, as its on-call person does at PagerDuty."""
        number = request.path_params["number"]
        # A form of a page elsewhere could send anything but this.
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise _BadQueryError("the body is not application/json")
        action = decoded(await request.body()).get("action")
        if action not in DECIDED:
            raise _BadQueryError(f"action={action}: expected one of {', '.join(DECIDED)}")
        stored = await self._desk.decide(number, action)
        if stored is None:
            error = {"error": f"incident {number}: there is none that is open"}
            return JSONResponse(error, HTTPStatus.NOT_FOUND)
        return JSONResponse(stored)

    async def events(self, request: Request) -> Response:
        """Stream each new message as a server-sent event."""
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for message in self._desk.watch(HEARTBEAT_S):
            if message is None:
                yield ": still here\n\n"
            else:
                yield f"id: {message['id']}\nevent: message\ndata: {json.dumps(message)}\n\n"

    async def page(self, request: Request) -> Response:
        """Return the page, with what is known now in it."""
        found = await self._desk.ask(lambda s: (s.incidents(*incidents.OPEN), s.messages()))
        return Response(page.render(*found), media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """Return the page's style or script."""
        content, kind = page.ASSETS[request.url.path.rpartition("/")[2]]
        return Response(content, media_type=kind)

    async def healthy(self, request: Request) -> Response:
        """Answer 200 when a notification could be stored now."""
        await self._desk.ask(lambda store: store.check_writable())
        return PlainTextResponse("ok\n")


def make(desk: Desk, hosts: set[str]) -> Starlette:
    """Return the application. ``hosts`` are the names by which it may be addressed."""
    inbox = Inbox(desk)

    def get(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(path, handler, methods=["GET"])

    def post(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(path, handler, methods=["POST"])

    return Starlette(
        routes=[
            post("/pagerduty/v2/enqueue", inbox.pagerduty),
            post("/slack", inbox.slack),
            post("/slack/{rest:path}", inbox.slack),
            get("/api/messages", inbox.messages),
            get("/api/incidents", inbox.incidents),
            post("/api/incidents/{number:int}", inbox.decide),
            get("/api/events", inbox.events),
            get("/-/healthy", inbox.healthy),
            Route("/metrics", MetricsApp()),
            get("/", inbox.page),
            *(get(f"/{name}", inbox.asset) for name in page.ASSETS),
        ],
        middleware=middleware(hosts, _HEADERS),
        exception_handlers={
            StoreError: _failure(HTTPStatus.SERVICE_UNAVAILABLE),
            _BadQueryError: _failure(HTTPStatus.BAD_REQUEST),
            InvalidMessageError: _failure(HTTPStatus.BAD_REQUEST),
            BodyTooLargeError: _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            MonitoringError: _failure(HTTPStatus.INTERNAL_SERVER_ERROR),
        },
    )


def _failure(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        print(f"{request.method} {request.url.path}: {status.value}: {error}", flush=True)
        return JSONResponse({"error": str(error)}, status)

    return answer


def _text(request: Request, name: str) -> str:
    return request.query_params.get(name, "")


def _choice(request: Request, name: str, allowed: tuple[str, ...]) -> str:
    value = _text(request, name)
    if value and value not in allowed:
        raise _BadQueryError(f"{name}={value}: expected one of {', '.join(allowed)}")
    return value


def _number(request: Request, name: str, default: int) -> int:
    value = _text(request, name)
    if value and not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise _BadQueryError(f"{name}={value}: expected a whole number")
    return int(value) if value else default
