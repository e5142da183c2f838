"""A column of a table as the browser draws it: words, colours and links of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.grafana import fields, links
from whiteroom_monitoring.grafana.fields import Config
from whiteroom_monitoring.grafana.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.interpolation import Scope

_CELL_NAME = re.compile(
    r"\$\{__(?:value\.(?:raw|text|numeric)|data\.fields(?:\.(\w+)|\[\"([^\"]+)\"\]))\}"
)


def column(table: Table, shown: Column, config: Config, scope: Scope) -> dict[str, Any]:
    """Return a column of ``table``."""
    looks = [fields.look(cell, config) for cell in shown.cells]
    return {
        "name": config.get("displayName") or shown.name,
        "kind": shown.kind,
        "cells": [encoding.number(c) if isinstance(c, float) else c for c in shown.cells],
        "texts": [look.text for look in looks],
        "colours": [look.colour for look in looks] if _is_coloured(config) else None,
        "links": _links(table, shown, config, scope),
        "align": (config.get("custom") or {}).get("align"),
        **encoding.looks(config),
    }


def _is_coloured(config: Config) -> bool:
    custom = config.get("custom") or {}
    kind = (custom.get("cellOptions") or {}).get("type", "auto")
    return kind.startswith("color") or bool(config.get("mappings"))


def _links(
    table: Table, shown: Column, config: Config, scope: Scope
) -> list[dict[str, Any] | None] | None:
    """Return a link for each cell, or None where the column has none."""
    if not config.get("links"):
        return None
    link = config["links"][0]
    rows = [{c.name: c.cells[row] for c in table.columns} for row in range(table.height)]
    follow = links.follow(scope)
    return [
        follow({**link, "url": _filled(str(link.get("url", "")), cell, row)})
        for cell, row in zip(shown.cells, rows, strict=True)
    ]


def _filled(url: str, cell: Cell, row: Mapping[str, Cell]) -> str:
    def one(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return quote(str(row.get(name, "") if name else cell), safe="")

    return _CELL_NAME.sub(one, url)
