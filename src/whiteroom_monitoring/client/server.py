"""A small HTTP server for metrics, for programs that have none of their own.

It is http.server of the standard library with the paths that Prometheus and a supervisor ask for:
``/metrics``, ``/-/healthy`` and ``/-/ready``. It has no authentication: keep it on loopback. A
program that has a web server mounts the application of `asgi` or `wsgi` instead.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from whiteroom_monitoring.client.answering import METHODS, Exposition, answer
from whiteroom_monitoring.errors import MonitoringError

IDLE_SECONDS = 10


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

    def __init__(self, address: str, port: int, exposition: Exposition) -> None:
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

    def _answer(self) -> None:
        found = answer(self.command, self.path.partition("?")[0], self.server.exposition)
        self.send_response(found.status)
        for name, value in found.headers:
            self.send_header(name, value)
        if self.command not in METHODS:
            self.send_header("Connection", "close")  # a body may follow that nobody reads
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.body)

    # http.server's names
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: a line for each scrape tells nothing."""
