"""What all musicians share on their way to the backend: connections, figures, backoff."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection
from typing import Any, TypeVar

from whiteroom_musicians.backoff import Backoff
from whiteroom_musicians.errors import MusiciansError, NoAnswerError
from whiteroom_musicians.http_client import ConnectionPool, Response
from whiteroom_musicians.stats import Stats

UNAVAILABLE = 503
T = TypeVar("T")


class RefusedError(MusiciansError):
    """The backend has answered with a status that the musician did not expect."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(f"status {response.status}")


class ApiClient:
    """Asks the backend and enters how long that took."""

    def __init__(self, pool: ConnectionPool, stats: Stats, backoff: Backoff) -> None:
        # Whether the seed has been here before: None until somebody finds out, and False for good
        # once an account is missing.
        self.accounts_exist: bool | None = None
        self.stats = stats
        self.backoff = backoff
        self._pool = pool

    async def ask(
        self,
        method: str,
        path: str,
        content: object = None,
        token: str = "",
        expected: Collection[int] = (),
    ) -> Response:
        """Return an answer of 2xx or an expected status. Raises RefusedError, NoAnswerError."""
        start = time.monotonic()
        request = self._pool.address.encode(method, path, content, token, _traceparent())
        try:
            response = await self._pool.ask(request)
        finally:
            self.stats.request(time.monotonic() - start)
        if response.status != UNAVAILABLE:
            self.backoff.answered()
        if response.status // 100 != 2 and response.status not in expected:
            raise RefusedError(response)
        return response


def member(content: bytes | dict[str, Any], name: str, kind: type[T]) -> T:
    """Return what an object, or the JSON of one, has under ``name``. Raises NoAnswerError."""
    try:
        document = json.loads(content) if isinstance(content, bytes) else content
        value = document[name]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoAnswerError("garbage", f"expected an object with {name!r}") from error
    if not isinstance(value, kind):
        raise NoAnswerError("garbage", f"{name}: expected {kind.__name__}, found {value!r:.40}")
    return value


def _traceparent() -> str:
    """Return the header of a new trace (W3C Trace Context): this is where each of them begins."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"
