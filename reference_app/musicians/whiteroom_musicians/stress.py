"""An even stream of requests at a given rate, whether or not the backend keeps up with it.

The starts are fixed beforehand, and a latency is counted from the start that was intended: a
request that had to wait for the one before it was slow for its musician, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from typing import Any, NamedTuple, TypeVar

from whiteroom_musicians import people
from whiteroom_musicians.client import ApiClient, RefusedError, member
from whiteroom_musicians.errors import MusiciansError, NoAnswerError
from whiteroom_musicians.http_client import Address, ConnectionPool
from whiteroom_musicians.musician import CHANNELS, FEATURES
from whiteroom_musicians.stats import Latencies

CONNECTIONS = 32
# A start that is so late is given up: the backend is not to be flooded with what it missed.
LATE_S = 10.0
# Of a hundred requests so many.
MIX = {
    "list": 24,
    "open": 30,
    "profile": 4,
    "tempo": 16,
    "performance": 8,
    "instrument": 7,
    "feature": 10,
    "export": 1,
}
T = TypeVar("T")


class Session(NamedTuple):
    """A session that exists before the stream begins, and what it may ask about."""

    token: str
    song: object
    performance: object
    instrument: str


async def until(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what ``work`` returns; None if ``stop`` is set first, which ends it."""
    working = asyncio.ensure_future(work)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    return None


async def prepare(client: ApiClient, seed: int, number: int) -> Session:
    """Return a session of a musician, whose account and song are made if needed.

    Raises MusiciansError when the backend does not let it.
    """
    mine = people.account(seed, number, 0)
    credentials = {"email": mine.email, "password": mine.password}
    await client.ask("POST", "/users", {"name": mine.name, **credentials}, expected=(409,))
    token = member((await client.ask("POST", "/sessions", credentials)).body, "token", str)
    songs = member((await client.ask("GET", "/songs?limit=1", None, token)).body, "songs", list)
    if songs:
        song = member(songs[0], "id", object)
    else:
        content = {"title": "Under load", "tempo_bpm": 120, "key": "C major"}
        song = member((await client.ask("POST", "/songs", content, token)).body, "id", object)
    path = f"/songs/{song}/performances"
    performance = member(
        (await client.ask("POST", path, {"name": "Under load"}, token)).body, "id", object
    )
    answer = (await client.ask("GET", "/instruments", None, token)).body
    return Session(token, song, performance, member(answer, "instruments", list)[0])


def requests(address: Address, session: Session) -> dict[str, list[bytes]]:
    """Return the requests of each kind that ``session`` sends, ready for the wire."""
    song = f"/songs/{session.song}"

    def encode(method: str, path: str, content: object = None) -> bytes:
        return address.encode(method, path, content, session.token)

    assigned = {"instrument": session.instrument}
    chosen = {"performance_id": session.performance}
    return {
        "list": [encode("GET", "/songs?limit=20")],
        "open": [encode("GET", song)],
        "profile": [encode("GET", "/me")],
        "tempo": [encode("PATCH", song, {"tempo_bpm": bpm}) for bpm in range(60, 180, 15)],
        "performance": [encode("PUT", f"{song}/performance", chosen)],
        "instrument": [
            encode("PUT", f"{song}/channels/{channel}/instrument", assigned)
            for channel in range(1, CHANNELS + 1)
        ],
        "feature": [
            encode("POST", f"/features/{feature}/uses", {"ok": True}) for feature in FEATURES
        ],
        "export": [encode("POST", f"{song}/export", {"format": "midi"})],
    }


class Stress:
    """Sends the stream over at most CONNECTIONS connections; nothing is queued."""

    def __init__(
        self, pool: ConnectionPool, sessions: list[Session], rate: float, seed: int
    ) -> None:
        self.latencies = Latencies()
        self.errors: Counter[str] = Counter()
        self.sent = 0
        self.not_sent = 0
        self._pool = pool
        self._rate = rate
        self._stream = self._requests(sessions, random.Random(seed))
        self._starts = self._intended()

    async def run(self, stop: asyncio.Event, for_s: float | None) -> dict[str, object]:
        """Return the report when ``stop`` is set or ``for_s`` has passed."""
        begin = time.monotonic()
        await until(stop, self._send_all(begin, for_s))
        return self.report(time.monotonic() - begin)

    def report(self, seconds: float) -> dict[str, object]:
        """Return what was reached in ``seconds``."""
        longest = self.latencies.longest_s
        return {
            "asked_per_s": self._rate,
            "achieved_per_s": round(self.sent / seconds, 1),
            "seconds": round(seconds, 2),
            "requests": self.sent,
            "not_sent": self.not_sent,
            "errors": dict(sorted(self.errors.items())),
            **self.latencies.summary(50, 90, 95, 99),
            "max_ms": round(longest * 1000, 2),
        }

    async def _send_all(self, begin: float, for_s: float | None) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._send(begin, for_s))

    async def _send(self, begin: float, for_s: float | None) -> None:
        for start in self._starts:
            if for_s is not None and start >= for_s:
                return
            late_s = time.monotonic() - begin - start
            if late_s < 0:
                await asyncio.sleep(-late_s)
            if late_s > LATE_S:
                self.not_sent += 1
            else:
                await self._one(next(self._stream), begin + start)

    async def _one(self, request: bytes, intended: float) -> None:
        try:
            response = await self._pool.ask(request)
        except NoAnswerError as error:
            self.errors[error.kind] += 1
        else:
            if response.status // 100 != 2:
                self.errors[str(response.status)] += 1
        self.sent += 1
        self.latencies.record(time.monotonic() - intended)

    def _intended(self) -> Iterator[float]:
        number = 0
        while True:
            yield number / self._rate
            number += 1

    def _requests(self, sessions: list[Session], source: random.Random) -> Iterator[bytes]:
        ready = [requests(self._pool.address, session) for session in sessions]
        kinds, weights = list(MIX), list(MIX.values())
        while True:
            kind = source.choices(kinds, weights)[0]
            yield source.choice(source.choice(ready)[kind])


async def prepare_all(client: ApiClient, seed: int, musicians: int) -> list[Session]:
    """Return a session of each musician. Raises MusiciansError when one can't be had."""
    sessions = []
    for number in range(musicians):
        try:
            sessions.append(await prepare(client, seed, number))
        except (NoAnswerError, RefusedError) as error:
            problem = f"musician {number} has no session and no song to begin with: {error}"
            raise MusiciansError(problem) from error
    return sessions
