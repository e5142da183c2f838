"""A Timer observes exactly once for each block or call, however it ends."""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
import types

import pytest

from whiteroom_monitoring.client.timing import Timer


class Observed(list[float]):
    """Takes observations in the place of a histogram."""

    observe = list.append


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test moves by changing its only element."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_block(clock: list[float]) -> None:
    """A block is observed with what the clock has moved."""
    observed = Observed()
    with Timer(observed):
        clock[0] += 2.5
    assert observed == [2.5]


def test_block_that_fails(clock: list[float]) -> None:
    """A block that raises is observed, and its exception goes on."""
    observed = Observed()

    def fail() -> None:
        clock[0] += 1
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), Timer(observed):
        fail()
    assert observed == [1]


def test_recursive_function(clock: list[float]) -> None:
    """Calls within calls are each observed with their own time; name and result stay."""
    observed = Observed()

    @Timer(observed)
    def countdown(number: int) -> int:
        clock[0] += 1
        return countdown(number - 1) if number else 42

    assert countdown(2) == 42
    assert observed == [1, 2, 3]
    assert countdown.__name__ == "countdown"


def test_coroutines_at_once() -> None:
    """Coroutines that run at once are observed with what each has waited."""
    observed = Observed()

    @Timer(observed)
    async def wait(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    async def both() -> list[float]:
        return await asyncio.gather(wait(0.06), wait(0.02))

    assert inspect.iscoroutinefunction(wait)
    assert asyncio.run(both()) == [0.06, 0.02]
    assert len(observed) == 2
    assert 0.02 <= observed[0] < 0.06 <= observed[1]


def test_cancelled_coroutine_is_observed() -> None:
    """A coroutine that is cancelled is observed once, too."""
    observed = Observed()

    @Timer(observed)
    async def wait() -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert len(observed) == 1


def test_what_a_plain_function_returns_is_timed(clock: list[float]) -> None:
    """A coroutine or a generator that a plain function returns counts once, from its first step."""
    observed = Observed()

    async def work(seconds: float) -> float:
        clock[0] += seconds
        return seconds

    coroutine = Timer(observed)(lambda: work(3))()
    clock[0] += 50
    assert observed == []
    assert asyncio.run(coroutine) == 3
    assert observed == [3]


def test_a_generator_is_timed_to_its_end(clock: list[float]) -> None:
    """From the first step to the last, with its user's time; values, results and errors pass."""
    observed = Observed()

    @Timer(observed)
    def numbers():
        clock[0] += 1
        got = yield 1
        clock[0] += 1
        return got

    assert inspect.isgeneratorfunction(numbers)
    steps = numbers()
    clock[0] += 50
    assert next(steps) == 1
    clock[0] += 5
    with pytest.raises(StopIteration) as ended:
        steps.send("sent")
    assert (ended.value.value, observed) == ("sent", [7])
    unfinished = numbers()
    next(unfinished)
    unfinished.close()
    assert observed == [7, 1]


def test_an_async_generator_is_timed_to_its_end(clock: list[float]) -> None:
    """Values that are sent and errors that are thrown reach it; each is observed once."""
    observed = Observed()
    seen: list[object] = []

    @Timer(observed)
    async def numbers():
        try:
            seen.append((yield 1))
            clock[0] += 2
            yield 2
        except ValueError as error:
            seen.append(str(error))

    async def use() -> None:
        steps = numbers()
        assert await steps.asend(None) == 1
        assert await steps.asend("sent") == 2
        with pytest.raises(StopAsyncIteration):
            await steps.athrow(ValueError("thrown"))
        assert [number async for number in numbers()] == [1, 2]

    assert inspect.isasyncgenfunction(numbers)
    asyncio.run(use())
    assert seen == ["sent", "thrown", None]
    assert observed == [2, 2]


def test_generators_that_can_be_awaited_stay_so(clock: list[float]) -> None:
    """What `types.coroutine` made of a generator function is awaited as before, and timed."""
    observed = Observed()

    @types.coroutine
    def step():
        clock[0] += 2
        yield
        return "done"

    async def both() -> list[str]:
        return [await Timer(observed)(step)(), await Timer(observed)(functools.partial(step))()]

    assert asyncio.run(both()) == ["done", "done"]
    assert observed == [2, 2]
