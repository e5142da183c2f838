"""Runs queries: each within its budget, listed while it runs, and ended when somebody stops it."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from whiteroom_monitoring.client.generated import logs as metrics
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor
from whiteroom_monitoring.logs.logql.evaluate.ranges import Counts, Samples
from whiteroom_monitoring.logs.logql.evaluate.run import Series, SeriesLimit, Times, evaluate
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.stages.build import split
from whiteroom_monitoring.logs.logql.stages.row import Labels
from whiteroom_monitoring.logs.logql.syntax import (
    Expression,
    LogQuery,
    Metric,
    ranges,
)
from whiteroom_monitoring.logs.patterns import Cluster, Patterns
from whiteroom_monitoring.logs.query import index
from whiteroom_monitoring.logs.query.entries import Entry, entries, spaced
from whiteroom_monitoring.logs.query.index import Volume
from whiteroom_monitoring.logs.query.patterns import collect
from whiteroom_monitoring.logs.query.plan import Cost, Plan, explain, plan, require_affordable
from whiteroom_monitoring.logs.query.reading import Progress
from whiteroom_monitoring.logs.query.samples import counts, samples
from whiteroom_monitoring.logs.store.admission import PushResult
from whiteroom_monitoring.logs.store.store import LogStore
from whiteroom_monitoring.logs.store.streams import LEAST_NS

# Queries of all clients together.
MAX_QUERIES = 16


class BusyError(MonitoringError):
    """A client has as many queries running as it may. Answer it with status 429."""


@dataclass(frozen=True)
class Running:
    """A query that runs."""

    id: int
    client: str
    query: str
    cost: Cost
    started: float
    progress: Progress = field(default_factory=Progress)

    def shown(self) -> dict[str, Any]:
        """Return what is told of it."""
        return {
            "id": str(self.id),
            "client": self.client,
            "query": self.query,
            "bytes": self.cost.bytes,
            "bytes_read": self.progress.bytes,
            "seconds": round(time.monotonic() - self.started, 3),
        }


@dataclass(frozen=True)
class Numbers:
    """The series of a query, what it has cost, and why they are not all."""

    series: Series
    cost: Cost
    progress: Progress
    seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The lines of a query, and what it has cost."""

    entries: list[Entry]
    cost: Cost
    progress: Progress
    seconds: float


def _read_by(expression: Expression, times: Times) -> Iterator[tuple[LogQuery, int, int]]:
    if isinstance(expression, LogQuery):
        yield expression, times.start_ns, times.end_ns
        return
    for selection in ranges(expression):
        offset = selection.range.offset_ns
        start = times.start_ns - selection.range.interval_ns - offset
        yield selection.range.query, start + 1, times.end_ns - offset + 1


