"""Says what a query has to read: which blocks of which segments, and which streams of heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import BudgetError, DamagedError
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.pipeline import Pipeline, needles_of_labels
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.store.deletion import Condition, conditions
from whiteroom_monitoring.logs.store.segment import Block, Run, Segment
from whiteroom_monitoring.logs.store.store import Snapshot


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
class PlanStep:
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

    def read(self, required: Sequence[Sequence[bytes]] = ()) -> _native.Rows:
        """Return the rows; of a block that lacks ``required`` texts, none. Raises DamagedError."""
        if self.rows is not None:
            return self.rows
        assert self.segment is not None
        assert self.block is not None
        return self.segment.read(self.block, required)

    def read_columns(self) -> _native.Rows:
        """Return the rows; of a block without lines. Raises DamagedError."""
        if self.rows is not None:
            return self.rows
        assert self.segment is not None
        assert self.block is not None
        return self.segment.read_columns(self.block)


@dataclass(frozen=True)
class Plan:
    """What has to be read for a query in [start_ns, end_ns)."""

    pipeline: Pipeline
    start_ns: int
    end_ns: int
    steps: tuple[Step, ...]
    cost: Cost
    hidden: tuple[Condition, ...]

    @property
    def reads_lines(self) -> bool:
        """Whether it takes the lines themselves to find the rows."""
        return bool(self.hidden) or self.pipeline.reads_lines

    @property
    def takes_all(self) -> bool:
        """Whether all rows of the streams and the time are meant, before any of the stages."""
        return not (self.hidden or self.pipeline.chooses_rows)

    def steps_inside(self) -> list[Step]:
        """Return the steps that may have lines of the time."""
        return [s for s in self.steps if s.start_ns < self.end_ns and s.end_ns >= self.start_ns]


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
        chosen, all_blocks = _segment_steps(segment, pipeline, start_ns, end_ns)
        steps += chosen
        blocks += len(chosen)
        skipped += all_blocks - len(chosen)
        size += sum(step.block.raw_bytes for step in chosen if step.block)
    hidden = tuple(conditions(snapshot.deletions))
    return Plan(pipeline, start_ns, end_ns, tuple(steps), Cost(blocks, size, skipped), hidden)


def explain(snapshot: Snapshot, query: LogQuery, start_ns: int, end_ns: int) -> list[PlanStep]:
    """Say how many blocks are left after each thing that is asked of their directories."""
    pipeline = Pipeline(query)
    segments = [
        segment
        for segment in snapshot.segments
        if segment.info.start_ns < end_ns and segment.info.end_ns >= start_ns
    ]
    left = [(segment, block) for segment in segments for block in segment.blocks]
    total = sum(len(segment.blocks) for segment in snapshot.segments)
    stages = [PlanStep("in all segments", total), PlanStep("segments of the time", len(left))]
    left = [(s, b) for s, b in left if _runs(b, pipeline, start_ns, end_ns)]
    stages.append(PlanStep(f"time and streams: {LogQuery(query.matchers)}", len(left)))
    for stage, mask_of in pipeline.masks():
        masks = {segment.info.name: _mask(segment, mask_of) for segment in segments}
        left = [(s, b) for s, b in left if masks[s.info.name] >> b.number & 1]
        stages.append(PlanStep(f"4-grams of {stage}", len(left)))
    read = sum(step.block is not None for step in plan(snapshot, query, start_ns, end_ns).steps)
    if read != len(left):
        stages.append(PlanStep("values of structured metadata", read))
    return stages


def _mask(segment: Segment, mask_of: Callable[[Segment], int]) -> int:
    """Return which blocks may have such lines; of a damaged segment none, as when it is read."""
    try:
        return mask_of(segment)
    except DamagedError as error:
        print(error, flush=True)
        return 0


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
