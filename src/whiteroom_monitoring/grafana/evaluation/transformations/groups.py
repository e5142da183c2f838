"""Transformations that make one row of many, or one table for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import require_room
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.reduce import name_of, reduced_cells
from whiteroom_monitoring.grafana.evaluation.transformations.records import (
    kind_of,
    picked,
    text_of,
)
from whiteroom_monitoring.grafana.model.json_node import Node

_OF_TIMES = ("lastNotNull", "firstNotNull", "last", "first", "min", "max")


def _kind(column: Column, calculation: str, cells: Sequence[Cell]) -> str:
    if column.kind == "time" and calculation in _OF_TIMES:
        return "time"
    return kind_of(cells)


def group(tables: Sequence[Table], options: Node) -> list[Table]:
    """Return a row for each combination of the values of some columns; others are calculated."""
    fields = dict(options["fields"].object().members())
    return [grouped for table in tables if (grouped := _grouped(table, fields)) is not None]


def _grouped(table: Table, fields: dict[str, Node]) -> Table | None:
    chosen = [(c, fields[c.name]) for c in table.columns if c.name in fields]
    keys = [column for column, node in chosen if node["operation"].text() == "groupby"]
    if not keys:
        return None
    rows: dict[tuple[Cell, ...], list[int]] = {}
    for row in range(table.height):
        rows.setdefault(tuple(column.cells[row] for column in keys), []).append(row)
    columns = [
        replace(column, cells=[key[place] for key in rows]) for place, column in enumerate(keys)
    ]
    for column, node in chosen:
        if node["operation"].text() == "aggregate":
            names = node["aggregations"].texts()
            columns += [_calculated(column, name, list(rows.values())) for name in names]
    return replace(table, columns=tuple(columns))


def _calculated(column: Column, calculation: str, groups: Sequence[Sequence[int]]) -> Column:
    cells = [reduced_cells([column.cells[row] for row in rows], calculation) for rows in groups]
    name = f"{column.name} ({calculation})"
    return replace(column, name=name, kind=_kind(column, calculation, cells), cells=cells)


def reduce(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make one row of each column, or one value of it."""
    reducers = options["reducers"].texts() or ("max",)
    with_time = options["includeTimeField"].flag()
    if options["mode"].text("seriesToRows") == "reduceFields":
        return [_reduced_columns(table, reducers, with_time) for table in tables]
    with_labels = options["labelsToFields"].flag()
    columns = [
        column
        for table in tables
        for column in table.columns
        if (column.kind != "time" or with_time) and table.height
    ]
    return [_rows(columns, reducers, with_labels, tables[0].query)] if columns else []


def _reduced_columns(table: Table, reducers: Sequence[str], with_time: bool) -> Table:
    columns = []
    for column in table.columns:
        if column.kind == "time" and not with_time:
            continue
        for reducer in reducers:
            name = column.name if len(reducers) == 1 else f"{column.name} {name_of(reducer)}"
            cells = [reduced_cells(column.cells, reducer)]
            kind = _kind(column, reducer, cells) if cells != [None] else column.kind
            columns.append(replace(column, name=name, kind=kind, cells=cells))
    return replace(table, columns=tuple(columns))


def _rows(
    columns: Sequence[Column], reducers: Sequence[str], with_labels: bool, query: str
) -> Table:
    names = dict.fromkeys(name for column in columns for name in column.labels if with_labels)
    own = [column.labels.get("__name__") if with_labels else None for column in columns]
    titles: list[Cell] = [name or column.name for name, column in zip(own, columns, strict=True)]
    result = [Column("Field", "string", titles, query)]
    result += [
        Column(name, "string", [c.labels.get(name) for c in columns], query)
        for name in names
        if name != "__name__"
    ]
    for reducer in reducers:
        cells = [reduced_cells(column.cells, reducer) for column in columns]
        result.append(Column(name_of(reducer), kind_of(cells), cells, query))
    # What numbers have no value for is still a column of numbers.
    numbers = [replace(c, kind="number") if _is_empty(c) else c for c in result]
    return Table(tuple(numbers), query)


def _is_empty(column: Column) -> bool:
    return all(cell is None for cell in column.cells)


_EMPTY: dict[str, Cell] = {"null": None, "true": 1.0, "false": 0.0, "empty": "", "zero": 0.0}


def matrix(tables: Sequence[Table], options: Node) -> list[Table]:
    """Spread one column: its values become columns, those of another rows."""
    across = options["columnField"].text("Time")
    down = options["rowField"].text("Time")
    value = options["valueField"].text("Value")
    empty = _EMPTY.get(options["emptyValue"].text("empty"), "")
    if len(tables) != 1:
        return list(tables)
    [table] = tables
    chosen = [table.column(name) for name in (across, down, value)]
    if None in chosen:
        return list(tables)
    heads, sides, values = (column for column in chosen if column is not None)
    cells = {
        (head, side): cell
        for head, side, cell in zip(heads.cells, sides.cells, values.cells, strict=True)
    }
    rows = list(dict.fromkeys(sides.cells))
    across_cells = list(dict.fromkeys(heads.cells))
    require_room(len(rows) * len(across_cells), "groupingToMatrix")
    columns = [Column(f"{down}\\{across}", sides.kind, rows, table.query)]
    for head in across_cells:
        spread = [cells.get((head, side), empty) for side in rows]
        columns.append(replace(values, name=text_of(head), cells=spread))
    return [Table(tuple(columns), table.query)]


def partition(tables: Sequence[Table], options: Node) -> list[Table]:
    """Return a table for each combination of the values of some columns."""
    fields = options["fields"].texts()
    keeps = options["keepFields"].flag()
    naming = options["naming"].object()
    as_labels = naming["asLabels"].flag(True)
    return [part for table in tables for part in _partitions(table, fields, keeps, as_labels)]


def _partitions(table: Table, fields: Sequence[str], keeps: bool, as_labels: bool) -> list[Table]:
    keys = [column for column in table.columns if column.name in fields]
    if not keys:
        return [table]
    rows: dict[tuple[str, ...], list[int]] = {}
    for row in range(table.height):
        rows.setdefault(tuple(text_of(c.cells[row]) for c in keys), []).append(row)
    parts = []
    for values, chosen in rows.items():
        labels = dict(zip((key.name for key in keys), values, strict=True))
        part = picked(table, chosen)
        columns = [c for c in part.columns if keeps or c.name not in fields]
        parts.append(replace(part, columns=tuple(_of_part(c, labels, as_labels) for c in columns)))
    return parts


def _of_part(column: Column, labels: dict[str, str], as_labels: bool) -> Column:
    if column.kind != "number":
        return column
    name = " ".join([column.name, *labels.values()])
    return replace(column, name=name, labels={**column.labels, **labels} if as_labels else {})
