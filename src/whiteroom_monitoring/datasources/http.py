"""The HTTP client of all data sources: one place for time-outs, sizes of answers and errors.

It stands on `http.client`; docs/explanation/dependencies.md says why it does not stand on httpx.
"""

from __future__ import annotations

import base64
import http.client
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import orjson

from whiteroom_monitoring.datasources.errors import (
    RefusedError,
    SourceError,
    SourceTimeoutError,
    UnreachableError,
)
from whiteroom_monitoring.datasources.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    # `status` shares no answer.
    from whiteroom_monitoring.datasources.single_flight import SingleFlight

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_BLOCK_BYTES = 1 << 16
_MAX_REASON = 200
# JSON takes ten times its size until it is decoded: large answers at once would add up.
_DECODE_LOCK = threading.Lock()
_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)

# The user of every server of the stack that asks for a password.
USER = "whiteroom"

Parameters = Sequence[tuple[str, str]]
_Result = TypeVar("_Result")
# Called with the name of the data source, and "answered" or "failed".
Observer = Callable[[str, str], None]


def basic_authorization(password_file: Path) -> str:
    """Return the header Authorization of the user whose password is in a file (RFC 7617).

    Nothing without the file: the server then refuses, and says so.
    """
    try:
        password = password_file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()


@dataclass(frozen=True)
class HttpClient:
    """Asks the server below ``url``; ``name`` is what people call it. Safe for many threads.

    ``shared`` lets equal questions share one answer; ``observer`` hears how each question ended;
    ``authorization`` is the header of that name.
    """

    name: str
    url: str
    limits: Limits = DEFAULT_LIMITS
    shared: SingleFlight | None = None
    observer: Observer | None = None
    authorization: str = field(default="", repr=False)

    def get_json(
        self,
        path: str,
        parameters: Parameters = (),
        decode: Callable[[Any], _Result] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> _Result:
        """Return what ``decode`` makes of the JSON at ``path``, or the JSON. Raises SourceError."""
        query = urllib.parse.urlencode(parameters)
        target = f"{path}?{query}" if query else path
        read = _reader(decode)
        return self._shared(target, lambda: self._ask("GET", target, None, headers or {}, read))

    def post_form(
        self, path: str, parameters: Parameters, read: Callable[[bytes], _Result]
    ) -> _Result:
        """Return what ``read`` makes of the answer to a question that may be a long one.

        ``read`` decodes the JSON itself, into the types that it needs. Raises SourceError.
        """
        form = urllib.parse.urlencode(parameters)
        key = f"{path}?{form}"
        return self._shared(key, lambda: self._ask("POST", path, form.encode(), _FORM, read))

    def send_json(self, method: str, path: str, content: object = None) -> Any:
        """Change something and return the answer; shared answers are forgotten."""
        answer: Any = self._ask(method, path, orjson.dumps(content), _JSON, _reader(None))
        if self.shared is not None:
            self.shared.forget(lambda key: isinstance(key, tuple) and key[0] == self.name)
        return answer

    def post_json(self, path: str, content: object) -> None:
        """Send something whose answer says nothing but that it was taken. Raises SourceError."""
        self._ask("POST", path, orjson.dumps(content), _JSON, bytes)

    def get_text(self, path: str) -> str:
        """Return the text at ``path``, such as an exposition. Raises SourceError."""
        status, body = self._exchange("GET", path, None, {})
        if status != http.HTTPStatus.OK:
            raise RefusedError(self.name, _reason(body, status), status)
        return body.decode(errors="replace")

    def get_status(self, path: str) -> int:
        """Return the status with which ``path`` is answered. Raises SourceError."""
        return self._exchange("GET", path, None, {})[0]

    def _shared(self, key: str, ask: Callable[[], _Result]) -> _Result:
        if self.shared is None:
            return ask()
        return self.shared.get((self.name, key), ask)

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        read: Callable[[bytes], _Result],
    ) -> _Result:
        try:
            status, received = self._exchange(method, path, body, headers)
            with _DECODE_LOCK:
                answer = self._decoded(status, received, read)
        except SourceError:
            self._observe("failed")
            raise
        self._observe("answered")
        return answer

    def _observe(self, outcome: str) -> None:
        if self.observer is not None:
            self.observer(self.name, outcome)

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Return status and body of one exchange on a connection of its own."""
        address = urllib.parse.urlsplit(self.url)
        secure = address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=self.limits.timeout_s)
        try:
            known = {"Authorization": self.authorization} if self.authorization else {}
            place = address.path.rstrip("/") + path
            connection.request(method, place, body, {**known, **headers})
            answer = connection.getresponse()
            return answer.status, self._read(answer)
        except TimeoutError as error:
            raise SourceTimeoutError(self.name, self.limits.timeout_s) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise UnreachableError(self.name, reason) from error
        finally:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read an answer that may be too large, or come too slowly."""
        deadline = time.monotonic() + self.limits.timeout_s
        content = bytearray()
        while block := answer.read(_BLOCK_BYTES):
            content += block
            if len(content) > self.limits.max_bytes:
                most = f"{self.limits.max_bytes / 1e6:g} MB"
                raise SourceError(f"{self.name} answered with more than {most}; ask for less.")
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(content)

    def _decoded(self, status: int, body: bytes, read: Callable[[bytes], _Result]) -> _Result:
        if status >= http.HTTPStatus.BAD_REQUEST:
            raise RefusedError(self.name, _reason(body, status), status)
        try:
            return read(body)
        except msgspec.ValidationError as error:
            raise SourceError(f"{self.name} answered in an unexpected form: {error}.") from error
        except (orjson.JSONDecodeError, msgspec.DecodeError) as error:
            raise SourceError(f"{self.name} did not answer with JSON.") from error
        except _MALFORMED as error:
            problem = f"{type(error).__name__} {error}"
            raise SourceError(f"{self.name} answered in an unexpected form: {problem}.") from error


def _reader(decode: Callable[[Any], _Result] | None) -> Callable[[bytes], _Result]:
    """Return what reads JSON, or nothing, and gives it to ``decode`` if there is such."""

    def read(body: bytes) -> Any:
        content: Any = orjson.loads(body) if body else None
        return decode(content) if decode else content

    return read


def _reason(body: bytes, status: int) -> str:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    if isinstance(content, dict) and content.get("error"):
        return str(content["error"])
    if isinstance(content, str) and content:
        return content
    text = body.decode(errors="replace").strip()
    return text[:_MAX_REASON] if text and not text.startswith("<") else f"status {status}"
