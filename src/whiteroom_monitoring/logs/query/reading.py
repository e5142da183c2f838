"""What every reader of a plan does: it counts, may be stopped, and leaves out what is deleted."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.query.plan import Plan, Step
from whiteroom_monitoring.logs.store.deletion import Condition
from whiteroom_monitoring.logs.store.segment import Run

# Blocks that are decompressed ahead of the one that is looked at.
AHEAD = 2
POOL = ThreadPoolExecutor(AHEAD, "blocks")


@dataclass
class Progress:
    """What a query has read so far; whoever sets ``stopped`` ends it."""

    bytes: int = 0
    lines: int = 0
    blocks: int = 0
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, step: Step, rows: _native.Rows) -> None:
        """Add a step that was read."""
        with self.lock:
            self.blocks += step.block is not None
            self.bytes += step.block.raw_bytes if step.block else rows.size_bytes
            self.lines += sum(run.last - run.first for run in step.runs)

    def require_running(self) -> None:
        """Raise StoppedError when somebody has stopped the query."""
        if self.stopped:
            raise StoppedError("the query was stopped")


class StoppedError(QueryError):
    """Somebody has stopped the query."""


def candidates(plan: Plan, run: Run, rows: _native.Rows) -> Sequence[int]:
    """Return the rows of a run that the stages have to look at."""
    times = (plan.start_ns, plan.end_ns)
    numbers = plan.pipeline.candidates(run.labels, rows, (run.first, run.last), times)
    return _visible(plan.hidden, run, rows, numbers) if numbers and plan.hidden else numbers


def _visible(
    hidden: Sequence[Condition], run: Run, rows: _native.Rows, numbers: Sequence[int]
) -> Sequence[int]:
    gone: set[int] = set()
    for condition in hidden:
        gone |= condition.rows(run.labels, rows, run.first, run.last)
    return [number for number in numbers if number not in gone]
