"""Redis, which may be lost at any time: then nothing is found and nothing is kept.

The first requests that notice wait for TIMEOUT_S. From then on nobody asks Redis but a probe,
until that has an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from whiteroom_backend.errors import StartError
from whiteroom_backend.log import Log

TIMEOUT_S = 0.25
PROBE_S = 1.0
# More than there are requests at once: to be refused one would look like a loss.
MOST_CONNECTIONS = 10_000
PREFIX = "whiteroom:"
T = TypeVar("T")


class Cache:
    """Keeps small values for a while. ``fault`` is called when Redis is lost, once each time.

    Without ``url`` it is off. Raises StartError when the address is none.
    """

    def __init__(self, url: str | None, log: Log, fault: Callable[[], None]) -> None:
        self._log = log
        self._fault = fault
        self._redis = _client(url) if url else None
        self._probe: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """``off``, ``ok`` or ``lost``."""
        if self._redis is None:
            return "off"
        return "lost" if self._probe else "ok"

    async def get(self, key: str) -> bytes | None:
        """Return what is kept, None if nothing is."""
        if self._redis is None or self._probe:
            return None
        value = await self._tried(self._redis.get(PREFIX + key))
        return value.encode() if isinstance(value, str) else value

    async def put(self, key: str, value: bytes, for_s: int, only_new: bool = False) -> None:
        """Keep ``value``; with ``only_new``, unless there is one."""
        if self._redis is not None and not self._probe:
            await self._tried(self._redis.set(PREFIX + key, value, ex=for_s, nx=only_new))

    async def close(self) -> None:
        """Close the connections."""
        if self._probe:
            self._probe.cancel()
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(TIMEOUT_S):
                    await self._redis.aclose()

    async def _tried(self, command: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await command
        except (RedisError, OSError, TimeoutError) as error:
            if not self._probe:
                self._fault()
                self._log.say("warning", "cache lost", exception=type(error).__name__)
                self._probe = asyncio.create_task(self._until_back())
            return None

    async def _until_back(self) -> None:
        assert self._redis is not None
        answered = False
        while not answered:
            await asyncio.sleep(PROBE_S)
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(TIMEOUT_S):
                    answered = bool(await self._redis.ping())
        self._probe = None
        self._log.say("info", "cache back")


def _client(url: str) -> Redis:
    try:
        return Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            max_connections=MOST_CONNECTIONS,
        )
    except ValueError as error:
        raise StartError(f"--redis {url}: {error}") from error
