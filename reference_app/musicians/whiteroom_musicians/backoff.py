"""Exponential backoff while the backend or the engine is away; each outage is logged once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from whiteroom_musicians.log import Log

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
# It is back when it has answered for so long without a failure, not at its first response: what
# fails at every other request is logged once, not at every other request.
CALM_S = 10.0


class Backoff:
    """Decides when ``name`` may be asked again. ``clock`` returns seconds."""

    def __init__(
        self,
        name: str,
        log: Log,
        source: random.Random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ever_answered = False
        self._name = name
        self._log = log
        self._random = source
        self._clock = clock
        self._failures = 0
        self._wait_until = 0.0
        self._away_since: float | None = None
        self._last_failure = 0.0

    @property
    def waits(self) -> bool:
        """Whether it is too early to ask again."""
        return self._failures > 0 and self._clock() < self._wait_until

    @property
    def away(self) -> bool:
        """Whether it has failed, and was not calm since."""
        return self._away_since is not None

    def failed(self, problem: str, retry_after_s: float = 0.0) -> None:
        """Wait, with jitter; failures of requests that were sent at one time count as one."""
        now = self._clock()
        self._last_failure = now
        if self._away_since is None:
            self._away_since = now
            self._log.say("warning", f"{self._name} away", problem=problem)
        if self.waits:
            return
        longest = min(FIRST_WAIT_S * 2**self._failures, LONGEST_WAIT_S)
        wait_s = longest * self._random.uniform(0.5, 1)
        self._wait_until = now + max(wait_s, min(retry_after_s, LONGEST_WAIT_S))
        self._failures = min(self._failures + 1, 10)

    def answered(self) -> None:
        """Go on as usual."""
        self.ever_answered = True
        self._failures = 0
        if self._away_since is not None:
            now = self._clock()
            if now - self._last_failure >= CALM_S:
                seconds = round(self._last_failure - self._away_since, 1)
                self._log.say("info", f"{self._name} back", away_s=seconds)
                self._away_since = None
