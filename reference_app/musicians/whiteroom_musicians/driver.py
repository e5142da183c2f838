"""Does in real time what the plan says, with bounded concurrency and bounded queues."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator

from whiteroom_musicians.client import ApiClient
from whiteroom_musicians.engine import Engine
from whiteroom_musicians.log import Log
from whiteroom_musicians.musician import Musician
from whiteroom_musicians.plan import Habits, Step, plan
from whiteroom_musicians.stats import Stats
from whiteroom_musicians.visit import AT_THE_ENGINE, Action

# Requests under way at one time.
WORKERS = 16
# What one musician has still to do while an answer is awaited; more is given up.
MOST_PENDING = 4
# A step that is later than this is given up: after a pause of the machine nobody catches up.
LATE_S = 10.0
SUMMARY_S = 60.0
# Who has been answered within this time counts as active, as in the catalogue.
ACTIVE_S = 900.0


class Driver:
    """Runs the musicians; without a ``client`` or an ``engine`` they leave out what needs it."""

    def __init__(
        self,
        habits: Habits,
        client: ApiClient | None,
        engine: Engine | None,
        stats: Stats,
        log: Log,
    ) -> None:
        self._habits = habits
        self._client = client
        self._engine = engine
        self._stats = stats
        self._log = log
        self._musicians = (
            [Musician(habits.seed, number, client) for number in range(habits.musicians)]
            if client
            else []
        )
        self._pending: list[deque[Step]] = [deque() for _ in range(habits.musicians)]
        self._busy: set[int] = set()
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._answered_s: dict[int, float] = {}
        self._start_s = time.monotonic()
        self._told_slow = False

    async def run(self, stop: asyncio.Event, for_s: float | None) -> None:
        """Return when ``stop`` is set or ``for_s`` has passed, with the last summary said."""
        tasks = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        tasks += [asyncio.create_task(self._feed()), asyncio.create_task(self._tell())]
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait([ended, *tasks], timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, *tasks):
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        if self._engine:
            await self._engine.close()
        self._say("end", time.monotonic() - self._start_s, self._stats.whole.summary())
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _feed(self) -> None:
        for step in self._steps():
            late_s = time.monotonic() - self._start_s - step.time_s
            await asyncio.sleep(max(-late_s, 0))  # also lets the others in when there is no time
            if late_s > LATE_S:
                self._stats.count("skipped")
            else:
                self._offer(step)

    def _steps(self) -> Iterator[Step]:
        for step in plan(self._habits):
            if self._musicians or step.action in AT_THE_ENGINE:
                yield step

    def _offer(self, step: Step) -> None:
        pending = self._pending[step.musician]
        if len(pending) >= MOST_PENDING:
            self._stats.count("skipped")
            self._say_slow()
            if step.action is Action.LEAVE:
                pending[-1] = step
            return
        pending.append(step)
        if step.musician not in self._busy:
            self._busy.add(step.musician)
            self._ready.put_nowait(step.musician)

    def _say_slow(self) -> None:
        away = self._client is not None and self._client.backoff.away
        if not (self._told_slow or away):
            self._told_slow = True
            problem = "musicians leave things undone that they have no time to wait for"
            self._log.say("warning", "backend slow", problem=problem)

    async def _work(self) -> None:
        while True:
            musician = await self._ready.get()
            pending = self._pending[musician]
            while pending:
                await self._do(pending.popleft())
            self._busy.discard(musician)

    async def _do(self, step: Step) -> None:
        if step.action in AT_THE_ENGINE:
            if self._engine:
                await self._engine.do(step.action, step.choice)
        elif step.action is Action.LEAVE:
            self._musicians[step.musician].leave()
        elif await self._musicians[step.musician].do(step.action, step.choice):
            self._answered_s[step.musician] = time.monotonic()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(SUMMARY_S)
            figures = self._stats.next_minute()
            self._told_slow = self._told_slow and figures.counts["skipped"] > 0
            self._say("summary", SUMMARY_S, figures.summary())

    def _say(self, message: str, seconds: float, fields: dict[str, object]) -> None:
        since = time.monotonic() - ACTIVE_S
        active = sum(answered > since for answered in self._answered_s.values())
        self._log.say("info", message, seconds=round(seconds, 1), active_musicians=active, **fields)
