"""Runs what waits for data sources in threads, no more at once than the machine should bear."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from whiteroom_monitoring.datasources.errors import RequestError

CONCURRENCY = 4
# Of one viewer, who would have given up by then, and of all: what they wait with takes memory.
MAX_QUEUE = 200
MAX_ALL = 10_000

_Result = TypeVar("_Result")


class BusyError(RequestError):
    """More is asked at once than the console answers."""


class _Job:
    """A task that waits or runs, and how many wait for it."""

    def __init__(self, task: Callable[[], Any], key: Hashable) -> None:
        self.task, self.key = task, key
        self.waiters = 0
        self.result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Workers:
    """Threads for requests, and others for the queries that each of them consists of.

    Viewers take turns, so that nobody waits for all that another one has asked. Who asks for what
    is being asked waits for the same answer. Used from one event loop.
    """

    def __init__(
        self,
        concurrency: int = CONCURRENCY,
        max_queue: int = MAX_QUEUE,
        max_all: int = MAX_ALL,
    ) -> None:
        self._requests = ThreadPoolExecutor(concurrency, "console-request")
        self._queries = ThreadPoolExecutor(concurrency, "console-query")
        self._free = concurrency
        self._max_queue, self._max_all = max_queue, max_all
        self._asked: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[_Job]] = OrderedDict()
        self._by_key: dict[Hashable, _Job] = {}

    async def run(
        self, task: Callable[[], _Result], viewer: str = "", key: Hashable = None
    ) -> _Result:
        """Return what ``task`` returns; tasks of one ``key`` return the same. Raises BusyError."""
        if self._asked[viewer] >= self._max_queue:
            raise BusyError(f"{self._asked[viewer]} requests are waiting already; try again")
        if self._asked.total() >= self._max_all:
            raise BusyError("too many viewers are waiting already; try again")
        job = self._by_key.get(key) if key is not None else None
        if job is None:
            job = self._queued(_Job(task, key), viewer)
        self._asked[viewer] += 1
        job.waiters += 1
        try:
            result: _Result = await asyncio.shield(job.result)
            return result
        finally:
            job.waiters -= 1
            self._asked[viewer] -= 1
            if not self._asked[viewer]:
                del self._asked[viewer]

    def _queued(self, job: _Job, viewer: str) -> _Job:
        if job.key is not None:
            self._by_key[job.key] = job
        self._queues.setdefault(viewer, deque()).append(job)
        # Not at once: who asks for several things has asked for all of them by then.
        asyncio.get_running_loop().call_soon(self._start)
        return job

    def _start(self) -> None:
        """Start what waits, one of each viewer in turn, as long as there are threads."""
        while self._free and self._queues:
            viewer, queue = self._queues.popitem(last=False)
            job = queue.popleft()
            if queue:
                self._queues[viewer] = queue
            if not job.waiters:
                self._by_key.pop(job.key, None)
                job.result.cancel()
                continue
            self._free -= 1
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._requests, job.task)
            running.add_done_callback(partial(self._ended, job))

    def _ended(self, job: _Job, done: asyncio.Future[Any]) -> None:
        self._free += 1
        self._by_key.pop(job.key, None)
        if done.cancelled():
            job.result.cancel()
        elif error := done.exception():
            job.result.set_exception(error)
            # Nobody may be left who would ask for it.
            job.result.exception()
        else:
            job.result.set_result(done.result())
        self._start()

    def run_all(self, tasks: Sequence[Callable[[], _Result]]) -> list[_Result]:
        """Run the queries of one panel at once; the first failure is raised."""
        if len(tasks) == 1:
            return [tasks[0]()]
        return [future.result() for future in [self._queries.submit(task) for task in tasks]]

    def close(self) -> None:
        """Wait for nobody."""
        for pool in (self._requests, self._queries):
            pool.shutdown(wait=False, cancel_futures=True)


async def as_they_come(
    tasks: Sequence[Coroutine[Any, Any, _Result]],
) -> AsyncIterator[_Result]:
    """Yield what ``tasks`` return, the first that is known first. What nobody waits for ends."""
    running = [asyncio.create_task(task) for task in tasks]
    try:
        for known in asyncio.as_completed(running):
            yield await known
    finally:
        for task in running:
            task.cancel()
