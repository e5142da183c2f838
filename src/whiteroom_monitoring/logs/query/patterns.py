"""Gives the lines of a plan to what finds their patterns, block by block."""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.metadata import DETECTED_LEVEL
from whiteroom_monitoring.logs.patterns import UNKNOWN, Patterns
from whiteroom_monitoring.logs.query.plan import Plan
from whiteroom_monitoring.logs.query.reading import Progress, candidates
from whiteroom_monitoring.logs.store.segment import Run


def collect(
    plan: Plan,
    patterns: Patterns,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> None:
    """Add all lines of a plan to patterns. Raises StoppedError."""
    for step in plan.steps_inside():
        try:
            rows = step.read(plan.pipeline.required)
        except DamagedError as error:
            damaged(error)
            continue
        for run in step.runs:
            _collect_run(plan, run, rows, patterns, progress)
        progress.count(step, rows)
        progress.require_running()


def _collect_run(
    plan: Plan, run: Run, rows: _native.Rows, patterns: Patterns, progress: Progress
) -> None:
    numbers = candidates(plan, run, rows)
    if plan.pipeline.is_plain:
        patterns.add_rows(rows, numbers)
        return
    for row in plan.pipeline.process(run.labels, rows, numbers):
        if progress.stopped:
            return
        patterns.add(row.time_ns, row.line, row.meta.get(DETECTED_LEVEL, UNKNOWN))
