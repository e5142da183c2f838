"""A Docker API at a socket, with containers that have printed something."""

from __future__ import annotations

import contextlib
import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

# What a line of a container begins with.
TIME = b"2026-01-02T03:04:05.000000001Z "


def frame(kind: int, content: bytes) -> bytes:
    """Return a part of what a container has printed, as the API frames it."""
    return bytes([kind, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


class DockerEngine(socketserver.ThreadingUnixStreamServer):
    """A Docker API with containers, by what they have printed; who follows one waits for more."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.containers: dict[str, bytes] = {}
        self.is_over = threading.Event()
        self.following = 0
        super().__init__(str(path), _handler(self))


def _handler(engine: DockerEngine) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def address_string(self) -> str:
            return "socket"

        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def do_GET(self) -> None:
            if self.path.startswith("/containers/json"):
                ids = [{"Id": key, "Names": [f"/{key}"]} for key in engine.containers]
                self._start()
                self.wfile.write(json.dumps(ids).encode())
                return
            self._start()
            self.wfile.write(engine.containers[self.path.split("/")[2]])
            self.wfile.flush()
            engine.following += 1
            if b"stay" in self.path.encode():
                self.connection.recv(1)
            engine.following -= 1

        def _start(self) -> None:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()

    return Handler


@contextlib.contextmanager
def running_docker_engine(path: Path) -> Iterator[DockerEngine]:
    """Serve an API at a socket."""
    with DockerEngine(path) as engine:
        thread = threading.Thread(target=engine.serve_forever)
        thread.start()
        try:
            yield engine
        finally:
            engine.shutdown()
            thread.join()
