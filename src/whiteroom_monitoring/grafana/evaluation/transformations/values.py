"""Transformations of cells: parts of texts, other types, histograms."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError, require_room
from whiteroom_monitoring.grafana.evaluation.frame_shapes import is_moment
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.transformations.records import (
    kind_of,
    number_of,
    text_of,
)
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.patterns import compiled

# A name begins where no name goes on: else each of its characters would be tried as a beginning.
_PAIR = re.compile(r"""(?<![\w.-])([\w.-]+)\s*[=:]\s*("(?:[^"\\]|\\.)*"|[^\s,;]*)""")
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
# How many buckets are made at most, whatever their size.
_MOST_BUCKETS = 1000
# Of numbers that are larger, and of infinities, the distance is no number.
_LARGEST = 1e300


def extract(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make columns of the parts of a column's texts: of JSON, of pairs, of a pattern's groups."""
    return [_extracted(table, options) for table in tables]


def _extracted(table: Table, options: Node) -> Table:
    source = table.column(options["source"].text())
    if source is None:
        return table
    parts = [_parts(text_of(cell), options) for cell in source.cells]
    names = dict.fromkeys(name for part in parts for name in part)
    require_room(len(names) * len(parts), "extractFields")
    extracted = []
    for name in names:
        cells = [part.get(name) for part in parts]
        extracted.append(Column(name, kind_of(cells), cells, table.query))
    columns = table.columns
    if options["replace"].flag():
        with_time = options["keepTime"].flag()
        columns = tuple(c for c in table.columns if with_time and c.kind == "time")
    return replace(table, columns=(*columns, *extracted))


def _parts(text: str, options: Node) -> Mapping[str, Cell]:
    kind = options["format"].text("auto")
    if kind in ("json", "auto"):
        with contextlib.suppress(ValueError, RecursionError):
            content = json.loads(text)
            paths = list(options["jsonPaths"].objects())
            return dict(_at_paths(content, paths) if paths else _members(content))
    if kind in ("kvp", "auto"):
        return {match[1]: match[2].strip('"') for match in _PAIR.finditer(text)}
    if kind == "regexp":
        return _groups(text, options["regExp"].text())
    if kind == "delimiter":
        delimiter = options["delimiter"].text(",")
        return {part.strip(): 1.0 for part in text.split(delimiter) if part.strip()}
    if kind == "json":
        return {}
    raise UnsupportedError(f"extractFields of the format {kind}")


def _members(content: Any) -> Iterator[tuple[str, Cell]]:
    if isinstance(content, dict):
        yield from ((name, _cell(value)) for name, value in content.items())
    elif isinstance(content, list):
        yield from ((str(index), _cell(value)) for index, value in enumerate(content))


def _at_paths(content: Any, paths: Sequence[Node]) -> Iterator[tuple[str, Cell]]:
    for node in paths:
        path, value = node["path"].text(), content
        for key in re.findall(r"[^.\[\]]+", path):
            if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                value = value.get(key) if isinstance(value, dict) else None
        yield node["alias"].text() or path, _cell(value)


def _cell(value: Any) -> Cell:
    if isinstance(value, (bool, dict | list)):
        return json.dumps(value)
    return number_of(value) if isinstance(value, int | float) else value


def _groups(text: str, pattern: str) -> Mapping[str, Cell]:
    try:
        match = compiled(pattern).search(text)
    except ValueError as error:
        raise UnsupportedError(f"extractFields: {error}") from error
    return dict(match.groupdict()) if match else {}


def convert(tables: Sequence[Table], options: Node) -> list[Table]:
    """Give columns another type."""
    kinds = {
        node["targetField"].text(): node["destinationType"].text()
        for node in options["conversions"].objects()
    }
    return [
        replace(t, columns=tuple(_converted(c, kinds.get(c.name, "")) for c in t.columns))
        for t in tables
    ]


def _converted(column: Column, kind: str) -> Column:
    match kind:
        case "number":
            cells: list[Cell] = [number_of(cell) for cell in column.cells]
            return replace(column, kind=kind, cells=cells)
        case "string" | "other" | "enum":
            return replace(column, kind="string", cells=[text_of(cell) for cell in column.cells])
        case "time":
            return replace(column, kind=kind, cells=[_time(cell) for cell in column.cells])
        case "boolean":
            return replace(column, kind="number", cells=[_truth(cell) for cell in column.cells])
        case "":
            return column
    raise UnsupportedError(f"convertFieldType to {kind}")


def _time(cell: Cell) -> Cell:
    number = number_of(cell)
    if number is not None or cell is None:
        return number if number is not None and is_moment(number) else None
    try:
        parsed = datetime.fromisoformat(str(cell))
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000


def _truth(cell: Cell) -> Cell:
    number = number_of(cell)
    return float(bool(number) if number is not None else text_of(cell).lower() == "true")


def histogram(tables: Sequence[Table], options: Node) -> list[Table]:
    """Count how many values of each column of numbers lie in each bucket."""
    size, offset = options["bucketSize"].number(), options["bucketOffset"].number() or 0.0
    columns = [c for table in tables for c in table.columns if c.kind == "number"]
    return [
        buckets_of(
            columns, size, offset, options["bucketCount"].integer(30), options["combine"].flag()
        )
    ]


def buckets_of(
    columns: Sequence[Column], size: float | None, offset: float, count: int, combine: bool
) -> Table:
    """Return a table of buckets, from `xMin` to `xMax`, with the counts of each column."""
    numbers = [[n for cell in c.cells if (n := number_of(cell)) is not None] for c in columns]
    finite = [[n for n in values if abs(n) < _LARGEST] for values in numbers]
    every = [number for values in finite for number in values]
    if not every:
        return Table(())
    low, high = min(every), max(every)
    width = max(size or _width(high - low, max(count, 1)), (high - low) / _MOST_BUCKETS)
    if not size and all(number.is_integer() for number in every):
        width = max(1.0, math.ceil(width))
    first = math.floor((low - offset) / width)
    edges = range(first, math.floor((high - offset) / width) + 1)
    low_edges: list[Cell] = [index * width + offset for index in edges]
    high_edges: list[Cell] = [(index + 1) * width + offset for index in edges]
    columns_made = [Column("xMin", "number", low_edges), Column("xMax", "number", high_edges)]
    groups = (
        [("Count", every)]
        if combine
        else list(zip((c.name for c in columns), finite, strict=False))
    )
    for place, (name, values) in enumerate(groups):
        counts = [0] * len(edges)
        for number in values:
            counts[math.floor((number - offset) / width) - first] += 1
        cells: list[Cell] = [float(n) for n in counts]
        query, labels = columns[place].query, {} if combine else columns[place].labels
        columns_made.append(Column(name, "number", cells, query, labels))
    return Table(tuple(columns_made))


def _width(span: float, count: int) -> float:
    """Return a round width of which so many fit into the span."""
    least = span / count
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(share * power for share in _ROUND if share * power >= least * 0.999)
