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

import time
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Protocol, TypeVar

from whiteroom_monitoring.client.wrapping import wrap

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Observer(Protocol):
    """A histogram or summary of seconds, or one of its labelled series."""

    def observe(self, value: float) -> None:
        """Observe ``value`` seconds."""


class Timer:
    """Observes seconds, however the block or call ends, by return or by exception.

    As a context manager one Timer times one block at a time. As a decorator it may time any number
    of calls at once. A coroutine is timed from its first step to its end, waiting included, and so
    is a generator, with what its user does between its steps; also those that a plain function
    returns, whose call is not observed then.
    """

    def __init__(self, metric: Observer) -> None:
        self._metric = metric
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

    def forget(self) -> None:
        """Observe nothing: what was timed goes on elsewhere."""
        self._observe = _nothing

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Return ``function``, timed."""
        metric = self._metric
        return wrap(function, lambda: Timer(metric))


def _nothing(value: float) -> None:
    """Observe nothing."""
