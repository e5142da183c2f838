"""Answers that are shared: who asks what somebody else is asking gets the same answer."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any


class SharedAnswers:
    """Computes each answer once, and keeps it for ``kept_s`` seconds. Safe for many threads."""

    def __init__(
        self, kept_s: float, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kept_s, self._most, self._clock = kept_s, most, clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Return the answer to ``key``. A failure is raised to all who wait, and not kept."""
        with self._lock:
            future, mine = self._find(key)
        if mine:
            self._compute(key, future, compute)
        return future.result()

    def forget(self, which: Callable[[Hashable], bool]) -> None:
        """Ask anew what ``which`` names, because it was changed."""
        with self._lock:
            for key in [key for key in self._answers if which(key)]:
                del self._answers[key]

    def _find(self, key: Hashable) -> tuple[Future[Any], bool]:
        now = self._clock()
        known = self._answers.get(key)
        if known and (not known[1].done() or now - known[0] < self._kept_s):
            return known[1], False
        future: Future[Any] = Future()
        self._answers[key] = (now, future)
        self._answers.move_to_end(key)
        while len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return future, True

    def _compute(self, key: Hashable, future: Future[Any], compute: Callable[[], Any]) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                if self._answers.get(key, (0, None))[1] is future:
                    del self._answers[key]
            future.set_exception(error)
