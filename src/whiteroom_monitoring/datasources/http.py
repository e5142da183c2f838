"""Asks a data source over HTTP; every failure is a SourceError in words for people."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from whiteroom_monitoring.datasources.errors import SourceError

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_BLOCK_BYTES = 1 << 16
# JSON takes ten times its size until it is read: large answers at once would add up.
_ONE_AT_A_TIME = threading.Lock()

Parameters = Sequence[tuple[str, str]]
Read = Callable[[Any], Any]


def _as_it_is(content: Any) -> Any:
    return content


@dataclass(frozen=True)
class Server:
    """A server below ``url``. ``name`` is what people call it."""

    name: str
    url: str
    timeout_s: float
    most_bytes: int

    def get(self, path: str, parameters: Parameters = (), read: Read = _as_it_is) -> Any:
        """Return what ``read`` makes of the JSON that ``path`` answers. Raises SourceError."""
        query = urllib.parse.urlencode(parameters)
        return self._answer("GET", f"{path}?{query}" if query else path, None, {}, read)

    def post_form(self, path: str, parameters: Parameters, read: Read = _as_it_is) -> Any:
        """Likewise, of what ``path`` answers to a form, which may be long."""
        return self._answer("POST", path, urllib.parse.urlencode(parameters), _FORM, read)

    def send(self, method: str, path: str, content: object = None) -> Any:
        """Return the JSON that ``path`` answers to JSON. Raises SourceError."""
        return self._answer(method, path, orjson.dumps(content), _JSON, _as_it_is)

    def _answer(
        self,
        method: str,
        path: str,
        body: str | bytes | None,
        headers: Mapping[str, str],
        read: Read,
    ) -> Any:
        parts = urllib.parse.urlsplit(self.url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        connection = kind(parts.netloc, timeout=self.timeout_s)
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, dict(headers))
            answer = connection.getresponse()
            received = self._read(answer)
            with _ONE_AT_A_TIME:
                return read(self._content(answer.status, received))
        except TimeoutError as error:
            raise SourceError(f"{self.name} did not answer within {self.timeout_s:g} s.") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise SourceError(f"{self.name} can't be reached: {reason}.") from error
        finally:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read an answer that may be too large, or come too slowly."""
        deadline = time.monotonic() + self.timeout_s
        content = bytearray()
        while block := answer.read(_BLOCK_BYTES):
            content += block
            if len(content) > self.most_bytes:
                most = f"{self.most_bytes / 1e6:g} MB"
                raise SourceError(f"{self.name} answered with more than {most}; ask for less.")
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(content)

    def _content(self, status: int, body: bytes) -> Any:
        try:
            content = orjson.loads(body) if body else None
        except ValueError:
            content = None
            if status == http.HTTPStatus.OK:
                raise SourceError(f"{self.name} did not answer with JSON.") from None
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise SourceError(f"{self.name} refused: {_reason(content, body, status)}")
        return content


def _reason(content: Any, body: bytes, status: int) -> str:
    if isinstance(content, dict) and content.get("error"):
        return str(content["error"])
    if isinstance(content, str) and content:
        return content
    text = body.decode(errors="replace").strip()
    return text[:200] if text and not text.startswith("<") else f"status {status}"
