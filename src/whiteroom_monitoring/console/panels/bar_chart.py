"""Bar charts as JSON: a group of bars for each row of a table."""

from __future__ import annotations

from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.panels import field_names
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.display.display_value import Field
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Lines, Series, Table, Value
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.single_values import tables_in
from whiteroom_monitoring.grafana.evaluation.transformations import joins
from whiteroom_monitoring.grafana.evaluation.transformations.records import text_of
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.panel import Panel

_MOST_GROUPS, _MOST_BARS = 500, 20_000


def encoded(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    """Return the bars of a panel. Raises UnsupportedError."""
    panel, data = evaluated.panel, evaluated.data
    assert data is not None
    tables = list(tables_in(data))
    if isinstance(data, Lines):
        tables = joins.join(tables, Node({}, []))
    table = tables[0] if tables else Table(())
    along = _along(table, panel)
    numbers = [c for c in table.columns if c.kind == "number" and c is not along]
    if along is None and numbers:
        raise UnsupportedError("a bar chart without a column of texts or times")
    fields = [Field(c.name, c.query, c.kind, _values(c), c.origin) for c in numbers]
    configs = field_names.configs(panel, fields, [c.labels for c in numbers], scope)
    series = [Series(c.query, c.name, c.labels, _values(c)) for c in numbers]
    bars = zip(series, configs, colors.of_series(series, configs), strict=True)
    cells = along.cells[:_MOST_GROUPS] if along else ()
    if len(cells) * len(numbers) > _MOST_BARS:
        raise UnsupportedError(f"a bar chart of more than {_MOST_BARS} bars")
    is_time = along is not None and along.kind == "time"
    return {
        "groups": [cell if is_time else text_of(cell) for cell in cells],
        "isTime": is_time,
        "bars": [
            {
                "name": config.display_name or item.name,
                "colour": color,
                "values": [encoding.number(value) for value in item.values[:_MOST_GROUPS]],
                **encoding.value_format(config),
            }
            for item, config, color in bars
            if not config.style.hidden
        ],
    }


def _along(table: Table, panel: Panel) -> Column | None:
    """Return the column that names the groups: the one that is chosen, else texts, else times."""
    chosen = panel.options.bars.x_field
    if chosen and (column := table.column(chosen)) is not None:
        return column
    for kind in ("string", "time"):
        for column in table.columns:
            if column.kind == kind:
                return column
    return None


def _values(column: Column) -> list[Value]:
    return [_number(cell) for cell in column.cells]


def _number(cell: Cell) -> Value:
    return cell if isinstance(cell, float) else None
