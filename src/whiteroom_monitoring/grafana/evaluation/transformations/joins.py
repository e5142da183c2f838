"""Transformations that make one table of several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import require_room
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.transformations.records import (
    Record,
    distinct,
    records,
    table_of,
)
from whiteroom_monitoring.grafana.model.json_node import Node


def merge(tables: Sequence[Table], options: Node) -> list[Table]:
    """Join rows that agree in every column that they share."""
    filled = [table for table in tables if table.columns]
    if not filled:
        return []
    columns = {column.name: column for table in reversed(filled) for column in table.columns}
    names = list(dict.fromkeys(column.name for table in filled for column in table.columns))
    common = [n for n in names if all(table.column(n) is not None for table in filled)]
    rows: list[Record] = []
    groups: dict[tuple[Cell, ...], list[Record]] = {}
    for table in filled:
        for row in records(table):
            alike = groups.setdefault(tuple(row[name] for name in common), [])
            partner = next((other for other in alike if _agree(row, other)), None)
            if partner is None:
                alike.append(row)
                rows.append(row)
            else:
                partner.update(row)
    return [table_of([columns[name] for name in names], rows, filled[0].query)]


def _agree(row: Record, other: Record) -> bool:
    shared = row.keys() & other.keys()
    return bool(shared) and all(row[name] == other[name] for name in shared)


def join(tables: Sequence[Table], options: Node) -> list[Table]:
    """Put the columns of tables side by side that have a column in common."""
    name = options["byField"].text()
    keyed = [(table, key) for table in tables if (key := _key(table, name)) is not None]
    if not keyed:
        return list(tables)
    if len(keyed) == 1:
        return [keyed[0][0]]
    mode = options["mode"].text("outer")
    joined = _outer(keyed) if mode == "outer" else _tabular(keyed, is_inner=mode == "inner")
    return [replace(joined, columns=distinct(joined.columns))]


def _key(table: Table, name: str) -> Column | None:
    if name:
        return table.column(name)
    return next((column for column in table.columns if column.kind == "time"), None)


def _outer(keyed: Sequence[tuple[Table, Column]]) -> Table:
    """Return a row for each value of the key; of several rows with one, the last counts."""
    first = keyed[0][1]
    keys = dict.fromkeys(cell for _, key in keyed for cell in key.cells)
    require_room(len(keys) * sum(len(table.columns) for table, _ in keyed), "joinByField")
    ordered = sorted(keys, key=_order) if first.kind in ("time", "number") else list(keys)
    columns = [replace(first, cells=ordered)]
    for table, key in keyed:
        place = {cell: row for row, cell in enumerate(key.cells)}
        rows = [place.get(cell) for cell in ordered]
        columns += [
            replace(column, cells=[None if row is None else column.cells[row] for row in rows])
            for column in table.columns
            if column is not key
        ]
    return Table(tuple(columns), keyed[0][0].query)


def _order(cell: Cell) -> tuple[bool, float]:
    return cell is None, cell if isinstance(cell, float | int) else 0.0


def _tabular(keyed: Sequence[tuple[Table, Column]], *, is_inner: bool) -> Table:
    """Return every combination of rows with the same key."""
    table, key = keyed[0]
    columns = [key, *(column for column in table.columns if column is not key)]
    rows = [[column.cells[row] for column in columns] for row in range(table.height)]
    for other, other_key in keyed[1:]:
        added = [column for column in other.columns if column is not other_key]
        height = _height(Counter(row[0] for row in rows), Counter(other_key.cells), is_inner)
        require_room(height * (len(columns) + len(added)), "joinByField")
        rows = list(_combined(rows, len(columns), other_key, added, is_inner))
        columns += added
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    joined = (replace(column, cells=list(c)) for column, c in zip(columns, cells, strict=True))
    return Table(tuple(joined), table.query)


def _height(left: Counter[Cell], right: Counter[Cell], is_inner: bool) -> int:
    """Return how many rows a join has, by how many rows of each side have a key."""
    pairs = sum(count * right[cell] for cell, count in left.items())
    if is_inner:
        return pairs
    alone = sum(count for cell, count in left.items() if cell not in right)
    return pairs + alone + sum(count for cell, count in right.items() if cell not in left)


def _combined(
    rows: list[list[Cell]], width: int, key: Column, added: list[Column], is_inner: bool
) -> Iterator[list[Cell]]:
    places: dict[Cell, list[int]] = {}
    for place, cell in enumerate(key.cells):
        places.setdefault(cell, []).append(place)
    known = {row[0] for row in rows}
    for row in rows:
        for place in places.get(row[0], ()):
            yield [*row, *(column.cells[place] for column in added)]
        if row[0] not in places and not is_inner:
            yield [*row, *([None] * len(added))]
    for cell, others in places.items():
        if cell not in known and not is_inner:
            for place in others:
                yield [cell, *([None] * (width - 1)), *(c.cells[place] for c in added)]


def concatenate(tables: Sequence[Table], options: Node) -> list[Table]:
    """Put the columns of all tables side by side, whatever their rows mean."""
    height = max((table.height for table in tables), default=0)
    mode = options["frameNameMode"].text("field")
    label = options["frameNameLabel"].text("frame")
    columns: list[Column] = []
    for table in tables:
        for column in table.columns:
            cells = [*column.cells, *([None] * (height - len(column.cells)))]
            labels = {**column.labels, label: table.query} if mode == "label" else column.labels
            columns.append(replace(column, cells=cells, labels=labels))
    return [Table(distinct(columns), tables[0].query if tables else "")]
