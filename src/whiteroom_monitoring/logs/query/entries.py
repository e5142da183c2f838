"""Lines of an answer: read by blocks, in their order, and no further than is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from operator import attrgetter

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.query.plan import Plan, Step
from whiteroom_monitoring.logs.query.reading import AHEAD, POOL, Progress, candidates

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


def entries(
    plan: Plan,
    limit: int,
    backward: bool,
    progress: Progress,
    damaged: Callable[[DamagedError], None] = print,
) -> list[Entry]:
    """Return the newest (``backward``) or oldest lines, in this order. Raises StoppedError."""
    steps = deque(sorted(plan.steps_inside(), key=lambda s: -s.end_ns if backward else s.start_ns))
    running: deque[Future[list[Entry]]] = deque()
    chosen: list[Entry] = []

    def is_enough(step: Step) -> bool:
        if len(chosen) < limit:
            return False
        last = chosen[-1].time_ns
        return step.end_ns < last if backward else step.start_ns > last

    def start() -> None:
        while steps and len(running) < AHEAD and not is_enough(steps[0]):
            step = steps.popleft()
            running.append(POOL.submit(_read, plan, step, limit, backward, progress))

    start()
    while running:
        try:
            more = running.popleft().result()
        except DamagedError as error:
            damaged(error)
            more = []
        progress.require_running()
        chosen = _merged(chosen, more, limit, backward)
        start()
    return chosen


def spaced(
    read: Callable[[tuple[int, int], int], list[Entry]],
    times: tuple[int, int],
    sizes: tuple[int, int],
    backward: bool,
    interval_ns: int,
) -> list[Entry]:
    """Return the first lines that are at least so far from each other.

    ``read`` gives the first so many lines in [start, end), ``sizes`` are how many are wanted and
    how many are read at once. What is too near to the last one that was kept is not read again.
    """
    (start, end), (limit, page) = times, sizes
    apart: list[Entry] = []
    while start < end:
        part = read((start, end), page)
        for entry in part:
            if not apart or abs(entry.time_ns - apart[-1].time_ns) >= interval_ns:
                apart.append(entry)
                if len(apart) == limit:
                    return apart
        if len(part) < page:
            break
        last = apart[-1].time_ns
        start, end = (start, last - interval_ns + 1) if backward else (last + interval_ns, end)
    return apart


def _merged(chosen: list[Entry], more: list[Entry], limit: int, backward: bool) -> list[Entry]:
    # Both are in order: sorting them is one merge, which keeps the order of what is of one time.
    merged = sorted(chosen + more, key=attrgetter("time_ns"), reverse=backward)
    return merged[:limit]


def _read(plan: Plan, step: Step, limit: int, backward: bool, progress: Progress) -> list[Entry]:
    """Return the entries of a step in the order of the answer, `limit` of each run at most."""
    if progress.stopped:
        return []
    rows = step.read(plan.pipeline.required)
    chosen: list[Entry] = []
    for run in step.runs:
        numbers = candidates(plan, run, rows)
        if plan.pipeline.is_plain:
            chosen += _best(run.labels, rows, numbers, limit, backward)
        else:
            chosen += _processed(plan, run.labels, rows, numbers, (limit, backward, progress))
    progress.count(step, rows)
    chosen.sort(key=lambda entry: -entry.time_ns if backward else entry.time_ns)
    return chosen


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
    chosen: list[Entry] = []
    for row in plan.pipeline.process(labels, rows, (numbers[i] for i in ranked)):
        if len(chosen) == limit or progress.stopped:
            break
        processed = (row.stream, row.meta, row.parsed)
        chosen.append(Entry(row.time_ns, labels, row.line, b"", 0, processed))
    return chosen


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
