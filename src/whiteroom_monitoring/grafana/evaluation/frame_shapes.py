"""Series as tables, and tables as series: transformations work on tables, charts draw series."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from whiteroom_monitoring.grafana.evaluation.errors import require_room
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Lines, Series, Table, Value

TIME = "Time"
# A grid that would be finer than this is that of moments which have none in common.
_MOST_MOMENTS = 20_000
# JavaScript's last moment, in milliseconds since 1970.
_LAST_MS = 8.64e15


def tables_of(lines: Lines) -> list[Table]:
    """Return a table for each series: its times, and its values below its name."""
    times: list[Cell] = [time * 1000 for time in lines.times]
    return [
        Table(
            (
                Column(TIME, "time", times, item.query),
                Column(item.name, "number", list(item.values), item.query, item.labels),
            ),
            item.query,
        )
        for item in lines.series
    ]


def lines_of(tables: Sequence[Table]) -> Lines:
    """Return the series of all tables that have a column of times, over the same moments."""
    timed = [(times, series) for table in tables for times, series in _series(table)]
    moments = sorted({time for times, _ in timed for time in times})
    grid = _grid(moments)
    require_room(len(grid) * len(timed), "series")
    return Lines(grid, tuple(_on_grid(series, times, grid) for times, series in timed if len(grid)))


def _series(table: Table) -> Iterator[tuple[list[float], Series]]:
    """Yield times and values of each column of numbers, for each combination of its texts."""
    at = next((column for column in table.columns if column.kind == "time"), None)
    if at is None:
        return
    texts = [column for column in table.columns if column.kind == "string"]
    numbers = [column for column in table.columns if column.kind == "number"]
    for labels, rows in _grouped(texts, table.height).items():
        times = [at.cells[row] for row in rows]
        known = [(row, time) for row, time in zip(rows, times, strict=True) if is_moment(time)]
        for column in numbers:
            text_labels = dict(zip((text.name for text in texts), labels, strict=True))
            values = [_number(column.cells[row]) for row, _ in known]
            name = " ".join([column.name, *labels]) if len(numbers) > 1 or not labels else ""
            item = Series(
                column.query, name or ", ".join(labels), {**column.labels, **text_labels}, values
            )
            yield [_seconds(time) for _, time in known], item


def _grouped(texts: Sequence[Column], height: int) -> Mapping[tuple[str, ...], list[int]]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for row in range(height):
        groups.setdefault(tuple(str(column.cells[row] or "") for column in texts), []).append(row)
    return groups


def is_moment(cell: Cell) -> bool:
    """Tell whether a cell is a moment that a date can name, in milliseconds since 1970."""
    return isinstance(cell, float | int) and abs(cell) <= _LAST_MS


def _number(cell: Cell) -> Value:
    return float(cell) if isinstance(cell, float | int) else None


def _seconds(cell: Cell) -> float:
    assert isinstance(cell, float | int)
    return cell / 1000


def _grid(moments: Sequence[float]) -> list[float]:
    """Return evenly spaced moments that the given ones are among, as nearly as may be."""
    if len(moments) < 2:
        return list(moments)
    distances = [b - a for a, b in itertools.pairwise(moments) if b - a > 1e-3]
    span = moments[-1] - moments[0]
    step = max(min(distances, default=span) or 1.0, span / _MOST_MOMENTS)
    return [moments[0] + step * index for index in range(round(span / step) + 1)]


def _on_grid(series: Series, times: Sequence[float], grid: Sequence[float]) -> Series:
    step = grid[1] - grid[0] if len(grid) > 1 else 1.0
    values: list[Value] = [None] * len(grid)
    for time, value in zip(times, series.values, strict=True):
        index = math.floor((time - grid[0]) / step + 0.5)
        values[min(max(index, 0), len(grid) - 1)] = value
    return Series(series.query, series.name, series.labels, values)
