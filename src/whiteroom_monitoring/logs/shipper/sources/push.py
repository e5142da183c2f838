"""A receiver of Loki's push API: answers 204 when every target has acknowledged the lines."""

from __future__ import annotations

import http.server
import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import bodies
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.metadata import decode
from whiteroom_monitoring.logs.shipper.config import PushReceiver, ScrapeConfig
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.stream_source import Line, StreamSource
from whiteroom_monitoring.web.server import BodyTooLargeError

MAX_BYTES = 4 * 1024 * 1024
# How long a client waits for the targets; then it is to push again, which is stored once.
ANSWER_S = 30.0
MAX_CONTENT_BYTES = 4 * MAX_BYTES
# Labels, time, text and metadata of a line.
Pushed = tuple[Mapping[str, str], int, str, dict[str, str]]
_PATHS = ("/loki/api/v1/push", "/api/prom/push")
_CONNECTIONS = 16


class PushServer:
    """Listens, and puts what is pushed to every source. Raises MonitoringError."""

    def __init__(
        self,
        job: ScrapeConfig,
        receiver: PushReceiver,
        relabeling: Relabeling,
        sources: Sequence[StreamSource],
    ) -> None:
        self._receiver, self._relabeling, self._sources = receiver, relabeling, sources
        self._places = itertools.count(time.time_ns() % 10**6)
        self._slots = threading.BoundedSemaphore(_CONNECTIONS)
        server = self
        del job

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = ANSWER_S

            def do_POST(self) -> None:
                status, text = server.answer(self)
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    self.close_connection = True
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        address = (receiver.server.http_listen_address, receiver.server.http_listen_port)
        try:
            self._server = http.server.ThreadingHTTPServer(address, Handler)
        except OSError as error:
            raise MonitoringError(f"{address[0]}:{address[1]}: {error.strerror}") from error
        threading.Thread(target=self._server.serve_forever, name="push", daemon=True).start()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> tuple[int, str]:
        """Return the status and the text that a push gets."""
        if request.path.partition("?")[0] not in _PATHS:
            return HTTPStatus.NOT_FOUND, "not found\n"
        length = request.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected {MAX_BYTES} bytes at most\n"
        if not self._slots.acquire(blocking=False):
            request.rfile.read(int(length))
            return HTTPStatus.TOO_MANY_REQUESTS, "too many pushes at a time\n"
        try:
            body = request.rfile.read(int(length))
            kind = request.headers.get("Content-Type", "")
            encoding = request.headers.get("Content-Encoding", "")
            lines = self._lines(lines_of(body, kind, encoding))
        except bodies.BadBodyError as error:
            return HTTPStatus.BAD_REQUEST, f"{error}\n"
        except BodyTooLargeError as error:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{error}\n"
        else:
            return self._shipped(lines)
        finally:
            self._slots.release()

    def _lines(self, pushed: Iterable[Pushed]) -> list[Line]:
        lines = []
        now_ns = time.time_ns()
        for labels, time_ns, text, meta in pushed:
            kept = self._relabeling.apply({**labels, **self._receiver.labels})
            if kept is None:
                continue
            if self._receiver.use_incoming_timestamp:
                # As it is: pushed again, it is the same.
                lines.append(Line(text, kept, 0, "", time_ns, 1000, meta))
            else:
                place = next(self._places)
                lines.append(Line(text, kept, place, "", now_ns // 10**6 * 10**6, 10**6, meta))
        return lines

    def _shipped(self, lines: list[Line]) -> tuple[int, str]:
        """Put lines, and wait until every target has them."""
        if any(source.room() < len(lines) for source in self._sources) and len(lines) < 2000:
            return HTTPStatus.TOO_MANY_REQUESTS, "the targets are behind\n"
        events = []
        for source in self._sources if lines else ():
            event = threading.Event()
            events.append(event)
            for number, line in enumerate(lines):
                is_last = number == len(lines) - 1
                sent = _with_done(line, event) if is_last else line
                if not source.put(sent):
                    return HTTPStatus.SERVICE_UNAVAILABLE, "the shipper ends\n"
        deadline = time.monotonic() + ANSWER_S
        if all(event.wait(max(0.0, deadline - time.monotonic())) for event in events):
            return HTTPStatus.NO_CONTENT, ""
        return HTTPStatus.SERVICE_UNAVAILABLE, "the targets have not answered yet\n"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def _with_done(line: Line, event: threading.Event) -> Line:
    return Line(
        line.text, line.labels, line.place, "", line.time_ns, line.unit_ns, line.meta, 0, event.set
    )


def lines_of(body: bytes, kind: str, encoding: str) -> Iterator[Pushed]:
    """Yield the lines of a push. Raises BadBodyError and BodyTooLargeError."""
    body = bodies.decompress(body, encoding, MAX_CONTENT_BYTES)
    is_json = "json" in kind
    streams = bodies.from_json(body) if is_json else bodies.from_protobuf(body, MAX_CONTENT_BYTES)
    for labels, rows in streams:
        try:
            fields = parse_labels(labels.decode())
        except (QueryError, UnicodeDecodeError) as error:
            raise bodies.BadBodyError(f"couldn't parse push request: {error}") from error
        for number in range(len(rows)):
            time_ns, line, meta, _ = rows[number]
            yield fields, time_ns, line.decode(errors="replace"), dict(decode(meta))
