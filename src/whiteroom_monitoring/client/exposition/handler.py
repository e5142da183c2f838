"""Handles HTTP requests for metrics; the small server, ASGI and WSGI carry them."""

from __future__ import annotations

import itertools
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs

from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.request import Exposition, ExpositionRequest, Source
from whiteroom_monitoring.errors import MonitoringError

METRICS = "/metrics"
HEALTH = ("/-/healthy", "/-/ready")
METHODS = ("GET", "HEAD")
# The memory that all responses under way may hold together; a single one may hold more.
HELD_BYTES = 64 * 2**20
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class HttpRequest:
    """The part of a request that its response depends on."""

    method: str
    path: str
    query: str = ""
    accept: str = ""
    accept_encoding: str = ""
    authorization: str = ""


@dataclass(frozen=True)
class HttpResponse:
    """A response to GET; one to HEAD has the same headers, and its body is not sent.

    Take ``body`` to its end, or close it.
    """

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: ResponseBody


class ResponseBody(Iterator[bytes]):
    """The blocks of a response; it releases its memory once, at its end or when it is closed."""

    def __init__(self, blocks: Iterable[bytes], reservation: _Reservation | None = None) -> None:
        self._blocks = iter(blocks)
        self._reservation = reservation

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            return next(self._blocks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the memory of the response. Idempotent."""
        reservation, self._reservation, self._blocks = self._reservation, None, iter(())
        if reservation is not None:
            reservation.release()


@dataclass
class _Reservation:
    """The memory that one response holds, as a part of what all may hold."""

    handler: MetricsHandler
    bytes: int

    def release(self) -> None:
        self.handler.release(self.bytes)


@dataclass
class MetricsHandler:
    """Responds with the metrics of ``source`` to clients that ``credentials`` admit.

    Many threads may call it. When the source fails, its error goes to standard error, too.
    """

    source: Source
    credentials: Credentials | None = None
    _held_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Return the response to ``request``; never raises."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if request.path in HEALTH:
            return _plain(HTTPStatus.OK, "ok")
        try:
            return self._scrape(request)
        except (OSError, ValueError, MonitoringError) as error:
            print(f"scrape: {error}", file=sys.stderr)
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if request.path != METRICS and request.path not in HEALTH:
            return _plain(HTTPStatus.NOT_FOUND, f"not found; the metrics are at {METRICS}")
        if request.method not in METHODS:
            allowed = ("Allow", ", ".join(METHODS))
            text = f"only {' and '.join(METHODS)} are answered"
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, text, allowed)
        if request.path in HEALTH:
            return None
        if self.credentials is not None and not self.credentials.admit(request.authorization):
            challenge = ("WWW-Authenticate", self.credentials.challenge)
            return _plain(HTTPStatus.UNAUTHORIZED, "the metrics need credentials", challenge)
        if self._held_bytes > HELD_BYTES:
            text = "other answers are under way and hold as much memory as they may"
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, text, ("Retry-After", "1"))
        return None

    def _scrape(self, request: HttpRequest) -> HttpResponse:
        open_metrics, gzip = _native.negotiate(request.accept, request.accept_encoding)
        created = parse_qs(request.query).get("created", [""])[-1] in ("1", "true")
        exposition = self.source(ExpositionRequest(open_metrics, created))
        headers = [
            ("Content-Type", exposition.content_type),
            ("Vary", "Accept, Accept-Encoding"),
        ]
        # To those who send them, an empty block is the end.
        blocks: Iterator[bytes] = filter(None, exposition.blocks)
        if gzip:
            headers.append(("Content-Encoding", "gzip"))
            blocks = _compressed(blocks)
        first_blocks = list(itertools.islice(blocks, 2))
        if len(first_blocks) < 2:
            text = b"".join(first_blocks)
            return HttpResponse(HTTPStatus.OK, [*headers, _length(text)], ResponseBody([text]))
        return HttpResponse(HTTPStatus.OK, headers, self._reserve(first_blocks, blocks, exposition))

    def _reserve(
        self, first_blocks: list[bytes], rest: Iterator[bytes], exposition: Exposition
    ) -> ResponseBody:
        reservation = _Reservation(self, exposition.held_bytes)
        with self._lock:
            self._held_bytes += reservation.bytes
        return ResponseBody(itertools.chain(first_blocks, rest), reservation)

    def release(self, held_bytes: int) -> None:
        """Count the memory of a response that is at its end as free again."""
        with self._lock:
            self._held_bytes -= held_bytes


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


def _plain(status: HTTPStatus, text: str, *headers: tuple[str, str]) -> HttpResponse:
    body = f"{text}\n".encode()
    return HttpResponse(
        status, [("Content-Type", _PLAIN), _length(body), *headers], ResponseBody([body])
    )


def _compressed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield ``blocks`` as gzip, at the fastest level: the scraper is on this machine, or near."""
    stream = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for block in blocks:
        if packed := stream.compress(block):
            yield packed
    yield stream.flush()


def body_of(response: HttpResponse, method: str) -> ResponseBody:
    """Return the body to send: an empty one to HEAD, for which the other is closed."""
    if method != "HEAD":
        return response.body
    with closing(response.body):
        return ResponseBody([])


def mounted_path(mount: str, path: str) -> str:
    """Return the path that a request has within an application that is mounted at ``mount``.

    An application with a mount serves the metrics at the mount itself, too.

    >>> mounted_path("", "/metrics"), mounted_path("/monitoring", "/monitoring/metrics")
    ('/metrics', '/metrics')
    >>> mounted_path("/metrics", "/metrics/")
    '/metrics'
    """
    inner = path.removeprefix(mount) if mount else path
    return METRICS if mount and inner in ("", "/") else inner
