"""The part of the Docker API that tells containers and their lines, as Docker and podman serve it.

Source: Docker Engine API v1.41, ContainerList, ContainerLogs, ContainerAttach (frames).
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

ANSWER_S = 10.0
# Of a list of containers, and of a line, which is cut where it is longer.
MAX_LIST_BYTES = 16 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024
STREAMS = {1: "stdout", 2: "stderr"}
ERRORS = (OSError, http.client.HTTPException, ValueError)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class DockerApi:
    """The API at a socket. Its methods raise ``ERRORS``."""

    def __init__(self, path: str) -> None:
        self.path = path

    def containers(self, filters: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return what there is of containers, running or not."""
        words = urllib.parse.quote(orjson.dumps(filters).decode())
        connection = _Connection(self.path)
        try:
            connection.request("GET", f"/containers/json?all=true&filters={words}")
            answer = connection.getresponse()
            body = answer.read(MAX_LIST_BYTES)
        finally:
            connection.close()
        containers = orjson.loads(body) if answer.status == 200 else None
        if not isinstance(containers, list):
            raise ValueError(f"status {answer.status}, expected a list of containers")
        return containers

    def execute(self, key: str, words: Sequence[str]) -> None:
        """Run a command in a container, and don't wait for its end."""
        made = self._post(f"/containers/{key}/exec", {"Cmd": list(words)}, 201)
        self._post(f"/exec/{made['Id']}/start", {"Detach": True}, 200)

    def _post(self, path: str, content: Mapping[str, Any], expected: int) -> Any:
        connection = _Connection(self.path)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", path, orjson.dumps(content), headers)
            answer = connection.getresponse()
            body = answer.read(MAX_LIST_BYTES)
        finally:
            connection.close()
        if answer.status != expected:
            text = body[:200].decode(errors="replace").strip()
            raise ValueError(f"status {answer.status} for {path}: {text}")
        return orjson.loads(body) if body.strip() else None

    def follow(self, key: str, since_s: int) -> LogStream:
        """Return the lines of a container since a second, and those that come."""
        return LogStream(_Connection(self.path), key, since_s)


class LogStream:
    """Lines with their times, of one container. ``close`` may be called by another thread."""

    def __init__(self, connection: _Connection, key: str, since_s: int) -> None:
        self._connection = connection
        words = f"follow=true&stdout=true&stderr=true&timestamps=true&since={since_s}"
        try:
            connection.request("GET", f"/containers/{key}/logs?{words}")
            self._answer = connection.getresponse()
            if self._answer.status != 200:
                raise ValueError(f"status {self._answer.status} for the lines of {key[:12]}")
        except BaseException:
            connection.close()
            raise
        # After the answer, http.client forgets a connection that the server will close.
        self._socket = socket.socket(fileno=socket.dup(self._answer.fileno()))
        self._socket.settimeout(None)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Yield lines, each with the stream that it has come from."""
        return lines_of(self._answer)

    def close(self) -> None:
        """End it: who waits for a line waits no longer."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._connection.close()


def lines_of(answer: http.client.HTTPResponse) -> Iterator[tuple[str, bytes]]:
    """Yield lines of a stream in frames: eight bytes that tell the stream and the size.

    A container with a terminal sends lines without frames, as the first bytes tell.
    """
    rest = {1: b"", 2: b""}
    is_first = True
    while len(header := answer.read(8)) == 8:
        kind, size = header[0], int.from_bytes(header[4:8], "big")
        if kind not in STREAMS or any(header[1:4]):
            if is_first:
                yield from _without_frames(answer, header)
                return
            raise ValueError(f"found {header!r}, expected a frame of a log")
        is_first = False
        while size > 0 and (data := answer.read(min(size, MAX_LINE_BYTES))):
            size -= len(data)
            lines = (rest[kind] + data).split(b"\n")
            rest[kind] = lines.pop()
            if len(rest[kind]) >= MAX_LINE_BYTES:
                lines.append(rest[kind])
                rest[kind] = b""
            for line in lines:
                yield STREAMS[kind], line
    # A container that has ended may have left a line without an end.
    yield from ((STREAMS[kind], line) for kind, line in rest.items() if line)


def _without_frames(answer: http.client.HTTPResponse, first: bytes) -> Iterator[tuple[str, bytes]]:
    line = first if first.endswith(b"\n") else first + answer.readline(MAX_LINE_BYTES)
    while line:
        yield "stdout", line.rstrip(b"\r\n")
        line = answer.readline(MAX_LINE_BYTES)
