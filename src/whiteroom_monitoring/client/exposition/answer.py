"""What a request for metrics is answered, whatever carries it: the small server, ASGI or WSGI."""

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
from whiteroom_monitoring.client.exposition.formats import Exposition, Source, Wanted
from whiteroom_monitoring.errors import MonitoringError

METRICS = "/metrics"
HEALTH = ("/-/healthy", "/-/ready")
METHODS = ("GET", "HEAD")
# What the answers under way may hold together; one alone may hold more.
HELD_BYTES = 64 * 2**20
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """The part of a request that its answer depends on."""

    method: str
    path: str
    query: str = ""
    accept: str = ""
    accept_encoding: str = ""
    authorization: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer to GET; one to HEAD has the same headers, and its body is not sent.

    Take ``body`` to its end, or close it.
    """

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: Body


class Body(Iterator[bytes]):
    """The blocks of an answer; says once when they are not wanted any more."""

    def __init__(self, blocks: Iterable[bytes], held: _Held | None = None) -> None:
        self._blocks = iter(blocks)
        self._held = held

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            return next(self._blocks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back what the answer holds. Idempotent."""
        held, self._held, self._blocks = self._held, None, iter(())
        if held is not None:
            held.end()


@dataclass
class _Held:
    """The share of one answer of what all may hold."""

    answerer: Answerer
    bytes: int

    def end(self) -> None:
        self.answerer.give_back(self.bytes)


@dataclass
class Answerer:
    """Answers requests with the metrics of ``source``, to those whom ``credentials`` admit.

    Many threads may ask. When the source fails, its error goes to standard error, too.
    """

    source: Source
    credentials: Credentials | None = None
    _held_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        """Answer ``request``; never raises."""
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

    def _refusal(self, request: Request) -> Answer | None:
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

    def _scrape(self, request: Request) -> Answer:
        open_metrics, gzip = _native.negotiate(request.accept, request.accept_encoding)
        asked = parse_qs(request.query).get("created", [""])[-1]
        exposition = self.source(Wanted(open_metrics, asked in ("1", "true")))
        headers = [
            ("Content-Type", exposition.content_type),
            ("Vary", "Accept, Accept-Encoding"),
        ]
        blocks = iter(exposition.blocks)
        if gzip:
            headers.append(("Content-Encoding", "gzip"))
            blocks = _compressed(blocks)
        begun = list(itertools.islice(blocks, 2))
        if len(begun) < 2:
            text = b"".join(begun)
            return Answer(HTTPStatus.OK, [*headers, _length(text)], Body([text]))
        return Answer(HTTPStatus.OK, headers, self._held(begun, blocks, exposition))

    def _held(self, begun: list[bytes], rest: Iterator[bytes], exposition: Exposition) -> Body:
        held = _Held(self, exposition.held_bytes)
        with self._lock:
            self._held_bytes += held.bytes
        return Body(itertools.chain(begun, rest), held)

    def give_back(self, held_bytes: int) -> None:
        """An answer that held so much is at its end."""
        with self._lock:
            self._held_bytes -= held_bytes


def _length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


def _plain(status: HTTPStatus, text: str, *more: tuple[str, str]) -> Answer:
    body = f"{text}\n".encode()
    return Answer(status, [("Content-Type", _PLAIN), _length(body), *more], Body([body]))


def _compressed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield gzip's bytes for those of ``blocks``. Fastest: the network is this machine, or near."""
    stream = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for block in blocks:
        if packed := stream.compress(block):
            yield packed
    yield stream.flush()


def body_of(answer: Answer, method: str) -> Body:
    """Return what is to be sent: nothing to HEAD, for which the body is closed."""
    if method != "HEAD":
        return answer.body
    with closing(answer.body):
        return Body([])


def within(mount: str, path: str) -> str:
    """Return the path that a request has within an application that is mounted at ``mount``.

    What is mounted at a path of its own serves the metrics there.

    >>> within("", "/metrics"), within("/monitoring", "/monitoring/metrics")
    ('/metrics', '/metrics')
    >>> within("/metrics", "/metrics/")
    '/metrics'
    """
    inner = path.removeprefix(mount) if mount else path
    return METRICS if mount and inner in ("", "/") else inner
