"""Texts of lines by steps of time, from which patterns are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.query.plan import Plan
from whiteroom_monitoring.logs.query.reading import Progress, candidates
from whiteroom_monitoring.logs.store.segment import Run


def by_step(
    plan: Plan,
    step_ns: int,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield lines, some at a time, with the begin of the step that they are of."""
    for step in plan.steps_inside():
        try:
            rows = step.read()
        except DamagedError as error:
            damaged(error)
            continue
        for run in step.runs:
            lines: dict[int, list[bytes]] = {}
            for time_ns, line in _shown_lines(plan, run, rows):
                if progress.stopped:
                    break
                lines.setdefault(time_ns // step_ns * step_ns, []).append(line)
            yield from lines.items()
        progress.count(step, rows)
        progress.require_running()


def _shown_lines(plan: Plan, run: Run, rows: _native.Rows) -> Iterator[tuple[int, bytes]]:
    numbers = candidates(plan, run, rows)
    if plan.pipeline.is_plain:
        for number in numbers:
            time_ns, line, _, _ = rows[number]
            yield time_ns, line
        return
    for row in plan.pipeline.process(run.labels, rows, numbers):
        yield row.time_ns, row.line
