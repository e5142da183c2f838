"""A small HTTP server for metrics, for programs that have none of their own.

It is http.server of the standard library with the paths that Prometheus and a supervisor ask for:
``/metrics``, ``/-/healthy`` and ``/-/ready``. It has no authentication: keep it on loopback.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from whiteroom_monitoring.client import CONTENT_TYPE
from whiteroom_monitoring.errors import MonitoringError

IDLE_SECONDS = 10
PLAIN = "text/plain; charset=utf-8"


class ListenError(MonitoringError):
    """The address can't be listened on."""


class MetricsServer(ThreadingHTTPServer):
    """Serves what ``exposition`` returns. Port 0 takes a free one; see ``server_port``.

    ``exposition`` is called for each scrape, on a thread of its own; when it raises, the scrape
    gets status 500 and the error's text goes to standard error.

    Raises ListenError when the address is taken or not allowed.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: str, port: int, exposition: Callable[[], bytes]) -> None:
        self.exposition = exposition
        try:
            super().__init__((address, port), _Handler)
        except OSError as error:
            place = f"{address}:{port}"
            raise ListenError(f"{place}: can't be listened on: {error.strerror}") from error

    def serve_until_told(self) -> None:
        """Say where it serves, and serve until SIGTERM or SIGINT. For the main thread only."""

        def stop(number: int, frame: object) -> None:
            # shutdown() waits for serve_forever(), which this handler interrupts.
            threading.Thread(target=self.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        address, port = self.server_address[:2]
        print(f"serving http://{address!s}:{port}/metrics", flush=True)
        self.serve_forever()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say in one line what went wrong with a connection; a scraper that left is no error."""
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"connection from {client_address}: {error}", file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    server: MetricsServer
    timeout = IDLE_SECONDS
    protocol_version = "HTTP/1.1"
    server_version = "whiteroom"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _refuse(self) -> None:
        body = b"only GET and HEAD are answered\n"
        self.send_response(HTTPStatus.METHOD_NOT_ALLOWED)
        self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")  # a body may follow that nobody reads
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815 - http.server's names

    def _answer(self, with_body: bool) -> None:
        status, content_type, body = self._content(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _content(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        if path in {"/-/healthy", "/-/ready"}:
            return HTTPStatus.OK, PLAIN, b"ok\n"
        if path != "/metrics":
            return HTTPStatus.NOT_FOUND, PLAIN, b"not found; the metrics are at /metrics\n"
        try:
            return HTTPStatus.OK, CONTENT_TYPE, self.server.exposition()
        except (OSError, ValueError, MonitoringError) as error:
            print(f"scrape: {error}", file=sys.stderr)
            return HTTPStatus.INTERNAL_SERVER_ERROR, PLAIN, f"{error}\n".encode()

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: a line for each scrape tells nothing."""
