"""Runs what waits for data sources in threads, no more at once than the machine should bear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from whiteroom_monitoring.datasources.errors import RequestError

CONCURRENCY = 4
# Who waits behind so many others would have given up by then.
MAX_QUEUE = 200

_Result = TypeVar("_Result")


class BusyError(RequestError):
    """More is asked at once than the console answers."""


class Workers:
    """Threads for requests, and others for the queries that each of them consists of."""

    def __init__(self, concurrency: int = CONCURRENCY, max_queue: int = MAX_QUEUE) -> None:
        self._requests = ThreadPoolExecutor(concurrency, "console-request")
        self._queries = ThreadPoolExecutor(concurrency, "console-query")
        self._max_queue = max_queue
        self._waiting = 0

    async def run(self, task: Callable[[], _Result]) -> _Result:
        """Return what ``task`` returns. Raises BusyError. Used from one event loop."""
        if self._waiting >= self._max_queue:
            raise BusyError(f"{self._waiting} requests are waiting already; try again")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._requests, task)
        finally:
            self._waiting -= 1

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
