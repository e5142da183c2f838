"""Runs the queries of a panel: over a range or of one moment, as series or as a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.datasources.loki import LogLine, LogRange
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.evaluation.frames import (
    Cell,
    Column,
    Lines,
    Logs,
    Series,
    Table,
    Value,
)
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.query_context import QueryContext
from whiteroom_monitoring.grafana.model.grid import Grid
from whiteroom_monitoring.grafana.model.query import Query

FORMATS = ("time_series", "table", "heatmap")
_LABEL = re.compile(r"\{\{\s*(.+?)\s*\}\}")
_AUTOMATIC = "__auto"


def lines(queries: Sequence[Query], context: QueryContext) -> Lines:
    """Return series of all queries; of queries of one moment alone, frames of one moment."""
    if not queries:
        return Lines((), ())
    over_time = any(not query.instant for query in queries)
    times = context.grid.times() if over_time else [context.time_range.end]
    series: list[Series] = []
    for query, streams in zip(queries, _streams(queries, context), strict=True):
        for stream in streams:
            name = series_name(query, stream.labels, context.scope)
            if query.instant:
                # The value of one moment, beside series over time, is the last one.
                values = [None] * (len(times) - 1) + _values(stream)[-1:]
            else:
                values = _on_grid(stream, context.grid)
            series.append(Series(query.ref_id, name, stream.labels, values))
    return Lines(times, tuple(series))


def _values(stream: SampleStream) -> list[Value]:
    return [None if math.isnan(value) else value for value in stream.values]


def _on_grid(stream: SampleStream, grid: Grid) -> list[Value]:
    """Return a value for each moment, None where there is none."""
    known = _values(stream)

    def index_of(time: float) -> int:
        return round((time - grid.start) / grid.step)

    first, last = index_of(stream.times[0]), index_of(stream.times[-1])
    if last - first == len(known) - 1:
        # Without a gap, as nearly all are.
        return [None] * first + known + [None] * (grid.count - 1 - last)
    values: list[Value] = [None] * grid.count
    for time, value in zip(stream.times, known, strict=True):
        values[index_of(time)] = value
    return values


def tables(
    queries: Sequence[Query], context: QueryContext, several: bool | None = None
) -> list[Table]:
    """Return a table for each query, with a column for each label.

    Where there are ``several``, the column of the values is called after its query.
    """
    several = len(queries) > 1 if several is None else several
    return [
        _table(query, streams, several)
        for query, streams in zip(queries, _streams(queries, context), strict=True)
    ]


def logs(queries: Sequence[Query], context: QueryContext) -> Logs:
    """Return the lines that the queries of Loki find, the newest first."""
    most, when = context.sources.limits.max_log_lines, context.time_range
    entries: list[LogLine] = []
    for query in queries:
        expression = context.scope.query(query.expression)
        times = LogRange.of_seconds(when.start, when.end)
        entries += context.sources.loki.lines(expression, times, query.max_lines or most)
    return Logs(tuple(sorted(entries, key=lambda entry: -entry.time_ns)))


def series_name(query: Query, labels: Mapping[str, str], scope: Scope) -> str:
    """Return the legend of a series: what the query says, else its labels."""
    if query.legend and query.legend != _AUTOMATIC:
        return legend(query.legend, labels, scope)
    name = labels.get("__name__", "")
    pairs = ", ".join(f'{key}="{text}"' for key, text in labels.items() if key != "__name__")
    return f"{name}{{{pairs}}}" if pairs else name or query.expression


def legend(text: str, labels: Mapping[str, str], scope: Scope) -> str:
    """Return a legend with its variables and labels; a label that is not there is empty."""
    return _LABEL.sub(lambda label: labels.get(label[1], ""), scope.tolerant_text(text))


def _streams(queries: Sequence[Query], context: QueryContext) -> list[list[SampleStream]]:
    return context.run_all([_task(query, context) for query in queries])


def _task(query: Query, context: QueryContext) -> Callable[[], list[SampleStream]]:
    expression = context.promql(query)
    prometheus, grid = context.sources.prometheus, context.grid
    if query.instant:
        return lambda: prometheus.instant(expression, context.time_range.end)
    return lambda: prometheus.range(expression, grid.start, grid.end, grid.step)


def _table(query: Query, streams: Sequence[SampleStream], several: bool) -> Table:
    rows = [
        (stream.labels, time, value)
        for stream in streams
        for time, value in zip(stream.times, stream.values, strict=True)
    ]
    names = sorted({name for labels, _, _ in rows for name in labels})
    times: list[Cell] = [time * 1000 for _, time, _ in rows]
    values: list[Cell] = [None if math.isnan(value) else value for _, _, value in rows]
    ref_id = query.ref_id
    return Table(
        (
            Column("Time", "time", times, ref_id),
            *(
                Column(name, "string", [labels.get(name, "") for labels, _, _ in rows], ref_id)
                for name in names
            ),
            Column(f"Value #{ref_id}" if several else "Value", "number", values, ref_id),
        ),
        ref_id,
    )
