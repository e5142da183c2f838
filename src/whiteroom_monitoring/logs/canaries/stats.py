"""Which canaries were written, and which of them came back: late, doubled or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.canaries.marker import text

# What is promised, and after how long nobody waits any more.
LATE_S = 30.0
MISSING_S = 600.0
# How long a canary that is back is looked for again: it may come twice.
AGAIN_S = 60.0
Read = Literal["query", "tail"]
READS: tuple[Read, ...] = ("query", "tail")
_NS = 10**9


@dataclass
class _Written:
    """A canary that was written; ``waiting`` are the ways by which it is not found yet."""

    waiting: set[Read] = field(default_factory=lambda: set(READS))
    late: set[Read] = field(default_factory=set)
    is_doubled: bool = False


class CanaryStats:
    """The canaries of all sources. Times are nanoseconds since 1970. Used under one lock."""

    def __init__(self, say: Callable[[str], None] = lambda line: print(line, flush=True)) -> None:
        self._written: dict[tuple[str, int], _Written] = {}
        self._found_ns: dict[str, int] = {}
        self._say = say

    def write(self, source: str, now_ns: int) -> None:
        """Note a canary that is about to be written."""
        if source not in self._found_ns:
            self._begin(source, now_ns)
        self._written[source, now_ns] = _Written()

    @staticmethod
    def count(source: str) -> None:
        """Count a canary of a source that is there."""
        metrics.log_canary_entries_total.inc(1, source=source)

    def _begin(self, source: str, now_ns: int) -> None:
        self._set_found(source, now_ns)
        metrics.log_canary_live.set(1, source=source)
        metrics.log_canary_duplicate_entries_total.inc(0, source=source)
        for read in READS:
            metrics.log_canary_late_entries_total.inc(0, source=source, read=read)
            metrics.log_canary_missing_entries_total.inc(0, source=source, read=read)

    def _set_found(self, source: str, time_ns: int) -> None:
        self._found_ns[source] = time_ns
        metrics.log_canary_found_timestamp_seconds.set(time_ns / _NS, source=source)

    def leave_out(self, source: str, written_ns: int) -> None:
        """Forget a canary of a source that is not there; when it is, silence begins anew."""
        self._written.pop((source, written_ns), None)
        self._found_ns.pop(source, None)
        metrics.log_canary_live.set(0, source=source)

    def find(self, read: Read, found: Iterable[tuple[str, int]], now_ns: int) -> None:
        """Note what one answer holds; only that of a query tells what is there twice."""
        for (source, written_ns), times in Counter(found).items():
            canary = self._written.get((source, written_ns))
            if canary is None:
                continue
            if read in canary.waiting:
                canary.waiting.remove(read)
                lag_s = max(0, now_ns - written_ns) / _NS
                metrics.log_canary_latency_seconds.observe(lag_s, source=source, read=read)
                self._set_found(source, max(written_ns, self._found_ns.get(source, 0)))
            if read == "query" and times > 1 and not canary.is_doubled:
                canary.is_doubled = True
                metrics.log_canary_duplicate_entries_total.inc(times - 1, source=source)
                self._say(f"canary: {text(source, written_ns)!r} is stored {times} times")

    def expire(self, now_ns: int) -> None:
        """Count what is late or missing, and forget what is over."""
        for (source, written_ns), canary in list(self._written.items()):
            age_s = (now_ns - written_ns) / _NS
            if age_s > LATE_S:
                for read in canary.waiting - canary.late:
                    metrics.log_canary_late_entries_total.inc(1, source=source, read=read)
                canary.late |= canary.waiting
            if age_s > MISSING_S:
                for read in sorted(canary.waiting):
                    metrics.log_canary_missing_entries_total.inc(1, source=source, read=read)
                    self._say(f"canary: {text(source, written_ns)!r} is missing by {read}")
            if age_s > (MISSING_S if canary.waiting else AGAIN_S):
                del self._written[source, written_ns]

    def waits_s(self, now_ns: int) -> float | None:
        """Return how long the newest canary that a query has not found waits; None without one."""
        times = [ns for (_, ns), canary in self._written.items() if "query" in canary.waiting]
        return (now_ns - max(times)) / _NS if times else None

    def begin_ns(self, now_ns: int) -> int:
        """Return from when on is looked for canaries."""
        waiting = [ns for (_, ns), canary in self._written.items() if "query" in canary.waiting]
        return min([now_ns - round(AGAIN_S * _NS), *waiting])
