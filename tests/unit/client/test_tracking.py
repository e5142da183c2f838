"""What is in progress is counted while it lasts, and each exception of a kind once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from whiteroom_monitoring.client.tracking import ExceptionCounter, InProgress


class Level:
    """Counts up and down."""

    def __init__(self) -> None:
        self.value = 0

    def inc(self) -> None:
        """Count one up."""
        self.value += 1

    def dec(self) -> None:
        """Count one down."""
        self.value -= 1


def test_in_progress_is_counted_while_it_lasts() -> None:
    """A block, a call, a coroutine and an async generator count one each, and end, if they fail."""
    level = Level()
    with pytest.raises(ZeroDivisionError), InProgress(level):
        _ = 1 // (level.value - 1)

    @InProgress(level)
    def call() -> int:
        return level.value

    @InProgress(level)
    async def coroutine() -> int:
        return level.value

    @InProgress(level)
    async def steps() -> AsyncIterator[int]:
        yield level.value

    async def all_steps() -> list[int]:
        return [value async for value in steps()]

    assert (call(), asyncio.run(coroutine()), asyncio.run(all_steps())) == (1, 1, [1])
    assert level.value == 0


def test_exceptions_of_a_kind_are_counted_and_go_on() -> None:
    """One for each block or call that ends by one of them; others count nothing."""
    counter = Level()

    @ExceptionCounter(counter, (KeyError, ValueError))
    def fail(error: BaseException | None) -> None:
        if error:
            raise error

    for error, count in ((KeyError("a"), 1), (ValueError("b"), 2), (OSError("c"), 2)):
        with pytest.raises(type(error)):
            fail(error)
        assert counter.value == count
    fail(None)
    with pytest.raises(RuntimeError), ExceptionCounter(counter):
        raise RuntimeError
    assert counter.value == 3
