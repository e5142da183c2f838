"""Answers queries: says what is to be read, reads it by blocks, and stops as soon as it may."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import BudgetError, DamagedError, QueryError
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor, Line
from whiteroom_monitoring.logs.logql.evaluate.ranges import Samples
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.pipeline import Pipeline, needles_of_labels
from whiteroom_monitoring.logs.logql.stages.row import Labels as Series
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.metadata import fields
from whiteroom_monitoring.logs.store.deletion import Condition, conditions
from whiteroom_monitoring.logs.store.segment import Block, Run, Segment
from whiteroom_monitoring.logs.store.store import Snapshot

# Blocks that are decompressed ahead of the one that is looked at.
AHEAD = 2
# Structured metadata that is remembered while lines of one stream are read.
MOST_KNOWN = 10_000
_POOL = ThreadPoolExecutor(AHEAD, "blocks")


Labels = dict[str, str]


@dataclass(frozen=True)
class Entry:
    """One line of an answer.

    ``processed`` are labels of the stream, structured metadata, and what was parsed, where stages
    have made them; else they follow from the rest.
    """

    time_ns: int
    labels: str
    line: bytes
    meta: bytes
    level: int
    processed: tuple[Labels, Labels, Labels] | None = None


@dataclass(frozen=True)
class Cost:
    """What a query has to read at the most: blocks of the disk, bytes of lines, of head and disk.

    ``skipped`` are blocks of the streams and times that are asked for, which no line can be in.
    """

    blocks: int = 0
    bytes: int = 0
    skipped: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.blocks + other.blocks, self.bytes + other.bytes, self.skipped + other.skipped
        )


@dataclass(frozen=True)
class Left:
    """How many blocks are left, and after what."""

    what: str
    blocks: int


@dataclass(frozen=True)
class Step:
    """A block to read, or a stream of a head; its lines are in [start_ns, end_ns]."""

    start_ns: int
    end_ns: int
    runs: tuple[Run, ...]
    segment: Segment | None = None
    block: Block | None = None
    rows: _native.Rows | None = None


@dataclass(frozen=True)
class Plan:
    """What has to be read for a query in [start_ns, end_ns)."""

    pipeline: Pipeline
    start_ns: int
    end_ns: int
    steps: tuple[Step, ...]
    cost: Cost
    hidden: tuple[Condition, ...]


@dataclass
class Progress:
    """What a query has read so far; whoever sets ``stopped`` ends it."""

    bytes: int = 0
    lines: int = 0
    blocks: int = 0
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class StoppedError(QueryError):
    """Somebody has stopped the query."""


def plan(snapshot: Snapshot, query: LogQuery, start_ns: int, end_ns: int) -> Plan:
    """Say what has to be read. Raises QueryError for a bad expression."""
    pipeline = Pipeline(query)
    steps = list(_head_steps(snapshot, pipeline))
    blocks = skipped = size = 0
    for step in steps:
        assert step.rows is not None
        size += step.rows.size_bytes
    for segment in snapshot.segments:
        if segment.info.start_ns >= end_ns or segment.info.end_ns < start_ns:
            continue
        found, all_of = _segment_steps(segment, pipeline, start_ns, end_ns)
        steps += found
        blocks += len(found)
        skipped += all_of - len(found)
        size += sum(step.block.raw_bytes for step in found if step.block)
    hidden = tuple(conditions(snapshot.deletions))
    return Plan(pipeline, start_ns, end_ns, tuple(steps), Cost(blocks, size, skipped), hidden)


def explain(snapshot: Snapshot, query: LogQuery, start_ns: int, end_ns: int) -> list[Left]:
    """Say how many blocks are left after each thing that is asked of their directories."""
    pipeline = Pipeline(query)
    segments = [
        segment
        for segment in snapshot.segments
        if segment.info.start_ns < end_ns and segment.info.end_ns >= start_ns
    ]
    left = [(segment, block) for segment in segments for block in segment.blocks]
    total = sum(len(segment.blocks) for segment in snapshot.segments)
    told = [Left("in all segments", total), Left("segments of the time", len(left))]
    left = [one for one in left if _runs(one[1], pipeline, start_ns, end_ns)]
    told.append(Left(f"time and streams: {LogQuery(query.matchers)}", len(left)))
    for stage, mask_of in pipeline.masks():
        masks = {segment.info.name: mask_of(segment) for segment in segments}
        left = [one for one in left if masks[one[0].info.name] >> one[1].number & 1]
        told.append(Left(f"4-grams of {stage}", len(left)))
    read = sum(step.block is not None for step in plan(snapshot, query, start_ns, end_ns).steps)
    if read != len(left):
        told.append(Left("values of structured metadata", read))
    return told


def require_affordable(cost: Cost, most_bytes: int) -> None:
    """Raise BudgetError when a query would read more than it may."""
    if cost.bytes > most_bytes:
        raise BudgetError(
            f"the query would read too many bytes (query: {cost.bytes} bytes, limit: {most_bytes} "
            "bytes); consider adding more specific stream selectors or reduce the time range"
        )


def _head_steps(snapshot: Snapshot, pipeline: Pipeline) -> Iterator[Step]:
    for head in snapshot.heads:
        for labels, rows in head.streams():
            size = len(rows)
            if size and pipeline.selects(labels):
                start, end = rows.time_range()
                run = Run(labels, 0, size, start, end, 0)
                yield Step(start, end, (run,), rows=rows)


def _segment_steps(
    segment: Segment, pipeline: Pipeline, start_ns: int, end_ns: int
) -> tuple[list[Step], int]:
    """Return the steps of a segment, and how many blocks have such streams and times."""
    try:
        chosen = [
            (block, runs)
            for block in segment.blocks
            if (runs := _runs(block, pipeline, start_ns, end_ns))
        ]
        if not chosen:
            return [], 0
        mask = pipeline.blocks(segment)
        by_label = [
            (name, segment.blocks_with(value, False))
            for name, value in needles_of_labels(pipeline.query)
        ]
    except DamagedError as error:
        print(error, flush=True)
        return [], 0
    steps = []
    for block, runs in chosen:
        if not mask >> block.number & 1:
            continue
        missing = [name for name, blocks in by_label if not blocks >> block.number & 1]
        left = tuple(run for run in runs if _is_told(run, missing)) if missing else runs
        if left:
            start, end = min(r.start_ns for r in left), max(r.end_ns for r in left)
            steps.append(Step(start, end, left, segment, block))
    return steps, len(chosen)


def _is_told(run: Run, names: Sequence[str]) -> bool:
    """Tell whether the labels of a stream have the names that no metadata of a block has."""
    labels = parse_labels(run.labels)
    return all(name in labels for name in names)


def _runs(block: Block, pipeline: Pipeline, start_ns: int, end_ns: int) -> tuple[Run, ...]:
    return tuple(
        run
        for run in block.runs
        if run.start_ns < end_ns and run.end_ns >= start_ns and pipeline.selects(run.labels)
    )


def entries(
    plan: Plan,
    limit: int,
    backward: bool,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> list[Entry]:
    """Return the newest (``backward``) or oldest lines, in this order. Raises StoppedError."""
    inside = [s for s in plan.steps if s.start_ns < plan.end_ns and s.end_ns >= plan.start_ns]
    steps = deque(sorted(inside, key=lambda s: -s.end_ns if backward else s.start_ns))
    running: deque[Future[list[Entry]]] = deque()
    found: list[Entry] = []

    def is_enough(step: Step) -> bool:
        if len(found) < limit:
            return False
        last = found[-1].time_ns
        return step.end_ns < last if backward else step.start_ns > last

    def start() -> None:
        while steps and len(running) < AHEAD and not is_enough(steps[0]):
            step = steps.popleft()
            running.append(_POOL.submit(_read, plan, step, limit, backward, progress))

    start()
    while running:
        try:
            more = running.popleft().result()
        except DamagedError as error:
            damaged(error)
            more = []
        if progress.stopped:
            raise StoppedError("the query was stopped")
        found = _merged(found, more, limit, backward)
        start()
    return found


def _merged(found: list[Entry], more: list[Entry], limit: int, backward: bool) -> list[Entry]:
    sign = -1 if backward else 1
    merged = heapq.merge(found, more, key=lambda entry: sign * entry.time_ns)
    return [entry for entry, _ in zip(merged, range(limit), strict=False)]


def _read(plan: Plan, step: Step, limit: int, backward: bool, progress: Progress) -> list[Entry]:
    """Return the entries of a step in the order of the answer, `limit` of each run at most."""
    if progress.stopped:
        return []
    rows = step.rows
    if rows is None:
        assert step.segment is not None
        assert step.block is not None
        rows = step.segment.read(step.block)
    found: list[Entry] = []
    times = (plan.start_ns, plan.end_ns)
    for run in step.runs:
        numbers = _numbers(plan, run, rows, times)
        if plan.pipeline.is_plain:
            found += _best(run.labels, rows, numbers, limit, backward)
        else:
            found += _processed(plan, run.labels, rows, numbers, (limit, backward, progress))
    _count(progress, step, rows)
    found.sort(key=lambda entry: -entry.time_ns if backward else entry.time_ns)
    return found


def _numbers(plan: Plan, run: Run, rows: _native.Rows, times: tuple[int, int]) -> list[int]:
    numbers = plan.pipeline.candidates(run.labels, rows, (run.first, run.last), times)
    return _visible(plan.hidden, run, rows, numbers) if numbers and plan.hidden else numbers


def _count(progress: Progress, step: Step, rows: _native.Rows) -> None:
    with progress.lock:
        progress.blocks += step.block is not None
        progress.bytes += step.block.raw_bytes if step.block else rows.size_bytes
        progress.lines += sum(run.last - run.first for run in step.runs)


def _processed(
    plan: Plan,
    labels: str,
    rows: _native.Rows,
    numbers: list[int],
    order: tuple[int, bool, Progress],
) -> list[Entry]:
    """Return the first lines, in the order of the answer, that the stages leave."""
    limit, backward, progress = order
    times = rows.times(numbers)
    ranked = sorted(range(len(numbers)), key=times.__getitem__, reverse=backward)
    found: list[Entry] = []
    for one in plan.pipeline.process(labels, rows, (numbers[i] for i in ranked)):
        if len(found) == limit or progress.stopped:
            break
        shown = (one.stream, one.meta, one.parsed)
        found.append(Entry(one.time_ns, labels, one.line, b"", 0, shown))
    return found


def samples(
    plan: Plan,
    extractor: Extractor,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> dict[Series, Samples]:
    """Return what an extractor makes of the lines, by series. Raises StoppedError."""
    steps = deque(s for s in plan.steps if s.start_ns < plan.end_ns and s.end_ns >= plan.start_ns)
    running: deque[Future[dict[Series, Samples]]] = deque()
    series: dict[Series, Samples] = {}
    while steps or running:
        while steps and len(running) < AHEAD:
            running.append(_POOL.submit(_step_samples, plan, steps.popleft(), extractor, progress))
        try:
            part = running.popleft().result()
        except DamagedError as error:
            damaged(error)
            continue
        if progress.stopped:
            raise StoppedError("the query was stopped")
        for labels, more in part.items():
            series.setdefault(labels, Samples([], [])).extend(more)
    return series


def _step_samples(
    plan: Plan, step: Step, extractor: Extractor, progress: Progress
) -> dict[Series, Samples]:
    if progress.stopped:
        return {}
    rows = step.rows
    if rows is None:
        assert step.segment is not None
        assert step.block is not None
        rows = step.segment.read(step.block)
    series: dict[Series, Samples] = {}
    for run in step.runs:
        numbers = _numbers(plan, run, rows, (plan.start_ns, plan.end_ns))
        if not numbers:
            continue
        stream = parse_labels(run.labels)
        only = extractor.only_series(stream)
        if only is not None:
            series.setdefault(only, Samples([], [])).add_ones(rows.times(numbers))
        elif extractor.counts:
            _count_by_metadata(rows, numbers, extractor.series_by_metadata(stream), series)
        else:
            found = extractor.samples(stream, _lines(rows, numbers, progress))
            for time_ns, labels, value in found:
                series.setdefault(labels, Samples([], [])).add(time_ns, value)
    _count(progress, step, rows)
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
    for (meta, level), found in times.items():
        labels = series_of(fields(meta, level))
        if labels is not None:
            series.setdefault(labels, Samples([], [])).add_ones(found)


def by_step(
    plan: Plan,
    step_ns: int,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield lines, some at a time, with the begin of the step that they are of."""
    times = (plan.start_ns, plan.end_ns)
    for step in plan.steps:
        if step.start_ns >= plan.end_ns or step.end_ns < plan.start_ns:
            continue
        rows = step.rows
        try:
            if rows is None:
                assert step.segment is not None
                assert step.block is not None
                rows = step.segment.read(step.block)
        except DamagedError as error:
            damaged(error)
            continue
        for run in step.runs:
            lines: dict[int, list[bytes]] = {}
            for time_ns, line in _shown_lines(plan, run, rows, times):
                lines.setdefault(time_ns // step_ns * step_ns, []).append(line)
            yield from lines.items()
        _count(progress, step, rows)
        if progress.stopped:
            raise StoppedError("the query was stopped")


def _shown_lines(
    plan: Plan, run: Run, rows: _native.Rows, times: tuple[int, int]
) -> Iterator[tuple[int, bytes]]:
    numbers = _numbers(plan, run, rows, times)
    if plan.pipeline.is_plain:
        for number in numbers:
            time_ns, line, _, _ = rows[number]
            yield time_ns, line
        return
    for one in plan.pipeline.process(run.labels, rows, numbers):
        yield one.time_ns, one.line


def _lines(rows: _native.Rows, numbers: list[int], progress: Progress) -> Iterator[Line]:
    meta_of: dict[tuple[bytes, int], list[tuple[str, str]]] = {}
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        key = (meta, level)
        told = meta_of.get(key)
        if told is None:
            if len(meta_of) > MOST_KNOWN:
                meta_of.clear()
            told = meta_of[key] = fields(meta, level)
        if progress.stopped:
            return
        yield time_ns, line, told


def _visible(
    hidden: Sequence[Condition], run: Run, rows: _native.Rows, numbers: list[int]
) -> list[int]:
    gone: set[int] = set()
    for condition in hidden:
        gone |= condition.rows(run.labels, rows, run.first, run.last)
    return [number for number in numbers if number not in gone]


def _best(
    labels: str, rows: _native.Rows, numbers: list[int], limit: int, backward: bool
) -> list[Entry]:
    if len(numbers) > limit:
        times = rows.times(numbers)
        order = sorted(range(len(numbers)), key=times.__getitem__, reverse=backward)
        numbers = [numbers[i] for i in order[:limit]]
    made = []
    for number in numbers:
        time_ns, line, meta, level = rows[number]
        made.append(Entry(time_ns, labels, line, meta, level))
    return made


@dataclass
class Volume:
    """How much a stream has in a time."""

    lines: int = 0
    bytes: int = 0
    chunks: int = 0


def volumes(snapshot: Snapshot, query: LogQuery, start_ns: int, end_ns: int) -> dict[str, Volume]:
    """Return what each selected stream has in [start_ns, end_ns), from directories where it can.

    What is inside a block in part is counted from its columns.
    """
    found: dict[str, Volume] = {}
    for step in plan(snapshot, LogQuery(query.matchers), start_ns, end_ns).steps:
        rows = step.rows
        for run in step.runs:
            is_whole = run.start_ns >= start_ns and run.end_ns < end_ns and step.block is not None
            if is_whole:
                lines, size = run.last - run.first, run.line_bytes
            else:
                if rows is None:
                    assert step.segment is not None
                    assert step.block is not None
                    rows = step.segment.read(step.block)
                lines, size = rows.volume(run.first, run.last, start_ns, end_ns)
            if lines:
                volume = found.setdefault(run.labels, Volume())
                volume.lines += lines
                volume.bytes += size
                volume.chunks += 1
    return found


def streams(
    snapshot: Snapshot, queries: Sequence[LogQuery], start_ns: int, end_ns: int
) -> list[str]:
    """Return the labels of the streams with lines in [start_ns, end_ns); all without a query."""
    pipelines = [Pipeline(query) for query in queries]
    found: set[str] = set()

    def is_new(labels: str) -> bool:
        return labels not in found and (
            not pipelines or any(pipeline.selects(labels) for pipeline in pipelines)
        )

    for head in snapshot.heads:
        for labels, rows in head.streams():
            if len(rows) and is_new(labels):
                first, last = rows.time_range()
                if first < end_ns and last >= start_ns:
                    found.add(labels)
    for segment in snapshot.segments:
        if segment.info.start_ns >= end_ns or segment.info.end_ns < start_ns:
            continue
        for block in segment.blocks:
            for run in block.runs:
                if run.start_ns < end_ns and run.end_ns >= start_ns and is_new(run.labels):
                    found.add(run.labels)
    return sorted(found)
