"""Lines of an answer: read by blocks, in their order, and no further than is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from operator import attrgetter
from typing import NamedTuple

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.query.plan import Plan, Step
from whiteroom_monitoring.logs.query.reading import AHEAD, POOL, Progress, candidates

Labels = dict[str, str]


class Entry(NamedTuple):
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
    chosen = _Chosen(limit, backward)

    def start() -> None:
        while steps and len(running) < AHEAD and not chosen.are_before(steps[0]):
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
        chosen.add(more)
        start()
    return chosen.entries


class _Chosen:
    """The first lines of those that were found so far, in the order of the answer."""

    def __init__(self, limit: int, backward: bool) -> None:
        self._limit, self._backward = limit, backward
        self._entries: list[Entry] = []
        self._is_ordered = True

    def add(self, entries: list[Entry]) -> None:
        """Take lines that are in order; those that have come before are before equal ones."""
        self._entries += entries
        self._is_ordered = False

    @property
    def entries(self) -> list[Entry]:
        """The lines."""
        if not self._is_ordered:
            # Of parts that are in order: sorting is merging them, once for as many as have come.
            self._entries.sort(key=attrgetter("time_ns"), reverse=self._backward)
            del self._entries[self._limit :]
            self._is_ordered = True
        return self._entries

    def are_before(self, step: Step) -> bool:
        """Tell whether there are enough, and none of a step can be among them."""
        if len(self._entries) < self._limit:
            return False
        last = self.entries[-1].time_ns
        return step.end_ns < last if self._backward else step.start_ns > last


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
    numbers: Sequence[int],
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
    labels: str, rows: _native.Rows, numbers: Sequence[int], limit: int, backward: bool
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
