"""The bounds of every server of ours, and the uvicorn protocol that holds those of HTTP in Python.

The inbox' mail server takes its bounds from here, too. The endpoint in C++ and the engine's control
socket have theirs in `http_endpoint.cpp` and `control/server.cpp`; one table of tests asks all.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class ServerLimits:
    """What clients may cost a server.

    ``connections`` are all, ``idle_connections`` those without a request; a further one closes the
    oldest that is idle, or is refused when none is. With 1,024 descriptors a process can bear two
    such servers. A whole request has to arrive within ``request_s``; a client may refuse to read
    its answer for ``stall_s``, and has to have taken it all within ``answer_s`` (None: a stream may
    last). Header, body, mail and answer are limited in bytes, JSON in its levels of nesting. Of a
    mail so many bytes are parsed at most; the rest is kept as it is.
    """

    connections: int = 384
    idle_connections: int = 320
    request_s: float = 10
    stall_s: float = 60
    answer_s: float | None = None
    header_bytes: int = 16 * 1024
    body_bytes: int = 512 * 1024
    mail_bytes: int = 1024 * 1024
    nesting: int = 32
    parsed_bytes: int = 64 * 1024
    answer_bytes: int = 8 * 1024 * 1024


# asyncio accepts so many at once before it lets any of them be counted. When descriptors run out it
# goes on trying as often, and logs each failure.
ACCEPTED_AT_ONCE = 64
# So many may wait until they are accepted. A connection beyond them is tried again by its client, a
# second later.
WAITING_CONNECTIONS = 1024


def uvicorn_settings(limits: ServerLimits) -> dict[str, Any]:
    """Return the settings of `uvicorn.Config` by which every HTTP server of ours is bounded."""
    return {
        "log_config": None,
        "log_level": "critical",
        "access_log": False,
        "lifespan": "off",
        "loop": "asyncio",
        "http": protocol(limits),
        "h11_max_incomplete_event_size": limits.header_bytes,
        "backlog": ACCEPTED_AT_ONCE,
        "ws": "none",
        "server_header": False,
        "proxy_headers": False,
    }


_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def is_nested_deeper(body: bytes, levels: int) -> bool:
    """Tell whether the JSON in ``body`` has more than so many arrays and objects in one another.

    >>> is_nested_deeper(b'{"a": [1, "[[[["]}', 2), is_nested_deeper(b'[[], [[]]]', 2)
    (False, True)
    """
    left = _JSON_STRING.sub(b"", body).translate(_BRACKETS, delete=_NO_BRACKETS)
    for _ in range(levels):
        left = left.replace(b"[]", b"")
    return bool(left)


def protocol(
    limits: ServerLimits, kind: type[ConnectionBounds] | None = None
) -> type[asyncio.Protocol]:
    """Return the protocol of one server, for `uvicorn.Config(http=...)`."""
    factory = functools.partial(kind or BoundedHttpProtocol, limits, {})
    return cast(type[asyncio.Protocol], factory)


class SignalFreeServer(uvicorn.Server):
    """A server that leaves the signals to the one who runs it, and lets many connections wait."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        for listener in sockets or ():
            # asyncio has made the queue as short as what it accepts at once.
            listener.listen(WAITING_CONNECTIONS)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _send_at_once(transport: asyncio.BaseTransport) -> None:
    """Let a body not wait for the receipt of its header, which a client delays by 40 ms.

    asyncio does so for sockets that it makes itself; ours are made before.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _parsing(protocol: object) -> Any:
    """Return what a class behind this one does: each parser has its own, with the same methods."""
    return protocol


class ConnectionBounds(asyncio.Protocol):
    """A connection that has to make progress: with its request, then with reading the answer.

    Stands before one of uvicorn's protocols, which parses. ``idle`` are the server's connections
    without a request, the oldest first. When there are too many, the oldest is closed, and not the
    newest: that may be the scraper.
    """

    # Of the protocol that parses.
    connections: Any
    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: Any

    _deadline: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None

    def __init__(
        self, limits: ServerLimits, idle: dict[ConnectionBounds, None], **server: Any
    ) -> None:
        _parsing(super()).__init__(**server)
        self._limits = limits
        self._idle = idle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        _send_at_once(transport)
        if len(self.connections) > self._limits.connections and not self._idle:
            self.evict()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.pop(self, None)
        self._cancel_timers()
        super().connection_lost(exc)

    def _expect_request(self) -> None:
        self._idle[self] = None
        self._set_deadline(self._limits.request_s, self._request_is_late)
        all_are_too_many = len(self.connections) > self._limits.connections
        if all_are_too_many or len(self._idle) > self._limits.idle_connections:
            next(iter(self._idle)).evict()

    def evict(self) -> None:
        """Close this connection: others need its place."""
        self._idle.pop(self, None)
        self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many connections")

    def on_response_complete(self) -> None:
        self._expect_request()
        _parsing(super()).on_response_complete()
        # Another request that is here already.
        self._expect_answer(None)

    def handle_websocket_upgrade(self, *event: Any) -> None:
        """Leave the connection to the protocol of WebSockets, which has no deadlines of ours."""
        self._idle.pop(self, None)
        self._cancel_timers()
        _parsing(super()).handle_websocket_upgrade(*event)

    def _expect_answer(self, before: object) -> None:
        """Give the answer its time, when a request has come since ``before`` was the last one."""
        if self.cycle is not before and not self.cycle.response_complete:
            self._idle.pop(self, None)
            self._set_deadline(self._limits.answer_s, self.transport.abort)

    def pause_writing(self) -> None:
        """Give a client that reads nothing a limited time; called by the transport."""
        super().pause_writing()
        self._stall = self.loop.call_later(self._limits.stall_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the client reads again; called by the transport."""
        if self._stall is not None:
            self._stall.cancel()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; called while the parser's error is handled, which may know."""
        status = getattr(sys.exc_info()[1], "error_status_hint", HTTPStatus.BAD_REQUEST)
        self.refuse(HTTPStatus(status), msg)

    def _set_deadline(self, seconds: float | None, end: Callable[[], None]) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, end)

    def _cancel_timers(self) -> None:
        for timer in (self._deadline, self._stall):
            if timer is not None:
                timer.cancel()

    def _request_is_late(self) -> None:
        self.refuse(HTTPStatus.REQUEST_TIMEOUT, "the request took too long")

    def refuse(self, status: HTTPStatus, text: str) -> None:
        """Answer in place of the application, and close."""
        body = f"{text}\n".encode()
        lines = [
            f"HTTP/1.1 {status} {status.phrase}",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()


class BoundedHttpProtocol(ConnectionBounds, H11Protocol):
    """A bounded connection whose requests h11 parses, in Python."""

    def data_received(self, data: bytes) -> None:
        # In pieces, because h11 looks at the length of a header only between two of them.
        size = self._limits.header_bytes
        for start in range(0, len(data), size):
            before = self.cycle
            super().data_received(data[start : start + size])
            self._expect_answer(before)
            if self.transport.is_closing():
                return
