"""Equal questions that are asked at once, or soon after one another, share one answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar, cast

_Result = TypeVar("_Result")


class SingleFlight:
    """Computes each answer once, and keeps it for ``ttl_s`` seconds. Safe for many threads."""

    def __init__(
        self, ttl_s: float, max_answers: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ttl_s, self._max_answers, self._clock = ttl_s, max_answers, clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        """Return the answer to ``key``. A failure is raised to all who wait, and not kept."""
        with self._lock:
            future, is_first = self._find(key)
        if is_first:
            self._compute(key, future, compute)
        return cast("_Result", future.result())

    def forget(self, matches: Callable[[Hashable], bool]) -> None:
        """Drop the answers whose keys match, because what they say was changed."""
        with self._lock:
            for key in [key for key in self._answers if matches(key)]:
                del self._answers[key]

    def _find(self, key: Hashable) -> tuple[Future[Any], bool]:
        now = self._clock()
        known = self._answers.get(key)
        if known and (not known[1].done() or now - known[0] < self._ttl_s):
            return known[1], False
        future: Future[Any] = Future()
        self._answers[key] = (now, future)
        self._answers.move_to_end(key)
        while len(self._answers) > self._max_answers:
            self._answers.popitem(last=False)
        return future, True

    def _compute(self, key: Hashable, future: Future[Any], compute: Callable[[], object]) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                if self._answers.get(key, (0, None))[1] is future:
                    del self._answers[key]
            future.set_exception(error)
