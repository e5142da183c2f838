"""Transformations that choose and order rows, and whole tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Table
from whiteroom_monitoring.grafana.evaluation.transformations.records import (
    number_of,
    picked,
    searched,
    text_of,
)
from whiteroom_monitoring.grafana.model.json_node import Node

_DEFAULT_LIMIT = 10


def sort(tables: Sequence[Table], options: Node) -> list[Table]:
    """Order the rows by columns; rows without a value come last."""
    for key in reversed(list(options["sort"].objects())):
        tables = [_sorted(table, key["field"].text(), key["desc"].flag()) for table in tables]
    return list(tables)


def _sorted(table: Table, name: str, descending: bool) -> Table:
    column = table.column(name)
    if column is None:
        return table
    numbers = range(table.height)
    known = [row for row in numbers if column.cells[row] is not None]
    known.sort(key=lambda row: _key(column.cells[row]), reverse=descending)
    return picked(table, [*known, *(row for row in numbers if column.cells[row] is None)])


def _key(cell: Cell) -> tuple[int, float, str]:
    return (0, cell, "") if isinstance(cell, float | int) else (1, 0.0, str(cell))


def limit(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep the first rows, or the last."""
    most = max(options["limitField"].integer(0), 0) or _DEFAULT_LIMIT
    is_tail = options["limitPosition"].text() == "tail"

    def kept(table: Table) -> range:
        return range(max(table.height - most, 0) if is_tail else 0, table.height)[:most]

    return [picked(table, kept(table)) for table in tables]


def by_query(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep the tables of queries whose refId a pattern matches as a whole."""
    pattern = options["include"].text()
    if not pattern:
        return list(tables)
    anchored = pattern if pattern.startswith("/") else f"^(?:{pattern})$"
    return [table for table in tables if searched(anchored, table.query)]


def by_value(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep or leave out the rows that meet all conditions, or any."""
    conditions = [_condition(node) for node in options["filters"].objects()]
    if not conditions:
        return list(tables)
    combine = all if options["match"].text("any") == "all" else any
    is_included = options["type"].text("include") == "include"

    def kept(table: Table, row: int) -> bool:
        met = (
            holds(column.cells[row])
            for name, holds in conditions
            if (column := table.column(name)) is not None
        )
        return combine(met) == is_included

    return [
        picked(table, [row for row in range(table.height) if kept(table, row)])
        if any(table.column(name) for name, _ in conditions)
        else replace(table)
        for table in tables
    ]


def _condition(node: Node) -> tuple[str, Callable[[Cell], bool]]:
    config = node["config"].object()
    kind, options = config["id"].text(), config["options"].object()
    if kind not in _CONDITIONS:
        raise UnsupportedError(f"a filter of values by {kind or 'nothing'}")
    holds = _CONDITIONS[kind]
    return node["fieldName"].text(), lambda cell: holds(cell, options)


def _compared(cell: Cell, options: Node, compare: Callable[[float, float], bool]) -> bool:
    number, other = number_of(cell), options["value"].number()
    return number is not None and other is not None and compare(number, other)


def _within(cell: Cell, options: Node) -> bool:
    number, low, high = number_of(cell), options["from"].number(), options["to"].number()
    return number is not None and (low is None or number > low) and (high is None or number < high)


def _equals(cell: Cell, options: Node) -> bool:
    if isinstance(cell, float):
        return cell == options["value"].number()
    return text_of(cell) == options["value"].text()


def _contains(cell: Cell, options: Node) -> bool:
    text = re.escape(options["value"].text())
    return re.search(text, text_of(cell), re.IGNORECASE) is not None


_CONDITIONS: Mapping[str, Callable[[Cell, Node], bool]] = {
    "equal": _equals,
    "notEqual": lambda cell, options: not _equals(cell, options),
    "greater": lambda cell, options: _compared(cell, options, lambda a, b: a > b),
    "greaterOrEqual": lambda cell, options: _compared(cell, options, lambda a, b: a >= b),
    "lower": lambda cell, options: _compared(cell, options, lambda a, b: a < b),
    "lowerOrEqual": lambda cell, options: _compared(cell, options, lambda a, b: a <= b),
    "range": _within,
    "between": _within,
    "isNull": lambda cell, options: cell is None,
    "isNotNull": lambda cell, options: cell is not None,
    "regex": lambda cell, options: searched(options["value"].text(), text_of(cell)),
    "substring": _contains,
    "notSubstring": lambda cell, options: not _contains(cell, options),
}