class LogService:
    """Queries and pushes of one store. Used from the event loop; work is done in threads."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.threads = ThreadPoolExecutor(MAX_QUERIES, "query")
        self._running: dict[int, Running] = {}
        self._lock = threading.Lock()
        self._ids = itertools.count(1)

    @property
    def limits(self) -> Limits:
        """The limits of the store."""
        return self.store.limits

    def lines(
        self,
        client: str,
        query: LogQuery,
        times: tuple[int, int],
        limit: int,
        backward: bool,
        *,
        interval_ns: int = 0,
    ) -> Answer:
        """Answer a query: lines that are ``interval_ns`` or more from each other.

        Raises QueryError, BudgetError, BusyError.
        """
        started = time.monotonic()
        snapshot = self.store.snapshot()
        planned = plan(snapshot, query, *times)
        require_affordable(planned.cost, self.limits.query_bytes)
        with self._run(client, str(query), planned.cost) as running:

            def read(span: tuple[int, int], most: int) -> list[Entry]:
                part = planned if span == times else plan(snapshot, query, *span)
                return entries(part, most, backward, running.progress, self.store.report)

            if interval_ns:
                page = max(limit, self.limits.max_entries_limit_per_query)
                lines = spaced(read, times, (limit, page), backward, interval_ns)
            else:
                lines = read(times, limit)
        return Answer(lines, planned.cost, running.progress, time.monotonic() - started)

    def context(
        self,
        client: str,
        query: LogQuery,
        time_ns: int,
        lines: tuple[int, int],
        reach_ns: int,
    ) -> list[tuple[int, Entry]]:
        """Return the lines before a moment, of it, and after it, each with its place.

        Raises QueryError, BudgetError, BusyError.
        """
        before, after = lines
        most = self.limits.max_entries_limit_per_query
        earlier = (max(time_ns - reach_ns, LEAST_NS), time_ns)
        later = (time_ns + 1, min(time_ns + 1 + reach_ns, -LEAST_NS - 1))
        context: list[tuple[int, Entry]] = []
        if before:
            entries = self.lines(client, query, earlier, before, True).entries
            context += [(-place, entry) for place, entry in enumerate(entries, 1)][::-1]
        moment = (time_ns, time_ns + 1)
        context += [(0, entry) for entry in self.lines(client, query, moment, most, False).entries]
        if after:
            context += enumerate(self.lines(client, query, later, after, False).entries, 1)
        return context

    def numbers(
        self, client: str, metric: Metric, times: Times, *, cuts_series: bool = False
    ) -> Numbers:
        """Evaluate a query for numbers; ``cuts_series`` leaves out series that are too many.

        Raises QueryError, BudgetError, BusyError.
        """
        limit = SeriesLimit(self.limits.max_query_series, cuts_series)
        started = time.monotonic()
        snapshot = self.store.snapshot()

        plans: list[tuple[tuple[LogQuery, int, int], Plan]] = []

        def planned(extractor: Extractor, start_ns: int, end_ns: int) -> Plan:
            key = extractor.query, start_ns, end_ns
            known = next((one for other, one in plans if other == key), None)
            if known is None:
                # A range is open at its begin and closed at its end.
                known = plan(snapshot, extractor.query, start_ns + 1, end_ns + 1)
                plans.append((key, known))
            return known

        cost = Cost()
        moments = times.moments()
        for aggregation in ranges(metric):
            # Raises for what can't be extracted, before anything is read.
            extractor = Extractor(aggregation)
            offset_ns = aggregation.range.offset_ns
            begin_ns = moments[0] - offset_ns - aggregation.range.interval_ns
            cost += planned(extractor, begin_ns, moments[-1] - offset_ns).cost
        require_affordable(cost, self.limits.query_bytes)
        with self._run(client, str(metric), cost) as running:

            def read(
                extractor: Extractor, start_ns: int, end_ns: int
            ) -> Mapping[Labels, Samples | Counts]:
                ranged, progress = planned(extractor, start_ns, end_ns), running.progress
                if not extractor.counts_windows:
                    return samples(ranged, extractor, progress, self.store.report)
                bounds = times.bounds(extractor.aggregation.range)
                return counts(ranged, extractor, progress, bounds, self.store.report)

            check = running.progress.require_running
            series = evaluate(metric, times, read, limit, check)
        seconds = time.monotonic() - started
        return Numbers(series, cost, running.progress, seconds, limit.warnings)

    def patterns(
        self, client: str, query: LogQuery, times: tuple[int, int], step_ns: int
    ) -> list[Cluster]:
        """Return the patterns of lines, counted by steps.

        Raises QueryError, BudgetError, BusyError.
        """
        planned = plan(self.store.snapshot(), query, *times)
        require_affordable(planned.cost, self.limits.query_bytes)
        with self._run(client, str(query), planned.cost) as running:
            patterns = Patterns(step_ns)
            collect(planned, patterns, running.progress, self.store.report)
            return patterns.clusters(running.progress.require_running)

    def explain(self, expression: Expression, times: Times) -> list[dict[str, Any]]:
        """Say how a query is read, without reading: for each range of lines that it has."""
        snapshot = self.store.snapshot()
        explained = []
        for query, start_ns, end_ns in _read_by(expression, times):
            early, late = split(query.stages)
            stored = replace(query, stages=tuple(early))
            cost = plan(snapshot, stored, start_ns, end_ns).cost
            steps = explain(snapshot, stored, start_ns, end_ns)
            explained.append(
                {
                    "query": str(query),
                    "steps": [asdict(step) for step in steps],
                    "bytes": cost.bytes,
                    "lines_from": f"{cost.blocks} blocks and the head",
                    "stages": [str(stage) for stage in late],
                }
            )
        return explained

    def streams(self, query: LogQuery | None, times: tuple[int, int]) -> list[dict[str, str]]:
        """Return the labels of the streams that have lines then."""
        queries = [query] if query else []
        streams = index.streams(self.store.snapshot(), queries, times[0], times[1] + 1)
        return [parse_labels(labels) for labels in streams]

    def volumes(self, query: LogQuery, times: tuple[int, int]) -> dict[str, Volume]:
        """Return how much each stream has then."""
        return index.volumes(self.store.snapshot(), query, *times)

    @contextmanager
    def _run(self, client: str, query: str, cost: Cost) -> Iterator[Running]:
        running = self._start(client, query, cost)
        started = time.monotonic()
        try:
            yield running
        finally:
            with self._lock:
                del self._running[running.id]
            metrics.log_query_bytes_total.inc(running.progress.bytes)
        metrics.log_query_duration_seconds.observe(time.monotonic() - started)

    def _start(self, client: str, query: str, cost: Cost) -> Running:
        with self._lock:
            own = Counter(one.client for one in self._running.values())[client]
            if own >= self.limits.queries or len(self._running) >= MAX_QUERIES:
                raise BusyError(f"too many outstanding requests: {own} queries of {client} run")
            running = Running(next(self._ids), client, query, cost, time.monotonic())
            self._running[running.id] = running
            return running

    def running(self) -> list[dict[str, Any]]:
        """Return the queries that run."""
        with self._lock:
            return [query.shown() for query in self._running.values()]

    def stop(self, identifier: str) -> bool:
        """Let a query end; False when there is no such one."""
        with self._lock:
            for query in self._running.values():
                if str(query.id) == identifier:
                    query.progress.stopped = True
                    return True
        return False

    def observe(self) -> None:
        """Set the gauges of the store."""
        segments = self.store.snapshot().segments
        metrics.log_store_size_bytes.set(sum(segment.info.size for segment in segments))
        metrics.log_store_damaged.set(len(self.store.damaged))

    def close(self) -> None:
        """End the queries, and the store."""
        with self._lock:
            for query in self._running.values():
                query.progress.stopped = True
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.store.close()


def count(result: PushResult) -> None:
    """Count what a push has brought."""
    metrics.log_lines_stored_total.inc(result.stored)
    metrics.log_lines_repeated_total.inc(result.repeated)
    for reason, lines in result.refused.items():
        metrics.log_lines_refused_total.inc(lines, reason=reason)


def prepare_counters() -> None:
    """Begin counters at 0, so that their first event is seen as one."""
    metrics.log_lines_stored_total.inc(0)
    metrics.log_lines_repeated_total.inc(0)
