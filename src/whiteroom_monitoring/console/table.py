"""A column of a table as the browser draws it: words, colours and links of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import quote

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.grafana.display.dashboard_links import followable
from whiteroom_monitoring.grafana.display.display_value import display_value
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.field_config import FieldConfig

_CELL_NAME = re.compile(
    r"\$\{__(?:value\.(?:raw|text|numeric)|data\.fields(?:\.(\w+)|\[\"([^\"]+)\"\]))\}"
)


def encoded_column(
    table: Table, column: Column, config: FieldConfig, scope: Scope
) -> dict[str, Any]:
    """Return a column of ``table``."""
    shown = [display_value(cell, config) for cell in column.cells]
    return {
        "name": config.display_name or column.name,
        "kind": column.kind,
        "cells": [encoding.number(c) if isinstance(c, float) else c for c in column.cells],
        "texts": [value.text for value in shown],
        "colours": [value.color for value in shown] if _is_coloured(config) else None,
        "links": _links(table, column, config, scope),
        "align": config.style.align,
        **encoding.value_format(config),
    }


def _is_coloured(config: FieldConfig) -> bool:
    return config.style.cell_type.startswith("color") or bool(config.mappings)


def _links(
    table: Table, column: Column, config: FieldConfig, scope: Scope
) -> list[dict[str, Any] | None] | None:
    """Return a link for each cell, or None where the column has none."""
    if not config.links:
        return None
    link = config.links[0]
    rows = [{c.name: c.cells[row] for c in table.columns} for row in range(table.height)]
    filled = (
        followable(replace(link, url=_filled(link.url, cell, row)), scope)
        for cell, row in zip(column.cells, rows, strict=True)
    )
    return [asdict(one) if one else None for one in filled]


def _filled(url: str, cell: Cell, row: Mapping[str, Cell]) -> str:
    def value(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        return quote(str(row.get(name, "") if name else cell), safe="")

    return _CELL_NAME.sub(value, url)
