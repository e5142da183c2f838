"""What directories of segments tell: which streams there are, and how large they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whiteroom_monitoring.logs.logql.pipeline import Pipeline
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.query.plan import plan
from whiteroom_monitoring.logs.store.store import Snapshot


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
    by_stream: dict[str, Volume] = {}
    for step in plan(snapshot, LogQuery(query.matchers), start_ns, end_ns).steps:
        rows = step.rows
        for run in step.runs:
            is_whole = run.start_ns >= start_ns and run.end_ns < end_ns and step.block is not None
            if is_whole:
                lines, size = run.last - run.first, run.line_bytes
            else:
                if rows is None:
                    rows = step.read()
                lines, size = rows.volume(run.first, run.last, start_ns, end_ns)
            if lines:
                volume = by_stream.setdefault(run.labels, Volume())
                volume.lines += lines
                volume.bytes += size
                volume.chunks += 1
    return by_stream


def streams(
    snapshot: Snapshot, queries: Sequence[LogQuery], start_ns: int, end_ns: int
) -> list[str]:
    """Return the labels of the streams with lines in [start_ns, end_ns); all without a query."""
    pipelines = [Pipeline(query) for query in queries]
    chosen: set[str] = set()

    def is_new(labels: str) -> bool:
        return labels not in chosen and (
            not pipelines or any(pipeline.selects(labels) for pipeline in pipelines)
        )

    for head in snapshot.heads:
        for labels, rows in head.streams():
            if len(rows) and is_new(labels):
                first, last = rows.time_range()
                if first < end_ns and last >= start_ns:
                    chosen.add(labels)
    for segment in snapshot.segments:
        if segment.info.start_ns >= end_ns or segment.info.end_ns < start_ns:
            continue
        for block in segment.blocks:
            for run in block.runs:
                if run.start_ns < end_ns and run.end_ns >= start_ns and is_new(run.labels):
                    chosen.add(run.labels)
    return sorted(chosen)
