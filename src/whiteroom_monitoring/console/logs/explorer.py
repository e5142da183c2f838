"""What the page of logs asks: lines or series of any LogQL, their levels, what completes a query.

A query is a stranger's: its length is bounded here, and the log store parses and bounds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.logs import levels
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import RefusedError, RequestError
from whiteroom_monitoring.datasources.loki import LogLine, LogRange
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.evaluation.frames import Series
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.grid import Grid

MAX_QUERY = 4000
MAX_LINES = 1000
MAX_CONTEXT = 100
# How far away the lines around a line may be.
CONTEXT_NS = 3600 * 1_000_000_000
_BARS = 100
_LEAST_STEP_S = 0.001
# Steps of a histogram below a second, so that bars of 200 ms are round, too.
_STEPS_S = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400),
)
_BAR_STYLE = {
    "drawStyle": "bars",
    "fillOpacity": 80,
    "stacking": {"mode": "normal"},
    "axisSoftMax": 4,
}

_Result = TypeVar("_Result")


class LogExplorer:
    """Answers from the log store. Safe for many threads."""

    def __init__(self, sources: DataSources) -> None:
        self._sources = sources

    def answer(
        self, query: str, time_range: TimeRange, limit: int, until_ns: int | None, *, oldest: bool
    ) -> dict[str, Any]:
        """Return lines, the newest first, or series where the query makes numbers of them.

        Of more lines than ``limit`` they are the newest until ``until_ns``, which is the end of the
        range if it is None, or else the ``oldest`` from there on.
        """
        require_bounded(query)
        limit = _between("limit", limit, 1, min(MAX_LINES, self._sources.limits.max_log_lines))
        when = _until(_range(time_range), until_ns, oldest=oldest)
        moments = bars(time_range)
        loki = self._sources.loki
        answer = _asked(lambda: loki.answer(query, when, limit, step_s=moments.step, oldest=oldest))
        if answer.lines is None:
            return _series(query, answer.series, moments)
        return {"lines": [encoded(line) for line in answer.lines], "limit": limit}

    def volume(self, query: str, time_range: TimeRange) -> dict[str, Any]:
        """Return how many lines of each level a query has over the range, as a chart's series."""
        require_bounded(query)
        moments = bars(time_range)
        # A window ends at its moment; each bar is drawn where its window begins.
        ends = LogRange.of_seconds(
            moments.start + moments.step, moments.start + moments.step * moments.count
        )
        window = f"{round(moments.step * 1000)}ms"
        # The query's last line may end with a comment.
        counted = f"count_over_time({query}\n| drop __error__ [{window}])"
        counts = f"sum by ({', '.join(levels.LABELS)}) ({counted})"
        loki = self._sources.loki
        answer = _asked(lambda: loki.answer(counts, ends, 1, step_s=moments.step))
        return _volume(answer.series, moments)

    def context(self, query: str, time_ns: int, before: int, after: int) -> dict[str, Any]:
        """Return lines before a moment, and those of it with the ones after; the oldest first."""
        require_bounded(query)
        before, after = (_between("lines", number, 0, MAX_CONTEXT) for number in (before, after))
        loki = self._sources.loki
        earlier, later = (
            LogRange(time_ns - CONTEXT_NS, time_ns),
            LogRange(time_ns, time_ns + CONTEXT_NS),
        )
        return {
            "before": _in_order(
                _asked(lambda: loki.lines(query, earlier, before)) if before else []
            ),
            "after": _in_order(_asked(lambda: loki.lines(query, later, after + 1, oldest=True))),
        }

    def labels(self, query: str, label: str, time_range: TimeRange) -> dict[str, Any]:
        """Return the labels of streams, or the values of one of them.

        ``query`` is a selector that says of which streams, or nothing.
        """
        if query:
            require_bounded(query)
        loki, when = self._sources.loki, _range(time_range)
        if label:
            return {"values": _asked(lambda: loki.label_values(label, query, when))}
        return {"labels": _asked(lambda: loki.labels(query, when))}

    def fields(self, query: str, field: str, time_range: TimeRange) -> dict[str, Any]:
        """Return the fields of the newest lines of a query, or the values of one of them."""
        require_bounded(query)
        loki, when = self._sources.loki, _range(time_range)
        if field:
            return {"values": _asked(lambda: loki.field_values(field, query, when))}
        fields = _asked(lambda: loki.fields(query, when))
        return {"fields": [{"name": name, "parsers": parsers} for name, parsers in fields]}

    def tail_address(self, query: str, start_ns: int, limit: int) -> tuple[str, dict[str, str]]:
        """Return where new lines are told, and the headers that it is asked with."""
        require_bounded(query)
        return self._sources.loki.tail_address(query, start_ns, _between("limit", limit, 1, 1000))


