"""Transformations between series, labels, rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.frame_shapes import TIME, lines_of, tables_of
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.reduce import reduced_cells
from whiteroom_monitoring.grafana.evaluation.transformations import joins
from whiteroom_monitoring.grafana.evaluation.transformations.records import (
    distinct,
    kind_of,
    number_of,
    text_of,
)
from whiteroom_monitoring.grafana.model.json_node import Node


def labels_to_columns(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make columns of the labels of series, or a table of them."""
    keep_labels = options["keepLabels"].texts()
    if options["mode"].text("columns") == "rows":
        return [
            _label_rows(column, keep_labels)
            for t in tables
            for column in t.columns
            if column.labels
        ]
    value_label = options["valueLabel"].text()
    return [_label_columns(table, keep_labels, value_label) for table in tables]


def _label_rows(column: Column, keep_labels: Sequence[str]) -> Table:
    pairs = [
        (name, text)
        for name, text in column.labels.items()
        if not keep_labels or name in keep_labels
    ]
    names: list[Cell] = [name for name, _ in pairs]
    texts: list[Cell] = [text for _, text in pairs]
    columns = (Column("label", "string", names), Column("value", "string", texts))
    return Table(columns, column.query)


def _label_columns(table: Table, keep_labels: Sequence[str], value_label: str) -> Table:
    labels: dict[str, str] = {}
    columns: list[Column] = []
    for column in table.columns:
        chosen = {n: t for n, t in column.labels.items() if not keep_labels or n in keep_labels}
        labels |= {name: text for name, text in chosen.items() if name != value_label}
        name = column.name
        if column.kind == "number":
            name = column.labels.get(value_label) or _own_name(column)
        columns.append(replace(column, name=name, labels={}))
    texts = [
        Column(name, "string", [text] * table.height, table.query)
        for name, text in labels.items()
        if name != "__name__"
    ]
    times = [column for column in columns if column.kind == "time"]
    others = [column for column in columns if column.kind != "time"]
    return replace(table, columns=(*times, *texts, *others))


def _own_name(column: Column) -> str:
    """Return what a value is called beside its labels: the metric, or just a value."""
    return column.labels.get("__name__") or "Value" if column.labels else column.name


def series_to_rows(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make rows of the points of all series, the newest first."""
    rows: list[tuple[Cell, Cell, Cell]] = []
    for table in tables:
        at = next((column for column in table.columns if column.kind == "time"), None)
        for column in table.columns:
            if at is not None and column.kind != "time":
                names = [column.name] * table.height
                rows += zip(at.cells, names, column.cells, strict=True)
    rows.sort(key=lambda row: number_of(row[0]) or 0.0, reverse=True)
    times, metrics, values = ([row[place] for row in rows] for place in range(3))
    columns = (
        Column(TIME, "time", times),
        Column("Metric", "string", metrics),
        Column("Value", "number", values),
    )
    return [Table(columns, tables[0].query if tables else "")]


def series_to_table(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make one row of each series: its labels, and one value of it."""
    by_query: dict[str, list[Column]] = {}
    for table in tables:
        numbers = [column for column in table.columns if column.kind == "number"]
        by_query.setdefault(table.query, []).extend(numbers)
    return [_trends(query, columns, options) for query, columns in by_query.items()]


def _trends(query: str, columns: Sequence[Column], options: Node) -> Table:
    stat = options[query].object()["stat"].text("lastNotNull")
    names = dict.fromkeys(name for column in columns for name in column.labels)
    texts = [
        Column(name, "string", [column.labels.get(name) for column in columns], query)
        for name in names
    ]
    cells = [reduced_cells(column.cells, stat) for column in columns]
    return Table((*texts, Column(f"Trend #{query}", "number", cells, query)), query)


def prepare(tables: Sequence[Table], options: Node) -> list[Table]:
    """Bring tables into one of the forms of series: wide, multi or long."""
    form = options["format"].text("wide")
    if form == "long":
        labelled = labels_to_columns(tables, Node({}, []))
        return joins.merge(labelled, options)
    series = tables_of(lines_of(tables))
    return series if form == "multi" else joins.join(series, Node({}, []))


def transpose(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make rows of columns, and columns of rows."""
    return [_transposed(table, options) for table in tables]


def _transposed(table: Table, options: Node) -> Table:
    if not table.columns:
        return table
    head, *others = table.columns
    names = [text_of(cell) for cell in head.cells]
    fixed = options["restFieldsName"].text()
    first: list[Cell] = [column.name for column in others]
    columns = [Column(options["firstFieldName"].text() or "Field", "string", first, table.query)]
    for row, name in enumerate(names):
        cells = [column.cells[row] for column in others]
        columns.append(Column(fixed or name, kind_of(cells), cells, table.query))
    return Table(distinct(columns), table.query)


def rows_to_columns(tables: Sequence[Table], options: Node) -> list[Table]:
    """Make a column of each row, named by one of its texts."""
    return [_spread(table) for table in tables]


def _spread(table: Table) -> Table:
    name = next((column for column in table.columns if column.kind == "string"), None)
    value = next((column for column in table.columns if column.kind == "number"), None)
    if name is None or value is None:
        return table
    columns = [
        replace(value, name=text_of(text), cells=[cell])
        for text, cell in zip(name.cells, value.cells, strict=True)
    ]
    return Table(distinct(columns), table.query)
