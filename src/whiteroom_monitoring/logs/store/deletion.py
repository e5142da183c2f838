"""Deletion by query: segments that have such lines are written anew without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.logql import parser
from whiteroom_monitoring.logs.logql.pipeline import Pipeline
from whiteroom_monitoring.logs.store.manifest import Deletion
from whiteroom_monitoring.logs.store.segment import Segment, write_segment
from whiteroom_monitoring.logs.store.streams import LEAST_NS

if TYPE_CHECKING:
    from whiteroom_monitoring.logs.store.store import LogStore


@dataclass(frozen=True)
class Condition:
    """Which rows a deletion means."""

    pipeline: Pipeline
    start_ns: int
    end_ns: int

    def rows(self, labels: str, rows: _native.Rows, first: int, last: int) -> set[int]:
        """Return the numbers of the rows of a stream that are to go."""
        if not self.pipeline.selects(labels):
            return set()
        return set(
            self.pipeline.find(labels, rows, (first, last), (self.start_ns, self.end_ns + 1))
        )


def condition(query: str, start_ns: int = LEAST_NS, end_ns: int = 2**63 - 2) -> Condition:
    """Return the condition that a query is. Raises QueryError."""
    return Condition(Pipeline(parser.parse_log_query(query)), start_ns, end_ns)


def conditions(deletions: Sequence[Deletion]) -> list[Condition]:
    """Return the conditions of deletions."""
    return [condition(d.query, d.start_ns, d.end_ns) for d in deletions]


def process(store: LogStore) -> None:
    """Carry out what is pending. Called by the flusher; raises OSError when the disk is full."""
    snapshot = store.snapshot()
    if not snapshot.deletions:
        return
    if any(len(rows) for head in snapshot.heads for rows in head.rows.values()):
        # What is in memory and in the write-ahead log goes to a segment first.
        store.ask_flush()
        return
    deletions = conditions(snapshot.deletions)
    replaced: list[Segment] = []
    new: list[Segment] = []
    for segment in snapshot.segments:
        if not any(c.start_ns <= segment.info.end_ns for c in deletions):
            continue
        left = _without(store, segment, deletions)
        if left is not None:
            replaced.append(segment)
            total = sum(rows.size_bytes for _, rows in left)
            info = write_segment(store.folder, store.next_name(), left, total)
            if info is not None:
                new.append(Segment(store.folder, info))
    store.replace_segments(replaced, new, [d.id for d in snapshot.deletions])


def _without(
    store: LogStore, segment: Segment, deletions: Sequence[Condition]
) -> list[tuple[str, _native.Rows]] | None:
    """Return what is left of a segment; None when nothing is to go."""
    left: dict[str, _native.Rows] = {}
    count = 0
    for block in segment.blocks:
        try:
            rows = segment.read(block)
        except DamagedError as error:
            store.report(error)
            return None
        for run in block.runs:
            dropped: set[int] = set()
            for condition in deletions:
                dropped |= condition.rows(run.labels, rows, run.first, run.last)
            count += len(dropped)
            remaining = left.setdefault(run.labels, _native.Rows())
            remaining.extend_without(rows, run.first, run.last, dropped)
    return sorted(left.items(), key=lambda pair: pair[0]) if count else None
