"""Statistics of the musicians: requests, latencies, errors by kind, in constant memory."""

from __future__ import annotations

import math
from collections import Counter

# Latencies are kept in buckets of which each is 2 % wider than the last, from 0.1 ms to 1000 s.
SHORTEST_S = 1e-4
GROWTH = 1.02
BUCKETS = math.ceil(math.log(1000 / SHORTEST_S) / math.log(GROWTH))


class Latencies:
    """A distribution of seconds that is exact to 2 %."""

    def __init__(self) -> None:
        self._counts = [0] * (BUCKETS + 1)
        self._total = 0
        self.longest_s = 0.0

    def record(self, seconds: float) -> None:
        """Count one."""
        bucket = math.log(max(seconds, SHORTEST_S) / SHORTEST_S) / math.log(GROWTH)
        self._counts[min(int(bucket), BUCKETS)] += 1
        self._total += 1
        self.longest_s = max(self.longest_s, seconds)

    def quantile(self, share: float) -> float | None:
        """Return the seconds that ``share`` of all stayed below; None if there are none."""
        if not self._total:
            return None
        rank, cumulative = math.ceil(share * self._total), 0
        for bucket, count in enumerate(self._counts):
            cumulative += count
            if cumulative >= rank:
                return min(SHORTEST_S * GROWTH ** (bucket + 1), self.longest_s)
        return self.longest_s

    def summary(self, *percentiles: int) -> dict[str, object]:
        """Return each percentile in milliseconds, by its name."""
        return {
            f"p{percent}_ms": _milliseconds(self.quantile(percent / 100)) for percent in percentiles
        }


class Figures:
    """Counts of one stretch of time.

    ``errors`` is by HTTP status or by the kind of NoAnswerError, those of the engine with
    ``engine_`` before it. ``counts`` is everything else that is worth a number.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.latencies = Latencies()
        self.errors: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def summary(self) -> dict[str, object]:
        """Return the fields of a summary line."""
        return {
            "requests": self.requests,
            "errors": dict(sorted(self.errors.items())),
            **self.latencies.summary(50, 95),
            **dict(sorted(self.counts.items())),
        }


class Stats:
    """Enters everything twice: for the minute and for the whole time."""

    def __init__(self) -> None:
        self.minute = Figures()
        self.whole = Figures()

    def request(self, seconds: float) -> None:
        """Count a request that took so long, answered or not."""
        for window in (self.minute, self.whole):
            window.requests += 1
            window.latencies.record(seconds)

    def error(self, kind: str) -> None:
        """Count something that a musician did not expect."""
        for window in (self.minute, self.whole):
            window.errors[kind] += 1

    def count(self, event: str) -> None:
        """Count something that is no error."""
        for window in (self.minute, self.whole):
            window.counts[event] += 1

    def next_minute(self) -> Figures:
        """Return the figures of the minute and begin a new one."""
        ended, self.minute = self.minute, Figures()
        return ended


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
