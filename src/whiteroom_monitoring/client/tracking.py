"""Counting what is in progress, and what raises: a block, a function, a coroutine, a generator.

>>> from whiteroom_monitoring.client.generated import business, http
>>> from whiteroom_monitoring.client.tracking import ExceptionCounter, InProgress
>>> with InProgress(http.http_active_connections):
...     pass
>>> @ExceptionCounter(business.feature_errors_total.labels(feature="mixer"), ValueError)
... def gain(text: str) -> float:
...     return float(text)
>>> gain("0.5")
0.5
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Protocol, TypeVar

from whiteroom_monitoring.client.wrapping import wrap

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class UpDownGauge(Protocol):
    """A gauge that is counted up and down (``updates: add``), or one of its labelled series."""

    def inc(self) -> None:
        """Count one up."""

    def dec(self) -> None:
        """Count one down."""


class Count(Protocol):
    """A counter, or one of its labelled series."""

    def inc(self) -> None:
        """Count one."""


class InProgress:
    """Counts up at the begin and down at the end, by return or by exception.

    As a decorator it counts a coroutine or a generator from its first step to its end. One that a
    plain function returns is counted during that call, as well.
    """

    def __init__(self, level: UpDownGauge) -> None:
        self._level = level

    def __enter__(self) -> InProgress:
        self._level.inc()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._level.dec()

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Return ``function``, whose calls are counted while they last."""
        return wrap(function, lambda: InProgress(self._level))


class ExceptionCounter:
    """Counts each block or call that ends by an exception of ``kinds``; the exception goes on."""

    def __init__(
        self,
        counter: Count,
        kinds: type[BaseException] | tuple[type[BaseException], ...] = Exception,
    ) -> None:
        self._counter = counter
        self._kinds = kinds

    def __enter__(self) -> ExceptionCounter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, self._kinds):
            self._counter.inc()

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Return ``function``, whose exceptions are counted."""
        return wrap(function, lambda: ExceptionCounter(self._counter, self._kinds))
