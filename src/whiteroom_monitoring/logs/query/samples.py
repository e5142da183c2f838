"""Samples that an expression makes of lines, by series."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor, Line, NativeSampling
from whiteroom_monitoring.logs.logql.evaluate.ranges import Counts, Samples
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.stages.row import Labels as Series
from whiteroom_monitoring.logs.metadata import fields
from whiteroom_monitoring.logs.query.plan import Plan, Step
from whiteroom_monitoring.logs.query.reading import AHEAD, POOL, Progress, candidates
from whiteroom_monitoring.logs.store.segment import Block, Run

Report = Callable[[DamagedError], None]


def samples(
    plan: Plan, extractor: Extractor, progress: Progress, damaged: Report = print
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


def counts(
    plan: Plan, extractor: Extractor, progress: Progress, bounds: array[int], damaged: Report
) -> dict[Series, Counts]:
    """Return how many lines each series has between bounds. Raises StoppedError.

    Where nobody reads the lines themselves, only the columns of blocks are.
    """
    counter = _Counter(plan, extractor, bounds)
    for step in plan.steps_inside():
        progress.require_running()
        try:
            rows = counter.add(step)
        except DamagedError as error:
            damaged(error)
            continue
        progress.count(step, rows)
    return counter.series


class _Counter:
    """Counts rows by series."""

    def __init__(self, plan: Plan, extractor: Extractor, bounds: array[int]) -> None:
        self._plan, self._extractor, self._bounds = plan, extractor, bounds
        self._takes_all, self._reads_lines = plan.takes_all, plan.reads_lines
        self._streams: dict[str, tuple[dict[str, str], Series | None]] = {}
        self.series: dict[Series, Counts] = {}

    def add(self, step: Step) -> _native.Rows:
        """Count the rows of a step; return them. Raises DamagedError."""
        only = [self._stream(run.labels)[1] for run in step.runs]
        known = [series for series in only if series is not None]
        if self._takes_all and step.block is not None and len(known) == len(only):
            self._add_block(step, step.block, known)
            return _native.Rows()
        required = self._plan.pipeline.required
        rows = step.read(required) if self._reads_lines else step.read_columns()
        for run, series in zip(step.runs, only, strict=True):
            if series is None:
                self._add_by_metadata(run, rows)
            elif self._takes_all:
                times = self._plan.start_ns, self._plan.end_ns
                self._counts(series).add_between(rows, (run.first, run.last), times)
            elif numbers := candidates(self._plan, run, rows):
                self._counts(series).add(rows, numbers)
        return rows

    def _add_block(self, step: Step, block: Block, series: Sequence[Series]) -> None:
        """Count the rows of a block: by the directory where a run is of one window, else by times.

        Raises DamagedError.
        """
        times = self._plan.start_ns, self._plan.end_ns
        divided = []
        for run, labels in zip(step.runs, series, strict=True):
            lines = self._counts(labels).lines
            window = bisect_left(self._bounds, run.start_ns)
            is_inside = times[0] <= run.start_ns and run.end_ns < times[1]
            if is_inside and window == bisect_left(self._bounds, run.end_ns):
                lines[window] += run.last - run.first
            else:
                divided.append((run.first, run.last, lines))
        if divided:
            assert step.segment is not None
            step.segment.count(block, divided, times, self._bounds)

    def _add_by_metadata(self, run: Run, rows: _native.Rows) -> None:
        """Count rows by structured metadata, whose few forms are looked at once each."""
        series_of = self._extractor.series_by_metadata(self._stream(run.labels)[0])
        numbers = candidates(self._plan, run, rows)
        for meta, level, members in rows.by_metadata(numbers):
            series = series_of(fields(meta, level))
            if series is not None:
                self._counts(series).add(rows, members)

    def _stream(self, labels: str) -> tuple[dict[str, str], Series | None]:
        """Return the labels of a stream, and the only series of its lines, where it has one."""
        known = self._streams.get(labels)
        if known is None:
            stream = parse_labels(labels)
            known = self._streams[labels] = stream, self._extractor.only_series(stream)
        return known

    def _counts(self, series: Series) -> Counts:
        known = self.series.get(series)
        if known is None:
            known = self.series[series] = Counts(self._bounds)
        return known


def _step_samples(
    plan: Plan, step: Step, extractor: Extractor, progress: Progress
) -> dict[Series, Samples]:
    if progress.stopped:
        return {}
    rows = step.read(plan.pipeline.required)
    series: dict[Series, Samples] = {}
    for run in step.runs:
        numbers = candidates(plan, run, rows)
        if not numbers:
            continue
        stream = parse_labels(run.labels)
        native = extractor.native(stream)
        if native is not None:
            numbers = _add_natively(native, rows, numbers, series)
        _add_lines(extractor, stream, _lines(rows, numbers, progress), series)
    progress.count(step, rows)
    return series


def _add_natively(
    native: NativeSampling,
    rows: _native.Rows,
    numbers: Sequence[int],
    series: dict[Series, Samples],
) -> Sequence[int]:
    """Add what a native scan is sure of; return the rows that are left."""
    parts, unsure = native.samples(rows, numbers)
    if unsure:
        # Samples of one time keep the order of their rows: then all go the general way.
        times = set(rows.times(unsure))
        if not all(times.isdisjoint(part[1]) for part in parts):
            return numbers
    for labels, times_ns, values in parts:
        more = Samples(times_ns, values, native.are_ones)
        series.setdefault(labels, Samples([], [])).extend(more)
    return unsure


def _add_lines(
    extractor: Extractor,
    stream: Mapping[str, str],
    lines: Iterator[Line],
    series: dict[Series, Samples],
) -> None:
    for time_ns, labels, value in extractor.samples(stream, lines, are_chosen=True):
        series.setdefault(labels, Samples([], [])).add(time_ns, value)


def _lines(rows: _native.Rows, numbers: Sequence[int], progress: Progress) -> Iterator[Line]:
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        if progress.stopped:
            return
        yield time_ns, line, fields(meta, level)
