"""HTTP/1.1 over kept connections; docs/explanation/dependencies.md says why not httpx."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from whiteroom_musicians.errors import NoAnswerError, UsageError

TIMEOUT_S = 10.0
HEAD_BYTES = 64 * 1024
BODY_BYTES = 16 * 1024 * 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;|\r\n)")
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after:[ \t]*(\d{1,6})[ \t]*\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where the backend is; every path begins with ``prefix``."""

    host: str
    port: int
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Raise UsageError unless ``url`` is http with a host."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if host is None or parts.scheme != "http" or parts.query or parts.fragment:
            raise UsageError(f"--url {url}: expected http://HOST:PORT; give the backend's address")
        return cls(host, 80 if port is None else port, parts.path.rstrip("/"))

    def encode(
        self,
        method: str,
        path: str,
        content: object = None,
        token: str = "",
        traceparent: str = "",
    ) -> bytes:
        """Return the bytes of a request; ``content`` is sent as JSON unless it is None."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"{method} {self.prefix}/api/v1{path} HTTP/1.1", f"Host: {host}:{self.port}"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if traceparent:
            lines.append(f"traceparent: {traceparent}")
        body = b""
        if content is not None:
            body = json.dumps(content).encode()
            lines.append("Content-Type: application/json")
        if method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


class Response(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    retry_after_s: float


class ConnectionPool:
    """Keeps connections; the one that was used last is used next. At most ``kept`` stay idle."""

    def __init__(
        self, address: Address, idle_connections: int = 16, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.address = address
        self._idle: list[_Connection] = []
        self._kept = idle_connections
        self._timeout_s = timeout_s

    async def ask(self, request: bytes) -> Response:
        """Send a request. Raises NoAnswerError when none comes that is one."""
        try:
            async with asyncio.timeout(self._timeout_s):
                connection = self._take_idle()
                if connection is not None:
                    try:
                        return await self._exchange(connection, request)
                    except _StaleError:
                        pass
                return await self._exchange(await self._connect(), request)
        except TimeoutError as error:
            raise NoAnswerError("timeout", f"no answer within {self._timeout_s:g} s") from error

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    def _take_idle(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        host, port = self.address.host, self.address.port
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=HEAD_BYTES)
        except OSError as error:
            problem = f"{host}:{port}: can't be connected to; does it run? ({error.strerror})"
            raise NoAnswerError("refused", problem) from error
        return _Connection(reader, writer)

    async def _exchange(self, connection: _Connection, request: bytes) -> Response:
        keep = False
        try:
            response, keep = await connection.exchange(request)
        finally:
            if keep and len(self._idle) < self._kept:
                self._idle.append(connection)
            else:
                connection.close()
        return response


class _StaleError(NoAnswerError):
    """A kept connection was closed by the other side before it has answered anything."""


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._used = False

    @property
    def usable(self) -> bool:
        return not (self._reader.at_eof() or self._writer.is_closing())

    def close(self) -> None:
        self._writer.close()

    async def exchange(self, request: bytes) -> tuple[Response, bool]:
        """Return the response, and whether the connection can be used again."""
        try:
            self._writer.write(request)
            head = await self._head()
            return await self._answer(head)
        except asyncio.IncompleteReadError as error:
            if self._used and not error.partial:
                raise _StaleError("closed", "the kept connection was closed") from error
            raise NoAnswerError("closed", "the connection was closed in the middle") from error
        except OSError as error:
            kind = _StaleError if self._used else NoAnswerError
            raise kind("closed", f"the connection broke: {error.strerror}") from error
        finally:
            self._used = True

    async def _head(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise NoAnswerError("garbage", f"a head of more than {HEAD_BYTES} bytes") from error

    async def _answer(self, head: bytes) -> tuple[Response, bool]:
        status = _STATUS_LINE.match(head)
        if status is None:
            raise NoAnswerError("garbage", f"expected HTTP/1.1 and a status, found {head[:40]!r}")
        code = int(status[1])
        body = b"" if code in (204, 304) else await self._body(head)
        retry_after = _RETRY_AFTER.search(head)
        response = Response(code, body, float(retry_after[1]) if retry_after else 0.0)
        return response, _CLOSE.search(head) is None

    async def _body(self, head: bytes) -> bytes:
        length = _LENGTH.search(head)
        if length is not None:
            return await self._read(int(length[1]))
        if _CHUNKED.search(head):
            return await self._chunks()
        raise NoAnswerError("garbage", "a response with neither Content-Length nor chunks")

    async def _read(self, size: int) -> bytes:
        if size > BODY_BYTES:
            raise NoAnswerError("garbage", f"a body of {size} bytes, more than {BODY_BYTES}")
        try:
            return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise NoAnswerError("closed", "the connection was closed in the middle") from error

    async def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            size = await self._size_of_chunk()
            chunk = await self._read(size + 2)
            if size == 0:
                return bytes(body)
            body += chunk[:-2]
            if len(body) > BODY_BYTES:
                raise NoAnswerError("garbage", f"a body of more than {BODY_BYTES} bytes")

    async def _size_of_chunk(self) -> int:
        try:
            line = await self._reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError as error:
            raise NoAnswerError("garbage", f"a line of more than {HEAD_BYTES} bytes") from error
        size = _CHUNK_SIZE.match(line)
        if size is None:
            raise NoAnswerError("garbage", f"expected a chunk's length, found {line[:40]!r}")
        return int(size[1], 16)
