"""Stat, gauge, bar gauge and pie chart panels as JSON: a value each, with its words and colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.panels import field_names
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.display.display_value import (
    DisplayValue,
    Field,
    display_value,
    ranged,
)
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Series, Value
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.single_values import (
    SingleValue,
    row_labels,
    single_values,
)
from whiteroom_monitoring.grafana.model.field_config import FieldConfig

_FIXED_COLORS = ("fixed", "shades")


def encoded(evaluated: Evaluated, scope: Scope) -> list[dict[str, Any]]:
    """Return the values of a panel. Raises UnsupportedError."""
    assert evaluated.data is not None
    panel = evaluated.panel
    singles = single_values(evaluated.data, panel.options)
    fields = [_field(single) for single in singles]
    labels, cells = [row_labels(item) for item in singles], [item.cells for item in singles]
    configs = field_names.configs(panel, fields, labels, scope, cells)
    pairs = [
        (single, config)
        for single, config in zip(singles, configs, strict=True)
        if not config.style.hidden
    ]
    numbers = [_number(item.value) for item, _ in pairs]
    by_series = _series_colors(pairs)
    with_line = panel.options.graph_mode == "area"
    by_palette = panel.type == "piechart"
    return [
        {
            "name": config.display_name or single.name,
            "labels": dict(row_labels(single)),
            "line": _line(single) if with_line else None,
            **_value(single.value, ranged(config, numbers), color, by_palette),
        }
        for (single, config), color in zip(pairs, by_series, strict=True)
    ]


def _field(single: SingleValue) -> Field:
    column = single.column
    name = single.name if single.is_row else column.name
    numbers = [_number(single.value)]
    values = numbers if single.is_row else _numbers(column)
    return Field(name, column.query, column.kind, values, column.origin)


def _numbers(column: Column) -> list[Value]:
    return [_number(cell) for cell in column.cells]


def _series_colors(pairs: Sequence[tuple[SingleValue, FieldConfig]]) -> list[str | int]:
    series = [
        Series(single.column.query, single.name, {}, [_number(single.value)]) for single, _ in pairs
    ]
    return colors.of_series(series, [config for _, config in pairs])


def _number(cell: Cell) -> Value:
    return cell if isinstance(cell, float) else None


def _line(single: SingleValue) -> str | None:
    if single.is_row or len(single.column.cells) < 2 or single.column.kind != "number":
        return None
    return encoding.packed(_numbers(single.column))


def _value(
    value: Cell, config: FieldConfig, series_color: str | int, by_palette: bool
) -> dict[str, Any]:
    display = display_value(value, config)
    mode = config.color.mode or ("palette-classic" if by_palette else "thresholds")
    is_text = isinstance(value, str)
    is_mapped = display.text is not None
    return {
        "value": None if isinstance(value, str) else encoding.number(value),
        "text": value if is_text and not is_mapped else display.text,
        "colour": color(display, mode, series_color),
        **encoding.value_format(config),
    }


def color(display: DisplayValue, mode: str, series_color: str | int) -> str | int | None:
    """Return the colour of a value; that of a mapping counts before any mode."""
    by_value = mode == "thresholds" or mode.startswith("continuous")
    is_mapped = display.text is not None and display.color
    return display.color if by_value or is_mapped else series_color