def encoded(line: LogLine) -> dict[str, Any]:
    """Return a line for the browser; its time is text, since JavaScript's numbers lose the last
    three digits of it.
    """
    return {
        "time": str(line.time_ns),
        "level": levels.of_line(line),
        "labels": dict(line.labels),
        "metadata": dict(line.metadata),
        "parsed": dict(line.parsed),
        "text": line.text,
    }


def require_bounded(query: str) -> None:
    """Raise RequestError for a query that is empty, or longer than any is."""
    if not query.strip():
        raise RequestError("there is no query")
    if len(query) > MAX_QUERY:
        raise RequestError(f"the query has {len(query)} characters; expected {MAX_QUERY} at most")


def bars(time_range: TimeRange) -> Grid:
    """Return where the bars of a histogram begin: at whole steps, at most about a hundred.

    >>> bars(TimeRange(1000.04, 1000.24))
    Grid(start=1000.04, step=0.002, count=101)
    """
    least = max(time_range.seconds / _BARS, _LEAST_STEP_S)
    step = next((step for step in _STEPS_S if step >= least * 0.999), math.ceil(least))
    first = math.floor(round(time_range.start / step, 3))
    last = math.floor(round(time_range.end / step, 3))
    return Grid(round(first * step, 3), step, last - first + 1)


def _asked(ask: Callable[[], _Result]) -> _Result:
    """Return what the log store answers. Raises RequestError where it refuses the query."""
    try:
        return ask()
    except RefusedError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        raise RequestError(error.reason) from error


def _between(name: str, number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise RequestError(f"{name}={number}: expected {least} to {most}")
    return number


def _range(time_range: TimeRange) -> LogRange:
    return LogRange.of_seconds(time_range.start, time_range.end)


def _until(when: LogRange, until_ns: int | None, *, oldest: bool) -> LogRange:
    """Return the part of a range that is not read yet; the line at ``until_ns`` is in it again."""
    if until_ns is None:
        return when
    if oldest:
        return LogRange(max(until_ns, when.start_ns), when.end_ns)
    return LogRange(when.start_ns, min(until_ns + 1, when.end_ns))


def _in_order(lines: Sequence[LogLine]) -> list[dict[str, Any]]:
    return [encoded(line) for line in reversed(lines)]


def _series(query: str, streams: Sequence[SampleStream], moments: Grid) -> dict[str, Any]:
    series = [
        Series("A", _name(stream.labels) or query, stream.labels, _on_grid(stream, moments))
        for stream in streams
    ]
    chosen = colors.of_series(series, [FieldConfig()] * len(series))
    return {
        "series": [
            _encoded_series(one, color, {}) for one, color in zip(series, chosen, strict=True)
        ],
        "times": _times(moments),
    }


def _volume(streams: Sequence[SampleStream], moments: Grid) -> dict[str, Any]:
    """Return a series for each level that has lines; the gravest is the first, at the bottom."""
    by_level: dict[str, list[SampleStream]] = {}
    for stream in streams:
        by_level.setdefault(levels.of_labels(stream.labels), []).append(stream)
    series, totals = [], []
    shifted = Grid(moments.start + moments.step, moments.step, moments.count)
    for level, color in levels.COLORS.items():
        if level not in by_level:
            continue
        values = _summed([_on_grid(stream, shifted) for stream in by_level[level]])
        counted = [stream.labels for stream in by_level[level]]
        drawn = _encoded_series(Series("A", level, {}, values), color, _BAR_STYLE)
        series.append({**drawn, "min": 0})
        count = sum(value or 0 for value in values)
        totals.append({"level": level, "count": count, "filter": levels.label_filter(counted)})
    return {"series": series, "levels": totals, "times": _times(moments)}


def _summed(columns: Sequence[Sequence[float | None]]) -> list[float | None]:
    """Return the sum at each moment, None where nothing is counted."""
    return [sum(value or 0 for value in row) or None for row in zip(*columns, strict=True)]


def _encoded_series(series: Series, color: str | int, style: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": series.name,
        "labels": dict(series.labels),
        "colour": color,
        "values": encoding.packed(series.values),
        **encoding.value_format(FieldConfig()),
        "style": style,
    }


def _on_grid(stream: SampleStream, moments: Grid) -> list[float | None]:
    values: list[float | None] = [None] * moments.count
    for time, value in zip(stream.times, stream.values, strict=True):
        index = round((time - moments.start) / moments.step)
        if 0 <= index < moments.count and not math.isnan(value):
            values[index] = value
    return values


def _name(labels: Mapping[str, str]) -> str:
    pairs = ", ".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _times(moments: Grid) -> dict[str, float]:
    return {"start": moments.start, "step": moments.step, "count": moments.count}
