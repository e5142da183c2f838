"""Observing how long something takes: a block, a function, a coroutine.

>>> from whiteroom_monitoring.client.generated import business
>>> from whiteroom_monitoring.client.timing import Timer
>>> with Timer(business.session_duration_seconds):
...     pass
>>> @Timer(business.session_duration_seconds)
... def play(song: str) -> str:
...     return f"playing {song}"
>>> play("First Light")
'playing First Light'
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, ParamSpec, Protocol, TypeVar, cast

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Observer(Protocol):
    """A histogram or summary of seconds, or one of its labelled series."""

    def observe(self, value: float) -> None:
        """Observe ``value`` seconds."""


class Timer:
    """Observes seconds, however the block or call ends, by return or by exception.

    As a context manager one Timer times one block at a time. As a decorator it may time any number
    of calls at once; a coroutine function is timed from its first step to its end, waiting
    included. Generators are not timed: what a call of one takes is not what one would expect.
    """

    def __init__(self, metric: Observer) -> None:
        self._observe = metric.observe
        self._start = 0.0

    def __enter__(self) -> Timer:
        self._start = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._observe(time.perf_counter() - self._start)

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Return ``function``, timed. Raises TypeError for a generator function."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"{function.__qualname__}: a generator can't be timed; time its use")
        observe = self._observe

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def timed_coroutine(*args: Any, **kwargs: Any) -> Any:
                start = time.perf_counter()
                try:
                    return await function(*args, **kwargs)
                finally:
                    observe(time.perf_counter() - start)

            return cast(Callable[_Arguments, _Result], timed_coroutine)

        @functools.wraps(function)
        def timed(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                observe(time.perf_counter() - start)

        return timed
