"""The way of one source to one target: a batch at a time, committed when it is acknowledged."""

from __future__ import annotations

import random
import time
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.shipper import durations, line_counts
from whiteroom_monitoring.logs.shipper.dead_letters import DeadLetters
from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.errors import CorruptError
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.sources.source import Chunk, Source
from whiteroom_monitoring.logs.shipper.target import REFUSALS, Target

# Pushes of one turn: who looks for the refused lines of a batch does not hold up the others.
TURN_PUSHES = 32
_SUCCESS = range(200, 300)
# How long a source whose file can't be read is left alone.
_UNREADABLE_S = 10.0
Stream = dict[str, Any]


@dataclass
class Batch:
    """Lines of one source by tenant and labels, as they are pushed."""

    tenants: dict[str, dict[tuple[tuple[str, str], ...], Stream]] = field(default_factory=dict)
    lines: int = 0
    bytes: int = 0
    since: float = 0.0
    cursor: Any = None

    def add(self, chunk: Chunk, external: dict[str, str]) -> None:
        """Add what was read."""
        if self.cursor is None:
            self.since = time.monotonic()
        self.cursor = chunk.cursor
        self.lines += len(chunk.entries)
        for entry in chunk.entries:
            labels = {**entry.labels, **external} if external else entry.labels
            key = tuple(labels.items())
            streams = self.tenants.setdefault(entry.tenant, {})
            stream = streams.get(key)
            if stream is None:
                stream = streams[key] = {"stream": labels, "values": []}
            stream["values"].append(_value(entry))
            self.bytes += len(entry.line) + 64


def _value(entry: Entry) -> list[Any]:
    if entry.meta:
        return [str(entry.stamp_ns()), entry.line, entry.meta]
    return [str(entry.stamp_ns()), entry.line]


