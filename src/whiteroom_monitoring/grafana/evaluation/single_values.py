"""The values that stat, gauge, bar gauge and pie chart panels show: one of a column, or of a row.

Source: packages/grafana-data/src/field/fieldDisplay.ts of Grafana.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frame_shapes import tables_of
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Data, Frames, Lines, Table
from whiteroom_monitoring.grafana.evaluation.reduce import reduced_cells
from whiteroom_monitoring.grafana.evaluation.transformations.records import text_of
from whiteroom_monitoring.grafana.model.panel import PanelOptions
from whiteroom_monitoring.grafana.model.patterns import compiled

# How many rows are shown where a panel says nothing, as in Grafana.
_DEFAULT_ROWS = 25


@dataclass(frozen=True)
class SingleValue:
    """One value, the column that it is of, and its name where that is another than the column's.

    One of a row has the texts of its ``cells``.
    """

    column: Column
    value: Cell
    name: str
    is_row: bool = False
    cells: tuple[str, ...] = ()


def tables_in(data: Data) -> Sequence[Table]:
    """Return what queries have returned as tables."""
    if isinstance(data, Lines):
        return tables_of(data)
    if isinstance(data, Frames):
        return data.tables
    return (data,) if isinstance(data, Table) else ()


def single_values(data: Data, options: PanelOptions) -> list[SingleValue]:
    """Return the values of the columns that the options choose. Raises UnsupportedError."""
    calculation = options.calculations[0] if options.calculations else "lastNotNull"
    tables = tables_in(data)
    if options.all_values:
        most = options.limit or _DEFAULT_ROWS
        return list(islice((value for t in tables for value in _rows(t, options)), most))
    return [
        SingleValue(column, reduced_cells(column.cells, calculation), column.name)
        for table in tables
        for column in _chosen(table, options)
    ]


def _chosen(table: Table, options: PanelOptions) -> list[Column]:
    """Return the columns of a table that are shown: those that are named, else the numbers."""
    fields = options.fields
    if not fields:
        return [column for column in table.columns if column.kind == "number"]
    if not fields.startswith("/"):
        return [column for column in table.columns if fields in (column.name, column.origin)]
    try:
        pattern = compiled(fields)
    except ValueError as error:
        raise UnsupportedError(f"the choice of fields: {error}") from error
    return [column for column in table.columns if pattern.search(column.name)]


def _rows(table: Table, options: PanelOptions) -> Iterator[SingleValue]:
    columns = _chosen(table, options)
    for row in range(table.height):
        cells = tuple(text_of(column.cells[row]) for column in table.columns)
        for column in columns:
            name = _name(table, column, row)
            yield SingleValue(column, column.cells[row], name, is_row=True, cells=cells)


def _name(table: Table, column: Column, row: int) -> str:
    """Return what a value of a row is called: its texts, and its column where there are several."""
    others = [other for other in table.columns if other is not column]
    texts = [text_of(other.cells[row]) for other in others if other.kind == "string"]
    several = any(other.kind == "number" for other in others)
    return " ".join([*texts, column.name] if several or not texts else texts)


def row_labels(single: SingleValue) -> Mapping[str, str]:
    """Return the labels of a value; one of a row has none."""
    return {} if single.is_row else single.column.labels
