"""A column of a table as the browser draws it: words, colours and links of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.grafana.display.dashboard_links import followable
from whiteroom_monitoring.grafana.display.display_value import display_value, ranged
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.reduce import is_known, reduced_cells
from whiteroom_monitoring.grafana.evaluation.transformations.records import text_of
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.panel import FooterOptions

_CELL_NAME = re.compile(
    r"\$\{__(?:value(?:\.(?:raw|text|numeric))?|(field|series)\.name|"
    r"data\.fields(?:\.(\w+)|\[[\"']?([^\"'\]]+)[\"']?\])(?:\.\w+)?)(?::\w+)?\}"
)


def encoded_column(
    table: Table,
    column: Column,
    config: FieldConfig,
    scope: Scope,
    footer: FooterOptions | None = None,
) -> dict[str, Any]:
    """Return a column of ``table``."""
    numbers = [cell if isinstance(cell, float) else None for cell in column.cells]
    config = ranged(config, numbers)
    displays = [display_value(cell, config) for cell in column.cells]
    return {
        "cellType": config.style.cell_type,
        "width": config.style.column_width,
        "footer": _footer(column, footer) if footer and footer.show else None,
        "name": config.display_name or column.name,
        "kind": column.kind,
        "cells": [encoding.number(c) if isinstance(c, float) else c for c in column.cells],
        "texts": [value.text for value in displays],
        "colours": [value.color for value in displays] if _is_coloured(config) else None,
        "links": _links(table, column, config, scope),
        "align": config.style.align,
        **(_dates(config) if column.kind == "time" else encoding.value_format(config)),
    }


def _dates(config: FieldConfig) -> dict[str, Any]:
    """Return how a column of times is written: by its unit, else as any time."""
    has_unit = config.unit.startswith(("time:", "dateTime"))
    return encoding.value_format(config) if has_unit else {}


def _footer(column: Column, footer: FooterOptions) -> float | str | None:
    """Return what stands below a column: its first calculation, where it is asked for."""
    is_named = not footer.fields or column.name in footer.fields or column.origin in footer.fields
    if not footer.calculations or not is_named or column.kind == "time":
        return None
    if footer.calculations[0] == "count" and footer.counts_rows:
        return float(len(column.cells))
    # An unknown one is named below the panel.
    if column.kind != "number" or not is_known(footer.calculations[0]):
        return None
    value = reduced_cells(column.cells, footer.calculations[0])
    return encoding.number(value) if isinstance(value, float) else value


def _is_coloured(config: FieldConfig) -> bool:
    return config.style.cell_type.startswith(("color", "gauge")) or bool(config.mappings)


def _links(
    table: Table, column: Column, config: FieldConfig, scope: Scope
) -> list[dict[str, Any] | None] | None:
    """Return a link for each cell, or None where the column has none."""
    if not config.links:
        return None
    link = config.links[0]
    name = config.display_name or column.name
    rows = [{c.name: c.cells[row] for c in table.columns} for row in range(table.height)]
    filled = (
        followable(
            replace(link, url=_filled(link.url, name, cell, row)),
            scope,
        )
        for cell, row in zip(column.cells, rows, strict=True)
    )
    return [asdict(item) if item else None for item in filled]


def _filled(url: str, column: str, cell: Cell, row: Mapping[str, Cell]) -> str:
    """Fill in the names of a cell, of its column, and of the cells beside it."""

    def value(reference: re.Match[str]) -> str:
        if reference[1]:
            return quote(column, safe="")
        name = reference[2] or reference[3]
        if name and name.isdecimal() and name not in row:
            cells = list(row.values())
            chosen = cells[int(name)] if int(name) < len(cells) else ""
        else:
            chosen = row.get(name, "") if name else cell
        return quote(text_of(chosen), safe="")

    return _CELL_NAME.sub(value, url)
