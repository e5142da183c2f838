"""No more is done at once than the machine should bear."""

from __future__ import annotations

import asyncio
import threading

import pytest

from whiteroom_monitoring.console.workers import BusyError, Workers, as_they_come


def test_who_comes_too_late_is_told() -> None:
    """Beyond the longest queue a request fails at once, and the others get their answers."""
    workers, go_on = Workers(concurrency=1, max_queue=2), threading.Event()

    async def ask() -> list[int]:
        waiting = [asyncio.create_task(workers.run(lambda: int(go_on.wait(10)))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="2 requests are waiting"):
            await workers.run(lambda: 1)
        go_on.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(ask()) == [1, 1]
    workers.close()


def test_queries_of_a_panel_keep_their_order() -> None:
    """Queries run at once; their answers come in the order of the queries, failures are raised."""
    workers = Workers()
    assert workers.run_all([lambda n=n: n for n in range(20)]) == list(range(20))  # type: ignore[misc]
    with pytest.raises(ZeroDivisionError):
        workers.run_all([lambda: 1, lambda: 1 // 0])
    workers.close()


def test_what_is_known_first_comes_first() -> None:
    """Who asks for several things gets each as soon as it is known; the rest ends with them."""
    ended = []

    async def after(seconds: float) -> float:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append(seconds)
            raise
        return seconds

    async def ask() -> list[float]:
        found = []
        answers = as_they_come([after(60), after(0.05), after(0)])
        async for answer in answers:
            found.append(answer)
            if len(found) == 2:
                break
        await answers.aclose()
        await asyncio.sleep(0)
        return found

    assert asyncio.run(ask()) == [0, 0.05]
    assert ended == [60]
