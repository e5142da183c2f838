"""Samples that an expression makes of lines, by series."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor, Line
from whiteroom_monitoring.logs.logql.evaluate.ranges import Samples
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.stages.row import Labels as Series
from whiteroom_monitoring.logs.metadata import fields
from whiteroom_monitoring.logs.query.plan import Plan, Step
from whiteroom_monitoring.logs.query.reading import AHEAD, POOL, Progress, candidates

# Structured metadata that is remembered while lines of one stream are read.
MOST_KNOWN = 10_000


def samples(
    plan: Plan,
    extractor: Extractor,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> dict[Series, Samples]:
    """Return what an extractor makes of the lines, by series. Raises StoppedError."""
    steps = deque(plan.steps_inside())
    running: deque[Future[dict[Series, Samples]]] = deque()
    series: dict[Series, Samples] = {}
    while steps or running:
        while steps and len(running) < AHEAD:
            running.append(POOL.submit(_step_samples, plan, steps.popleft(), extractor, progress))
        try:
            part = running.popleft().result()
        except DamagedError as error:
            damaged(error)
            continue
        progress.require_running()
        for labels, more in part.items():
            series.setdefault(labels, Samples([], [])).extend(more)
    return series


def _step_samples(
    plan: Plan, step: Step, extractor: Extractor, progress: Progress
) -> dict[Series, Samples]:
    if progress.stopped:
        return {}
    rows = step.read()
    series: dict[Series, Samples] = {}
    for run in step.runs:
        numbers = candidates(plan, run, rows)
        if not numbers:
            continue
        stream = parse_labels(run.labels)
        only = extractor.only_series(stream)
        if only is not None:
            series.setdefault(only, Samples([], [])).add_ones(rows.times(numbers))
        elif extractor.counts:
            _count_by_metadata(rows, numbers, extractor.series_by_metadata(stream), series)
        else:
            lines = _lines(rows, numbers, progress)
            for time_ns, labels, value in extractor.samples(stream, lines, are_chosen=True):
                series.setdefault(labels, Samples([], [])).add(time_ns, value)
    progress.count(step, rows)
    return series


def _count_by_metadata(
    rows: _native.Rows,
    numbers: list[int],
    series_of: Callable[[list[tuple[str, str]]], Series | None],
    series: dict[Series, Samples],
) -> None:
    """Count rows by their structured metadata, whose few forms are looked at once each."""
    times: dict[tuple[bytes, int], list[int]] = {}
    for number in numbers:
        time_ns, _, meta, level = rows[number]
        key = (meta, level)
        known = times.get(key)
        if known is None:
            known = times[key] = []
        known.append(time_ns)
    for (meta, level), times_ns in times.items():
        labels = series_of(fields(meta, level))
        if labels is not None:
            series.setdefault(labels, Samples([], [])).add_ones(times_ns)


def _lines(rows: _native.Rows, numbers: list[int], progress: Progress) -> Iterator[Line]:
    meta_of: dict[tuple[bytes, int], list[tuple[str, str]]] = {}
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        key = (meta, level)
        metadata = meta_of.get(key)
        if metadata is None:
            if len(meta_of) > MOST_KNOWN:
                meta_of.clear()
            metadata = meta_of[key] = fields(meta, level)
        if progress.stopped:
            return
        yield time_ns, line, metadata
