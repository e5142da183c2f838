"""What brings its lines one by one: a queue that another thread fills, and a position for each."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.shipper.entry import Clock, Entry
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions, StreamState
from whiteroom_monitoring.logs.shipper.sources.source import Chunk

# Lines that wait for their turn; a reader that could wait is held up beyond, others count a loss.
QUEUED = 2000
READ_LINES = 1000
CUTS_KEPT = 100


@dataclass(frozen=True)
class Line:
    """A line, its labels, and its source's word for the position after it.

    ``time_ns`` is None where the source tells no time; ``done`` is called when it is acknowledged.
    """

    text: str
    labels: Mapping[str, str]
    place: int
    cursor: str = ""
    time_ns: int | None = None
    unit_ns: int = 1000
    meta: Mapping[str, str] = field(default_factory=dict)
    origin_ns: int = 0
    done: Callable[[], None] | None = None


@dataclass(frozen=True)
class StreamCursor:
    """A position, the latest time told before it, and how many lines were read until it."""

    cursor: str
    clock: Clock
    read: int
    done: tuple[Callable[[], None], ...] = ()


class Problems:
    """What keeps a source from being read: printed when it is another one, counted each time."""

    def __init__(self, name: str, job: str) -> None:
        self._name, self._job = name, job
        self._problem = ""

    def tell(self, problem: str) -> None:
        """Note a failure, which is tried again."""
        if problem != self._problem:
            print(f"{self._name}: {problem}", flush=True)
        self._problem = problem
        metrics.log_shipper_read_errors_total.inc(1, source=self._job)

    def end(self) -> None:
        """Note that it works."""
        self._problem = ""


class StreamSource:
    """Lines of a queue, which another thread fills by ``put`` until it is ``stopped``.

    ``finish`` says that no more will come: it ends when what has come was read.
    """

    def __init__(
        self,
        name: str,
        job: str,
        make_pipeline: Callable[[Clock], Pipeline],
        positions: Positions | None = None,
    ) -> None:
        self.name, self.job = name, job
        self.is_ended = self.is_finished = False
        self.stopped = threading.Event()
        self.problems = Problems(name, job)
        self._close_reader: Callable[[], None] | None = None
        self._close_lock = threading.Lock()
        self.state = positions.stream(name) if positions else StreamState()
        self._positions = positions
        self.pipeline = make_pipeline(self.state.clock)
        self._queue: queue.Queue[Line] = queue.Queue(QUEUED)
        self._read = 0
        self._at = StreamCursor(self.state.cursor, self.state.clock, 0)
        self._done: list[tuple[int, Callable[[], None]]] = []

    def put(self, line: Line, *, may_wait: bool = True) -> bool:
        """Add a line; False where there is no room for it, or the source is closed."""
        while not self.stopped.is_set():
            try:
                self._queue.put(line, timeout=0.2 if may_wait else 0)
            except queue.Full:
                if not may_wait:
                    return False
                continue
            return True
        return False

    def room(self) -> int:
        """Return how many lines may be put without waiting."""
        return QUEUED - self._queue.qsize()

    def read(self) -> Chunk | None:
        """Return lines that have come, or blocks that have waited long enough."""
        lines = list(self._waiting())
        if lines:
            return self._chunk(lines)
        if held := self.pipeline.flush(0):
            self.state.cuts = [*self.state.cuts, self._at.cursor][-CUTS_KEPT:]
            if self._positions:
                self._positions.decide()
            return Chunk(held, self._committable())
        if self.is_finished and not self.is_ended and self._queue.empty():
            self.is_ended = True
            return Chunk(self.pipeline.flush(None), self._at)
        return None

    def finish(self) -> None:
        """Say that no more lines will come."""
        self.is_finished = True
        self._end_reader()

    @contextlib.contextmanager
    def closing(self, close: Callable[[], None]) -> Iterator[None]:
        """Let ``close`` be called when the source is closed, by its thread, or at the end."""
        with self._close_lock:
            self._close_reader = close
        if self.stopped.is_set() or self.is_finished:
            self._end_reader()
        try:
            yield
        finally:
            self._end_reader()

    def _end_reader(self) -> None:
        with self._close_lock:
            close, self._close_reader = self._close_reader, None
            if close:
                close()

    def _waiting(self) -> Iterable[Line]:
        for _ in range(READ_LINES):
            try:
                yield self._queue.get_nowait()
            except queue.Empty:
                return

    def _chunk(self, lines: list[Line]) -> Chunk:
        entries: list[Entry] = []
        for line in lines:
            self.pipeline.context.before = self._at
            entry = Entry(line.text, line.labels, line.place, line.origin_ns or time.time_ns())
            entry.time_ns, entry.unit_ns = line.time_ns, line.unit_ns
            entry.meta = dict(line.meta)
            entries += self.pipeline.run([entry])
            self._read += 1
            if line.done:
                self._done.append((self._read, line.done))
            self._at = StreamCursor(line.cursor, self.pipeline.context.clock, self._read)
            if line.cursor and line.cursor in self.state.cuts:
                entries += self.pipeline.flush(None)
        size = sum(len(line.text) for line in lines)
        return Chunk(entries, self._committable(), len(lines), size)

    def _committable(self) -> StreamCursor:
        return min(self.pipeline.held(), key=lambda c: int(c.read), default=self._at)

    def rewind(self) -> bool:
        """Return False: what was taken from the queue is not put back."""
        return False

    def commit(self, cursor: StreamCursor) -> None:
        """Note that everything up to a cursor was acknowledged, and tell those who wait for it."""
        self.state.cursor, self.state.clock = cursor.cursor, cursor.clock
        if self._positions:
            self._positions.change()
        if self.is_ended and cursor == self._at and self._positions:
            self._positions.forget_stream(self.name)
        while self._done and self._done[0][0] <= cursor.read:
            self._done.pop(0)[1]()

    def close(self) -> None:
        """End the reader's thread."""
        self.stopped.set()
        self._end_reader()
