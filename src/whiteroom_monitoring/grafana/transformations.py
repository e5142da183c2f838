"""Grafana's transformations of tables, as far as our dashboards use them, and a few more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.frames import Cell, Column, Table

Options = Mapping[str, Any]


def transformed(tables: Sequence[Table], steps: Sequence[Mapping[str, Any]]) -> Table:
    """Return the first table after all transformations. Raises UnsupportedError."""
    found = list(tables)
    for step in steps:
        if step.get("disabled"):
            continue
        if step["id"] not in TRANSFORMATIONS:
            raise UnsupportedError(f"the transformation {step['id']}")
        found = TRANSFORMATIONS[step["id"]](found, step.get("options") or {})
    return found[0] if found else Table(())


def _merge(tables: Sequence[Table], options: Options) -> list[Table]:
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


def _organize(tables: Sequence[Table], options: Options) -> list[Table]:
    """Leave columns out, order them and give them other names."""
    excluded, order = options.get("excludeByName", {}), options.get("indexByName", {})
    names, included = options.get("renameByName", {}), options.get("includeByName", {})

    def of_one(table: Table) -> Table:
        kept = [
            column
            for column in table.columns
            if not excluded.get(column.name) and (not included or included.get(column.name))
        ]
        kept.sort(key=lambda column: order.get(column.name, len(order)))
        return Table(tuple(replace(c, name=names.get(c.name) or c.name) for c in kept))

    return [of_one(table) for table in tables]


def _filter_fields(tables: Sequence[Table], options: Options) -> list[Table]:
    """Keep columns by name or by pattern."""
    include = options.get("include") or {}
    names, pattern = include.get("names") or [], (include.get("pattern") or "").strip("/")

    def keeps(column: Column) -> bool:
        return column.name in names or bool(pattern and re.search(pattern, column.name))

    return [Table(tuple(c for c in table.columns if keeps(c))) for table in tables]


def _sort(tables: Sequence[Table], options: Options) -> list[Table]:
    """Order the rows by one column; rows without a value come last."""
    for key in reversed(options.get("sort") or []):
        tables = [_sorted(table, key["field"], bool(key.get("desc"))) for table in tables]
    return list(tables)


def _sorted(table: Table, name: str, descending: bool) -> Table:
    rows = _rows(table)
    known = [row for row in rows if row.get(name) is not None]
    known.sort(key=lambda row: _key(row[name]), reverse=descending)
    return _table(table.columns, [*known, *(row for row in rows if row.get(name) is None)])


def _key(cell: Cell) -> tuple[int, float, str]:
    return (0, cell, "") if isinstance(cell, float) else (1, 0.0, str(cell))


def _limit(tables: Sequence[Table], options: Options) -> list[Table]:
    """Keep the first rows."""
    most = int(options.get("limitField") or 10)
    return [_table(table.columns, _rows(table)[:most]) for table in tables]


def _rows(table: Table) -> list[dict[str, Cell]]:
    return [{c.name: c.cells[index] for c in table.columns} for index in range(table.height)]


def _table(columns: Sequence[Column], rows: Sequence[Mapping[str, Cell]]) -> Table:
    return Table(tuple(replace(c, cells=[row.get(c.name) for row in rows]) for c in columns))


TRANSFORMATIONS: Mapping[str, Callable[[Sequence[Table], Options], list[Table]]] = {
    "merge": _merge,
    "organize": _organize,
    "filterFieldsByName": _filter_fields,
    "sortBy": _sort,
    "limit": _limit,
}
