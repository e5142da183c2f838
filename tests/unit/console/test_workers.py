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


def test_viewers_take_turns() -> None:
    """Who asks for one thing waits for one thing of each other viewer, not for all of them."""
    workers, order = Workers(concurrency=1), list[str]()

    async def ask() -> None:
        many = [workers.run(lambda n=n: order.append(f"many {n}"), "many") for n in range(100)]  # type: ignore[misc]
        one = workers.run(lambda: order.append("one"), "one")
        await asyncio.gather(*many, one)

    asyncio.run(ask())
    assert order.index("one") == 1
    assert len(order) == 101
    workers.close()


def test_fifty_viewers_are_all_answered_once() -> None:
    """Fifty who look at one dashboard at once are all answered, by one evaluation of each panel."""
    workers, evaluated = Workers(), list[int]()

    def panel(number: int) -> int:
        evaluated.append(number)
        return number

    async def look(viewer: int) -> list[int]:
        panels = [workers.run(lambda n=n: panel(n), f"{viewer}", n) for n in range(25)]  # type: ignore[misc]
        return await asyncio.gather(*panels)

    async def all_look() -> list[list[int]]:
        return await asyncio.gather(*(look(viewer) for viewer in range(50)))

    assert asyncio.run(all_look()) == [list(range(25))] * 50
    assert sorted(evaluated) == list(range(25))
    workers.close()


def test_who_leaves_takes_nothing_from_others() -> None:
    """A viewer who goes away ends neither the answer that others wait for, nor theirs to come."""
    workers, go_on = Workers(concurrency=1), threading.Event()

    async def ask() -> list[bool]:
        first = asyncio.create_task(workers.run(lambda: go_on.wait(10), "a", "same"))
        second = asyncio.create_task(workers.run(lambda: False, "b", "same"))
        alone = asyncio.create_task(workers.run(lambda: True, "a"))
        await asyncio.sleep(0)
        first.cancel()
        alone.cancel()
        go_on.set()
        return [await second, await workers.run(lambda: True, "c")]

    assert asyncio.run(ask()) == [True, True]
    workers.close()


def test_a_failure_is_told_to_all_who_wait() -> None:
    """What goes wrong in a shared answer is raised to each, and the next one is asked anew."""
    workers = Workers(concurrency=1)

    async def ask() -> list[object]:
        tasks = [workers.run(lambda: 1 // 0, str(n), "same") for n in range(3)]
        failed = await asyncio.gather(*tasks, return_exceptions=True)
        return [*map(type, failed), await workers.run(lambda: 7, "a", "same")]

    assert asyncio.run(ask()) == [ZeroDivisionError] * 3 + [7]
    workers.close()


def test_queries_of_a_panel_keep_their_order() -> None:
    """Queries run at once; their answers come in the order of the queries, failures are raised."""
    workers = Workers()
    assert workers.run_all([lambda n=n: n for n in range(20)]) == list(range(20))  # type: ignore[misc]
    assert workers.run_all([lambda: "one"]) == ["one"]
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
        came = []
        answers = as_they_come([after(60), after(0.05), after(0)])
        async for answer in answers:
            came.append(answer)
            if len(came) == 2:
                break
        await answers.aclose()
        await asyncio.sleep(0)
        return came

    assert asyncio.run(ask()) == [0, 0.05]
    assert ended == [60]


def test_the_end_waits_for_nobody() -> None:
    """`close` returns while a request still waits for its data source."""
    workers, started, released = Workers(), threading.Event(), threading.Event()

    def wait() -> bool:
        started.set()
        return released.wait(60)

    query = workers._queries.submit(wait)
    assert started.wait(60)
    workers.close()
    assert not query.done()
    released.set()
    assert query.result(60)