class Lane:
    """Reads a source, and pushes what it has. Used by one thread.

    With ``counts_lines``, it counts by level and pattern what is acknowledged.
    """

    def __init__(
        self,
        source: Source,
        target: Target,
        positions: Positions,
        letters: DeadLetters,
        counts_lines: bool = True,
    ) -> None:
        self.source, self._counts_lines = source, counts_lines
        self._target, self._positions, self._letters = target, positions, letters
        client = target.client
        self._wait_s = durations.seconds(client.batchwait)
        self._backoff_s = (
            durations.seconds(client.backoff_config.min_period),
            durations.seconds(client.backoff_config.max_period),
        )
        self._external = dict(client.external_labels)
        self._batch = Batch()
        # What is left of the batch that is being pushed.
        self._pieces: deque[tuple[str, list[Stream]]] = deque()
        self._failures = 0
        self._not_before = 0.0
        self._problem = ""

    @property
    def is_over(self) -> bool:
        """Whether the source has ended and nothing of it is left to be acknowledged."""
        return self.source.is_ended and self._batch.cursor is None

    @property
    def held_bytes(self) -> int:
        """How much is held in memory until it is acknowledged."""
        return self._batch.bytes

    def waited_s(self, now: float) -> float:
        """Return how long the oldest line that was read has waited to be acknowledged."""
        return 0.0 if self._batch.cursor is None else max(0.0, now - self._batch.since)

    def step(self, now: float, is_last: bool = False) -> bool:
        """Read once, push if it is time; tell whether there is more to do at once."""
        if now < self._not_before:
            return False
        is_full = self._batch.bytes >= self._target.client.batchsize
        is_waiting = is_full or self._failures or self._pieces
        is_read = False if is_waiting else self._read()
        batch = self._batch
        if batch.cursor is None:
            return is_read
        is_due = now - batch.since >= self._wait_s or self.source.is_ended or is_last
        if batch.bytes >= self._target.client.batchsize or is_due:
            self._push()
        return is_read or bool(self._pieces and not self._failures)

    def _read(self) -> bool:
        try:
            chunk = self.source.read()
        except (OSError, CorruptError) as error:
            self._leave(str(error))
            return False
        except Exception:
            # A defect of one source must not end the others' thread.
            if self.source.rewind():
                self._batch = Batch()
            self._leave(traceback.format_exc())
            return False
        context = self.source.pipeline.context
        self._set_aside(context.failed)
        for reason, lines in context.dropped.items():
            metrics.log_shipper_lines_dropped_total.inc(
                lines, source=self.source.job, reason=reason
            )
        context.dropped = {}
        if context.delay_s:
            self._not_before = time.monotonic() + context.delay_s
            context.delay_s = 0.0
        if chunk is None:
            return False
        self._problem = ""
        metrics.log_shipper_lines_read_total.inc(chunk.lines, source=self.source.job)
        metrics.log_shipper_read_bytes_total.inc(chunk.bytes, source=self.source.job)
        self._batch.add(chunk, self._external)
        return True

    def _leave(self, problem: str) -> None:
        """Say why a source can't be read, and leave it alone for a while."""
        if problem != self._problem:
            print(f"{self.source.name}: {problem}", flush=True)
        self._problem = problem
        metrics.log_shipper_read_errors_total.inc(1, source=self.source.job)
        self._not_before = time.monotonic() + _UNREADABLE_S

    def _push(self) -> None:
        """Push the batch, and commit it when every line was taken or refused for good."""
        if not self._pieces:
            tenants = self._batch.tenants.items()
            self._pieces.extend((tenant, list(streams.values())) for tenant, streams in tenants)
        try:
            self._positions.save_decisions()
            for _ in range(TURN_PUSHES):
                if not self._pieces:
                    break
                if not self._push_piece(*self._pieces[0]):
                    return
        except OSError as error:
            self._fail(f"{error}")
            return
        if self._pieces:
            return
        self.source.commit(self._batch.cursor)
        self._batch = Batch()
        self._failures = 0

    def _push_piece(self, tenant: str, streams: list[Stream]) -> bool:
        """Push the first piece; where it is refused for good, its halves are the next ones.

        Returns False when it is to be tried again. Raises OSError.
        """
        lines = sum(len(stream["values"]) for stream in streams)
        began = time.monotonic()
        status, answer = self._target.push(streams, tenant)
        metrics.log_shipper_push_duration_seconds.observe(time.monotonic() - began)
        if status in _SUCCESS:
            metrics.log_shipper_lines_sent_total.inc(lines, source=self.source.job)
            if self._counts_lines:
                line_counts.count(self.source.job, streams)
            self._failures = 0
        elif status not in REFUSALS:
            self._fail(f"{status or 'no answer'}: {answer.strip()[:200]}", str(status))
            return False
        elif lines > 1:
            halves = [(tenant, half) for half in _halves(streams, lines // 2)]
            self._pieces.popleft()
            self._pieces.extendleft(reversed(halves))
            return True
        else:
            self._refuse(streams, str(status), answer, lines)
        self._pieces.popleft()
        return True

    def _refuse(self, streams: list[Stream], status: str, answer: str, lines: int) -> None:
        """Keep lines that nobody takes. Raises OSError."""
        self._letters.add(self._target.client.url, status, answer, streams)
        metrics.log_shipper_lines_refused_total.inc(lines, source=self.source.job, status=status)

    def _set_aside(self, failed: list[tuple[Entry, str]]) -> None:
        """Keep lines that a stage has failed on: they may hold what it would have masked."""
        for entry, problem in failed:
            stream = {"stream": dict(entry.labels), "values": [_value(entry)]}
            try:
                self._refuse([stream], "stage", problem, 1)
            except OSError as error:
                print(f"{self.source.name}: a line is lost: {problem}: {error}", flush=True)
        failed.clear()

    def _fail(self, problem: str, status: str = "0") -> None:
        metrics.log_shipper_retries_total.inc(1, source=self.source.job, status=status)
        if not self._failures:
            print(f"{self._target.name}: {self.source.name}: {problem}; is tried again", flush=True)
        least, most = self._backoff_s
        wait_s = min(most, least * 2 ** min(self._failures, 20))
        self._failures += 1
        self._not_before = time.monotonic() + wait_s * random.uniform(0.75, 1)

    def close(self) -> None:
        """Let go of the source; what was not acknowledged is read again."""
        self.source.close()


def _halves(streams: list[Stream], lines: int) -> Iterator[list[Stream]]:
    """Yield the first ``lines`` lines of streams, and the others."""
    first: list[Stream] = []
    rest: list[Stream] = []
    for stream in streams:
        taken = min(lines, len(stream["values"]))
        lines -= taken
        if taken:
            first.append({"stream": stream["stream"], "values": stream["values"][:taken]})
        if taken < len(stream["values"]):
            rest.append({"stream": stream["stream"], "values": stream["values"][taken:]})
    yield first
    yield rest
