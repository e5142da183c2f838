"""Grafana's transformations of tables, as far as our dashboards use them, and a few more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.panel import Transformation
from whiteroom_monitoring.grafana.model.patterns import compiled

_DEFAULT_LIMIT = 10


def transformed(tables: Sequence[Table], steps: Sequence[Transformation]) -> Table:
    """Return the first table after all transformations. Raises UnsupportedError."""
    current = list(tables)
    for step in steps:
        if step.disabled:
            continue
        if step.id not in TRANSFORMATIONS:
            raise UnsupportedError(f"the transformation {step.id}")
        current = TRANSFORMATIONS[step.id](current, Node(step.options, []))
    return current[0] if current else Table(())


def _merge(tables: Sequence[Table], options: Node) -> list[Table]:
    """Join rows that agree in every column that they share."""
    names = list(dict.fromkeys(column.name for table in tables for column in table.columns))
    columns = {column.name: column for table in reversed(tables) for column in table.columns}
    rows: list[dict[str, Cell]] = []
    for table in tables:
        for row in _rows(table):
            partner = next((other for other in rows if _agree(row, other)), None)
            if partner is None:
                rows.append(row)
            else:
                partner.update(row)
    return [_table([columns[name] for name in names], rows)]


def _agree(row: Mapping[str, Cell], other: Mapping[str, Cell]) -> bool:
    shared = row.keys() & other.keys()
    return bool(shared) and all(row[name] == other[name] for name in shared)


def _organize(tables: Sequence[Table], options: Node) -> list[Table]:
    """Leave columns out, order them and give them other names."""
    excluded = {name for name, value in options["excludeByName"].members() if value.flag()}
    included = {name for name, value in options["includeByName"].members() if value.flag()}
    order = {name: value.integer(0) for name, value in options["indexByName"].members()}
    names = {name: value.text() for name, value in options["renameByName"].members()}

    def organized(table: Table) -> Table:
        kept = [
            column
            for column in table.columns
            if column.name not in excluded and (not included or column.name in included)
        ]
        kept.sort(key=lambda column: order.get(column.name, len(order)))
        return Table(tuple(replace(c, name=names.get(c.name) or c.name) for c in kept))

    return [organized(table) for table in tables]


def _filter_fields(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep columns by name or by pattern."""
    include = options["include"].object()
    names, text = include["names"].texts(), include["pattern"].text()
    try:
        pattern = compiled(text) if text else None
    except ValueError as error:
        raise UnsupportedError(f"the filter of fields: {error}") from error

    def keeps(column: Column) -> bool:
        return column.name in names or bool(pattern and pattern.search(column.name))

    return [Table(tuple(c for c in table.columns if keeps(c))) for table in tables]


def _sort(tables: Sequence[Table], options: Node) -> list[Table]:
    """Order the rows by one column; rows without a value come last."""
    for key in reversed(list(options["sort"].objects())):
        tables = [_sorted(table, key["field"].text(), key["desc"].flag()) for table in tables]
    return list(tables)


def _sorted(table: Table, name: str, descending: bool) -> Table:
    rows = _rows(table)
    known = [row for row in rows if row.get(name) is not None]
    known.sort(key=lambda row: _key(row[name]), reverse=descending)
    return _table(table.columns, [*known, *(row for row in rows if row.get(name) is None)])


def _key(cell: Cell) -> tuple[int, float, str]:
    return (0, cell, "") if isinstance(cell, float) else (1, 0.0, str(cell))


def _limit(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep the first rows."""
    most = max(options["limitField"].integer(0), 0) or _DEFAULT_LIMIT
    return [_table(table.columns, _rows(table)[:most]) for table in tables]


def _rows(table: Table) -> list[dict[str, Cell]]:
    return [{c.name: c.cells[index] for c in table.columns} for index in range(table.height)]


def _table(columns: Sequence[Column], rows: Sequence[Mapping[str, Cell]]) -> Table:
    return Table(tuple(replace(c, cells=[row.get(c.name) for row in rows]) for c in columns))


TRANSFORMATIONS: Mapping[str, Callable[[Sequence[Table], Node], list[Table]]] = {
    "merge": _merge,
    "organize": _organize,
    "filterFieldsByName": _filter_fields,
    "sortBy": _sort,
    "limit": _limit,
}
